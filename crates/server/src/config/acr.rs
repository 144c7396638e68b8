//! `[[acr]]` tables to the catalog of authentication context classes, weakest first.

use std::collections::BTreeSet;

use stepwell_core::authn::{Acr, AcrName, Catalog, Renew};

use super::fields::Fields;
use super::predicate;
use super::read::Reader;

const KEYS: &[&str] = &["name", "aliases", "requires", "lifetime", "renew"];
const LONGEST: usize = 255;

/// What stands in for `[[acr]]` where there is none: `Catalog::shipped()`, as a file would say it.
pub(crate) const SHIPPED: &str = r#"[
  { name = "urn:stepwell:acr:basic", aliases = ["1"], requires = { proof = {} } },
  { name = "urn:stepwell:acr:mfa", aliases = ["2", "https://refeds.org/profile/mfa"], requires = { kinds = 2, not_method = ["mail"] } },
  { name = "phr", requires = { phishing_resistant = true } },
  { name = "phrh", requires = { phishing_resistant = true, hardware_bound = true } },
]"#;

/// Reads all acrs. Each broken definition is a problem of its own.
pub(crate) fn catalog(reader: &mut Reader) -> Catalog {
    let mut acrs = Vec::new();
    let mut names = BTreeSet::new();
    for (entries, origin) in reader.tables("acr") {
        let mut fields = Fields::open("[[acr]]", KEYS, entries, origin, &mut reader.problems);
        acrs.extend(one(&mut fields, &mut names));
    }
    if acrs.is_empty() && reader.problems.is_empty() {
        reader.refuse(
            "acr",
            "acr is an empty list: nothing could be claimed; leave it out for the shipped acrs",
        );
    }
    Catalog::new(acrs)
}

fn one(fields: &mut Fields<'_>, names: &mut BTreeSet<String>) -> Option<Acr> {
    let name = fields.required("name", LONGEST);
    let aliases = fields.texts("aliases", LONGEST);
    for (key, value) in name
        .iter()
        .map(|name| ("name", name))
        .chain(aliases.iter().map(|alias| ("aliases", alias)))
    {
        if !value
            .chars()
            .all(|c| c.is_ascii_graphic() && c != '"' && c != '\\')
        {
            fields.refuse(key, format!("the acr value {value:?} may hold visible ASCII without space, quote and backslash (it stands in space-separated acr_values and in WWW-Authenticate)"));
        } else if !names.insert(value.clone()) {
            fields.refuse(
                key,
                format!(
                    "the acr value {value:?} is used twice; names and aliases are unique together"
                ),
            );
        }
    }
    let requires = predicate::read(fields);
    let least = requires
        .as_ref()
        .map_or(60, |requires| 60 * predicate::proofs(requires));
    let lifetime = fields.seconds("lifetime", least);
    let renew = match fields.text("renew", 16).as_deref() {
        None | Some("strongest") => Renew::Strongest,
        Some("all") => Renew::All,
        Some(other) => {
            fields.refuse(
                "renew",
                format!("renew takes \"strongest\" or \"all\", not {other:?}"),
            );
            Renew::Strongest
        }
    };
    Some(Acr {
        name: AcrName::new(name?),
        aliases: aliases.into_iter().map(AcrName::new).collect(),
        requires: requires?,
        lifetime,
        renew,
    })
}
