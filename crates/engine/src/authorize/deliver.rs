//! Codes on their way: drawn and stored first, then handed over, and what became of that told.
//!
//! A message leaves outside any transaction. What does not leave is taken back, so that nothing is lost: the
//! person is told at once, and may try again or choose another way.

use stepwell_core::audit::{Event, names};
use stepwell_core::authn::Method;
use stepwell_core::time::Seconds;
use stepwell_core::user::User;

use super::advance::Loaded;
use super::facts::Known;
use super::view::DeliveredView;
use crate::Engine;
use crate::call::Call;
use crate::courier::Recipient;
use crate::error::EngineError;
use crate::factors::{Challenge, DeliveredCode, sent};

/// How often a code is sent on top of what other requests changed.
const TRIES: usize = 3;

/// A method whose codes are delivered, and whose page is shown to whom.
#[derive(Clone, Copy)]
pub(crate) struct Post<'a> {
    pub(crate) known: &'a Known,
    pub(crate) method: &'a Method,
    pub(crate) code: &'a DeliveredCode,
}

/// What became of sending a code.
#[derive(Debug)]
pub(crate) enum Sending {
    /// It left, or could not; the challenge tells which.
    Tried(Challenge),
    /// Not yet: so long to wait.
    Wait(Seconds),
    /// There is no address that a code may go to now.
    Nowhere,
}

impl Engine {
    /// What the page of a delivered code shows; sends the first code where none is pending. None for a method
    /// whose codes are not delivered.
    pub(super) fn delivered(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        known: &Known,
        method: &Method,
    ) -> Result<Option<DeliveredView>, EngineError> {
        let Some(code) = self.factors.find(method).and_then(|f| f.delivers()) else {
            return Ok(None);
        };
        let post = Post {
            known,
            method,
            code,
        };
        let sending = match loaded.state.sent.get(method) {
            Some(pending) => Sending::Tried(pending.clone()),
            None => self.send(call, loaded, post, None)?,
        };
        view(call, post, &sending).map(Some)
    }

    /// Sends another code, to `chosen` where the person has several addresses. Those sent before stay valid.
    pub(crate) fn resend(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        post: Post<'_>,
        chosen: Option<&str>,
    ) -> Result<Sending, EngineError> {
        if let Some(pending) = loaded.state.sent.get(post.method) {
            let left = post.code.resend_at(pending)?.since(call.now);
            if left > 0 {
                return Ok(Sending::Wait(whole_seconds(left)));
            }
        }
        self.send(call, loaded, post, chosen)
    }

    fn send(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        post: Post<'_>,
        chosen: Option<&str>,
    ) -> Result<Sending, EngineError> {
        for _ in 0..TRIES {
            if let Some(sending) = self.send_once(call, loaded, post, chosen)? {
                return Ok(sending);
            }
            // Another request changed the interaction, and nothing left yet. If it sent a code, that one will do; if it
            // is still about the same person, this one is sent on top of the change.
            let sent_before = loaded.state.sent.get(post.method).cloned();
            let Some(saved) = self
                .reloaded(loaded)?
                .filter(|saved| about_same(saved, loaded))
            else {
                return Ok(Sending::Nowhere);
            };
            *loaded = saved;
            match loaded.state.sent.get(post.method) {
                Some(newer) if Some(newer) != sent_before.as_ref() => {
                    return Ok(Sending::Tried(newer.clone()));
                }
                _ => {}
            }
        }
        Err(EngineError::Unavailable(
            "other requests changed the same page again and again".to_owned(),
        ))
    }

    /// None when another request has changed the interaction meanwhile: nothing was sent.
    fn send_once(
        &self,
        call: &Call<'_>,
        loaded: &mut Loaded,
        post: Post<'_>,
        chosen: Option<&str>,
    ) -> Result<Option<Sending>, EngineError> {
        let Some(user) = post.known.user.as_ref().filter(|_| loaded.id.is_some()) else {
            return Ok(Some(Sending::Nowhere));
        };
        let action = self.action_of(call, loaded);
        let whom = self.whom(loaded, post.known, action.as_deref());
        let pending = loaded.state.sent.get(post.method);
        let Some(drawn) = post.code.draw(&self.tools(call), &whom, pending, chosen)? else {
            return Ok(Some(Sending::Nowhere));
        };
        let messages = post.code.messages(&self.tools(call), user);
        if let Some(wait) = messages.take()? {
            return Ok(Some(Sending::Wait(wait)));
        }
        let event = self.told(
            call,
            loaded,
            post,
            &drawn.challenge,
            names::FACTOR_CODE_SENT,
        )?;
        if !self.keep_sent(loaded, post.method, &drawn.challenge, event)? {
            messages.give_back()?;
            return Ok(None);
        }
        let to = Recipient {
            channel: post.code.channel(),
            address: &drawn.address,
            language: language(call, user),
        };
        let Err(why) = self.courier.deliver(&to, &drawn.letter) else {
            return Ok(Some(Sending::Tried(drawn.challenge)));
        };
        messages.give_back()?;
        tracing::warn!(channel = to.channel.as_str(), reference = call.reference, %why, "a code did not leave");
        let taken_back = post.code.unsent(&drawn.challenge)?;
        let event = self
            .told(
                call,
                loaded,
                post,
                &taken_back,
                names::FACTOR_DELIVERY_FAILED,
            )?
            .with("why", why.to_string());
        if !self.keep_sent(loaded, post.method, &taken_back, event.clone())? {
            // The page that the other request left tells of a code; that it did not leave is written down all the same.
            self.db.write(|tx| -> Result<(), EngineError> {
                tx.audit(event);
                Ok(())
            })?;
        }
        Ok(Some(Sending::Tried(taken_back)))
    }

    /// Stores a challenge with what is written down about it; false when another request has changed the interaction
    /// meanwhile.
    fn keep_sent(
        &self,
        loaded: &mut Loaded,
        method: &Method,
        challenge: &Challenge,
        event: Event,
    ) -> Result<bool, EngineError> {
        let mut state = loaded.state.clone();
        state.sent.insert(method.clone(), challenge.clone());
        self.keep(loaded, state, |tx, _| {
            tx.audit(event);
            Ok(())
        })
    }

    fn told(
        &self,
        call: &Call<'_>,
        loaded: &Loaded,
        post: Post<'_>,
        challenge: &Challenge,
        name: &'static str,
    ) -> Result<Event, EngineError> {
        Ok(self
            .about(call, loaded, post.known, name)
            .with("method", post.method.as_str())
            .with("channel", post.code.channel().as_str())
            .with("credential", sent(challenge)?.credential.as_str()))
    }
}

/// Whether an interaction that was read again is still about the same person, and goes on.
fn about_same(saved: &Loaded, loaded: &Loaded) -> bool {
    let who = |l: &Loaded| {
        let named = l.state.identified.as_ref();
        (
            named.map(|identified| identified.user.clone()),
            l.state.switched,
            l.state.ended.is_some(),
        )
    };
    who(saved) == who(loaded)
}

/// The language that a person is written to in: that of the page at hand, else their own choice.
pub(crate) fn language<'a>(call: &'a Call<'_>, user: &'a User) -> &'a str {
    let chosen = user.claims.get("locale").and_then(|value| value.as_str());
    match call.peer.language.as_str() {
        "" => chosen.unwrap_or_default(),
        page => page,
    }
}

fn view(call: &Call<'_>, post: Post<'_>, sending: &Sending) -> Result<DeliveredView, EngineError> {
    let Post {
        known,
        method,
        code,
    } = post;
    let mine = || known.credentials.iter().filter(|c| c.method == *method);
    let addresses = code.addresses(&known.credentials);
    let (pending, wait) = match sending {
        Sending::Tried(pending) => (Some(pending), None),
        Sending::Wait(wait) => (None, Some(*wait)),
        Sending::Nowhere => (None, None),
    };
    let newest = pending.map(sent).transpose()?;
    let open_until = pending.map(|p| code.open_until(p, call.now)).transpose()?;
    let resend_at = pending.map(|p| code.resend_at(p)).transpose()?;
    Ok(DeliveredView {
        channel: code.channel(),
        digits: code.digits(),
        valid_for: code.lifetime(),
        to: newest.as_ref().map(|newest| newest.to.clone()),
        chosen: newest
            .as_ref()
            .map(|newest| newest.credential.as_str().to_owned()),
        addresses: addresses
            .into_iter()
            .map(|(id, masked)| (id.as_str().to_owned(), masked))
            .collect(),
        sent_at: newest.as_ref().filter(|n| !n.failed).map(|n| n.at),
        failed: newest.is_some_and(|newest| newest.failed),
        open_until: open_until.flatten(),
        resend_at: resend_at.or(wait.map(|wait| call.now.plus(wait))),
        failures: mine().map(|c| c.failures).max().unwrap_or_default(),
        locked_until: if mine().all(|c| c.is_locked(call.now)) {
            mine().filter_map(|c| c.locked_until).min()
        } else {
            None
        },
    })
}

fn whole_seconds(micros: i64) -> Seconds {
    Seconds(
        u64::try_from(micros.max(0))
            .unwrap_or_default()
            .div_ceil(1_000_000),
    )
}
