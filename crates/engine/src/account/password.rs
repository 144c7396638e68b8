//! Setting or changing a password: held against the rules, hashed outside any transaction.
//!
//! Every other browser is signed out, and what apps were let in to from there ends: whoever knew the old one may have
//! done that.

use stepwell_core::audit::names;
use stepwell_core::authn::Method;
use stepwell_core::ids::{CredentialId, UserId};
use stepwell_core::secret::Secret;
use stepwell_store::credentials::{self, Credential};
use stepwell_store::{Tx, links};

use super::Me;
use crate::Engine;
use crate::call::Call;
use crate::courier::Happened;
use crate::error::EngineError;
use crate::factors::{default_label, reset_details};
use crate::passwords::Weakness;

impl Engine {
    /// Gives the person a new password in place of the old one, or a first one; says how many other browsers
    /// were signed out.
    ///
    /// # Errors
    /// The rule that the password breaks, as the inner error; that too many are being hashed, or that it cannot
    /// be stored.
    pub fn change_password(
        &self,
        call: &Call<'_>,
        me: &Me,
        password: &Secret,
    ) -> Result<Result<usize, Weakness>, EngineError> {
        let rules = self.password_rules();
        if let Err(weakness) = rules.check(password.expose(), &[&me.user.username]) {
            return Ok(Err(weakness));
        }
        let hash = self.hash_password(call, password)?;
        self.db.write(|tx| {
            // Whatever it was set by before, now somebody who proved enough has chosen it.
            let what = self.set_password(tx, call, &me.user.id, &hash, &SetBy::Person)?;
            self.notify(tx, call, &me.user, what)?;
            let why = "the password was changed";
            let ended = self.end_others(tx, call, me, why)?;
            self.end_grants_elsewhere(tx, call, me, why)?;
            tx.audit(
                self.about_me(call, me, names::FACTOR_PASSWORD_CHANGED)
                    .with("sessions_ended", ended),
            );
            Ok(Ok(ended))
        })
    }

    /// Puts a password in place of the person's old one, or gives them a first one; tells what that was. No link from
    /// before may undo it, and no browser stays trusted that was trusted on the old one. Sessions and grants are
    /// the caller's to end.
    pub(crate) fn set_password(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        user: &UserId,
        hash: &str,
        by: &SetBy<'_>,
    ) -> Result<Happened, EngineError> {
        let method = Method::password();
        let details = match by {
            SetBy::Inbox(inbox) => reset_details(inbox),
            SetBy::Person | SetBy::Link => "{}".to_owned(),
        };
        let mine = credentials::live_of(tx, user)?;
        let what = match mine.iter().find(|one| one.method == method) {
            Some(old) => {
                // By a link it is a new authenticator: whoever sent it may be new to the account.
                let since = match by {
                    SetBy::Person => old.created_at,
                    SetBy::Link | SetBy::Inbox(_) => call.now,
                };
                if !credentials::replace_secret(tx, old, hash, &details, since)? {
                    return Err(EngineError::Conflict(
                        "the password was changed elsewhere at the same time; look and try again"
                            .to_owned(),
                    ));
                }
                Happened::PasswordChanged
            }
            None => {
                let id = CredentialId::new(call.id());
                let (user, hash) = (user.clone(), hash.to_owned());
                let new = Credential::new(
                    id,
                    user,
                    method.clone(),
                    default_label(&method),
                    hash,
                    call.now,
                );
                credentials::insert(tx, &Credential { details, ..new })?;
                Happened::FactorAdded { method }
            }
        };
        links::withdraw_of(tx, user, call.now)?;
        self.distrust_all(tx, call, user, "the password was changed")?;
        Ok(what)
    }
}

/// How a password comes to be set.
pub(crate) enum SetBy<'a> {
    /// By its person, who proved enough.
    Person,
    /// By a link that an operator handed over.
    Link,
    /// By a link that was mailed to this inbox: a password set by it proves no more than that inbox.
    Inbox(&'a str),
}
