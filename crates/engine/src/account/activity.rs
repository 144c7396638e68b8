//! What happened with an account, for the person it belongs to.
//!
//! Tells from the audit record what the person can judge: proofs, step-ups, changes. Holds no words, and shows
//! nothing of other people's.

use serde_json::Value;
use stepwell_core::audit::{Record, names};
use stepwell_core::authn::Method;
use stepwell_core::ids::ClientId;
use stepwell_core::time::Timestamp;
use stepwell_store::audit;

use super::Me;
use crate::Engine;
use crate::call::{Call, Cookies};
use crate::error::EngineError;

/// Records on one page.
const PAGE: usize = 25;
/// Records that are looked at for one page: most are not for the person.
const LOOKED_AT: i64 = 400;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// A browser signed in.
    SignedIn,
    /// A proof of a sign-in was wrong.
    SignInFailed,
    /// A step-up was passed.
    Confirmed,
    /// A proof of a step-up was wrong.
    ConfirmFailed,
    /// A recovery code was used.
    RecoveryUsed,
    /// An authenticator rests after too many wrong answers.
    Locked,
    /// An authenticator answered as a copy of it would.
    FactorSuspected,
    /// An authenticator was added.
    FactorAdded,
    /// An authenticator was removed.
    FactorRemoved,
    /// The password was changed.
    PasswordChanged,
    /// Somebody asked to set the password anew.
    RecoveryRequested,
    /// A one-time link was followed to its end.
    LinkUsed,
    /// What apps are told of the person was changed.
    ProfileChanged,
    /// An administrator locked the account.
    AccountLocked,
    /// An administrator opened it again.
    AccountUnlocked,
    /// An app was let in.
    AppAllowed,
    /// An app was put out.
    AppRevoked,
    /// A browser was signed out.
    SignedOut,
    /// A browser was trusted.
    DeviceTrusted,
    /// A browser is trusted no longer.
    DeviceDistrusted,
    /// A browser was forgotten.
    DeviceForgotten,
    /// A browser was forgotten, because somebody may hold a copy of what it was known by.
    DeviceSuspected,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Activity {
    /// Its place in the record, for "this wasn't me".
    pub seq: i64,
    /// What.
    pub what: Happened,
    /// When.
    pub at: Timestamp,
    /// Of which method, where it is known.
    pub method: Option<Method>,
    /// For which app, where one asked.
    pub app: Option<String>,
    /// From which address.
    pub ip: Option<String>,
}

impl Engine {
    /// A page of what happened, newest first, and where the next page begins.
    ///
    /// # Errors
    /// When the database is away.
    pub fn account_activity(
        &self,
        me: &Me,
        before: Option<i64>,
    ) -> Result<(Vec<Activity>, Option<i64>), EngineError> {
        let records = self
            .db
            .read(|tx| audit::of_person(tx, &me.user.id, before, LOOKED_AT))?;
        let seen_all = i64::try_from(records.len()).is_ok_and(|n| n < LOOKED_AT);
        let mut shown = Vec::new();
        let mut next = None;
        for record in &records {
            if shown.len() == PAGE {
                next = shown.last().map(|last: &Activity| last.seq);
                break;
            }
            let data = read(record)?;
            if let Some(what) = what(record, &data) {
                shown.push(self.activity(record, what, &data)?);
            }
        }
        if next.is_none() && !seen_all {
            next = records.last().map(|record| record.seq);
        }
        Ok((shown, next))
    }

    fn activity(
        &self,
        record: &Record,
        what: Happened,
        data: &Value,
    ) -> Result<Activity, EngineError> {
        let app = match &record.client_id {
            Some(id) => self.client(&ClientId::new(id.as_str()))?,
            None => None,
        };
        Ok(Activity {
            seq: record.seq,
            what,
            at: record.at,
            method: method_of(what, data),
            app: app.map(|client| client.name.clone()),
            ip: record.ip.clone(),
        })
    }

    /// The person says that they did not do this: every other browser is signed out and forgotten, what apps were let
    /// in to from anywhere but this session ends, and no browser is trusted any longer. `false` when there is no such record of theirs.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn report_activity(
        &self,
        call: &Call<'_>,
        me: &Me,
        cookies: &Cookies,
        seq: i64,
    ) -> Result<bool, EngineError> {
        self.db.write(|tx| {
            let found = audit::of_person(tx, &me.user.id, seq.checked_add(1), 1)?;
            let Some(record) = found.first().filter(|record| record.seq == seq) else {
                return Ok(false);
            };
            if what(record, &read(record)?).is_none() {
                return Ok(false);
            }
            let why = "the person did not know what was done";
            let ended = self.end_others(tx, call, me, why)?;
            let grants = self.end_grants_elsewhere(tx, call, me, why)?;
            let forgotten = self.forget_others(tx, call, me, cookies, why)?;
            self.distrust_all(tx, call, &me.user.id, why)?;
            tx.audit(
                call.event(names::ACTIVITY_REPORTED)
                    .user(&me.user.id)
                    .session(&me.session.id)
                    .with("record", seq)
                    .with("sessions_ended", ended)
                    .with("grants_ended", grants)
                    .with("devices_forgotten", forgotten),
            );
            Ok(true)
        })
    }
}

fn read(record: &Record) -> Result<Value, EngineError> {
    serde_json::from_str(&record.data).map_err(EngineError::broken)
}

/// The method that a record speaks of. Recovery codes confirm nothing, though records may name them.
fn method_of(what: Happened, data: &Value) -> Option<Method> {
    let named = data.get("method").and_then(Value::as_str).map(Method::new);
    named.filter(|method| what != Happened::Confirmed || *method != Method::recovery())
}

/// What a record means to the person; none when it means nothing to them.
fn what(record: &Record, data: &Value) -> Option<Happened> {
    let says = |name: &str| data.get(name).and_then(Value::as_str);
    // With evidence it was used; without, it was only set up on the way.
    let recovered =
        says("method") == Some(Method::recovery().as_str()) && says("evidence").is_some();
    Some(match record.event.as_str() {
        names::LOGIN_PASSED | names::STEPUP_ADVANCED | names::STEPUP_PASSED if recovered => {
            Happened::RecoveryUsed
        }
        names::SESSION_STARTED => Happened::SignedIn,
        names::LOGIN_FAILED => Happened::SignInFailed,
        names::STEPUP_PASSED => Happened::Confirmed,
        names::STEPUP_FAILED => Happened::ConfirmFailed,
        names::FACTOR_LOCKED => Happened::Locked,
        names::FACTOR_SUSPECTED => Happened::FactorSuspected,
        names::FACTOR_ENROLLED => Happened::FactorAdded,
        names::FACTOR_REMOVED => Happened::FactorRemoved,
        names::FACTOR_PASSWORD_CHANGED => Happened::PasswordChanged,
        names::RECOVERY_REQUESTED => Happened::RecoveryRequested,
        names::LINK_USED => Happened::LinkUsed,
        names::USER_UPDATED => Happened::ProfileChanged,
        names::USER_LOCKED => Happened::AccountLocked,
        names::USER_UNLOCKED => Happened::AccountUnlocked,
        names::CONSENT_GRANTED => Happened::AppAllowed,
        names::CONSENT_REVOKED => Happened::AppRevoked,
        names::SESSION_ENDED => Happened::SignedOut,
        names::DEVICE_TRUSTED => Happened::DeviceTrusted,
        names::DEVICE_DISTRUSTED => Happened::DeviceDistrusted,
        names::DEVICE_FORGOTTEN => Happened::DeviceForgotten,
        names::DEVICE_SUSPECTED => Happened::DeviceSuspected,
        _ => return None,
    })
}
