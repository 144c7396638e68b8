//! Setting authenticators up, as the pages of an installation do: by the factor, and one write.

use std::sync::Arc;

use serde_json::Value;
use stepwell_core::authn::Method;
use stepwell_engine::Settings;
use stepwell_engine::authorize::NamedView;
use stepwell_engine::courier::NoCourier;
use stepwell_engine::factors::{
    Answer, Challenge, Enrolled, Factor, Factors, Failure, Tools, Whom,
};
use stepwell_engine::limits::MemoryLimits;
use stepwell_engine::passwords::{HashGate, HashParams, Passwords};
use stepwell_engine::seal::{SealKey, SealingKeys};
use stepwell_store::credentials::{self, Credential};
use stepwell_store::{StoreError, users};

use super::key::{Key, Model};
use super::{Person, Stage};

/// A set-up page of one method, for one person.
#[derive(Debug)]
pub struct SetUp<'s> {
    stage: &'s Stage,
    person: &'s Person,
    method: Method,
    factors: Factors,
}

impl<'s> SetUp<'s> {
    pub fn of(stage: &'s Stage, person: &'s Person, method: &str) -> Self {
        Self::under(stage, person, method, stage.engine.settings())
    }

    /// With other settings than the stage's.
    pub fn under(stage: &'s Stage, person: &'s Person, method: &str, settings: &Settings) -> Self {
        Self {
            stage,
            person,
            method: Method::new(method),
            factors: Factors::shipped(settings).unwrap(),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&dyn Factor, &Tools<'_>, &Whom<'_>) -> T) -> T {
        let params = HashParams {
            memory_kib: 8,
            iterations: 1,
            parallelism: 1,
        };
        let call = self.stage.call();
        let gate = Arc::new(HashGate::new(1, 1));
        let passwords = Passwords::new(params, gate, call.entropy).unwrap();
        let seal = SealingKeys::new(SealKey::parse(&"a93c071f".repeat(8)).unwrap(), vec![]);
        let tools = Tools {
            call: &call,
            passwords: &passwords,
            seal: &seal,
            courier: &NoCourier,
            product: "Example ID",
            limits: &MemoryLimits::new(100),
        };
        let id = self.person.id.clone().unwrap();
        let (user, mine) = self
            .stage
            .db()
            .read(|tx| -> Result<_, StoreError> {
                Ok((users::find(tx, &id)?, credentials::live_of(tx, &id)?))
            })
            .unwrap();
        let whom = Whom {
            user: user.as_ref(),
            credentials: &mine,
            proven: true,
            app: "Bank",
            action: None,
        };
        work(self.factors.find(&self.method).unwrap(), &tools, &whom)
    }

    pub fn start(&self) -> Challenge {
        self.with(|factor, tools, whom| factor.enrolment().unwrap().start(tools, whom, ""))
            .unwrap()
    }

    pub fn finish(&self, started: &Challenge, response: &str) -> Result<Enrolled, Failure> {
        let answer = Answer {
            secret: response,
            credential: None,
            challenge: None,
        };
        self.with(|factor, tools, whom| {
            let enrolment = factor.enrolment().unwrap();
            enrolment.finish(tools, whom, started, &answer)
        })
    }

    /// From the first page to the database.
    pub fn complete(&self, model: Model) -> Key {
        let started = self.start();
        let (key, response) = Key::register(model, options(&started));
        let enrolled = self.finish(&started, &response).unwrap();
        self.store(&enrolled.credential);
        key
    }

    pub fn store(&self, credential: &Credential) {
        self.stage
            .db()
            .write(|tx| credentials::insert(tx, credential))
            .unwrap();
    }
}

/// What the browser gets.
pub fn options(challenge: &Challenge) -> &Value {
    &challenge.show["options"]
}

impl Person {
    /// Sets up a passkey.
    pub fn passkey(&self, stage: &Stage, model: Model) -> Key {
        SetUp::of(stage, self, "passkey").complete(model)
    }

    /// Sets up a security key.
    pub fn security_key(&self, stage: &Stage, model: Model) -> Key {
        SetUp::of(stage, self, "security-key").complete(model)
    }
}

/// What a page calls an authenticator: by its person's name for it, or else by its method.
pub fn called(one: &NamedView) -> String {
    match one.label.as_str() {
        "" => one.method.as_str().to_owned(),
        label => label.to_owned(),
    }
}
