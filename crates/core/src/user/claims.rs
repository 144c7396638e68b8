//! The types of the standard claims (OIDC Core §5.1). What a claim says is not judged here.

use serde_json::{Map, Value};

/// The members of `address` (OIDC Core §5.1.1), all texts.
const ADDRESS: [&str; 6] = [
    "formatted",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
];

/// What a claim takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Flag,
    Number,
    Address,
}

/// The type of a standard claim; none for a claim of one's own.
fn kind(claim: &str) -> Option<Kind> {
    Some(match claim {
        "name" | "given_name" | "family_name" | "middle_name" | "nickname"
        | "preferred_username" | "profile" | "picture" | "website" | "email" | "gender"
        | "birthdate" | "zoneinfo" | "locale" | "phone_number" => Kind::Text,
        "email_verified" | "phone_number_verified" => Kind::Flag,
        "updated_at" => Kind::Number,
        "address" => Kind::Address,
        _ => return None,
    })
}

/// Holds a person's claims against the types that the standard gives them; says all that is wrong. Claims of
/// one's own may be anything but null, which means that there is no such claim (OIDC Core §5.3.2).
pub fn problems(claims: &Map<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in claims {
        // A name may end in a language, as in `name#ja` (OIDC Core §5.2).
        let plain = name.split('#').next().unwrap_or_default();
        if plain == "sub" {
            found.push("the claim sub is made here and cannot be given".to_owned());
        } else if value.is_null() {
            found.push(format!(
                "the claim {name} is null; leave it out instead (OIDC Core §5.3.2)"
            ));
        } else if let Some(wanted) = kind(plain) {
            found.extend(wrong(name, wanted, value));
        }
    }
    found
}

fn wrong(name: &str, wanted: Kind, value: &Value) -> Vec<String> {
    let (fits, words) = match wanted {
        Kind::Text => (value.is_string(), "a text"),
        Kind::Flag => (value.is_boolean(), "true or false"),
        Kind::Number => (
            value.is_number(),
            "a number, the seconds since 1970-01-01T00:00:00Z",
        ),
        Kind::Address => (value.is_object(), "an object with members such as locality"),
    };
    if !fits {
        let got = got(value);
        return vec![format!(
            "the claim {name} takes {words}, not {got} (OIDC Core §5.1)"
        )];
    }
    let members = value.as_object().into_iter().flatten();
    members
        .filter(|(member, value)| ADDRESS.contains(&member.as_str()) && !value.is_string())
        .map(|(member, value)| {
            let got = got(value);
            format!("the claim {name} takes a text as {member}, not {got} (OIDC Core §5.1.1)")
        })
        .collect()
}

fn got(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::oauth::scope::standard_claims;

    fn told(claims: Value) -> Vec<String> {
        problems(claims.as_object().unwrap())
    }

    #[test]
    fn claims_of_their_types_and_claims_of_ones_own_are_fine() {
        let fine = json!({
            "name": "Ada", "name#ja": "エイダ", "email": "ada@example.com", "email_verified": false,
            "phone_number_verified": true, "updated_at": 1_700_000_000,
            "address": { "locality": "London", "note": 3 }, "staff": ["a", 1], "level": 7,
        });
        assert_eq!(told(fine), Vec::<String>::new());
    }

    #[test]
    fn a_claim_of_a_wrong_type_is_named_with_the_type_it_takes() {
        for (claims, start) in [
            (
                json!({"email_verified": "true"}),
                "the claim email_verified takes true or false, not a text",
            ),
            (
                json!({"address": "Main Street 1"}),
                "the claim address takes an object with members such as locality, not a text",
            ),
            (
                json!({"address": {"country": 49}}),
                "the claim address takes a text as country, not a number",
            ),
            (
                json!({"updated_at": "2026-01-01"}),
                "the claim updated_at takes a number, the seconds since",
            ),
            (
                json!({"name": ["Ada"]}),
                "the claim name takes a text, not a list",
            ),
            (
                json!({"family_name#fr": 1}),
                "the claim family_name#fr takes a text, not a number",
            ),
            (json!({"staff": null}), "the claim staff is null"),
            (json!({"sub": "1"}), "the claim sub is made here"),
        ] {
            let told = told(claims);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with(start), "{told:?}");
        }
        let all = told(json!({"email": 1, "phone_number": 2, "locale": true}));
        assert_eq!(all.len(), 3, "{all:?}");
    }

    #[test]
    fn every_claim_that_a_scope_stands_for_has_a_type() {
        for scope in ["profile", "email", "address", "phone"] {
            for claim in standard_claims(scope) {
                assert!(kind(claim).is_some(), "{claim}");
            }
        }
    }
}
