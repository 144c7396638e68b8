//! A forgotten password: a link, mailed to an address that is known to be the person's.
//!
//! Whoever asks is told the same whatever they typed. The mail leaves later, from the outbox, so that no mail server's
//! time shows; one write with its audit event is made for somebody and for nobody alike, and for somebody it holds a
//! few rows more. How often a network may ask bounds what those could tell.

use stepwell_core::audit::names;
use stepwell_core::time::Seconds;
use stepwell_core::user::{Status, User};
use stepwell_core::username;
use stepwell_store::{Tx, credentials, links, users};

use super::{Kept, Purpose};
use crate::Engine;
use crate::authorize::language;
use crate::call::Call;
use crate::courier::{Channel, Letter, Recipient};
use crate::error::EngineError;
use crate::factors::inbox;
use crate::limits::{LimitKey, Rule, Verdict};
use crate::outbox::verified_addresses;

/// How long the mailed link is good for.
pub const VALID_FOR: Seconds = Seconds(1_800);
/// Links that are mailed to one account in [`WINDOW`]; more requests are taken and nothing is sent.
const PER_ACCOUNT: u32 = 3;
/// Requests of one network in [`WINDOW`].
const PER_NETWORK: u32 = 30;
const WINDOW: Seconds = Seconds(3_600);

impl Engine {
    /// Whether a forgotten password can be set anew here: mail can be sent.
    pub fn offers_recovery(&self) -> bool {
        self.courier.carries(Channel::Mail)
    }

    /// Sends a link, if there is somebody to send it to. What was typed does not show in the answer.
    ///
    /// # Errors
    /// When the network asks too often, or it cannot be stored.
    pub fn forgot_password(&self, call: &Call<'_>, typed: &str) -> Result<(), EngineError> {
        self.within_limits(call, "recover", PER_NETWORK)?;
        let Ok(canonical) = username::canonical(typed) else {
            return Ok(());
        };
        if !self.may_mail(call, &canonical)? {
            return Ok(());
        }
        self.db.write(|tx| {
            let found = users::find_by_canonical(tx, &canonical)?;
            self.mail_reset(tx, call, found)
        })
    }

    /// Whether mail is still sent for what was typed; the same for the name of an account and any other.
    pub(super) fn may_mail(&self, call: &Call<'_>, canonical: &str) -> Result<bool, EngineError> {
        let rule = Rule {
            budget: PER_ACCOUNT,
            window: WINDOW,
        };
        let key = LimitKey::account("recover", canonical);
        let verdict = self.limits.hit(&key, &rule, call.now)?;
        Ok(matches!(verdict, Verdict::Allowed { .. }))
    }

    /// Mails a link to every address that is known to be the person's, where there is one, and writes down how many.
    pub(super) fn mail_reset(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        found: Option<User>,
    ) -> Result<(), EngineError> {
        let event = call.event(names::RECOVERY_REQUESTED);
        let Some(user) = found.filter(|user| user.status == Status::Active) else {
            tx.audit(event.with("sent", 0));
            return Ok(());
        };
        let mine = credentials::live_of(tx, &user.id)?;
        let addresses = verified_addresses(&user, &mine);
        tx.audit(event.user(&user.id).with("sent", addresses.len()));
        if addresses.is_empty() {
            return Ok(());
        }
        // Not an administrator's: whoever knows the name could keep that from ever being used.
        let purpose = Purpose::Password;
        links::withdraw_for(tx, &user.id, purpose.as_str(), call.now)?;
        // Each inbox has a link of its own: what is proven by the new password is no more than that inbox.
        for address in &addresses {
            let kept = Kept {
                through: Some(inbox(Channel::Mail, address)),
                ..Kept::default()
            };
            let link = self.issue_link(tx, call, purpose, Some(&user.id), &kept, VALID_FOR)?;
            let to = Recipient {
                channel: Channel::Mail,
                address,
                language: language(call, &user),
            };
            let letter = Letter::PasswordReset {
                link: link.url,
                valid_for: VALID_FOR,
            };
            self.enqueue(tx, call, Some(&user.id), &to, &letter)?;
        }
        Ok(())
    }

    /// Counts a request of a network.
    pub(super) fn within_limits(
        &self,
        call: &Call<'_>,
        purpose: &str,
        budget: u32,
    ) -> Result<(), EngineError> {
        let rule = Rule {
            budget,
            window: WINDOW,
        };
        self.count_of_network(call, purpose, rule)
    }
}
