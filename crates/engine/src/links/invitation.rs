//! Links that an administrator makes: handed over by the administrator, or mailed.
//!
//! No administrator ever sets or sees a password (spec §5 line 111).

use stepwell_core::audit::names;
use stepwell_core::time::Seconds;
use stepwell_core::user::Status;
use stepwell_store::links;

use super::{IssuedLink, Kept, Purpose};
use crate::Engine;
use crate::admin::person;
use crate::authorize::language;
use crate::call::Call;
use crate::courier::{Channel, Letter, Recipient};
use crate::error::EngineError;
use crate::factors::inbox;

/// The longest that an administrator's link may be good for: a week.
pub(super) const LONGEST_VALID: Seconds = Seconds(7 * 86_400);

impl Engine {
    /// Makes a one-time link by which a person sets their password. With `mail` it is sent to that address
    /// instead of being handed out; the link is returned all the same, for the administrator to keep or not.
    ///
    /// # Errors
    /// When there is no such person, the account is locked, the time is too long, or no mail can be sent though it should be.
    pub fn link_for(
        &self,
        call: &Call<'_>,
        name: &str,
        valid_for: Seconds,
        mail: Option<&str>,
    ) -> Result<IssuedLink, EngineError> {
        if valid_for > LONGEST_VALID || valid_for.0 == 0 {
            return Err(EngineError::Invalid(vec![format!(
                "a link is good for 1 s to {} s",
                LONGEST_VALID.0
            )]));
        }
        if mail.is_some() && !self.courier.carries(Channel::Mail) {
            return Err(EngineError::Invalid(vec![
                "no mail can be sent: configure [mail], or leave --mail out and hand the link over"
                    .to_owned(),
            ]));
        }
        self.db.write(|tx| {
            let user = person(tx, name)?;
            if user.status == Status::Locked {
                return Err(EngineError::Invalid(vec![format!(
                    "the account {} is locked, so no link of it opens; `stepwell user unlock` opens the account first",
                    user.username
                )]));
            }
            links::withdraw_of(tx, &user.id, call.now)?;
            // What was mailed proves that inbox and no more; what was handed over is the administrator's word.
            let kept = Kept {
                through: mail.map(|address| inbox(Channel::Mail, address)),
                ..Kept::default()
            };
            let purpose = Purpose::SetUp;
            let link = self.issue_link(tx, call, purpose, Some(&user.id), &kept, valid_for)?;
            if let Some(address) = mail {
                let to = Recipient {
                    channel: Channel::Mail,
                    address,
                    language: language(call, &user),
                };
                let letter = Letter::Invitation {
                    link: link.url.clone(),
                    valid_for,
                };
                self.enqueue(tx, call, Some(&user.id), &to, &letter)?;
            }
            tx.audit(
                call.event(names::LINK_ISSUED)
                    .user(&user.id)
                    .with("purpose", Purpose::SetUp.as_str())
                    .with("mailed", mail.is_some()),
            );
            Ok(link)
        })
    }
}
