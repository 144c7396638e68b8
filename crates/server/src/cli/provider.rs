//! From a configuration to an open database and a running engine, as every command needs them.

use std::sync::Arc;
use std::time::Duration;

use stepwell_core::entropy;
use stepwell_engine::factors::Factors;
use stepwell_engine::limits::{Limits, MemoryLimits, RedisLimits};
use stepwell_engine::passwords::{HashGate, HashParams, Passwords};
use stepwell_engine::seal::SealingKeys;
use stepwell_engine::{Call, Engine, Parts, Peer};
use stepwell_store::{Db, Options};

use super::failure::Failure;
use super::slow;
use crate::clock::{OsEntropy, SystemClock};
use crate::config::Config;
use crate::courier::Post;

/// Counters and used things kept in memory at most.
const REMEMBERED: usize = 200_000;
/// Password checks that may wait for each one that runs.
const QUEUE: usize = 32;
/// What keys on a shared Redis begin with.
const REDIS_PREFIX: &str = "stepwell:";

/// Opens the database that is configured. Does not migrate.
pub(super) fn database(config: &Config) -> Result<Db, Failure> {
    let url = config
        .database_url
        .expose()
        .parse()
        .map_err(|error| Failure::usage(format!("{error}")))?;
    let options = Options {
        wait: Duration::from_secs(5),
        ..Options::default()
    };
    slow::doing("connecting to the database", || Db::open(&url, &options)).map_err(|error| {
        Failure::unavailable(format!("the database {url} cannot be opened: {error}"))
    })
}

/// Brings the database up to date where that is allowed, or says which command does.
pub(super) fn migrated(db: Db, config: &Config) -> Result<Db, Failure> {
    if config.auto_migrate {
        slow::doing("bringing the database up to date", || db.migrate())?;
        return Ok(db);
    }
    let pending = db.pending_migrations()?;
    if pending.is_empty() {
        return Ok(db);
    }
    Err(Failure::failed(format!(
        "the database is not up to date and auto_migrate is false; run `stepwell migrate` (pending: {})",
        pending.join(", ")
    )))
}

/// A running engine on the configured database.
pub(super) fn engine(config: &Config) -> Result<Engine, Failure> {
    let seal = config.seal.fetch().map_err(Failure::usage)?;
    let db = migrated(database(config)?, config)?;
    open(config, db, seal)
}

/// A running engine on an open, migrated database.
pub(super) fn open(config: &Config, db: Db, seal: SealingKeys) -> Result<Engine, Failure> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let gate = Arc::new(HashGate::new(cores, cores * QUEUE));
    let passwords = Passwords::new(HashParams::default(), gate, &OsEntropy)
        .map_err(|error| Failure::failed(error.to_string()))?;
    let parts = Parts {
        settings: config.settings.clone(),
        db,
        seal,
        limits: limits(config)?,
        passwords,
        factors: Factors::shipped(&config.settings)?,
        courier: Arc::new(Post::open(config).map_err(Failure::usage)?),
    };
    slow::doing("opening the provider", || {
        with_call(|call| Engine::open(call, parts))
    })
    .map_err(Failure::from)
}

fn limits(config: &Config) -> Result<Arc<dyn Limits>, Failure> {
    match &config.redis_url {
        Some(url) => {
            let redis = RedisLimits::new(url.expose(), REDIS_PREFIX).map_err(Failure::usage)?;
            Ok(Arc::new(redis))
        }
        None => Ok(Arc::new(MemoryLimits::new(REMEMBERED))),
    }
}

/// Hands `work` the present instant, the system's randomness and a reference of its own.
pub(super) fn with_call<T>(work: impl FnOnce(&Call<'_>) -> T) -> T {
    let reference = entropy::reference(&OsEntropy);
    let peer = Peer {
        ip: None,
        user_agent: "stepwell command line".to_owned(),
        language: String::new(),
        actor: Some("cli"),
    };
    work(&Call {
        now: SystemClock.now(),
        entropy: &OsEntropy,
        reference: &reference,
        peer: &peer,
    })
}
