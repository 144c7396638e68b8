//! An engine on a fresh database, with a clock that is moved by hand.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use stepwell_core::audit::Record;
use stepwell_core::authn::{Catalog, Method};
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_engine::factors::Factors;
use stepwell_engine::limits::MemoryLimits;
use stepwell_engine::passwords::{HashGate, HashParams, Passwords};
use stepwell_engine::seal::{SealKey, SealingKeys};
use stepwell_engine::settings::{EnrolmentSettings, Lifetimes, LimitSettings, PasskeySettings};
use stepwell_engine::{Call, Engine, EngineError, Parts, Peer, Settings};
use stepwell_store::{Db, audit};

use super::{Browser, Database, Person, Seeded};

/// The issuer of every stage.
pub const ISSUER: &str = "https://id.example";
/// When every stage begins.
pub const START: Timestamp = Timestamp::from_secs(1_800_000_000);

/// What nodes on one database share.
#[derive(Debug)]
struct Place {
    database: Database,
    clock: AtomicI64,
    entropy: Seeded,
    settings: Settings,
}

/// A node: an engine, and the place it runs at.
#[derive(Debug)]
pub struct Stage {
    pub engine: Engine,
    /// Where passwords are hashed; occupy it to see that somebody wants to.
    pub gate: Arc<HashGate>,
    peer: Peer,
    place: Arc<Place>,
}

impl Stage {
    /// With everything at its default, on SQLite.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// With other settings, on SQLite.
    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::on(Database::sqlite(), change)
    }

    /// With other settings, on this database.
    pub fn on(database: Database, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings {
            issuer: ISSUER.to_owned(),
            product: "Example ID".to_owned(),
            catalog: Catalog::shipped(),
            scopes: Vec::new(),
            resources: Vec::new(),
            lifetimes: Lifetimes::default(),
            limits: LimitSettings::default(),
            // What needs neither a browser nor a courier.
            enrolment: EnrolmentSettings {
                methods: Some(vec![Method::totp(), Method::recovery()]),
                ..EnrolmentSettings::default()
            },
            devices: stepwell_engine::settings::DeviceSettings::default(),
            registration: false,
            password_min_length: 8,
            passkeys: PasskeySettings::default(),
            languages: vec!["de".to_owned(), "en".to_owned()],
        };
        change(&mut settings);
        let clock = AtomicI64::new(START.as_micros());
        Self::open(
            Arc::new(Place {
                database,
                clock,
                entropy: Seeded::new(7),
                settings,
            }),
            HashGate::new(2, 64),
        )
    }

    /// Another node on the same database, with the same clock; also what a restart brings: whatever was
    /// only in memory is gone.
    pub fn another_node(&self) -> Self {
        self.another_node_hashing(HashGate::new(2, 64))
    }

    /// Another node with this much room for hashing passwords.
    pub fn another_node_hashing(&self, gate: HashGate) -> Self {
        Self::open(Arc::clone(&self.place), gate)
    }

    /// Another node, put together differently.
    pub fn another_node_with(&self, change: impl FnOnce(&mut Parts)) -> Result<Self, EngineError> {
        Self::open_with(Arc::clone(&self.place), HashGate::new(2, 64), change)
    }

    fn open(place: Arc<Place>, gate: HashGate) -> Self {
        Self::open_with(place, gate, |_| {}).unwrap()
    }

    fn open_with(
        place: Arc<Place>,
        gate: HashGate,
        change: impl FnOnce(&mut Parts),
    ) -> Result<Self, EngineError> {
        let gate = Arc::new(gate);
        let cheap = HashParams {
            memory_kib: 8,
            iterations: 1,
            parallelism: 1,
        };
        let peer = Peer {
            ip: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))),
            user_agent: "test".into(),
            language: "en".into(),
            actor: None,
        };
        let mut parts = Parts {
            settings: place.settings.clone(),
            db: place.database.open(),
            seal: SealingKeys::new(SealKey::parse(&"a93c071f".repeat(8)).unwrap(), vec![]),
            limits: Arc::new(MemoryLimits::new(10_000)),
            passwords: Passwords::new(cheap, Arc::clone(&gate), &place.entropy).unwrap(),
            factors: Factors::shipped(&place.settings).unwrap(),
            courier: Arc::new(stepwell_engine::courier::NoCourier),
        };
        change(&mut parts);
        let now = Timestamp::from_micros(place.clock.load(Ordering::SeqCst));
        let call = Call {
            now,
            entropy: &place.entropy,
            reference: "TEST-TEST",
            peer: &peer,
        };
        let engine = Engine::open(&call, parts)?;
        Ok(Self {
            engine,
            gate,
            peer,
            place,
        })
    }

    /// The instant it is.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.place.clock.load(Ordering::SeqCst))
    }

    /// Lets seconds pass.
    pub fn advance(&self, seconds: u64) {
        self.place
            .clock
            .fetch_add(Seconds(seconds).as_micros(), Ordering::SeqCst);
    }

    /// Sets the clock back, as an operator might.
    pub fn set_back(&self, seconds: u64) {
        self.place
            .clock
            .fetch_sub(Seconds(seconds).as_micros(), Ordering::SeqCst);
    }

    /// A request takes a moment.
    pub fn tick(&self) {
        self.place.clock.fetch_add(1_000, Ordering::SeqCst);
    }

    /// A request, from nobody in particular.
    pub fn call(&self) -> Call<'_> {
        self.call_from(&self.peer)
    }

    /// A command of an operator's.
    pub fn command(&self) -> Call<'_> {
        static OPERATOR: LazyLock<Peer> = LazyLock::new(|| Peer {
            actor: Some("cli"),
            ..Peer::default()
        });
        self.call_from(&OPERATOR)
    }

    /// A request from there.
    pub fn call_from<'a>(&'a self, peer: &'a Peer) -> Call<'a> {
        Call {
            now: self.now(),
            entropy: &self.place.entropy,
            reference: "TEST-TEST",
            peer,
        }
    }

    /// A browser in this person's hands, without cookies.
    pub fn browser<'s>(&'s self, person: &'s Person) -> Browser<'s> {
        Browser::new(self, person)
    }

    /// What is stored.
    pub fn db(&self) -> &Db {
        self.engine.db()
    }

    /// The database, for its shell.
    pub fn database(&self) -> &Database {
        &self.place.database
    }

    /// Audit records whose name begins so, oldest first.
    pub fn audited(&self, prefix: &str) -> Vec<Record> {
        let filter = audit::Filter {
            event: Some(prefix.to_owned()),
            ..audit::Filter::default()
        };
        let mut records = self
            .db()
            .read(|tx| audit::list(tx, &filter, 1_000))
            .unwrap();
        records.reverse();
        records
    }

    /// Their names, oldest first.
    pub fn events(&self, prefix: &str) -> Vec<String> {
        self.audited(prefix)
            .into_iter()
            .map(|record| record.event)
            .collect()
    }

    /// Whether the audit chain is whole.
    pub fn chain_is_whole(&self) -> bool {
        let found = self
            .db()
            .read(|tx| audit::verify(tx, None, |_| ()))
            .unwrap();
        matches!(found, audit::Verified::Whole(_))
    }
}
