//! Who asks: a person with a password, the app that signs people in, a service that acts for itself.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::http;
use super::server::Home;

/// The person's sign-in name.
pub(crate) const USERNAME: &str = "robin@example.com";
/// The person's password.
pub(crate) const PASSWORD: &str = "a horse without any battery 77";
/// Where codes go; nothing listens there.
pub(crate) const REDIRECT_URI: &str = "http://127.0.0.1:9/callback";
/// Each request here has this PKCE verifier (RFC 7636 §4.1).
pub(crate) const VERIFIER: &str = "a-verifier-that-is-long-enough-for-rfc-7636-of-course";
/// Its challenge, S256.
pub(crate) const CHALLENGE_METHOD: &str = "S256";

/// A registered client.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    /// Where the provider listens.
    pub(crate) address: SocketAddr,
    /// Client id.
    pub(crate) client_id: String,
    basic: String,
}

impl Party {
    /// A web application whose people are not asked for consent.
    pub(crate) fn app(home: &Home) -> Result<Self, String> {
        Self::register(
            home,
            &[
                "--type",
                "web",
                "--redirect",
                REDIRECT_URI,
                "--skip-consent",
            ],
        )
    }

    /// A service; as a resource server it may introspect any token.
    pub(crate) fn service(home: &Home) -> Result<Self, String> {
        Self::register(home, &["--type", "service", "--scope", "orders"])
    }

    fn register(home: &Home, options: &[&str]) -> Result<Self, String> {
        let made = home.cli(&[&["client", "create"], options].concat(), "")?;
        let text = |name: &str| {
            made[name]
                .as_str()
                .ok_or_else(|| format!("no {name} in {made}"))
        };
        let (id, secret) = (text("client_id")?, text("client_secret")?);
        let basic = STANDARD.encode(format!("{id}:{secret}"));
        Ok(Self {
            address: home.address,
            client_id: id.to_owned(),
            basic: format!("Authorization: Basic {basic}\r\n"),
        })
    }

    /// Makes the person.
    pub(crate) fn person(home: &Home) -> Result<(), String> {
        let options = [
            "user",
            "create",
            USERNAME,
            "--password-stdin",
            "--email",
            USERNAME,
            "--name",
            "Robin Example",
        ];
        home.cli(&options, PASSWORD).map(drop)
    }

    /// A form for an endpoint, authenticated by client_secret_basic.
    pub(crate) fn post(&self, path: &str, form: &[(&str, &str)]) -> Vec<u8> {
        http::post(self.address, path, &self.basic, form)
    }
}
