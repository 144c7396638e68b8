//! `stepwell client create` and `stepwell client list`.

use serde_json::{Value, json};
use stepwell_core::client::{AcrValuesMode, ApplicationType, Client, NewClient};
use stepwell_core::ids::ClientId;
use stepwell_core::oauth::Scope;
use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use stepwell_engine::admin::CreatedClient;
use url::Url;

use super::args::{AcrValues, ClientCreate, ClientType};
use super::failure::Failure;
use super::input;
use super::output::Output;
use super::provider::{self, with_call};
use crate::config::Config;

pub(super) fn create(
    args: ClientCreate,
    config: &Config,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let (env, id) = (args.env, args.id.clone().map(ClientId::new));
    let new = registration(args)?;
    let engine = provider::engine(config)?;
    if let Some(id) = id.as_ref().filter(|id| engine.find_client(id).is_ok()) {
        return Err(Failure::new(
            super::failure::Code::Conflict,
            format!("a client {id} is registered already; choose another --id"),
        ));
    }
    let created = with_call(|call| engine.create_client(call, id, new))?;
    let issuer = &config.settings.issuer;
    let text = if env {
        environment(issuer, &created)
    } else {
        sentence(&created)
    };
    Ok(output.answer(&text, &summary(issuer, &created))?)
}

pub(super) fn list(config: &Config, output: &mut Output<'_>) -> Result<(), Failure> {
    let db = provider::migrated(provider::database(config)?, config)?;
    let rows = db.read(stepwell_store::clients::all)?;
    let mut clients = Vec::new();
    for row in rows {
        let client: Client = serde_json::from_str(&row.json)
            .map_err(|error| Failure::failed(format!("a stored client cannot be read: {error}")))?;
        clients.push((client, row.disabled_at.is_some()));
    }
    clients.sort_by_key(|(client, _)| client.name.to_lowercase());
    let lines: Vec<String> = clients
        .iter()
        .map(|(client, disabled)| {
            let end = if *disabled { "  disabled" } else { "" };
            format!(
                "{}  {}  {}{end}",
                client.id, client.application_type, client.name
            )
        })
        .collect();
    let json: Vec<Value> = clients
        .iter()
        .map(|(client, disabled)| {
            json!({
                "client_id": client.id, "name": client.name, "type": client.application_type,
                "redirect_uris": client.redirect_uris, "scope": client.scope, "disabled": disabled,
            })
        })
        .collect();
    let text = if lines.is_empty() {
        "There are no clients.".to_owned()
    } else {
        lines.join("\n")
    };
    Ok(output.answer(&text, &json!({ "clients": json }))?)
}

/// What the options say, with defaults by the type for the rest.
fn registration(args: ClientCreate) -> Result<NewClient, Failure> {
    let kind = match args.kind {
        ClientType::Web => ApplicationType::Web,
        ClientType::Spa => ApplicationType::Spa,
        ClientType::Native => ApplicationType::Native,
        ClientType::Service => ApplicationType::Service,
    };
    let name = args.name.clone().unwrap_or_else(|| usual_name(&args));
    let mut new = NewClient::new(kind, name);
    new.auth_method = args
        .auth_method
        .as_deref()
        .map(|text| choice("--auth-method", text))
        .transpose()?;
    new.jwks = args.jwks.as_deref().map(input::json).transpose()?;
    new.cors_origins = (!args.cors_origins.is_empty()).then_some(args.cors_origins);
    if !args.grants.is_empty() {
        let grants = args
            .grants
            .iter()
            .map(|text| choice("--grant", text))
            .collect::<Result<Vec<_>, _>>()?;
        new.grant_types = Some(grants);
    }
    if !args.scopes.is_empty() {
        let scope = Scope::parse(&args.scopes.join(" "));
        new.scope =
            Some(scope.map_err(|error| {
                Failure::usage(format!("--scope: {}", error.wire_description()))
            })?);
    }
    if let Some(alg) = args.alg {
        new.id_token_signed_response_alg = choice("--alg", alg.name())?;
        new.access_token_signed_response_alg = choice("--alg", alg.name())?;
    }
    new.redirect_uris = args.redirects;
    new.post_logout_redirect_uris = args.post_logout_redirects;
    new.resources = args.resources;
    new.minimum_acr = args.minimum_acr;
    new.default_acr_values = args.default_acrs;
    new.default_max_age = duration("--default-max-age", args.default_max_age.as_deref())?;
    new.maximum_auth_age = duration("--maximum-auth-age", args.maximum_auth_age.as_deref())?;
    new.access_token_lifetime = duration(
        "--access-token-lifetime",
        args.access_token_lifetime.as_deref(),
    )?;
    if let Some(policy) = &args.refresh_policy {
        new.refresh_policy = choice("--refresh-policy", policy)?;
    }
    if args.require_pkce {
        new.require_pkce = Some(true);
    }
    new.skip_consent = args.skip_consent;
    new.verified = !args.unverified;
    new.action = args.action;
    if args.acr_values == Some(AcrValues::Voluntary) {
        new.acr_values_mode = AcrValuesMode::Voluntary;
    }
    Ok(new)
}

fn choice<T: std::str::FromStr>(option: &str, text: &str) -> Result<T, Failure>
where
    T::Err: std::fmt::Display,
{
    text.parse()
        .map_err(|error| Failure::usage(format!("{option}: {error}")))
}

/// The host that a client is at, or its id.
fn usual_name(args: &ClientCreate) -> String {
    let host = args
        .redirects
        .first()
        .and_then(|uri| Url::parse(uri).ok()?.host_str().map(ToOwned::to_owned));
    host.or_else(|| args.id.clone())
        .unwrap_or_else(|| "Unnamed client".to_owned())
}

fn sentence(created: &CreatedClient) -> String {
    let mut text = format!(
        "Registered {}\nclient_id: {}",
        created.client.name, created.client.id
    );
    if let Some(secret) = &created.secret {
        text.push_str(&format!("\nclient_secret, shown once: {}", secret.expose()));
    }
    text
}

fn summary(issuer: &str, created: &CreatedClient) -> Value {
    let client = &created.client;
    json!({
        "issuer": issuer,
        "client_id": client.id,
        "client_secret": created.secret.as_ref().map(Secret::expose),
        "name": client.name,
        "type": client.application_type,
        "token_endpoint_auth_method": client.auth_method,
        "redirect_uris": client.redirect_uris,
        "scope": client.scope,
    })
}

/// A `.env` that an application can read as it stands.
fn environment(issuer: &str, created: &CreatedClient) -> String {
    let client = &created.client;
    let mut lines = vec![
        format!("ISSUER={issuer}"),
        format!("CLIENT_ID={}", client.id),
    ];
    lines.extend(
        created
            .secret
            .as_ref()
            .map(|secret| format!("CLIENT_SECRET={}", secret.expose())),
    );
    lines.extend(
        client
            .redirect_uris
            .first()
            .map(|uri| format!("REDIRECT_URI={uri}")),
    );
    lines.extend(
        client
            .post_logout_redirect_uris
            .first()
            .map(|uri| format!("POST_LOGOUT_REDIRECT_URI={uri}")),
    );
    lines.push(format!("TOKEN_ENDPOINT_AUTH_METHOD={}", client.auth_method));
    lines.push(format!("SCOPE=\"{}\"", client.scope));
    lines.extend(
        client
            .resources
            .first()
            .map(|uri| format!("RESOURCE={uri}")),
    );
    lines.join("\n")
}

fn duration(option: &str, text: Option<&str>) -> Result<Option<Seconds>, Failure> {
    text.map(Seconds::parse)
        .transpose()
        .map_err(|problem| Failure::usage(format!("{option}: {problem}")))
}
