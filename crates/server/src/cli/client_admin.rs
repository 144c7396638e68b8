//! `stepwell client show|disable|enable|rotate-secret`.

use serde_json::{Map, Value, json};
use stepwell_core::client::Client;
use stepwell_core::ids::ClientId;
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_store::clients::Registration;

use super::args::{ClientNamed, RotateSecret};
use super::failure::{Code, Failure};
use super::output::Output;
use super::provider::{self, with_call};
use super::text;
use crate::config::Config;

/// Fields of a registration that are shown under another name.
const RENAMED: [(&str, &str); 4] = [
    ("id", "client_id"),
    ("name", "name"),
    ("application_type", "type"),
    ("auth_method", "token_endpoint_auth_method"),
];

/// Fields that are shown as they are called. What stands here nowhere is not shown: it may be a secret.
const SHOWN: [&str; 21] = [
    "jwks",
    "redirect_uris",
    "post_logout_redirect_uris",
    "cors_origins",
    "grant_types",
    "response_modes",
    "scope",
    "resources",
    "id_token_signed_response_alg",
    "access_token_signed_response_alg",
    "default_acr_values",
    "default_max_age",
    "minimum_acr",
    "maximum_auth_age",
    "acr_values_mode",
    "refresh_policy",
    "require_pkce",
    "skip_consent",
    "verified",
    "access_token_lifetime",
    "action",
];

pub(super) fn show(
    args: &ClientNamed,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let db = provider::migrated(provider::database(config)?, config)?;
    let id = ClientId::new(&args.id);
    let row = db.read(|tx| stepwell_store::clients::find(tx, &id))?;
    let row = row.ok_or_else(|| {
        Failure::new(
            Code::NotFound,
            format!("no client is registered under {id}; `stepwell client list` lists all"),
        )
    })?;
    let shown = shown(&row)?;
    Ok(output.answer(&text::lines(&shown), &Value::Object(shown))?)
}

/// A registration by its names in RFC 7591, without anything of its secrets.
fn shown(row: &Registration) -> Result<Map<String, Value>, Failure> {
    let unread = |error| Failure::failed(format!("the client {} cannot be read: {error}", row.id));
    let client: Client = serde_json::from_str(&row.json).map_err(unread)?;
    let Value::Object(mut rest) = serde_json::to_value(&client).map_err(unread)? else {
        return Ok(Map::new());
    };
    let mut shown = Map::new();
    for (field, name) in RENAMED {
        shown.insert(name.to_owned(), rest.remove(field).unwrap_or_default());
    }
    for field in SHOWN {
        shown.extend(rest.remove_entry(field));
    }
    let old_until = client.old_secret.map(|old| old.until.rfc3339());
    shown.insert("old_secret_until".to_owned(), old_until.into());
    shown.insert("created_at".to_owned(), row.created_at.rfc3339().into());
    shown.insert("updated_at".to_owned(), row.updated_at.rfc3339().into());
    let off = row.disabled_at;
    shown.insert("disabled".to_owned(), off.is_some().into());
    shown.insert("disabled_at".to_owned(), off.map(Timestamp::rfc3339).into());
    Ok(shown)
}

/// Switches a client off or on.
pub(super) fn switch(
    args: &ClientNamed,
    on: bool,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let engine = provider::engine(config)?;
    let id = ClientId::new(&args.id);
    let changed = with_call(|call| engine.switch_client(call, &id, on))?;
    let text = match (on, changed) {
        (true, true) => format!("{id} is on again."),
        (true, false) => format!("{id} was on already."),
        (false, true) => format!(
            "{id} is off: nobody signs in to it, and it gets no tokens. APIs that verify access tokens by themselves take those that are out to their end, usually {} at most.",
            config.settings.lifetimes.access_token
        ),
        (false, false) => format!("{id} was off already."),
    };
    let json = json!({ "client_id": id, "disabled": !on, "changed": changed });
    Ok(output.answer(&text, &json)?)
}

pub(super) fn rotate_secret(
    args: &RotateSecret,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let old_for = args.old_until.as_deref().map(Seconds::parse).transpose();
    let old_for = old_for.map_err(|problem| Failure::usage(format!("--old-until: {problem}")))?;
    let engine = provider::engine(config)?;
    let id = ClientId::new(&args.id);
    let rotated = with_call(|call| engine.rotate_client_secret(call, &id, old_for))?;
    let secret = rotated.secret.expose();
    let old_until = rotated.old_until.map(Timestamp::rfc3339);
    let end = match &old_until {
        Some(until) => format!("The old secret stays valid until {until}."),
        None => "The old secret ended at once.".to_owned(),
    };
    let text = format!("client_id: {id}\nclient_secret, shown once: {secret}\n{end}");
    let json = json!({ "client_id": id, "client_secret": secret, "old_secret_until": old_until });
    Ok(output.answer(&text, &json)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use stepwell_core::client::{ApplicationType, NewClient};
    use stepwell_core::secret::{Hashed, Secret};

    use super::*;

    #[test]
    fn a_field_is_shown_only_when_somebody_decided_so() {
        let secrets = vec![Hashed::of(&Secret::new("a secret"))];
        let new = NewClient {
            redirect_uris: vec!["https://app.example/cb".into()],
            ..NewClient::new(ApplicationType::Web, "App")
        };
        let client = new
            .build(ClientId::new("app"), secrets, Timestamp::default())
            .unwrap();
        let all = serde_json::to_value(&client).unwrap();
        let shown = |field: &str| {
            SHOWN.contains(&field) || RENAMED.iter().any(|(known, _)| *known == field)
        };
        let mut hidden: Vec<&str> = all
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .filter(|field| !shown(field))
            .collect();
        hidden.sort_unstable();
        assert_eq!(hidden, ["created_at", "old_secret", "secret_hashes"]);
    }
}
