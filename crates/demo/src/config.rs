//! What the bank must be told: its provider, its client registration and its own addresses.

use std::fmt;
use std::io;
use std::path::PathBuf;

use url::Url;

/// Settings of the demo bank.
#[derive(Clone)]
pub struct BankConfig {
    /// The provider's issuer, exactly as it stands in tokens.
    pub issuer: String,
    /// The bank's client id at the provider.
    pub client_id: String,
    /// The bank's client secret; empty for a public client.
    pub client_secret: String,
    /// Where people reach the bank, e.g. `http://localhost:7200`.
    pub public_url: String,
    /// The resource identifier of the bank's API; empty means `{public_url}/api`.
    pub api_audience: String,
    /// The seeded person's authenticator, as an `otpauth://` address.
    pub totp_uri: String,
    /// The seeded person's sign-in, shown on the home page.
    pub username: String,
    /// The seeded person's password, shown on the home page.
    pub password: String,
    /// Where the provider puts mail (its `file` transport); it need not be there yet.
    pub mail_folder: PathBuf,
}

impl fmt::Debug for BankConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BankConfig")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("public_url", &self.public_url)
            .field("api_audience", &self.api_audience)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl BankConfig {
    /// Fills the defaults in and checks the addresses.
    pub(crate) fn checked(mut self) -> io::Result<BankConfig> {
        for (name, value) in [("issuer", &self.issuer), ("public_url", &self.public_url)] {
            if Url::parse(value)
                .ok()
                .is_none_or(|url| url.host().is_none())
            {
                return Err(invalid(format!(
                    "{name} '{value}' is not an absolute http or https address"
                )));
            }
        }
        self.public_url
            .truncate(self.public_url.trim_end_matches('/').len());
        if self.api_audience.is_empty() {
            self.api_audience = format!("{}/api", self.public_url);
        }
        Ok(self)
    }

    pub(crate) fn redirect_uri(&self) -> String {
        format!("{}/callback", self.public_url)
    }

    /// Scheme, host and port of an address that `checked` has seen.
    pub(crate) fn origin_of(address: &str) -> String {
        Url::parse(address)
            .map(|url| url.origin().ascii_serialization())
            .unwrap_or_default()
    }
}

pub(crate) fn invalid(reason: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason.into())
}
