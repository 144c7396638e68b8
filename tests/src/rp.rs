//! A relying party by hand: it writes the requests of OpenID Connect itself, so that a test can also
//! write wrong ones. It must not check answers; tests do.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::blocking::{Client, Response};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::process::Provider;
use crate::wait;

/// Redirect URI of clients made by [`RelyingParty::register`]; nothing listens there.
pub const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";
/// The PKCE verifier (RFC 7636 §4.1) that every request here uses.
pub const VERIFIER: &str = "a-verifier-that-is-long-enough-for-rfc-7636-of-course";

/// A registered client and what it needs to talk to the provider.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    /// The provider.
    pub issuer: String,
    /// Client id.
    pub client_id: String,
    /// Secret, for `client_secret_basic`; `None` for a public client.
    pub client_secret: Option<String>,
    /// Where codes go.
    pub redirect_uri: String,
    http: Client,
}

impl RelyingParty {
    /// Registers a web client with the running provider by its command line and waits until the
    /// provider knows it. `options` are further arguments of `stepwell client create`.
    #[track_caller]
    pub fn register(provider: &Provider, options: &[&str]) -> Self {
        let mut arguments = vec!["client", "create", "--json"];
        if !options.contains(&"--type") {
            arguments.extend(["--type", "web"]);
        }
        arguments.extend(["--redirect", REDIRECT_URI]);
        arguments.extend(options);
        let created = provider.cli_json(&arguments);
        let text = |name: &str| created[name].as_str().map(str::to_owned);
        let party = Self::known(
            &provider.ready.issuer,
            &text("client_id").unwrap_or_else(|| panic!("no client_id in {created}")),
            text("client_secret").as_deref(),
        );
        party.wait_until_known();
        party
    }

    /// A client that was registered in another way.
    #[track_caller]
    pub fn known(issuer: &str, client_id: &str, client_secret: Option<&str>) -> Self {
        let http = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("an HTTP client can be made");
        Self {
            issuer: issuer.trim_end_matches('/').to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.map(str::to_owned),
            redirect_uri: REDIRECT_URI.to_owned(),
            http,
        }
    }

    /// An authorization request with PKCE, state `s` and nonce `n`; `more` adds parameters or, with
    /// a name that is there already, replaces them.
    pub fn authorize_url(&self, more: &[(&str, &str)]) -> String {
        let challenge = challenge();
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "openid"),
            ("state", "s"),
            ("nonce", "n"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        parameters.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        parameters.extend(more);
        let mut url =
            Url::parse(&format!("{}/authorize", self.issuer)).expect("the issuer is a URL");
        url.query_pairs_mut().extend_pairs(parameters);
        url.into()
    }

    /// Redeems a code, with the verifier of [`authorize_url`](Self::authorize_url).
    #[track_caller]
    pub fn redeem(&self, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ])
    }

    /// Refreshes.
    #[track_caller]
    pub fn refresh(&self, refresh_token: &str) -> Answer {
        self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ])
    }

    /// Any request to the token endpoint, authenticated as this client.
    #[track_caller]
    pub fn token(&self, fields: &[(&str, &str)]) -> Answer {
        self.post("token", fields)
    }

    /// A form for an endpoint (`token`, `introspect`, `revoke`), authenticated as this client.
    #[track_caller]
    pub fn post(&self, endpoint: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.http.post(format!("{}/{endpoint}", self.issuer));
        let request = match &self.client_secret {
            Some(secret) => request
                .basic_auth(&self.client_id, Some(secret))
                .form(fields),
            None => {
                let mut fields = fields.to_vec();
                fields.push(("client_id", &self.client_id));
                request.form(&fields)
            }
        };
        Answer::read(request.send().expect("the provider answers"))
    }

    /// `GET` with a bearer token.
    #[track_caller]
    pub fn get(&self, endpoint: &str, access_token: &str) -> Answer {
        let request = self
            .http
            .get(format!("{}/{endpoint}", self.issuer))
            .bearer_auth(access_token);
        Answer::read(request.send().expect("the provider answers"))
    }

    /// A client made by another process is seen when the provider looks for changes again.
    #[track_caller]
    fn wait_until_known(&self) {
        let url = self.authorize_url(&[]);
        wait::until(
            "the provider to know a new client",
            std::time::Duration::from_secs(20),
            || {
                let answer = self.http.get(&url).send().ok()?;
                answer.status().is_redirection().then_some(())
            },
        );
    }
}

/// An answer with a JSON body, or none.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: reqwest::header::HeaderMap,
    /// The body; `null` when it was not JSON.
    pub json: Value,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().unwrap_or_default();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self {
            status,
            headers,
            json,
            text,
        }
    }

    /// A string member that must be there.
    #[track_caller]
    pub fn expect(&self, name: &str) -> String {
        match self.json[name].as_str() {
            Some(value) => value.to_owned(),
            None => panic!("{name} is not in the answer {}: {}", self.status, self.text),
        }
    }

    /// The `error` member, or empty.
    pub fn error(&self) -> &str {
        self.json["error"].as_str().unwrap_or("")
    }
}

/// The claims of a JWT, its signature not checked.
#[track_caller]
pub fn claims(jwt: &str) -> Value {
    part(jwt, 1)
}

/// The JOSE header of a JWT.
#[track_caller]
pub fn header(jwt: &str) -> Value {
    part(jwt, 0)
}

/// The S256 challenge of [`VERIFIER`] (RFC 7636 §4.2).
pub fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

#[track_caller]
fn part(jwt: &str, index: usize) -> Value {
    jwt.split('.')
        .nth(index)
        .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok())
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_else(|| panic!("not a JWT: {jwt}"))
}
