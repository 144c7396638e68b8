//! Self-registration, off by default: an address is typed, a link is mailed there, and whoever follows it chooses
//! a password and has an account.
//!
//! Nothing is made before the address is shown to be real, and nobody is told whether an account exists: somebody
//! who has one gets a link to set their password anew instead.

use serde_json::{Map, json};
use stepwell_core::audit::names;
use stepwell_core::ids::UserId;
use stepwell_core::user::{Status, User};
use stepwell_core::username;
use stepwell_store::links::Link;
use stepwell_store::{Tx, users};

use super::forgotten::VALID_FOR;
use super::{Kept, Purpose};
use crate::Engine;
use crate::call::Call;
use crate::courier::{Channel, Letter, Recipient};
use crate::error::EngineError;

/// Registrations begun by one network in an hour.
const PER_NETWORK: u32 = 20;
/// The longest address (RFC 5321 §4.5.3.1.3, less the brackets).
const LONGEST_ADDRESS: usize = 254;

/// What became of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// A mail is on its way, if the address takes any.
    Sent,
    /// What was typed is no mail address.
    NotAnAddress,
}

impl Engine {
    /// Whether people may make accounts for themselves.
    pub fn offers_registration(&self) -> bool {
        self.settings.registration && self.courier.carries(Channel::Mail)
    }

    /// Begins a registration.
    ///
    /// # Errors
    /// When it is not offered, the network asks too often, or it cannot be stored.
    pub fn register(&self, call: &Call<'_>, address: &str) -> Result<Registered, EngineError> {
        if !self.offers_registration() {
            return Err(EngineError::NotFound(
                "accounts are not made here".to_owned(),
            ));
        }
        let address = address.trim();
        let canonical = username::canonical(address)
            .ok()
            .filter(|_| is_address(address));
        let Some(canonical) = canonical else {
            return Ok(Registered::NotAnAddress);
        };
        self.within_limits(call, "register", PER_NETWORK)?;
        // The same budgets and one write, whether somebody has an account under it or not.
        if !self.may_mail(call, &canonical)? {
            return Ok(Registered::Sent);
        }
        self.db.write(|tx| -> Result<(), EngineError> {
            let found = users::find_by_canonical(tx, &canonical)?;
            if found.is_some() {
                return self.mail_reset(tx, call, found);
            }
            let kept = Kept {
                username: Some(address.to_owned()),
                ..Kept::default()
            };
            let link = self.issue_link(tx, call, Purpose::Register, None, &kept, VALID_FOR)?;
            let to = Recipient {
                channel: Channel::Mail,
                address,
                language: &call.peer.language,
            };
            let letter = Letter::AddressLink {
                link: link.url,
                valid_for: VALID_FOR,
            };
            self.enqueue(tx, call, None, &to, &letter)?;
            tx.audit(call.event(names::REGISTRATION_REQUESTED));
            Ok(())
        })?;
        Ok(Registered::Sent)
    }

    /// Makes the account of a registration's link; none when somebody has that name meanwhile, or one that looks
    /// like it.
    pub(super) fn made_account(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        link: &Link,
    ) -> Result<Option<UserId>, EngineError> {
        let Some(address) = self.kept(link)?.username else {
            return Ok(None);
        };
        let Ok(canonical) = username::canonical(&address) else {
            return Ok(None);
        };
        let skeleton = username::skeleton(&canonical);
        if users::find_by_canonical(tx, &canonical)?.is_some()
            || users::find_by_skeleton(tx, &skeleton)?.is_some()
        {
            return Ok(None);
        }
        let mut claims = Map::new();
        claims.insert("email".to_owned(), json!(address));
        claims.insert("email_verified".to_owned(), json!(true));
        let user = User {
            id: UserId::new(call.id()),
            username: address,
            canonical,
            skeleton,
            status: Status::Active,
            claims,
            created_at: call.now,
            updated_at: call.now,
        };
        users::insert(tx, &user)?;
        tx.audit(
            call.event(names::USER_CREATED)
                .user(&user.id)
                .with("why", "registration"),
        );
        Ok(Some(user.id))
    }
}

/// Whether a text can be a mail address; whether it is one shows when the mail arrives.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    text.len() <= LONGEST_ADDRESS
        && !local.is_empty()
        && local.chars().all(plain)
        && url::Host::parse(domain).is_ok_and(|host| matches!(host, url::Host::Domain(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_domain_and_nothing_that_breaks_a_header() {
        assert!(is_address("ada@example.com") && is_address("a.b+c@sub.example.com"));
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@127.0.0.1",
            "a b@example.com",
            "ada\r\nBcc: x@example.com",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
