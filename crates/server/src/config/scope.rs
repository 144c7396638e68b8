//! `[[scope]]` and `[[resource]]` tables: descriptions, action labels and floors.

use stepwell_core::authn::{AcrName, Catalog};
use stepwell_core::time::Seconds;
use stepwell_engine::settings::{ResourceSetting, ScopeSetting};
use url::Url;

use super::fields::Fields;
use super::read::Reader;
use super::{suggest, worded};

const SCOPE: &[&str] = &["name", "description", "action", "minimum_acr", "max_age"];
const RESOURCE: &[&str] = &["identifier", "minimum_acr", "max_age"];

/// Reads all scopes.
pub(crate) fn scopes(reader: &mut Reader, catalog: &Catalog) -> Vec<ScopeSetting> {
    let mut found: Vec<ScopeSetting> = Vec::new();
    for (entries, origin) in reader.tables("scope") {
        let mut fields = Fields::open("[[scope]]", SCOPE, entries, origin, &mut reader.problems);
        let name = fields.required("name", 256);
        let description = worded::read(&mut fields, "description", 200);
        let action = worded::read(&mut fields, "action", 80);
        let (minimum_acr, max_age) = floor(&mut fields, catalog);
        let Some(name) = name else { continue };
        if !name
            .chars()
            .all(|c| c.is_ascii_graphic() && c != '"' && c != '\\')
        {
            fields.refuse("name", format!("the scope {name:?} may hold visible ASCII without space, quote and backslash (RFC 6749 §3.3)"));
        } else if found.iter().any(|scope| scope.name == name) {
            fields.refuse(
                "name",
                format!("the scope {name:?} stands twice; keep one [[scope]] for it"),
            );
        } else {
            found.push(ScopeSetting {
                name,
                description,
                action,
                minimum_acr,
                max_age,
            });
        }
    }
    found
}

/// Reads all resources.
pub(crate) fn resources(reader: &mut Reader, catalog: &Catalog) -> Vec<ResourceSetting> {
    let mut found: Vec<ResourceSetting> = Vec::new();
    for (entries, origin) in reader.tables("resource") {
        let mut fields = Fields::open(
            "[[resource]]",
            RESOURCE,
            entries,
            origin,
            &mut reader.problems,
        );
        let identifier = fields.required("identifier", 512);
        let (minimum_acr, max_age) = floor(&mut fields, catalog);
        let Some(identifier) = identifier else {
            continue;
        };
        if !Url::parse(&identifier).is_ok_and(|url| url.fragment().is_none()) {
            fields.refuse("identifier", format!("the resource {identifier:?} has to be an absolute URI without fragment (RFC 8707 §2)"));
        } else if found
            .iter()
            .any(|resource| resource.identifier == identifier)
        {
            fields.refuse(
                "identifier",
                format!("the resource {identifier:?} stands twice; keep one [[resource]] for it"),
            );
        } else {
            found.push(ResourceSetting {
                identifier,
                minimum_acr,
                max_age,
            });
        }
    }
    found
}

fn floor(fields: &mut Fields<'_>, catalog: &Catalog) -> (Option<AcrName>, Option<Seconds>) {
    let minimum = fields.text("minimum_acr", 255).map(AcrName::new);
    let max_age = fields.seconds("max_age", 60);
    if let Some(acr) = minimum.as_ref().filter(|acr| catalog.find(acr).is_none()) {
        let known = catalog.published();
        let hint = suggest::hint(acr.as_str(), known.iter().map(AcrName::as_str));
        fields.refuse(
            "minimum_acr",
            format!("there is no acr {:?}{hint}", acr.as_str()),
        );
    }
    if max_age.is_some() && fields.node("minimum_acr").is_none() {
        fields.refuse(
            "max_age",
            "max_age limits the age of minimum_acr; name that acr too",
        );
    }
    (minimum, max_age)
}
