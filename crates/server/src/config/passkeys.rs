//! `[passkeys]`: what credentials are bound to, and which of them count as hardware.

use std::collections::BTreeSet;
use std::path::Path;

use stepwell_engine::factors::passkey::{Aaguid, Authorities};
use stepwell_engine::settings::{CounterRegression, PasskeySettings};
use url::{Host, Url};

use super::problem::Problem;
use super::read::Reader;
use crate::whole_file;

/// A file of certificates larger than this is refused.
const LARGEST: u64 = 1024 * 1024;

/// Reads the section.
pub(super) fn settings(reader: &mut Reader, issuer: &str) -> PasskeySettings {
    let rp_id = reader.text("passkeys.rp_id");
    if let Some(message) = rp_id.as_deref().and_then(|id| misfit(id, issuer)) {
        reader.refuse("passkeys.rp_id", message);
    }
    let attestation = reader.text("passkeys.attestation").as_deref() == Some("direct");
    let authorities = authorities(reader);
    if !authorities.is_empty() && !attestation {
        reader.refuse(
            "passkeys.attestation_ca_files",
            "passkeys.attestation_ca_files needs passkeys.attestation = \"direct\": without it no authenticator attests",
        );
    }
    PasskeySettings {
        enabled: reader.bool("passkeys.enabled"),
        rp_id,
        rp_name: reader.text("product.name").unwrap_or_default(),
        attestation,
        authorities,
        hardware_models: models(reader),
        counter_regression: match reader.text("passkeys.counter_regression").as_deref() {
            Some("flag") => CounterRegression::Flag,
            _ => CounterRegression::Refuse,
        },
    }
}

/// Why browsers would not take this relying party id at this issuer (WebAuthn §5.1.3 step 8).
fn misfit(id: &str, issuer: &str) -> Option<String> {
    let url = Url::parse(issuer).ok()?;
    let Some(Host::Domain(host)) = url.host() else {
        return Some(format!(
            "passkeys.rp_id {id:?} cannot be used: the issuer's host is an address, and browsers bind passkeys to domains only"
        ));
    };
    let above = host
        .strip_suffix(id)
        .is_some_and(|rest| rest.ends_with('.'));
    (host != id && !(above && id.contains('.'))).then(|| {
        format!(
            "passkeys.rp_id is {id:?}; it has to be {host:?}, the issuer's host, or a domain above it"
        )
    })
}

fn authorities(reader: &mut Reader) -> Authorities {
    let mut found = Authorities::default();
    for (file, origin) in reader.list("passkeys.attestation_ca_files") {
        let read = whole_file::text(Path::new(&file), LARGEST).map_err(String::from);
        let named = |message| format!("{file} {message}");
        if let Err(message) = read.and_then(|pem| found.add_pem(&pem).map_err(named)) {
            reader.problems.push(Problem {
                origin,
                message: format!("passkeys.attestation_ca_files: {message}"),
            });
        }
    }
    found
}

fn models(reader: &mut Reader) -> BTreeSet<Aaguid> {
    let mut found = BTreeSet::new();
    for (text, origin) in reader.list("passkeys.hardware_aaguids") {
        match text.parse() {
            Ok(model) => drop(found.insert(model)),
            Err(message) => reader.problems.push(Problem {
                origin,
                message: format!("passkeys.hardware_aaguids: {text} {message}"),
            }),
        }
    }
    found
}
