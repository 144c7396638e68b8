//! `requires` of an acr to a predicate over evidence.
//!
//! A table says exactly one thing: a number of kinds, all of several, any of several, or one proof
//! with its traits. A table that says two things, or nothing, is refused rather than guessed. What may not
//! count can stand beside each.

use std::collections::BTreeSet;

use stepwell_core::authn::{Barred, Method, Pattern, Predicate};
use stepwell_core::time::Seconds;
use stepwell_engine::factors::METHODS;

use super::fields::Fields;
use super::node::{Entry, Node, Value};
use super::{read as values, suggest};

const DEEPEST: usize = 4;
const MOST: usize = 16;
/// The time that a person is given for each proof.
const PER_PROOF: u64 = 60;
const TRAITS: &[&str] = &["phishing_resistant", "user_verified", "hardware_bound"];
const AGES: &[&str] = &["within", "enrolled_before"];
const PROOF: &[&str] = &[
    "method",
    "phishing_resistant",
    "user_verified",
    "hardware_bound",
    "within",
    "enrolled_before",
];
const ALL: &[&str] = &[
    "kinds",
    "all",
    "any",
    "proof",
    "method",
    "phishing_resistant",
    "user_verified",
    "hardware_bound",
    "within",
    "enrolled_before",
    "not_method",
    "restricted",
];
/// What may not count, beside whatever a table says.
const BARS: &[&str] = &["not_method", "restricted"];
/// A refusal; where it points is the table's `requires`.
type Read<T> = Result<T, (Option<Node>, String)>;

/// Reads `requires`.
pub(crate) fn read(fields: &mut Fields<'_>) -> Option<Predicate> {
    let Some(node) = fields.node("requires").cloned() else {
        fields.refuse(
            "requires",
            "[[acr]] needs requires, such as { kinds = 2 } or { method = [\"totp\"] }",
        );
        return None;
    };
    let found =
        table(&node, 1).and_then(|predicate| timely(&predicate, 0, &node).map(|()| predicate));
    match found {
        Ok(predicate) => Some(predicate),
        Err((at, message)) => {
            fields.refuse_at(at.unwrap_or(node).origin, message);
            None
        }
    }
}

/// How many proofs a person may have to give for it, at most.
pub(crate) fn proofs(predicate: &Predicate) -> u64 {
    match predicate {
        Predicate::Proof(_) => 1,
        Predicate::Kinds { count, .. } => u64::from(*count),
        Predicate::Any(parts) => parts.iter().map(proofs).max().unwrap_or(1),
        Predicate::All(parts) => parts.iter().map(proofs).sum(),
        Predicate::Without { requires, .. } => proofs(requires),
    }
}

fn refuse<T>(at: &Node, message: impl Into<String>) -> Read<T> {
    Err((Some(at.clone()), message.into()))
}

fn get<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Node> {
    entries
        .iter()
        .find(|entry| entry.key == key)
        .map(|entry| &entry.node)
}

fn table(node: &Node, depth: usize) -> Read<Predicate> {
    if depth > DEEPEST {
        return refuse(node, format!("requires is nested more than {DEEPEST} deep"));
    }
    let Value::Table(entries) = &node.value else {
        return refuse(
            node,
            format!(
                "requires takes a table such as {{ kinds = 2 }}, not {}",
                node.kind()
            ),
        );
    };
    known(entries, ALL)?;
    let barred = barred(entries)?;
    let of_bars = |entry: &Entry| BARS.contains(&entry.key.as_str());
    let rest: Vec<Entry> = entries.iter().filter(|e| !of_bars(e)).cloned().collect();
    if barred == Barred::default() {
        return plain(&rest, node, depth);
    }
    let requires = if rest.is_empty() {
        Predicate::Proof(Pattern::default())
    } else {
        plain(&rest, node, depth)?
    };
    Ok(Predicate::Without {
        barred,
        requires: Box::new(requires),
    })
}

/// What does not count.
fn barred(entries: &[Entry]) -> Read<Barred> {
    let mut barred = Barred::default();
    if let Some(node) = get(entries, "not_method") {
        barred.methods = methods("not_method", node)?;
    }
    if let Some(node) = get(entries, "restricted") {
        if !matches!(node.value, Value::Bool(false)) {
            return refuse(
                node,
                "restricted takes only false, for proofs that others could divert to be left out; drop it where they may count",
            );
        }
        barred.restricted = true;
    }
    Ok(barred)
}

fn plain(entries: &[Entry], node: &Node, depth: usize) -> Read<Predicate> {
    let heads: Vec<&str> = ["kinds", "all", "any", "proof"]
        .into_iter()
        .filter(|head| get(entries, head).is_some())
        .collect();
    match heads.as_slice() {
        [] if entries.is_empty() => refuse(
            node,
            "requires says nothing; write { proof = {} } for any single proof, or { kinds = 2 }",
        ),
        [] => proof(entries),
        [head] => {
            let ages_too = *head == "kinds";
            let other = entries
                .iter()
                .find(|e| e.key != *head && !(ages_too && AGES.contains(&e.key.as_str())));
            if let Some(other) = other {
                let message = format!(
                    "{head} and {} cannot stand in one table; join them with {{ all = [ … ] }}",
                    other.key
                );
                return refuse(&other.node, message);
            }
            headed(head, entries, node, depth)
        }
        [first, second, ..] => refuse(
            node,
            format!(
                "{first} and {second} cannot stand in one table; join them with {{ all = [ … ] }}"
            ),
        ),
    }
}

fn headed(head: &str, entries: &[Entry], node: &Node, depth: usize) -> Read<Predicate> {
    let value = get(entries, head).unwrap_or(node);
    match head {
        "kinds" => kinds(value, within(entries)?, settled(entries)?),
        "proof" => match &value.value {
            Value::Table(inner) => known(inner, PROOF).and_then(|()| proof(inner)),
            _ => refuse(
                value,
                "proof takes a table such as {} or { method = [\"totp\"] }",
            ),
        },
        _ => {
            let Value::List(items) = &value.value else {
                return refuse(
                    value,
                    format!("{head} takes a list of tables, not {}", value.kind()),
                );
            };
            if items.is_empty() || items.len() > MOST {
                return refuse(
                    value,
                    format!("{head} has {} parts; it takes 1 to {MOST}", items.len()),
                );
            }
            let parts = items
                .iter()
                .map(|item| table(item, depth + 1))
                .collect::<Read<Vec<_>>>()?;
            Ok(if head == "all" {
                Predicate::All(parts)
            } else {
                Predicate::Any(parts)
            })
        }
    }
}

fn kinds(value: &Node, within: Option<Seconds>, settled: Option<Seconds>) -> Read<Predicate> {
    let Value::Integer(count @ 1..=3) = value.value else {
        return refuse(
            value,
            "kinds takes 1, 2 or 3: there are knowledge, possession and inherence",
        );
    };
    Ok(Predicate::Kinds {
        count: u8::try_from(count).unwrap_or(3),
        within,
        settled,
    })
}

fn proof(entries: &[Entry]) -> Read<Predicate> {
    let mut pattern = Pattern {
        within: within(entries)?,
        settled: settled(entries)?,
        ..Pattern::default()
    };
    if let Some(node) = get(entries, "method") {
        pattern.methods = methods("method", node)?;
    }
    for name in TRAITS {
        let Some(node) = get(entries, name) else {
            continue;
        };
        if !matches!(node.value, Value::Bool(true)) {
            return refuse(
                node,
                format!("{name} takes only true; leave it out where it is not needed"),
            );
        }
        match *name {
            "phishing_resistant" => pattern.phishing_resistant = true,
            "user_verified" => pattern.user_verified = true,
            _ => pattern.hardware_bound = true,
        }
    }
    Ok(Predicate::Proof(pattern))
}

fn methods(key: &str, node: &Node) -> Read<BTreeSet<Method>> {
    let Value::List(items) = &node.value else {
        return refuse(node, format!("{key} takes a list such as [\"totp\"]"));
    };
    if items.is_empty() {
        return refuse(
            node,
            format!("{key} is an empty list and says nothing; leave it out for any method"),
        );
    }
    items.iter().map(method).collect()
}

fn method(node: &Node) -> Read<Method> {
    match &node.value {
        Value::Text(name) if METHODS.contains(&name.as_str()) => Ok(Method::new(name)),
        Value::Text(name) => {
            let hint = suggest::hint(name, METHODS.iter().copied());
            refuse(
                node,
                format!(
                    "there is no method {name:?}{hint}; there are {}",
                    METHODS.join(", ")
                ),
            )
        }
        _ => refuse(node, "method takes a list of texts such as [\"totp\"]"),
    }
}

fn within(entries: &[Entry]) -> Read<Option<Seconds>> {
    age(entries, "within")
}

/// How long before its use an authenticator must have been set up.
fn settled(entries: &[Entry]) -> Read<Option<Seconds>> {
    age(entries, "enrolled_before")
}

fn age(entries: &[Entry], key: &str) -> Read<Option<Seconds>> {
    let Some(node) = get(entries, key) else {
        return Ok(None);
    };
    match values::duration(node, 1, 3_660 * 86_400) {
        Ok(found) => Ok(Some(found)),
        Err(message) => refuse(node, format!("{key} {message}")),
    }
}

fn known(entries: &[Entry], keys: &[&str]) -> Read<()> {
    match entries
        .iter()
        .find(|entry| !keys.contains(&entry.key.as_str()))
    {
        Some(entry) => {
            let hint = suggest::hint(&entry.key, keys.iter().copied());
            let node = Node {
                value: Value::Bool(true),
                origin: entry.at.clone(),
            };
            refuse(&node, format!("requires has no key {:?}{hint}", entry.key))
        }
        None => Ok(()),
    }
}

/// Refuses an age so short that the first proof is too old before the last can be given.
fn timely(predicate: &Predicate, beside: u64, at: &Node) -> Read<()> {
    let enough = |within: &Option<Seconds>| {
        let least = PER_PROOF * (proofs(predicate) + beside);
        match within {
            Some(within) if within.0 < least => refuse(
                at,
                format!(
                    "within = \"{within}\" is too short: a person gets 60 s for each proof, here at least {}",
                    Seconds(least)
                ),
            ),
            _ => Ok(()),
        }
    };
    match predicate {
        Predicate::Proof(pattern) => enough(&pattern.within),
        Predicate::Kinds { within, .. } => enough(within),
        Predicate::Any(parts) => parts.iter().try_for_each(|part| timely(part, beside, at)),
        Predicate::All(parts) => {
            let total: u64 = parts.iter().map(proofs).sum();
            parts
                .iter()
                .try_for_each(|part| timely(part, beside + total - proofs(part), at))
        }
        Predicate::Without { requires, .. } => timely(requires, beside, at),
    }
}
