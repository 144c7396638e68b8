//! The command line's shape: commands, options and their help. Nothing is done here.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use super::client_args::{
    AcrValues, ClientCommand, ClientCreate, ClientNamed, ClientType, RotateSecret,
};

/// An OpenID Provider that asks for more only when it must.
#[derive(Debug, Parser)]
#[command(
    name = "stepwell",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// The configuration file [default: stepwell.toml, if it is there]
    #[arg(long, global = true, env = "STEPWELL_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the provider with a seeded person and a demo bank, to try a step-up
    Demo(Demo),
    /// Run the provider
    Serve,
    /// Bring the database up to date
    Migrate(Migrate),
    /// Check or show the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Write every page, filled with sample data, as files to look at
    Templates(Templates),
    /// Manage people
    #[command(subcommand)]
    User(UserCommand),
    /// Manage clients (relying parties)
    #[command(subcommand)]
    Client(ClientCommand),
    /// Manage signing keys and the sealing key
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Check the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
}

/// Run the provider with a seeded person and a demo bank, to try a step-up.
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// Where the demo keeps its data
    #[arg(long, value_name = "DIR", default_value = "./stepwell-demo-data")]
    pub data: PathBuf,
    /// Where the provider listens, as ADDR:PORT or a port of this machine alone; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7100", value_parser = listened)]
    pub listen: SocketAddr,
    /// Where the bank listens, likewise
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7200", value_parser = listened)]
    pub bank_listen: SocketAddr,
}

/// An address to listen on. A port alone is one of this machine that no other can reach.
fn listened(text: &str) -> Result<SocketAddr, String> {
    let port = text.parse().map(|port| (Ipv4Addr::LOCALHOST, port).into());
    port.or_else(|_| text.parse()).map_err(|_| {
        "write an address with its port, such as 127.0.0.1:7100, or a port alone".into()
    })
}

/// Bring the database up to date.
#[derive(Clone, Copy, Debug, Args)]
pub struct Migrate {
    /// Only tell what is applied and what is pending
    #[arg(long)]
    pub status: bool,
}

/// Write every page, filled with sample data, as files to look at.
#[derive(Clone, Debug, Args)]
pub struct Templates {
    /// The folder to write into: a folder for each language, and one for what the pages load
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Check or show the configuration.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Say OK, or list every problem with its place
    Check,
    /// Show every effective value and where it comes from, secrets hidden
    Dump,
}

/// Manage people.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a person
    Create(UserCreate),
    /// Lock an account: nothing signs in, and its sessions, grants and links end
    Lock(UserLock),
    /// Open a locked account, and let authenticators be tried again after too many wrong answers
    Unlock(UserLock),
    /// Take a person's lost authenticators away, with all that rested on them
    ResetFactor(ResetFactor),
    /// Make a one-time link by which a person sets their password
    Link(UserLink),
    /// List people
    List,
    /// Show a person's account and authenticators
    Show(UserNamed),
}

/// A person who has an account.
#[derive(Clone, Debug, Args)]
pub struct UserNamed {
    /// What the person signs in with
    pub username: String,
}

/// Lock an account, or open it again.
#[derive(Clone, Debug, Args)]
pub struct UserLock {
    /// What the person signs in with
    pub username: String,
    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Take a person's authenticators away.
#[derive(Clone, Debug, Args)]
pub struct ResetFactor {
    /// What the person signs in with
    pub username: String,
    /// Those of this method: totp, passkey, security-key, sms, mail, recovery, password
    #[arg(long, required_unless_present = "all", conflicts_with = "all")]
    pub method: Option<String>,
    /// All of them but the password
    #[arg(long)]
    pub all: bool,
    /// Why, for the audit log
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Do it; without this the command only says what it would take away
    #[arg(long)]
    pub yes: bool,
}

/// Make a one-time link.
#[derive(Clone, Debug, Args)]
pub struct UserLink {
    /// What the person signs in with
    pub username: String,
    /// How long the link is good for, up to 7d
    #[arg(long, default_value = "1d")]
    pub valid_for: String,
    /// Send it to this address by mail, and do not print it
    #[arg(long, value_name = "ADDRESS")]
    pub mail: Option<String>,
}

/// Add a person.
#[derive(Clone, Debug, Args)]
pub struct UserCreate {
    /// What the person signs in with
    pub username: String,
    /// Read the password from standard input
    #[arg(long, conflicts_with = "password_file")]
    pub password_stdin: bool,
    /// Read the password from a file
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The address for the `email` claim
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Vouch that the address belongs to the person (`email_verified`)
    #[arg(long, requires = "email")]
    pub email_verified: bool,
    /// The full name for the `name` claim
    #[arg(long)]
    pub name: Option<String>,
    /// More claims, as a JSON object of OpenID Connect's standard claims
    #[arg(long, value_name = "FILE.json")]
    pub claims: Option<PathBuf>,
    /// Enrol an authenticator app and print its otpauth URI
    #[arg(long)]
    pub totp: bool,
    /// Enrol codes by mail, sent to the verified `email` claim
    #[arg(long)]
    pub mail_codes: bool,
    /// Enrol codes by text message, sent to the verified `phone_number` claim
    #[arg(long)]
    pub sms_codes: bool,
}

/// Manage signing keys and the sealing key.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List signing keys
    List,
    /// Make the next signing key current and prepare another
    Rotate(Rotate),
    /// Make a sealing key
    GenerateSeal(GenerateSeal),
    /// Seal everything again under the current sealing key
    Reseal,
}

/// Make the next signing key current.
#[derive(Clone, Debug, Args)]
pub struct Rotate {
    /// Only the keys of this algorithm [default: every algorithm that has keys]
    #[arg(long, value_enum)]
    pub alg: Option<Alg>,
    /// Also to a key that verifiers may not know yet, as when the current one has leaked
    #[arg(long)]
    pub now: bool,
}

/// A signing algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(clippy::upper_case_acronyms, reason = "JOSE names them so")]
pub enum Alg {
    /// ECDSA on P-256 with SHA-256
    #[value(name = "ES256")]
    ES256,
    /// RSA PKCS #1 v1.5 with SHA-256
    #[value(name = "RS256")]
    RS256,
    /// RSA-PSS with SHA-256
    #[value(name = "PS256")]
    PS256,
    /// Ed25519
    #[value(name = "EdDSA")]
    EdDSA,
}

impl Alg {
    /// The name that JOSE gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::EdDSA => "EdDSA",
        }
    }
}

/// Make a sealing key.
#[derive(Clone, Debug, Args)]
pub struct GenerateSeal {
    /// Write it to a new file that only its owner may read, instead of printing it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Check the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Recompute the hash chain from its beginning and say where it breaks, if it does
    Verify(AuditVerify),
}

/// Recompute the hash chain.
#[derive(Clone, Debug, Args)]
pub struct AuditVerify {
    /// A file with the last checkpoint: compared, then written anew when the chain is whole
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
}
