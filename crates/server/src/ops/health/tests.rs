//! What `/ready` says.
#![allow(clippy::unwrap_used)]

use stepwell_core::time::Timestamp;
use stepwell_engine::factors::Factors;
use stepwell_engine::limits::{Limits, MemoryLimits, RedisLimits};
use stepwell_engine::passwords::{HashGate, HashParams, Passwords};
use stepwell_engine::seal::{SealKey, SealingKeys};
use stepwell_engine::{Call, Parts, Peer};
use stepwell_store::{Db, Options};

use super::*;
use crate::clock::OsEntropy;
use crate::config;

fn health(name: &str, limits: Arc<dyn Limits>) -> (Health, std::path::PathBuf) {
    let (engine, folder) = engine_with(name, limits);
    (Health::of(Arc::new(engine)), folder)
}

/// A provider on a new database in a folder of its own.
pub(crate) fn engine(name: &str) -> (Engine, std::path::PathBuf) {
    engine_with(name, Arc::new(MemoryLimits::new(100)))
}

fn engine_with(name: &str, limits: Arc<dyn Limits>) -> (Engine, std::path::PathBuf) {
    let folder =
        std::env::temp_dir().join(format!("stepwell-engine-{name}-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let url = format!("sqlite:{}", folder.join("s.db").display())
        .parse()
        .unwrap();
    let db = Db::open(&url, &Options::default()).unwrap();
    db.migrate().unwrap();
    let cheap = HashParams {
        memory_kib: 64,
        iterations: 1,
        parallelism: 1,
    };
    let settings = config::parse(None, None, &[])
        .map_err(|problems| problems.to_string())
        .unwrap()
        .config
        .settings;
    let parts = Parts {
        factors: Factors::shipped(&settings).unwrap(),
        settings,
        db,
        seal: SealingKeys::new(SealKey::generate(&OsEntropy), vec![]),
        limits,
        passwords: Passwords::new(cheap, Arc::new(HashGate::new(1, 1)), &OsEntropy).unwrap(),
        courier: Arc::new(stepwell_engine::courier::NoCourier),
    };
    let call = Call {
        now: Timestamp::from_secs(1_800_000_000),
        entropy: &OsEntropy,
        reference: "TEST-TEST",
        peer: &Peer::default(),
    };
    (Engine::open(&call, parts).unwrap(), folder)
}

#[test]
fn a_node_is_ready_until_it_drains_and_then_says_why() {
    let (health, folder) = health("drain", Arc::new(MemoryLimits::new(100)));
    let report = health.report();
    assert!(report.ready && !report.degraded, "{report:?}");
    assert_eq!(
        report
            .checks
            .iter()
            .map(|check| check.name)
            .collect::<Vec<_>>(),
        ["database", "migrations", "keys", "draining"]
    );
    health.clone().drain();
    let report = health.report();
    assert!(!report.ready);
    let failed: Vec<_> = report
        .checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| check.name)
        .collect();
    assert_eq!(failed, ["draining"]);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn without_redis_a_node_stays_ready_and_says_that_it_is_degraded() {
    // An address where nobody listens.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}/", free.local_addr().unwrap());
    drop(free);
    let limits = RedisLimits::new(&url, "stepwell-test").unwrap();
    let (health, folder) = health("redis", Arc::new(limits));
    let report = health.report();
    assert!(report.ready && report.degraded, "{report:?}");
    let redis = report.checks.last().unwrap();
    assert_eq!(
        (redis.name, redis.ok, redis.needed),
        ("redis", false, false)
    );
    assert!(redis.reason.as_ref().unwrap().contains("does not answer"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_cannot_be_asked_or_is_missing_is_named() {
    let check = |found: Result<(), String>| check("x", found).reason.unwrap();
    assert!(check(applied(None)).contains("cannot be asked"));
    assert!(check(applied(Some(vec!["0002".into()]))).contains("0002"));
    assert!(check(current(Some(false))).contains("stepwell keys rotate"));
    assert!(check(current(None)).contains("cannot be asked"));
}
