//! Configuration: one TOML file, every key also from the environment, defaults for the rest.
//!
//! Reading ends in a typed [`Config`] or in the list of everything that is wrong; nothing here opens
//! a database or a socket. Precedence: environment, then file, then default.

mod acr;
mod address;
mod brand;
pub mod dump;
mod enrolment;
mod environment;
mod fields;
mod file;
mod files;
mod gather;
mod key;
mod mail;
mod network;
mod node;
mod passkeys;
mod predicate;
mod problem;
mod read;
mod scope;
mod seal;
mod sms;
mod suggest;
#[cfg(test)]
mod tests;
mod worded;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;
use stepwell_engine::settings::{CodeSettings, DeviceSettings, Lifetimes, LimitSettings, Settings};

pub use dump::Dump;
pub use mail::{MailSettings, MailWay, Smtp, Tls};
pub use network::Network;
pub use node::Origin;
pub use problem::{Problem, Problems};
pub use seal::{NO_KEY, SealSource};
pub use sms::{BodyType, Gateway, SmsWay};

use crate::brand::Brand;
use crate::pages::Locale;
use crate::whole_file;
use gather::Gathered;
use read::Reader;

/// A configuration larger than this is refused.
const LARGEST: u64 = 1024 * 1024;

/// Everything configurable, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the application listens.
    pub listen: SocketAddr,
    /// Where health and metrics listen; `None` when switched off.
    pub ops_listen: Option<SocketAddr>,
    /// The database; it may hold a password.
    pub database_url: Secret,
    /// Whether `serve` brings the database up to date itself.
    pub auto_migrate: bool,
    /// Redis, when several nodes share limits and replay caches; it may hold a password.
    pub redis_url: Option<Secret>,
    /// The proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<Network>,
    /// What pages call this service.
    pub product_name: String,
    /// How pages look.
    pub brand: Brand,
    /// Where the sealing key comes from.
    pub seal: SealSource,
    /// How mail is sent; none where it is not.
    pub mail: Option<MailSettings>,
    /// How text messages are sent; none where they are not.
    pub sms: Option<SmsWay>,
    /// What the engine is told.
    pub settings: Settings,
    /// How logs are written.
    pub log: LogSettings,
    /// How the server runs.
    pub server: ServerSettings,
}

/// How logs are written.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// One JSON object a line, instead of text for people.
    pub json: bool,
    /// The least severe level that is written.
    pub level: String,
}

/// How the server runs.
#[derive(Clone, Copy, Debug)]
pub struct ServerSettings {
    /// Threads that serve connections.
    pub workers: usize,
    /// Threads for each worker that may touch the database.
    pub blocking_threads: usize,
    /// Requests in work at once before 503.
    pub max_in_flight: usize,
    /// How long `/ready` answers 503 before connections are closed.
    pub drain_delay: Seconds,
    /// How long requests in work may take to end.
    pub shutdown_timeout: Seconds,
}

/// What was read, with the origin of every value.
#[allow(
    missing_debug_implementations,
    reason = "it holds secrets that are not yet typed"
)]
pub struct Loaded {
    /// The checked configuration.
    pub config: Config,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    gathered: Gathered,
}

impl Loaded {
    /// Every key with its effective value and its origin, secrets left out.
    pub fn dump(&self) -> Dump {
        Dump::of(&self.gathered, self.file.as_deref())
    }

    /// Looks whether the files that are named can be read.
    ///
    /// # Errors
    /// Everything that is missing, and how to make it.
    pub fn look_at_files(&self) -> Result<(), Problems> {
        let all = files::missing(&self.config, &self.gathered);
        if all.is_empty() {
            return Ok(());
        }
        Err(Problems {
            file: self.file.as_ref().map(|path| path.display().to_string()),
            all,
        })
    }
}

/// Reads the file (`given`, or `stepwell.toml` if it is there) under the environment.
///
/// # Errors
/// Everything that is wrong, each with its place.
pub fn load(given: Option<&Path>, variables: &[(String, String)]) -> Result<Loaded, Problems> {
    let usual = Path::new("stepwell.toml");
    let path = given.or_else(|| usual.exists().then_some(usual));
    let text = path.map(text_of).transpose()?;
    parse(path, text.as_deref(), variables)
}

/// The variables of this process that are readable as text.
pub fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

fn text_of(path: &Path) -> Result<String, Problems> {
    whole_file::text(path, LARGEST).map_err(|unread| Problems {
        file: None,
        all: vec![Problem {
            origin: Origin::Default,
            message: unread.into(),
        }],
    })
}

/// Checks a configuration whose text is at hand.
///
/// # Errors
/// Everything that is wrong, each with its place.
pub fn parse(
    path: Option<&Path>,
    text: Option<&str>,
    variables: &[(String, String)],
) -> Result<Loaded, Problems> {
    let folder = path.and_then(Path::parent).unwrap_or(Path::new(""));
    let (gathered, problems) = gather::gather(folder, text, variables);
    let mut reader = Reader::new(gathered, problems);
    let config = config(&mut reader);
    let (gathered, mut problems) = reader.finish();
    if problems.is_empty() {
        return Ok(Loaded {
            config,
            file: path.map(Path::to_path_buf),
            gathered,
        });
    }
    problems.sort_by(|a, b| a.origin.cmp(&b.origin));
    problems.dedup();
    Err(Problems {
        file: path.map(|path| path.display().to_string()),
        all: problems,
    })
}

fn config(reader: &mut Reader) -> Config {
    let unused = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
    let listen = reader.address("listen");
    let ops_listen = reader.address("ops_listen");
    if listen.is_some_and(|address| address.port() != 0 && ops_listen == Some(address)) {
        reader.refuse(
            "ops_listen",
            "ops_listen and listen are the same address; health and metrics need one of their own",
        );
    }
    let workers = reader.count("server.workers") as usize;
    Config {
        listen: listen.unwrap_or(unused),
        ops_listen,
        database_url: Secret::new(
            checked(reader, "database_url", address::database).unwrap_or_default(),
        ),
        auto_migrate: reader.bool("auto_migrate"),
        redis_url: checked(reader, "redis_url", address::redis).map(Secret::new),
        trusted_proxies: proxies(reader),
        product_name: reader.text("product.name").unwrap_or_default(),
        brand: brand::read(reader),
        seal: SealSource::read(reader),
        mail: mail::read(reader),
        sms: sms::read(reader),
        settings: settings(reader),
        log: LogSettings {
            json: reader.text("log.format").as_deref() == Some("json"),
            level: reader.text("log.level").unwrap_or_default(),
        },
        server: ServerSettings {
            workers: if workers == 0 { cores() } else { workers },
            blocking_threads: reader.count("server.blocking_threads") as usize,
            max_in_flight: reader.count("server.max_in_flight") as usize,
            drain_delay: reader.seconds("server.drain_delay"),
            shutdown_timeout: reader.seconds("server.shutdown_timeout"),
        },
    }
}

fn settings(reader: &mut Reader) -> Settings {
    let issuer = checked(reader, "issuer", address::issuer).unwrap_or_default();
    let catalog = acr::catalog(reader);
    let scopes = scope::scopes(reader, &catalog);
    let resources = scope::resources(reader, &catalog);
    let lifetimes = lifetimes(reader);
    let limits = LimitSettings {
        password_per_account: reader.count("limits.password_per_account"),
        failures_per_network: reader.count("limits.failures_per_network"),
        interactions_per_network: reader.count("limits.interactions_per_network"),
        window: reader.seconds("limits.window"),
        code_budget: reader.count("limits.code_budget"),
        code_rest: reader.seconds("limits.code_rest"),
        codes: CodeSettings {
            digits: u8::try_from(reader.count("codes.digits")).unwrap_or_default(),
            lifetime: reader.seconds("codes.lifetime"),
            cooldown: reader.seconds("codes.cooldown"),
            per_account: reader.count("codes.per_account"),
            per_network: reader.count("codes.per_network"),
            window: reader.seconds("codes.window"),
        },
    };
    let passkeys = passkeys::settings(reader, &issuer);
    Settings {
        issuer,
        product: reader.text("product.name").unwrap_or_default(),
        passkeys,
        catalog,
        scopes,
        resources,
        lifetimes,
        limits,
        enrolment: enrolment::settings(reader),
        devices: DeviceSettings {
            trusted_for: reader.seconds("devices.trusted_for"),
        },
        registration: reader.bool("registration.open"),
        password_min_length: reader.count("password.min_length") as usize,
        languages: Locale::all().iter().map(Locale::tag).collect(),
    }
}

fn lifetimes(reader: &mut Reader) -> Lifetimes {
    let found = Lifetimes {
        code: reader.seconds("lifetimes.code"),
        access_token: reader.seconds("lifetimes.access_token"),
        id_token: reader.seconds("lifetimes.id_token"),
        refresh_idle: reader.seconds("lifetimes.refresh_idle"),
        refresh_absolute: reader.seconds("lifetimes.refresh_absolute"),
        refresh_grace: reader.seconds("lifetimes.refresh_grace"),
        session: reader.seconds("lifetimes.session"),
        session_idle: reader.seconds("lifetimes.session_idle"),
        interaction: reader.seconds("lifetimes.interaction"),
    };
    for (idle, whole) in [
        ("refresh_idle", "refresh_absolute"),
        ("session_idle", "session"),
    ] {
        let (short, long) = if idle == "session_idle" {
            (found.session_idle, found.session)
        } else {
            (found.refresh_idle, found.refresh_absolute)
        };
        if short > long && long > Seconds(0) {
            reader.refuse(
                &format!("lifetimes.{idle}"),
                format!(
                    "lifetimes.{idle} ({short}) may not be longer than lifetimes.{whole} ({long})"
                ),
            );
        }
    }
    found
}

/// A text under a rule; refused, it counts as missing.
fn checked(
    reader: &mut Reader,
    path: &str,
    rule: fn(&str) -> Result<(), String>,
) -> Option<String> {
    let text = reader.text(path)?;
    match rule(&text) {
        Ok(()) => Some(text),
        Err(message) => {
            reader.refuse(path, message);
            None
        }
    }
}

fn proxies(reader: &mut Reader) -> Vec<Network> {
    let mut found = Vec::new();
    for (text, origin) in reader.list("trusted_proxies") {
        match Network::parse(&text) {
            Ok(network) => found.push(network),
            Err(message) => reader.problems.push(Problem {
                origin,
                message: format!("trusted_proxies: {message}"),
            }),
        }
    }
    found
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
