//! The demo's person and the bank's registration: made once, then found again.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use stepwell_core::client::{ApplicationType, Client, NewClient};
use stepwell_core::entropy;
use stepwell_core::ids::ClientId;
use stepwell_core::oauth::Scope;
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::username;
use stepwell_engine::admin::NewUser;
use stepwell_engine::courier::Channel;
use stepwell_engine::{Engine, EngineError};
use stepwell_store::users;

use super::Addresses;
use super::home::Home;
use crate::cli::failure::{Code, Failure};
use crate::cli::provider::with_call;
use crate::cli::{input, private_file};
use crate::clock::OsEntropy;

const USERNAME: &str = "alex@example.com";
const CLIENT: &str = "demo-bank";

/// What the demo has to remember from one start to the next.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) totp_uri: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

/// Makes what is missing and brings the bank's addresses up to date.
pub(super) fn seed(engine: &Engine, home: &Home, at: &Addresses) -> Result<Kept, Failure> {
    let mut kept = read(home)?;
    person(engine, home, &mut kept)?;
    bank(engine, at, &mut kept)?;
    write(home, &kept)?;
    Ok(kept)
}

fn read(home: &Home) -> Result<Kept, Failure> {
    let path = home.kept();
    if !path.exists() {
        return Ok(Kept::default());
    }
    serde_json::from_str(&input::file(&path)?).map_err(|error| {
        Failure::failed(format!(
            "{} is damaged: {error}; delete its folder to begin anew",
            path.display()
        ))
    })
}

fn write(home: &Home, kept: &Kept) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(kept).map_err(|error| Failure::failed(error.to_string()))?;
    private_file::replace(&home.kept(), &format!("{text}\n"))
}

fn person(engine: &Engine, home: &Home, kept: &mut Kept) -> Result<(), Failure> {
    let canonical =
        username::canonical(USERNAME).map_err(|error| Failure::failed(error.to_string()))?;
    let there = engine
        .db()
        .read(|tx| users::find_by_canonical(tx, &canonical))?
        .is_some();
    if there && kept.totp_uri.is_empty() {
        let message = format!(
            "the database holds {USERNAME} already, but {} with the password is gone; use another database",
            home.kept().display()
        );
        return Err(Failure::new(Code::Conflict, message));
    }
    if there {
        return Ok(());
    }
    // Two references have 80 bits, and read well from a screen.
    let password = format!(
        "{}-{}",
        entropy::reference(&OsEntropy),
        entropy::reference(&OsEntropy)
    )
    .to_lowercase();
    let new = NewUser {
        username: USERNAME.to_owned(),
        password: Some(Secret::new(password.as_str())),
        claims: claims(),
        totp_issuer: Some("Stepwell demo".to_owned()),
        codes: if engine.carries(Channel::Mail) {
            vec![Channel::Mail]
        } else {
            Vec::new()
        },
    };
    let created = with_call(|call| engine.create_user(call, new))?;
    kept.username = created.user.username;
    kept.password = password;
    kept.totp_uri = created
        .totp_uri
        .map(|uri| uri.as_str().to_owned())
        .unwrap_or_default();
    write(home, kept)
}

/// Every standard claim that scopes give out (OIDC Core §5.1), of nobody in particular.
fn claims() -> Map<String, Value> {
    let claims = json!({
        "name": "Alex Example",
        "given_name": "Alex",
        "family_name": "Example",
        "middle_name": "Robin",
        "nickname": "Lex",
        "preferred_username": "alex",
        "profile": "https://example.com/alex",
        "picture": "https://example.com/alex.png",
        "website": "https://alex.example.com",
        "gender": "unspecified",
        "birthdate": "0000-10-31",
        "zoneinfo": "Europe/Paris",
        "locale": "en-GB",
        "email": USERNAME,
        "email_verified": true,
        "phone_number": "+1 (555) 010-0100",
        "phone_number_verified": true,
        "address": {
            "formatted": "1 Example Street\nExampleton 01234\nExampleland",
            "street_address": "1 Example Street",
            "locality": "Exampleton",
            "region": "Example County",
            "postal_code": "01234",
            "country": "Exampleland"
        }
    });
    match claims {
        Value::Object(claims) => claims,
        _ => Map::new(),
    }
}

fn bank(engine: &Engine, at: &Addresses, kept: &mut Kept) -> Result<(), Failure> {
    let id = ClientId::new(CLIENT);
    let registered = match engine.find_client(&id) {
        Ok(client) => Some(client),
        Err(EngineError::NotFound(_)) => None,
        Err(error) => return Err(error.into()),
    };
    kept.client_id = CLIENT.to_owned();
    let Some(known) = registered else {
        let created = with_call(|call| engine.create_client(call, Some(id), registration(at)))?;
        kept.client_secret = created
            .secret
            .map(|secret| secret.expose().to_owned())
            .unwrap_or_default();
        return Ok(());
    };
    let mut client = Client {
        redirect_uris: redirects(at),
        post_logout_redirect_uris: post_logout(at),
        resources: vec![at.api()],
        scope: scope(),
        ..known.clone()
    };
    let secret = Secret::new(kept.client_secret.as_str());
    if !with_call(|call| client.has_secret(&secret, call.now)) {
        let secret = Secret::random(&OsEntropy);
        client.secret_hashes = vec![Hashed::of(&secret)];
        kept.client_secret = secret.expose().to_owned();
    }
    if client != known {
        with_call(|call| engine.update_client(call, &known, &client))?;
    }
    Ok(())
}

fn registration(at: &Addresses) -> NewClient {
    NewClient {
        redirect_uris: redirects(at),
        post_logout_redirect_uris: post_logout(at),
        resources: vec![at.api()],
        scope: Some(scope()),
        action: Some("make a transfer".to_owned()),
        // The bank and the provider are one house here; nobody is asked whether they trust it.
        skip_consent: true,
        ..NewClient::new(ApplicationType::Web, "Acme Bank")
    }
}

fn scope() -> Scope {
    Scope::of([
        "openid", "profile", "email", "accounts", "transfer", "payout",
    ])
}

fn redirects(at: &Addresses) -> Vec<String> {
    vec![format!("{}/callback", at.bank)]
}

fn post_logout(at: &Addresses) -> Vec<String> {
    vec![format!("{}/", at.bank)]
}
