//! Codes that are delivered: something held, as far as the way they come by goes. One factor for each way.
//!
//! Never sends a sign-in's code itself: it draws one, the engine stores it and hands it to the courier
//! (`authorize::deliver`), so that no code arrives that could not be used. Not resistant to phishing.

mod enrolment;
mod kept;
mod mail;
mod sms;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use stepwell_core::authn::{Kind, Method, Traits};
use stepwell_core::entropy::hex;
use stepwell_core::ids::{CredentialId, UserId};
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_core::user::User;
use stepwell_store::credentials::{self, Credential};

use super::{Answer, Challenge, Enrolment, Factor, Failure, Tools, Verified, Whom};
use crate::courier::{Channel, Letter};
use crate::error::EngineError;
use crate::limits::Messages;
use crate::settings::{CodeSettings, LimitSettings};
pub(super) use kept::purpose;
use kept::{Found, Kept};

/// What differs between the ways that codes come by.
#[derive(Debug)]
struct Medium {
    method: &'static str,
    channel: Channel,
    /// The field that setting one up asks for.
    asks: &'static str,
    /// Its method reference (RFC 8176).
    amr: &'static str,
    restricted: bool,
    /// The form that an address is kept in; none when it is no address.
    clean: fn(&str) -> Option<String>,
    /// An address as somebody may see it who has proven little.
    mask: fn(&str) -> String,
}

/// See the module.
#[derive(Debug)]
pub struct DeliveredCode {
    medium: &'static Medium,
    settings: CodeSettings,
    budget: u32,
    rest: Seconds,
}

/// A code that was drawn, and what is to be done with it.
#[derive(Debug)]
pub(crate) struct Drawn {
    /// To be stored before the letter leaves.
    pub(crate) challenge: Challenge,
    /// Where it goes.
    pub(crate) address: String,
    pub(crate) letter: Letter,
}

/// How the newest message of a challenge stands; what the page is told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sent {
    /// The masked address.
    pub(crate) to: String,
    pub(crate) credential: CredentialId,
    pub(crate) at: Timestamp,
    /// It did not leave.
    pub(crate) failed: bool,
}

impl DeliveredCode {
    /// Codes by mail.
    pub fn by_mail(limits: &LimitSettings) -> Self {
        Self::by(&mail::MAIL, limits)
    }

    /// Codes by text message.
    pub fn by_text(limits: &LimitSettings) -> Self {
        Self::by(&sms::TEXT, limits)
    }

    fn by(medium: &'static Medium, limits: &LimitSettings) -> Self {
        Self {
            medium,
            settings: limits.codes,
            budget: limits.code_budget,
            rest: limits.code_rest,
        }
    }

    /// The way its codes come by.
    pub fn channel(&self) -> Channel {
        self.medium.channel
    }

    /// The budgets that a message to this person draws on.
    pub(crate) fn messages<'a>(&self, tools: &Tools<'a>, user: &User) -> Messages<'a> {
        let to = (user, self.medium.channel);
        Messages::of(tools.limits, self.settings, tools.call, to)
    }

    /// How many digits a code has.
    pub(crate) fn digits(&self) -> u8 {
        self.settings.digits
    }

    /// How long a code may be used.
    pub(crate) fn lifetime(&self) -> Seconds {
        self.settings.lifetime
    }

    /// An authenticator for an address that is known to be the person's; none when it cannot be one.
    pub(crate) fn authenticator(
        &self,
        id: CredentialId,
        user: &UserId,
        address: &str,
        now: Timestamp,
    ) -> Option<Credential> {
        (self.medium.clean)(address).map(|address| self.credential(id, user, &address, now))
    }

    fn credential(
        &self,
        id: CredentialId,
        user: &UserId,
        address: &str,
        now: Timestamp,
    ) -> Credential {
        let mut one = Credential::new(id, user.clone(), self.method(), address, "", now);
        one.details = json!({ "address": address }).to_string();
        one
    }

    fn is_mine(&self, credential: &Credential) -> bool {
        credential.method.as_str() == self.medium.method
    }

    fn amr(&self) -> Vec<String> {
        vec![self.medium.amr.to_owned()]
    }

    fn traits_with(&self, credential: &Credential) -> Traits {
        let address = address_of(credential);
        Traits {
            through: address.map(|address| inbox(self.medium.channel, &address)),
            ..self.traits()
        }
    }

    /// The person's addresses: authenticator and masked address.
    pub(crate) fn addresses(&self, credentials: &[Credential]) -> Vec<(CredentialId, String)> {
        let mine = credentials.iter().filter(|c| self.is_mine(c));
        mine.filter_map(|c| Some((c.id.clone(), (self.medium.mask)(&address_of(c)?))))
            .collect()
    }

    /// Where a code goes that is asked for now, masked: the address of the newest one again, if there is one.
    pub(crate) fn goes_to(
        &self,
        credentials: &[Credential],
        pending: Option<&Challenge>,
        now: Timestamp,
    ) -> Option<String> {
        let before = pending.and_then(|pending| sent(pending).ok());
        let before = before.as_ref().map(|sent| sent.credential.as_str());
        let (_, address) = self.next(credentials, before, now)?;
        Some((self.medium.mask)(&address))
    }

    /// The authenticator that a code goes to: the one chosen, else the one used last, of those that do not rest.
    fn next<'c>(
        &self,
        credentials: &'c [Credential],
        chosen: Option<&str>,
        now: Timestamp,
    ) -> Option<(&'c Credential, String)> {
        let awake = credentials
            .iter()
            .filter(|c| self.is_mine(c) && !c.is_locked(now))
            .filter_map(|c| Some((c, address_of(c)?)));
        awake.min_by_key(|(c, _)| {
            let is_chosen = Some(c.id.as_str()) == chosen;
            (std::cmp::Reverse((is_chosen, c.last_used_at)), c.created_at)
        })
    }

    /// Draws a code beside those that `pending` holds. None when there is no address to send one to now.
    pub(crate) fn draw(
        &self,
        tools: &Tools<'_>,
        whom: &Whom<'_>,
        pending: Option<&Challenge>,
        chosen: Option<&str>,
    ) -> Result<Option<Drawn>, EngineError> {
        let call = tools.call;
        let before = pending.map(sent).transpose()?;
        let chosen = chosen.or(before.as_ref().map(|sent| sent.credential.as_str()));
        let next = self.next(whom.credentials, chosen, call.now);
        let Some((credential, address)) = next else {
            return Ok(None);
        };
        let code = kept::draw(self.settings.digits, call.entropy);
        let mut kept = pending.map(kept_of).transpose()?.unwrap_or_default();
        let valid_for = self.settings.lifetime;
        kept.add(
            &code,
            &credential.id,
            &address,
            (call.now, valid_for),
            (tools.seal, call.entropy),
        )?;
        let sent = Sent {
            to: (self.medium.mask)(&address),
            credential: credential.id.clone(),
            at: call.now,
            failed: false,
        };
        Ok(Some(Drawn {
            challenge: challenge(&kept, &sent)?,
            address,
            letter: Letter::Code {
                code,
                app: whom.app.to_owned(),
                action: whom.action.map(str::to_owned),
                valid_for,
            },
        }))
    }

    /// The challenge after its newest message did not leave.
    pub(crate) fn unsent(&self, challenge_: &Challenge) -> Result<Challenge, EngineError> {
        let (mut kept, mut sent) = (kept_of(challenge_)?, sent(challenge_)?);
        kept.take_back();
        sent.failed = true;
        challenge(&kept, &sent)
    }

    /// Until when a code that was sent may be used; none when none may.
    pub(crate) fn open_until(
        &self,
        pending: &Challenge,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, EngineError> {
        Ok(kept_of(pending)?.open_until(now))
    }

    /// From when on another code may be sent: at once, where the last one did not leave.
    pub(crate) fn resend_at(&self, pending: &Challenge) -> Result<Timestamp, EngineError> {
        let sent = sent(pending)?;
        Ok(if sent.failed {
            sent.at
        } else {
            sent.at.plus(self.settings.cooldown)
        })
    }
}

impl Factor for DeliveredCode {
    fn method(&self) -> Method {
        Method::new(self.medium.method)
    }

    fn traits(&self) -> Traits {
        Traits {
            restricted: self.medium.restricted,
            ..Traits::of(Kind::Possession)
        }
    }

    /// Nothing is sent to anybody before somebody has proven something: a name alone sends no messages.
    fn opens(&self) -> bool {
        false
    }

    fn traits_of(&self, credential: &Credential) -> Traits {
        self.traits_with(credential)
    }

    fn budget(&self) -> Option<(u32, Seconds)> {
        Some((self.budget, self.rest))
    }

    fn delivers(&self) -> Option<&DeliveredCode> {
        Some(self)
    }

    fn enrolment(&self) -> Option<&dyn Enrolment> {
        Some(self)
    }

    fn verify(
        &self,
        tools: &Tools<'_>,
        credentials: &[Credential],
        answer: &Answer<'_>,
    ) -> Result<Verified, Failure> {
        let now = tools.call.now;
        let mine: Vec<&Credential> = credentials.iter().filter(|c| self.is_mine(c)).collect();
        let Some(typed) = kept::clean(answer.secret, self.settings.digits) else {
            return Err(Failure::Malformed("code-digits"));
        };
        let kept = answer.challenge.map(kept_of).transpose();
        let kept = kept.map_err(Failure::Engine)?.unwrap_or_default();
        if kept.is_empty() {
            return Err(Failure::Malformed("code-not-sent"));
        }
        let awake: Vec<&&Credential> = mine.iter().filter(|c| !c.is_locked(now)).collect();
        if awake.is_empty() {
            let until = mine.iter().filter_map(|c| c.locked_until).min();
            return Err(until.map_or(Failure::Wrong(Vec::new()), Failure::Locked));
        }
        let address = |id: &CredentialId| {
            let one = awake.iter().find(|c| c.id == *id)?;
            address_of(one)
        };
        let found = kept
            .find(&typed, address, now, tools.seal)
            .map_err(Failure::Engine)?;
        let id = match found {
            Found::Valid(id) => id,
            Found::Expired => return Err(Failure::Malformed("code-expired")),
            // Each may have been guessed at, so each is charged.
            Found::Not => return Err(Failure::Wrong(awake.iter().map(|c| c.id.clone()).collect())),
        };
        let Some(credential) = awake.into_iter().find(|c| c.id == id) else {
            return Err(Failure::Wrong(Vec::new()));
        };
        Ok(Verified {
            traits: self.traits_with(credential),
            amr: self.amr(),
            credential: id.clone(),
            // Once: the interaction drops its codes in the same write, and only one write changes its state.
            suspected: None,
            consume: Box::new(move |tx, now| credentials::succeed(tx, &id, now)),
        })
    }
}

/// The opaque name of an inbox; an address by any spelling is one.
pub fn inbox(channel: Channel, address: &str) -> String {
    let digest = Sha256::digest(address.to_lowercase().as_bytes());
    format!("{}:{}", channel.as_str(), hex(&digest[..16]))
}

/// Where an authenticator's codes go.
pub(crate) fn address_of(credential: &Credential) -> Option<String> {
    #[derive(Deserialize)]
    struct Details {
        address: String,
    }
    let details: Details = serde_json::from_str(&credential.details).ok()?;
    Some(details.address)
}

/// What is told of the newest message.
pub(crate) fn sent(challenge: &Challenge) -> Result<Sent, EngineError> {
    serde_json::from_value(challenge.show.clone()).map_err(EngineError::broken)
}

fn kept_of(challenge: &Challenge) -> Result<Kept, EngineError> {
    serde_json::from_value(challenge.keep.clone()).map_err(EngineError::broken)
}

fn challenge(kept: &Kept, sent: &Sent) -> Result<Challenge, EngineError> {
    Ok(Challenge {
        keep: serde_json::to_value(kept).map_err(EngineError::broken)?,
        show: serde_json::to_value(sent).map_err(EngineError::broken)?,
    })
}
