//! Setting or changing a password: held against the rules, hashed outside any transaction.
//!
//! Every other browser is signed out: whoever knew the old one may be in it.

use stepwell_core::audit::names;
use stepwell_core::authn::Method;
use stepwell_core::ids::CredentialId;
use stepwell_core::secret::Secret;
use stepwell_store::credentials::{self, Credential};
use stepwell_store::links;

use super::Me;
use crate::Engine;
use crate::call::Call;
use crate::courier::Happened;
use crate::error::EngineError;
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
        let method = Method::password();
        self.db.write(|tx| {
            let mine = credentials::live_of(tx, &me.user.id)?;
            let what = match mine.iter().find(|one| one.method == method) {
                Some(old) => {
                    if !credentials::update_secret(tx, &old.id, &old.secret, &hash)? {
                        return Err(EngineError::Conflict(
                            "the password was changed elsewhere at the same time; look and try again"
                                .to_owned(),
                        ));
                    }
                    credentials::reset_failures(tx, &old.id, call.now)?;
                    // Whatever it was set by before, now somebody who proved enough has chosen it.
                    credentials::update_details(tx, &old.id, &old.details, "{}", call.now)?;
                    Happened::PasswordChanged
                }
                None => {
                    let id = CredentialId::new(call.id());
                    let user = me.user.id.clone();
                    let new =
                        Credential::new(id, user, method.clone(), crate::factors::default_label(&method), hash, call.now);
                    credentials::insert(tx, &new)?;
                    Happened::FactorAdded { method }
                }
            };
            self.notify(tx, call, &me.user, what)?;
            // A link from before, in an inbox that somebody else reads, must not undo this.
            links::withdraw_of(tx, &me.user.id, call.now)?;
            self.distrust_all(tx, call, &me.user.id, "the password was changed")?;
            let ended = self.end_others(tx, call, me, "the password was changed")?;
            tx.audit(
                self.about_me(call, me, names::FACTOR_PASSWORD_CHANGED)
                    .with("sessions_ended", ended),
            );
            Ok(Ok(ended))
        })
    }
}
