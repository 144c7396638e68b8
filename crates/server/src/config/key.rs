//! Every key there is, with its kind, its bounds and its default: the one list that reading, refusing,
//! dumping and documenting go by.

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any text of at most this many characters.
    Text(usize),
    /// The path of a file or folder, of at most this many characters; in the file it counts from the file's folder.
    File(usize),
    /// One of these.
    Choice(&'static [&'static str]),
    /// A whole number in these bounds.
    Count(u64, u64),
    /// `true` or `false`.
    Bool,
    /// A length of time, with its bounds in seconds.
    Duration(u64, u64),
    /// `host:port` with a numeric host; where the flag is set also `off`.
    Address(bool),
    /// A list of texts; in the environment separated by commas.
    List,
    /// A list of the paths of files, each as [`Kind::File`]; in the environment separated by commas.
    Files,
    /// A list of tables; in the environment a TOML array.
    Tables,
}

/// How much of a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// All of it.
    Plain,
    /// A URL without its password.
    Url,
    /// Nothing.
    Never,
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// `section.key`.
    pub(crate) path: &'static str,
    pub(crate) kind: Kind,
    /// As the environment would give it.
    pub(crate) default: Option<&'static str>,
    pub(crate) shown: Shown,
}

impl Key {
    /// `STEPWELL__SECTION__KEY`.
    pub(crate) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.path.replace('.', "__").to_uppercase())
    }

    /// Whether a `_FILE` variant is read.
    pub(crate) fn secret(&self) -> bool {
        self.shown != Shown::Plain
    }

    /// The key at `path`.
    pub(crate) fn find(path: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.path == path)
    }

    /// Whether `path` is a section.
    pub(crate) fn is_section(path: &str) -> bool {
        KEYS.iter().any(|key| {
            key.path
                .strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
        })
    }
}

/// What the variables of this program begin with.
pub(crate) const PREFIX: &str = "STEPWELL__";

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 366 * DAY;

const fn key(path: &'static str, kind: Kind, default: Option<&'static str>) -> Key {
    Key {
        path,
        kind,
        default,
        shown: Shown::Plain,
    }
}

const fn hidden(
    path: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    shown: Shown,
) -> Key {
    Key {
        path,
        kind,
        default,
        shown,
    }
}

const fn duration(path: &'static str, default: &'static str, least: u64, most: u64) -> Key {
    key(path, Kind::Duration(least, most), Some(default))
}

const fn count(path: &'static str, default: &'static str, least: u64, most: u64) -> Key {
    key(path, Kind::Count(least, most), Some(default))
}

/// All keys, in the order in which they are dumped and documented.
pub(crate) const KEYS: &[Key] = &[
    key("issuer", Kind::Text(512), Some("http://localhost:7100")),
    key("listen", Kind::Address(false), Some("127.0.0.1:7100")),
    key("ops_listen", Kind::Address(true), Some("127.0.0.1:7101")),
    hidden(
        "database_url",
        Kind::Text(2048),
        Some("sqlite:stepwell.db"),
        Shown::Url,
    ),
    key("auto_migrate", Kind::Bool, Some("true")),
    hidden("redis_url", Kind::Text(2048), None, Shown::Url),
    key("trusted_proxies", Kind::List, Some("")),
    key("product.name", Kind::Text(64), Some("Stepwell")),
    key("brand.logo", Kind::File(4096), None),
    key("brand.accent", Kind::Text(16), None),
    key("brand.accent_dark", Kind::Text(16), None),
    count("brand.radius", "6", 0, 16),
    key("brand.privacy_url", Kind::Text(2048), None),
    key("brand.help_url", Kind::Text(2048), None),
    hidden("seal.key", Kind::Text(512), None, Shown::Never),
    key("seal.key_file", Kind::File(4096), None),
    key("seal.key_command", Kind::Text(4096), None),
    hidden("seal.older_keys", Kind::List, Some(""), Shown::Never),
    duration("lifetimes.code", "60s", 10, MINUTE),
    duration("lifetimes.access_token", "10m", 30, DAY),
    duration("lifetimes.id_token", "1h", 30, DAY),
    duration("lifetimes.refresh_idle", "14d", MINUTE, YEAR),
    duration("lifetimes.refresh_absolute", "90d", MINUTE, 5 * YEAR),
    duration("lifetimes.refresh_grace", "10s", 0, MINUTE),
    duration("lifetimes.session", "30d", MINUTE, YEAR),
    duration("lifetimes.session_idle", "7d", MINUTE, YEAR),
    duration("lifetimes.interaction", "30m", MINUTE, DAY),
    count("limits.password_per_account", "10", 1, 1_000),
    count("limits.failures_per_network", "100", 1, 1_000_000),
    count("limits.interactions_per_network", "60000", 1, 10_000_000),
    duration("limits.window", "5m", 10, DAY),
    count("limits.code_budget", "5", 1, 100),
    duration("limits.code_rest", "15m", 10, 30 * DAY),
    count("codes.digits", "8", 6, 8),
    duration("codes.lifetime", "10m", MINUTE, 10 * MINUTE),
    duration("codes.cooldown", "30s", 10, 5 * MINUTE),
    count("codes.per_account", "10", 1, 1_000),
    count("codes.per_network", "100", 1, 1_000_000),
    duration("codes.window", "1h", MINUTE, DAY),
    key(
        "mail.transport",
        Kind::Choice(&["off", "smtp", "file", "console"]),
        Some("off"),
    ),
    key("mail.from", Kind::Text(320), None),
    key("mail.host", Kind::Text(253), None),
    count("mail.port", "0", 0, 65_535),
    key(
        "mail.tls",
        Kind::Choice(&["starttls", "implicit", "none"]),
        Some("starttls"),
    ),
    key("mail.ca_file", Kind::File(4096), None),
    key("mail.username", Kind::Text(256), None),
    hidden("mail.password", Kind::Text(1024), None, Shown::Never),
    duration("mail.timeout", "10s", 1, MINUTE),
    key("mail.folder", Kind::File(4096), None),
    key("mail.console_shows_secrets", Kind::Bool, Some("false")),
    key(
        "sms.transport",
        Kind::Choice(&["off", "gateway", "file", "console"]),
        Some("off"),
    ),
    hidden("sms.url", Kind::Text(2048), None, Shown::Never),
    key(
        "sms.method",
        Kind::Choice(&["POST", "PUT", "GET"]),
        Some("POST"),
    ),
    hidden("sms.headers", Kind::List, Some(""), Shown::Never),
    hidden("sms.body", Kind::Text(4096), None, Shown::Never),
    key(
        "sms.body_type",
        Kind::Choice(&["form", "json", "text"]),
        Some("form"),
    ),
    key("sms.success", Kind::List, Some("200-299")),
    duration("sms.timeout", "10s", 1, MINUTE),
    key("sms.folder", Kind::File(4096), None),
    key("sms.console_shows_secrets", Kind::Bool, Some("false")),
    count("password.min_length", "8", 8, 128),
    key("registration.open", Kind::Bool, Some("false")),
    key("enrolment.on_demand", Kind::Bool, Some("true")),
    key("enrolment.methods", Kind::List, None),
    duration("enrolment.fresh_for", "5m", MINUTE, HOUR),
    duration("devices.trusted_for", "0s", 0, 90 * 86_400),
    key("passkeys.enabled", Kind::Bool, Some("true")),
    key("passkeys.rp_id", Kind::Text(253), None),
    key(
        "passkeys.attestation",
        Kind::Choice(&["none", "direct"]),
        Some("none"),
    ),
    key("passkeys.attestation_ca_files", Kind::Files, Some("")),
    key("passkeys.hardware_aaguids", Kind::List, Some("")),
    key(
        "passkeys.counter_regression",
        Kind::Choice(&["flag", "refuse"]),
        Some("refuse"),
    ),
    key("acr", Kind::Tables, Some(super::acr::SHIPPED)),
    key("scope", Kind::Tables, Some("[]")),
    key("resource", Kind::Tables, Some("[]")),
    key(
        "log.format",
        Kind::Choice(&["pretty", "json"]),
        Some("pretty"),
    ),
    key(
        "log.level",
        Kind::Choice(&["error", "warn", "info", "debug", "trace"]),
        Some("info"),
    ),
    count("server.workers", "0", 0, 256),
    count("server.blocking_threads", "8", 1, 512),
    count("server.max_in_flight", "512", 1, 65_536),
    duration("server.drain_delay", "2s", 0, 5 * MINUTE),
    duration("server.shutdown_timeout", "30s", 1, 10 * MINUTE),
];
