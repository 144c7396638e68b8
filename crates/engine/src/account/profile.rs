//! What a person tells of themselves: the standard claims that they may change (OIDC Core §5.1).
//!
//! Claims that the provider vouches for (`email`, `email_verified`, `phone_number` and its like) are not among
//! them: they are proven by enrolling the address, or set by an administrator.

use serde_json::{Map, Value, json};
use stepwell_core::audit::names;
use stepwell_core::display_text::{self, TextProblem};
use stepwell_store::users;

use super::Me;
use crate::Engine;
use crate::call::Call;
use crate::error::EngineError;

/// The claims that a person may change, in the order of the page.
const CHANGEABLE: [&str; 4] = ["name", "given_name", "family_name", "nickname"];
/// The longest value, in characters.
const LONGEST: usize = 120;

/// What the profile page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileView {
    /// The name to sign in with.
    pub username: String,
    /// What may be changed: names of claims and their values.
    pub fields: Vec<(&'static str, String)>,
    /// The address that apps are told, if any, and whether it is verified.
    pub email: Option<(String, bool)>,
    /// The number that apps are told, if any, and whether it is verified.
    pub phone: Option<(String, bool)>,
}

/// Why a value was refused: the claim, and the rule that it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The claim.
    pub claim: &'static str,
    /// The rule, for the page's words: `too-long` or `not-plain-text`.
    pub rule: &'static str,
}

impl Engine {
    /// What the person tells of themselves.
    pub fn profile(&self, me: &Me) -> ProfileView {
        let text = |name: &str| {
            let value = me.user.claims.get(name).and_then(Value::as_str);
            value.map(str::to_owned)
        };
        let verified = |name: &str| {
            let value = me.user.claims.get(name).and_then(Value::as_bool);
            value.unwrap_or_default()
        };
        ProfileView {
            username: me.user.username.clone(),
            fields: CHANGEABLE
                .iter()
                .map(|name| (*name, text(name).unwrap_or_default()))
                .collect(),
            email: text("email").map(|email| (email, verified("email_verified"))),
            phone: text("phone_number").map(|number| (number, verified("phone_number_verified"))),
        }
    }

    /// Changes what the person tells of themselves; an empty value takes the claim away.
    ///
    /// # Errors
    /// Every value that breaks a rule, as the inner error; or that it cannot be stored.
    pub fn update_profile(
        &self,
        call: &Call<'_>,
        me: &Me,
        values: &[(&str, &str)],
    ) -> Result<Result<(), Vec<Refused>>, EngineError> {
        let mut changes: Vec<(&'static str, String)> = Vec::new();
        let mut refused = Vec::new();
        for claim in CHANGEABLE {
            let Some((_, value)) = values.iter().find(|(name, _)| *name == claim) else {
                continue;
            };
            let value = value.trim();
            let rule = match display_text::check(value, LONGEST) {
                Ok(()) | Err(TextProblem::Empty) => None,
                Err(TextProblem::TooLong(_)) => Some("too-long"),
                Err(TextProblem::Hidden(_)) => Some("not-plain-text"),
            };
            match rule {
                Some(rule) => refused.push(Refused { claim, rule }),
                None => changes.push((claim, value.to_owned())),
            }
        }
        if !refused.is_empty() {
            return Ok(Err(refused));
        }
        self.db.write(|tx| -> Result<(), EngineError> {
            let Some(user) = users::find(tx, &me.user.id)? else {
                return Ok(());
            };
            let claims = changed(&user.claims, &changes);
            if claims == user.claims {
                return Ok(());
            }
            users::update_claims(tx, &user.id, &claims, call.now)?;
            let touched: Vec<&str> = changes
                .iter()
                .map(|(claim, _)| *claim)
                .filter(|claim| claims.get(*claim) != user.claims.get(*claim))
                .collect();
            tx.audit(
                call.event(names::USER_UPDATED)
                    .user(&user.id)
                    .session(&me.session.id)
                    .with("claims", touched),
            );
            Ok(())
        })?;
        Ok(Ok(()))
    }
}

fn changed(claims: &Map<String, Value>, changes: &[(&'static str, String)]) -> Map<String, Value> {
    let mut claims = claims.clone();
    for (claim, value) in changes {
        if value.is_empty() {
            claims.remove(*claim);
        } else {
            claims.insert((*claim).to_owned(), json!(value));
        }
    }
    claims
}
