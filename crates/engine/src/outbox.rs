//! Messages that leave after the change they tell of is committed, so that a slow mail server holds nothing up and
//! a change that is undone tells nobody.
//!
//! At least once, by a few tries, then given up and written down. Codes are not for here: whoever waits for one
//! has to be told at once when it does not leave.

use serde::{Deserialize, Serialize};
use stepwell_core::audit::{Event, names};
use stepwell_core::ids::UserId;
use stepwell_core::time::Seconds;
use stepwell_core::user::User;
use stepwell_store::credentials::{self, Credential};
use stepwell_store::outbox::{self, Waiting};
use stepwell_store::{StoreError, Tx};
use zeroize::Zeroizing;

use crate::Engine;
use crate::authorize::language;
use crate::call::Call;
use crate::courier::{Channel, Happened, Letter, Notice, Recipient, Undelivered};
use crate::error::EngineError;
use crate::factors::address_of;

/// Tries of one message, about three quarters of an hour in all.
const MOST_TRIES: i64 = 8;
/// How long after the first failure it is tried again; twice as long after each further one.
const FIRST_PAUSE: u64 = 20;
/// How long whoever took a message has for it. Longer than any transport waits.
const LEASE: Seconds = Seconds(120);
/// Addresses of one person that a notice goes to.
const MOST_ADDRESSES: usize = 3;

/// What is sealed: where a message goes and what it says.
#[derive(Debug, Serialize, Deserialize)]
struct Parcel {
    channel: Channel,
    address: String,
    language: String,
    letter: Letter,
}

impl Engine {
    /// Leaves a message to be sent once `tx` is committed. `user` is whom the audit will name.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn enqueue(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        user: Option<&UserId>,
        to: &Recipient<'_>,
        letter: &Letter,
    ) -> Result<(), StoreError> {
        let parcel = Parcel {
            channel: to.channel,
            address: to.address.to_owned(),
            language: to.language.to_owned(),
            letter: letter.clone(),
        };
        let plain =
            serde_json::to_string(&parcel).map_err(|e| StoreError::Refused(e.to_string()))?;
        let plain = Zeroizing::new(plain);
        let id = call.id();
        outbox::insert(
            tx,
            &Waiting {
                sealed: self
                    .seal
                    .seal(&purpose(&id), plain.as_bytes(), call.entropy),
                id,
                user_id: user.cloned(),
                tries: 0,
                due_at: call.now,
                created_at: call.now,
            },
        )
    }

    /// Tells a person, by mail, what happened to their account, once `tx` is committed: at every address that is
    /// known to be theirs. Call it before an authenticator is removed, so that its address is told too. Where no
    /// mail is carried or no address is known, nobody is told.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn notify(
        &self,
        tx: &mut Tx<'_>,
        call: &Call<'_>,
        user: &User,
        what: Happened,
    ) -> Result<(), StoreError> {
        if !self.courier.carries(Channel::Mail) {
            return Ok(());
        }
        let credentials = credentials::live_of(tx, &user.id)?;
        let letter = Letter::Notice(Notice {
            what,
            username: user.username.clone(),
            at: call.now,
            ip: call.peer.ip.map(|ip| ip.to_string()),
            user_agent: call.peer.user_agent.clone(),
        });
        for address in verified_addresses(user, &credentials) {
            let to = Recipient {
                channel: Channel::Mail,
                address: &address,
                language: language(call, user),
            };
            self.enqueue(tx, call, Some(&user.id), &to, &letter)?;
        }
        Ok(())
    }

    /// Sends at most `limit` messages that are due, and says how many were tried. To be called every second or so,
    /// on a thread that may wait for mail servers.
    ///
    /// # Errors
    /// When the database is away.
    pub fn deliver_due(&self, call: &Call<'_>, limit: i64) -> Result<usize, EngineError> {
        let due = self.db.read(|tx| outbox::due(tx, call.now, limit))?;
        let mut tried = 0;
        for waiting in due {
            let until = call.now.plus(LEASE);
            if self.db.write(|tx| outbox::take(tx, &waiting, until))? {
                self.carry(call, &waiting)?;
                tried += 1;
            }
        }
        Ok(tried)
    }

    fn carry(&self, call: &Call<'_>, waiting: &Waiting) -> Result<(), EngineError> {
        let parcel = self.opened(waiting);
        let outcome = match &parcel {
            Ok(parcel) => {
                let to = Recipient {
                    channel: parcel.channel,
                    address: &parcel.address,
                    language: &parcel.language,
                };
                self.courier.deliver(&to, &parcel.letter)
            }
            // It will not open another time either.
            Err(why) => Err(Undelivered::BadAddress(why.to_string())),
        };
        let event = |name| {
            let mut event = Event::new(name, call.now)
                .actor("system")
                .reference(call.reference);
            if let Some(user) = &waiting.user_id {
                event = event.user(user);
            }
            if let Ok(parcel) = &parcel {
                event = event
                    .with("channel", parcel.channel.as_str())
                    .with("kind", parcel.letter.kind());
            }
            event.with("tries", waiting.tries + 1)
        };
        let last = waiting.tries + 1 >= MOST_TRIES;
        self.db.write(|tx| -> Result<(), EngineError> {
            match outcome {
                Ok(()) => {
                    outbox::remove(tx, &waiting.id)?;
                    tx.audit(event(names::MESSAGE_SENT));
                }
                Err(why) if last || matches!(why, Undelivered::BadAddress(_)) => {
                    outbox::remove(tx, &waiting.id)?;
                    tx.audit(event(names::MESSAGE_DROPPED).with("why", why.to_string()));
                }
                Err(why) => {
                    tracing::warn!(%why, tries = waiting.tries + 1, "a message did not leave and will be tried again");
                    let pause = Seconds(FIRST_PAUSE << waiting.tries.clamp(0, MOST_TRIES));
                    outbox::postpone(tx, &waiting.id, call.now.plus(pause))?;
                }
            }
            Ok(())
        })
    }

    fn opened(&self, waiting: &Waiting) -> Result<Parcel, EngineError> {
        let plain = self
            .seal
            .open(&purpose(&waiting.id), &waiting.sealed)
            .map_err(EngineError::broken)?;
        serde_json::from_slice(&plain).map_err(EngineError::broken)
    }
}

/// What a message is sealed for.
pub(crate) fn purpose(id: &str) -> String {
    format!("message:{id}")
}

/// The mail addresses that are known to be a person's, each once.
pub(crate) fn verified_addresses(user: &User, credentials: &[Credential]) -> Vec<String> {
    let claim = |name: &str| user.claims.get(name);
    let vouched = claim("email_verified").and_then(|v| v.as_bool()) == Some(true);
    let email = claim("email").and_then(|v| v.as_str()).filter(|_| vouched);
    let coded = credentials
        .iter()
        .filter(|c| c.method == stepwell_core::authn::Method::mail())
        .filter_map(address_of);
    let mut all: Vec<String> = Vec::new();
    for address in email.map(str::to_owned).into_iter().chain(coded) {
        if !all.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
            all.push(address);
        }
    }
    all.truncate(MOST_ADDRESSES);
    all
}
