//! Options of `stepwell client`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::args::Alg;

/// Manage clients (relying parties).
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Register a client
    Create(Box<ClientCreate>),
    /// List clients
    List,
    /// Show a client's registration
    Show(ClientNamed),
    /// Switch a client off: nobody signs in to it, and it gets no tokens
    Disable(ClientNamed),
    /// Switch a client on again
    Enable(ClientNamed),
    /// Give a client another secret
    RotateSecret(RotateSecret),
}

/// A client that is registered.
#[derive(Clone, Debug, Args)]
pub struct ClientNamed {
    /// Its client_id
    pub id: String,
}

/// Give a client another secret.
#[derive(Clone, Debug, Args)]
pub struct RotateSecret {
    /// Its client_id
    pub id: String,
    /// How long the old secret stays valid, such as 24h [default: it ends at once]
    #[arg(long, value_name = "DURATION")]
    pub old_until: Option<String>,
}

/// Register a client.
#[derive(Clone, Debug, Args)]
pub struct ClientCreate {
    /// What kind of application it is, which sets everything that is not given
    #[arg(long = "type", value_name = "TYPE", value_enum)]
    pub kind: ClientType,
    /// What pages call it
    #[arg(long)]
    pub name: Option<String>,
    /// Where answers go; may be repeated
    #[arg(long = "redirect", value_name = "URI", required_if_eq_any([("kind", "web"), ("kind", "spa"), ("kind", "native")]))]
    pub redirects: Vec<String>,
    /// Where signing out ends; may be repeated
    #[arg(long = "post-logout-redirect", value_name = "URI")]
    pub post_logout_redirects: Vec<String>,
    /// How it authenticates: client_secret_basic, client_secret_post, private_key_jwt, none
    #[arg(long, value_name = "METHOD")]
    pub auth_method: Option<String>,
    /// Its public keys, a JWK set, for private_key_jwt
    #[arg(long, value_name = "FILE")]
    pub jwks: Option<PathBuf>,
    /// A browser origin that may call the token and userinfo endpoints; may be repeated
    #[arg(long = "cors-origin", value_name = "ORIGIN")]
    pub cors_origins: Vec<String>,
    /// authorization_code, refresh_token or client_credentials; may be repeated
    #[arg(long = "grant", value_name = "GRANT")]
    pub grants: Vec<String>,
    /// A scope it may ask for; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// A resource it may get tokens for; may be repeated
    #[arg(long = "resource", value_name = "URI")]
    pub resources: Vec<String>,
    /// What its ID tokens and access tokens are signed with
    #[arg(long, value_enum)]
    pub alg: Option<Alg>,
    /// The acr that every sign-in to it must reach
    #[arg(long, value_name = "ACR")]
    pub minimum_acr: Option<String>,
    /// Whether acr_values of its requests have to be met
    #[arg(long, value_enum)]
    pub acr_values: Option<AcrValues>,
    /// An acr asked for when a request names none; may be repeated, most preferred first
    #[arg(long = "default-acr", value_name = "ACR")]
    pub default_acrs: Vec<String>,
    /// The age of a sign-in allowed when a request names no max_age, such as 8h
    #[arg(long, value_name = "DURATION")]
    pub default_max_age: Option<String>,
    /// The age of a sign-in that no request can exceed, such as 12h
    #[arg(long, value_name = "DURATION")]
    pub maximum_auth_age: Option<String>,
    /// What a refresh does once the lifetime of the acr is over: refuse_after_lifetime, keep
    #[arg(long, value_name = "POLICY")]
    pub refresh_policy: Option<String>,
    /// How long its access tokens live, such as 10m
    #[arg(long, value_name = "DURATION")]
    pub access_token_lifetime: Option<String>,
    /// Refuse its requests without PKCE, though it keeps a secret
    #[arg(long)]
    pub require_pkce: bool,
    /// Do not ask people for consent
    #[arg(long)]
    pub skip_consent: bool,
    /// Show people that nobody vouches for it
    #[arg(long)]
    pub unverified: bool,
    /// What a step-up for it is about, such as "make a transfer"
    #[arg(long, value_name = "TEXT")]
    pub action: Option<String>,
    /// Its client_id [default: a random one]
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Print a ready .env for the application
    #[arg(long)]
    pub env: bool,
}

/// What kind of application it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClientType {
    /// Runs on a server and keeps a secret
    Web,
    /// Runs in the browser and keeps no secret
    Spa,
    /// Runs on a device and keeps no secret
    Native,
    /// Acts for itself, without people
    Service,
}

/// Whether acr_values have to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AcrValues {
    /// Or else unmet_authentication_requirements (RFC 9470 §5)
    Necessary,
    /// Or else the best that the person has (OIDC Core §3.1.2.1)
    Voluntary,
}
