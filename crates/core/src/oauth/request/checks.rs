//! The checks of an authorization request, one function each, in the order they are made.
//!
//! A check reads the parameters, refuses with its reason, or writes its field of the request.

use super::{AcrRequest, AuthorizationRequest, Prompt, ServerRules};
use crate::client::{Client, GrantType};
use crate::oauth::claims::ClaimsRequest;
use crate::oauth::error::{OAuthError, quoted};
use crate::oauth::params::Params;
use crate::oauth::pkce::Challenge;
use crate::oauth::redirect_uri::validate_resource;
use crate::oauth::scope::Scope;
use crate::time::Seconds;

const MAX_NONCE: usize = 1024;
const MAX_ID_TOKEN_HINT: usize = 8 * 1024;
const MAX_LOGIN_HINT: usize = 256;
const MAX_RESOURCES: usize = 5;
const MAX_LOCALES: usize = 10;
/// The largest integer that every JSON reader agrees on (RFC 8259 §6).
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// A request being checked.
pub(super) struct Draft<'a> {
    pub(super) params: &'a Params,
    pub(super) client: &'a Client,
    pub(super) rules: &'a ServerRules,
    pub(super) request: AuthorizationRequest,
}

type Check = fn(&mut Draft<'_>) -> Result<(), OAuthError>;

/// Every check, in order. `display`, `claims_locales` and unknown parameters have none: they are
/// never an error (OIDC Core §15.1).
pub(super) const ALL: &[Check] = &[
    no_parameter_comes_twice,
    no_request_object,
    the_client_may_use_codes,
    response_type,
    scope,
    resource,
    nonce,
    pkce,
    prompt,
    max_age,
    claims,
    acr,
    id_token_hint,
    login_hint,
    ui_locales,
];

fn no_parameter_comes_twice(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    draft.params.refuse_repeats()
}

fn no_request_object(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    use crate::oauth::ErrorCode::{
        RegistrationNotSupported, RequestNotSupported, RequestUriNotSupported,
    };
    for (name, code) in [
        ("request", RequestNotSupported),
        ("request_uri", RequestUriNotSupported),
        ("registration", RegistrationNotSupported),
    ] {
        if draft.params.get(name).is_some() {
            let description = format!(
                "the parameter '{name}' is not offered; send its contents as plain parameters"
            );
            return Err(OAuthError::new(code, "OIDC Core §3.1.2.6", description));
        }
    }
    Ok(())
}

fn the_client_may_use_codes(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    if draft.client.may_use(GrantType::AuthorizationCode) {
        return Ok(());
    }
    Err(OAuthError::unauthorized_client(
        "RFC 6749 §4.1.2.1",
        "this client is not registered for the grant authorization_code; add it to its grant_types",
    ))
}

fn response_type(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    const RULE: &str = "RFC 6749 §3.1.1";
    match draft.params.require("response_type", RULE)? {
        "code" => Ok(()),
        other => Err(OAuthError::unsupported_response_type(
            RULE,
            format!(
                "the response_type {} is not offered; send response_type=code",
                quoted(other)
            ),
        )),
    }
}

fn scope(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    const RULE: &str = "RFC 6749 §3.3";
    let allowed = &draft.client.scope;
    let asked = Scope::parse(draft.params.get("scope").unwrap_or_default())?;
    if asked.is_empty() {
        return Err(OAuthError::invalid_scope(
            RULE,
            format!("the parameter 'scope' is missing; this client may ask for: {allowed}"),
        ));
    }
    let refused = asked.without(allowed);
    // OpenID requests often carry fixed lists: what is not understood is left out (OIDC Core §3.1.2.1), and the
    // token response says what was granted (RFC 6749 §5.1).
    if asked.is_openid() && allowed.is_openid() {
        draft.request.scope = asked.and(allowed);
        return Ok(());
    }
    if !refused.is_empty() {
        return Err(OAuthError::invalid_scope(
            RULE,
            format!(
                "this client may not ask for {}; it may ask for: {allowed}",
                quoted(&refused.to_string())
            ),
        ));
    }
    draft.request.scope = asked;
    Ok(())
}

fn resource(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    draft.request.resources = read_resources(draft.params, draft.client)?;
    Ok(())
}

/// The `resource` parameters (RFC 8707 §2), without repeats, each one of the client's. Serves the
/// token endpoint too.
///
/// # Errors
/// `invalid_target` when there are more than 5, or one is malformed or not the client's.
pub fn read_resources(params: &Params, client: &Client) -> Result<Vec<String>, OAuthError> {
    const RULE: &str = "RFC 8707 §2";
    let mut resources: Vec<String> = Vec::new();
    for (seen, asked) in params.get_all("resource").enumerate() {
        if seen == MAX_RESOURCES {
            return Err(OAuthError::invalid_target(
                RULE,
                format!("more than {MAX_RESOURCES} resources were asked for"),
            ));
        }
        validate_resource(asked)?;
        if !client.resources.iter().any(|allowed| allowed == asked) {
            return Err(OAuthError::invalid_target(
                RULE,
                format!(
                    "this client may not ask for tokens for the resource {}; add it to its resources",
                    quoted(asked)
                ),
            ));
        }
        if !resources.iter().any(|known| known == asked) {
            resources.push(asked.to_owned());
        }
    }
    Ok(resources)
}

fn nonce(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    draft.request.nonce = bounded(draft.params, "nonce", MAX_NONCE, "OIDC Core §3.1.2.1")?;
    Ok(())
}

fn pkce(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    let challenge = Challenge::parse(
        draft.params.get("code_challenge"),
        draft.params.get("code_challenge_method"),
    )?;
    if challenge.is_none() && (draft.rules.require_pkce || draft.client.must_use_pkce()) {
        return Err(OAuthError::invalid_request(
            "RFC 9700 §2.1.1",
            "code_challenge is missing; this client must use PKCE with code_challenge_method=S256",
        ));
    }
    draft.request.code_challenge = challenge;
    Ok(())
}

fn prompt(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    draft.request.prompt = Prompt::parse(draft.params.get("prompt"))?;
    Ok(())
}

/// An empty `max_age` is refused although other empty parameters count as absent: reading it as
/// absent would drop a demand for freshness.
fn max_age(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    let sent = match draft.params.get("max_age") {
        None if !draft.params.is_blank("max_age") => return Ok(()),
        sent => sent.unwrap_or_default(),
    };
    let digits = !sent.is_empty() && sent.bytes().all(|b| b.is_ascii_digit());
    match sent.parse() {
        Ok(seconds) if digits && seconds <= MAX_SAFE_INTEGER => {
            draft.request.max_age = Some(Seconds(seconds));
            Ok(())
        }
        _ => Err(OAuthError::invalid_request(
            "OIDC Core §3.1.2.1",
            format!(
                "max_age {} must be a whole number of seconds from 0 to {MAX_SAFE_INTEGER}",
                quoted(sent)
            ),
        )),
    }
}

fn claims(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    if let Some(text) = draft.params.get("claims") {
        draft.request.claims = ClaimsRequest::parse(text)?;
    }
    Ok(())
}

fn acr(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    draft.request.acr =
        AcrRequest::combine(draft.params.get("acr_values"), draft.request.claims.acr())?;
    Ok(())
}

fn id_token_hint(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    draft.request.id_token_hint = bounded(
        draft.params,
        "id_token_hint",
        MAX_ID_TOKEN_HINT,
        "OIDC Core §3.1.2.1",
    )?;
    Ok(())
}

fn login_hint(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    draft.request.login_hint = bounded(
        draft.params,
        "login_hint",
        MAX_LOGIN_HINT,
        "OIDC Core §3.1.2.1",
    )?;
    Ok(())
}

/// A wish that is never an error (OIDC Core §15.1): what cannot be a language tag is dropped.
fn ui_locales(draft: &mut Draft<'_>) -> Result<(), OAuthError> {
    let is_tag = |tag: &&str| {
        (1..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let tags = draft
        .params
        .get("ui_locales")
        .unwrap_or_default()
        .split(' ')
        .filter(is_tag);
    draft.request.ui_locales = tags.take(MAX_LOCALES).map(str::to_owned).collect();
    Ok(())
}

fn bounded(
    params: &Params,
    name: &str,
    max: usize,
    rule: &'static str,
) -> Result<Option<String>, OAuthError> {
    match params.get(name) {
        Some(value) if value.len() > max => Err(OAuthError::invalid_request(
            rule,
            format!("{name} is longer than {max} bytes"),
        )),
        value => Ok(value.map(str::to_owned)),
    }
}
