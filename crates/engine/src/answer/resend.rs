//! "Send another code": asked for by a form, never by a page that is shown.

use stepwell_core::authn::{Method, Step, Verdict};

use super::{Answered, Trouble};
use crate::Engine;
use crate::authorize::{Loaded, Post, Sending};
use crate::call::{Call, Cookies};
use crate::error::EngineError;

impl Engine {
    /// Sends another code by `method`, if that is asked for now.
    pub(super) fn another_code(
        &self,
        call: &Call<'_>,
        mut loaded: Box<Loaded>,
        cookies: &Cookies,
        method: &Method,
        chosen: Option<&str>,
    ) -> Result<Answered, EngineError> {
        let (known, decision) = self
            .db
            .read(|tx| self.judge(tx, call.now, &loaded, cookies.session.as_ref()))?;
        let Verdict::Ask(Step::Prove(prove)) = &decision.verdict else {
            return Ok(Answered::on());
        };
        let offered = prove.choices.iter().any(|choice| choice.method == *method);
        let factor = self.factors.find(method).filter(|_| offered);
        let Some(code) = factor.and_then(|factor| factor.delivers()) else {
            return Ok(Answered::Again(Trouble::NotEnough));
        };
        let post = Post {
            known: &known,
            method,
            code,
        };
        Ok(match self.resend(call, &mut loaded, post, chosen)? {
            Sending::Wait(seconds) => Answered::Again(Trouble::TooSoon(seconds.0)),
            // The page tells whether it left.
            Sending::Tried(_) | Sending::Nowhere => Answered::on(),
        })
    }
}
