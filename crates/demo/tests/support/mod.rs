//! A small provider on a loopback port, the bank beside it, and a visitor with a cookie jar.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::{App, HttpResponse, HttpServer, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jws::{ES256, JwsSigner};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use stepwell_demo::BankConfig;
use url::Url;

pub const MFA: &str = "urn:stepwell:acr:mfa";
pub const BASIC: &str = "urn:stepwell:acr:basic";

#[allow(clippy::disallowed_methods)]
pub fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs() as i64
}

/// A code that was handed out, and what its tokens will say.
#[derive(Clone)]
struct Grant {
    request: HashMap<String, String>,
    acr: String,
    amr: Vec<String>,
    auth_time: i64,
    nonce: Option<String>,
}

#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    key: Arc<Mutex<Jwk>>,
    grants: Arc<Mutex<HashMap<String, Grant>>>,
    /// Who sits before the provider's pages.
    pub person: Arc<Mutex<String>>,
    /// How many seconds its access tokens last.
    pub access_lasts: Arc<Mutex<i64>>,
    pub token_requests: Arc<Mutex<Vec<HashMap<String, String>>>>,
}

pub fn new_key(kid: &str) -> Jwk {
    let mut key = Jwk::generate_ec_key(EcCurve::P256).unwrap();
    key.set_key_id(kid);
    key.set_algorithm("ES256");
    key.set_key_use("sig");
    key
}

impl Provider {
    pub fn start() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let provider = Provider {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            key: Arc::new(Mutex::new(new_key("k1"))),
            grants: Arc::default(),
            person: Arc::new(Mutex::new("alice".into())),
            access_lasts: Arc::new(Mutex::new(300)),
            token_requests: Arc::default(),
        };
        let served = provider.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(served.clone()))
                .route("/.well-known/openid-configuration", web::get().to(metadata))
                .route("/jwks", web::get().to(jwks))
                .route("/token", web::post().to(token))
        });
        actix_web::rt::spawn(
            server
                .workers(1)
                .disable_signals()
                .listen(listener)
                .unwrap()
                .run(),
        );
        provider
    }

    /// Begins to sign with another key.
    pub fn rotate(&self, kid: &str) {
        *self.key.lock().unwrap() = new_key(kid);
    }

    /// The person proves what is asked; the address to send them back to.
    pub fn approve(&self, request: &Url, acr: &str, amr: &[&str]) -> String {
        self.approve_as(request, acr, amr, now(), None)
    }

    pub fn approve_as(
        &self,
        request: &Url,
        acr: &str,
        amr: &[&str],
        auth_time: i64,
        nonce: Option<&str>,
    ) -> String {
        let request = parameters(request);
        let mut grants = self.grants.lock().unwrap();
        let code = format!("code-{}", grants.len());
        let back = back(&request, &[("code", &code), ("iss", &self.issuer)]);
        let amr = amr.iter().map(|method| (*method).to_owned()).collect();
        grants.insert(
            code,
            Grant {
                request,
                acr: acr.into(),
                amr,
                auth_time,
                nonce: nonce.map(str::to_owned),
            },
        );
        back
    }

    /// The provider answers with an error.
    pub fn refuse(&self, request: &Url, error: &str) -> String {
        back(
            &parameters(request),
            &[
                ("error", error),
                ("error_description", "because <so>"),
                ("iss", &self.issuer),
            ],
        )
    }

    fn sign(&self, typ: &str, claims: &Value) -> String {
        let key = self.key.lock().unwrap();
        let header = json!({"typ": typ, "alg": "ES256", "kid": key.key_id().unwrap()}).to_string();
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = ES256
            .signer_from_jwk(&key)
            .unwrap()
            .sign(signed.as_bytes())
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

pub fn parameters(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}

pub fn back(request: &HashMap<String, String>, answer: &[(&str, &str)]) -> String {
    let mut url = Url::parse(&request["redirect_uri"]).unwrap();
    url.query_pairs_mut()
        .extend_pairs(answer)
        .append_pair("state", &request["state"]);
    url.into()
}

async fn metadata(provider: web::Data<Provider>) -> HttpResponse {
    let at = |path: &str| format!("{}{path}", provider.issuer);
    HttpResponse::Ok().json(json!({
        "issuer": provider.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"), "jwks_uri": at("/jwks"),
        "end_session_endpoint": at("/logout"), "authorization_response_iss_parameter_supported": true,
        "response_types_supported": ["code"], "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
        "acr_values_supported": [BASIC, MFA],
    }))
}

async fn jwks(provider: web::Data<Provider>) -> HttpResponse {
    let key = provider.key.lock().unwrap();
    let mut public = key.to_public_key().unwrap();
    public.set_key_id(key.key_id().unwrap());
    public.set_algorithm("ES256");
    HttpResponse::Ok().json(json!({"keys": [public.as_ref()]}))
}

async fn token(
    provider: web::Data<Provider>,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    provider.token_requests.lock().unwrap().push(form.0.clone());
    let invalid = || {
        HttpResponse::BadRequest()
            .json(json!({"error": "invalid_grant", "error_description": "no such code"}))
    };
    let Some(grant) = provider.grants.lock().unwrap().remove(&form["code"]) else {
        return invalid();
    };
    if URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()))
        != grant.request["code_challenge"]
    {
        return invalid();
    }
    let common = json!({"iss": provider.issuer, "sub": *provider.person.lock().unwrap(), "iat": now(), "exp": now() + 300, "acr": grant.acr, "amr": grant.amr, "auth_time": grant.auth_time});
    let with = |more: Value| {
        let mut claims = common.clone();
        claims
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        claims
    };
    let exp = now() + *provider.access_lasts.lock().unwrap();
    let access = with(
        json!({"exp": exp, "aud": grant.request["resource"], "client_id": "bank", "jti": form["code"], "scope": grant.request["scope"]}),
    );
    let nonce = grant.nonce.as_ref().unwrap_or(&grant.request["nonce"]);
    let id = with(
        json!({"aud": "bank", "nonce": nonce, "name": "Alice & Co", "preferred_username": "alice"}),
    );
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(json!({
        "access_token": provider.sign("at+jwt", &access), "token_type": "Bearer", "expires_in": 300, "id_token": provider.sign("JWT", &id),
    }))
}

/// A browser, as far as the bank can tell.
pub struct Visitor {
    http: reqwest::Client,
    pub bank: String,
    pub cookie: Option<String>,
    pub origin: String,
}

pub struct Page {
    pub status: u16,
    pub location: Option<String>,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Page {
    /// The text of the element with that id, up to its first child or its end.
    pub fn text(&self, id: &str) -> String {
        let after = self
            .body
            .split_once(&format!("id=\"{id}\""))
            .unwrap_or_else(|| panic!("no element {id} in\n{}", self.body))
            .1;
        let inside = after.split_once('>').unwrap().1;
        let text = inside.split_once('<').unwrap().0;
        text.replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#38;", "&")
            .trim()
            .to_owned()
    }

    pub fn has(&self, id: &str) -> bool {
        self.body.contains(&format!("id=\"{id}\""))
    }

    /// The authorization request that the bank sends the person to.
    pub fn authorization(&self, provider: &Provider) -> Url {
        let url = Url::parse(self.location.as_deref().unwrap()).unwrap();
        assert_eq!(self.status, 303, "{}", self.body);
        assert_eq!(
            format!("{}{}", url.origin().ascii_serialization(), url.path()),
            format!("{}/authorize", provider.issuer)
        );
        url
    }
}

impl Visitor {
    pub async fn get(&mut self, target: &str) -> Page {
        let request = self.http.get(self.absolute(target));
        self.send(request).await
    }

    pub async fn post(&mut self, path: &str) -> Page {
        let request = self
            .http
            .post(self.absolute(path))
            .header("Origin", &self.origin);
        self.send(request).await
    }

    fn absolute(&self, target: &str) -> String {
        if target.starts_with('/') {
            format!("{}{target}", self.bank)
        } else {
            target.to_owned()
        }
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Page {
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", cookie);
        }
        let response = request.send().await.unwrap();
        if let Some(set) = response.headers().get("set-cookie") {
            let set = set.to_str().unwrap();
            assert!(
                set.starts_with("bank-session=")
                    && set.contains("HttpOnly")
                    && set.contains("SameSite=Lax"),
                "{set}"
            );
            self.cookie = Some(set.split(';').next().unwrap().to_owned());
        }
        let headers = response.headers().clone();
        let location = headers
            .get("location")
            .map(|value| value.to_str().unwrap().to_owned());
        Page {
            status: response.status().as_u16(),
            location,
            headers,
            body: response.text().await.unwrap(),
        }
    }
}

/// A provider, a bank that trusts it, and a visitor who has not been there before.
pub fn town() -> (Provider, Visitor) {
    let provider = Provider::start();
    let visitor = bank_for(&provider.issuer);
    (provider, visitor)
}

pub fn bank_for(issuer: &str) -> Visitor {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let bank = format!("http://{}", listener.local_addr().unwrap());
    let config = BankConfig {
        issuer: issuer.into(),
        client_id: "bank".into(),
        client_secret: "secret".into(),
        public_url: bank.clone(),
        api_audience: String::new(),
        totp_uri:
            "otpauth://totp/Stepwell:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Stepwell"
                .into(),
        username: "alice".into(),
        password: "a <good> password".into(),
        mail_folder: mail_folder(),
    };
    actix_web::rt::spawn(stepwell_demo::serve(config, listener).unwrap());
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    Visitor {
        http,
        origin: bank.clone(),
        bank,
        cookie: None,
    }
}

/// Signs in with the password alone, by viewing the balance.
pub async fn signed_in(provider: &Provider, visitor: &mut Visitor) {
    let request = visitor.post("/balance").await.authorization(provider);
    let done = visitor
        .get(&provider.approve(&request, BASIC, &["pwd"]))
        .await;
    assert_eq!(
        (done.status, done.location.as_deref()),
        (303, Some("/result")),
        "{}",
        done.body
    );
}

/// A mailbox with two messages; every bank of these tests shows the same.
pub fn mail_folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail")
}
