//! Setting up an address for codes: a code is sent there, and it counts once that code came back.

use serde::{Deserialize, Serialize};
use serde_json::json;
use stepwell_core::ids::CredentialId;

use super::kept::{self, Found, Kept};
use super::{DeliveredCode, address_of};
use crate::courier::{Letter, Recipient};
use crate::error::EngineError;
use crate::factors::{Answer, Challenge, Enrolled, Enrolment, Failure, Tools, Whom};
use crate::limits::LimitsDown;
use stepwell_store::credentials::Credential;

/// What [`Enrolment::start`] keeps for [`Enrolment::finish`].
#[derive(Serialize, Deserialize)]
struct Started {
    credential: CredentialId,
    address: String,
    kept: Kept,
}

impl Enrolment for DeliveredCode {
    fn asks(&self) -> Option<&'static str> {
        Some(self.medium.asks)
    }

    fn start(&self, tools: &Tools<'_>, whom: &Whom<'_>, typed: &str) -> Result<Challenge, Failure> {
        let Some(address) = (self.medium.clean)(typed) else {
            return Err(Failure::Malformed(self.medium.asks));
        };
        let taken = |c: &&Credential| self.is_mine(c) && address_of(c).as_ref() == Some(&address);
        if whom.credentials.iter().any(|c| taken(&c)) {
            return Err(Failure::Malformed("address-known"));
        }
        let Some(user) = whom.user else {
            return Err(Failure::Wrong(Vec::new()));
        };
        let messages = self.messages(tools, user);
        if let Some(wait) = messages.take().map_err(away)? {
            return Err(Failure::TooSoon(wait));
        }
        let call = tools.call;
        let credential = CredentialId::new(call.id());
        let code = kept::draw(self.settings.digits, call.entropy);
        let valid_for = self.settings.lifetime;
        let mut kept = Kept::default();
        kept.add(
            &code,
            &credential,
            &address,
            (call.now, valid_for),
            (tools.seal, call.entropy),
        )
        .map_err(Failure::Engine)?;
        let to = Recipient {
            channel: self.medium.channel,
            address: &address,
            language: &call.peer.language,
        };
        let letter = Letter::AddressCode { code, valid_for };
        if let Err(why) = tools.courier.deliver(&to, &letter) {
            messages.give_back().map_err(away)?;
            return Err(Failure::Undelivered(why));
        }
        let show =
            json!({ "to": &address, "digits": self.settings.digits, "valid_for": valid_for });
        let started = Started {
            credential,
            address,
            kept,
        };
        let keep = serde_json::to_value(started).map_err(broken)?;
        Ok(Challenge { keep, show })
    }

    fn finish(
        &self,
        tools: &Tools<'_>,
        whom: &Whom<'_>,
        started: &Challenge,
        answer: &Answer<'_>,
    ) -> Result<Enrolled, Failure> {
        let started: Started = serde_json::from_value(started.keep.clone()).map_err(broken)?;
        let Some(user) = whom.user else {
            return Err(Failure::Wrong(Vec::new()));
        };
        let Some(typed) = kept::clean(answer.secret, self.settings.digits) else {
            return Err(Failure::Malformed("code-digits"));
        };
        let address =
            |id: &CredentialId| (*id == started.credential).then(|| started.address.clone());
        let found = started
            .kept
            .find(&typed, address, tools.call.now, tools.seal)
            .map_err(Failure::Engine)?;
        match found {
            Found::Not => return Err(Failure::Wrong(Vec::new())),
            Found::Expired => return Err(Failure::Malformed("code-expired")),
            Found::Valid(_) => {}
        }
        let credential = self.credential(
            started.credential,
            &user.id,
            &started.address,
            tools.call.now,
        );
        Ok(Enrolled {
            traits: self.traits_with(&credential),
            amr: self.amr(),
            credential,
        })
    }
}

fn away(error: LimitsDown) -> Failure {
    Failure::Engine(error.into())
}

fn broken(error: serde_json::Error) -> Failure {
    Failure::Engine(EngineError::broken(error))
}
