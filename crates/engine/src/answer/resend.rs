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
        let (mut known, decision) = self
            .db
            .read(|tx| self.judge(tx, call.now, &loaded, cookies.session.as_ref()))?;
        let Verdict::Ask(Step::Prove(prove)) = &decision.verdict else {
            return Ok(Answered::on());
        };
        let choice = prove.choices.iter().find(|c| c.method == *method);
        let code = self.factors.find(method).and_then(|f| f.delivers());
        let (Some(choice), Some(code)) = (choice, code) else {
            return Ok(Answered::Again(Trouble::NotEnough));
        };
        known.leave_what_is_meant(choice);
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
