//! Setting an address up for codes: what was typed, a code sent there, and that code back.

use std::sync::Arc;

use stepwell_core::authn::Method;
use stepwell_core::ids::UserId;
use stepwell_core::user::{Status, User};
use stepwell_engine::courier::{Channel, Letter};
use stepwell_engine::factors::{
    Answer, Challenge, DeliveredCode, Enrolled, Enrolment, Factor, Failure, Tools, Whom, inbox,
};
use stepwell_engine::limits::MemoryLimits;
use stepwell_engine::passwords::{HashGate, HashParams, Passwords};
use stepwell_engine::seal::{SealKey, SealingKeys};
use stepwell_engine::settings::LimitSettings;
use stepwell_store::credentials::Credential;

use crate::support::{Postbox, Seeded, Stage};

/// Somebody who sets something up.
struct Setting {
    stage: Stage,
    postbox: Arc<Postbox>,
    seal: SealingKeys,
    passwords: Passwords,
    limits: MemoryLimits,
    user: User,
    owned: Vec<Credential>,
}

impl Setting {
    fn new() -> Self {
        let (postbox, stage) = Postbox::at(&Stage::new());
        let cheap = HashParams {
            memory_kib: 8,
            iterations: 1,
            parallelism: 1,
        };
        let gate = Arc::new(HashGate::new(1, 1));
        let user = User {
            id: UserId::new("ada"),
            username: "ada".into(),
            canonical: "ada".into(),
            skeleton: "ada".into(),
            status: Status::Active,
            claims: serde_json::Map::new(),
            created_at: stage.now(),
            updated_at: stage.now(),
        };
        Self {
            seal: SealingKeys::new(SealKey::parse(&"a93c071f".repeat(8)).unwrap(), vec![]),
            passwords: Passwords::new(cheap, gate, &Seeded::new(1)).unwrap(),
            limits: MemoryLimits::new(100),
            stage,
            postbox,
            user,
            owned: Vec::new(),
        }
    }

    fn with<T>(&self, work: impl FnOnce(&Tools<'_>, &Whom<'_>) -> T) -> T {
        let call = self.stage.call();
        let tools = Tools {
            call: &call,
            passwords: &self.passwords,
            seal: &self.seal,
            courier: &*self.postbox,
            product: "Example ID",
            limits: &self.limits,
        };
        let whom = Whom {
            user: Some(&self.user),
            credentials: &self.owned,
            proven: true,
            app: "Bank",
            action: None,
        };
        work(&tools, &whom)
    }

    fn start(&self, how: &dyn Enrolment, typed: &str) -> Result<Challenge, Failure> {
        self.with(|tools, whom| how.start(tools, whom, typed))
    }

    fn finish(
        &self,
        how: &dyn Enrolment,
        started: &Challenge,
        code: &str,
    ) -> Result<Enrolled, Failure> {
        let answer = Answer {
            secret: code,
            credential: None,
            challenge: None,
        };
        self.with(|tools, whom| how.finish(tools, whom, started, &answer))
    }
}

fn by_mail() -> DeliveredCode {
    DeliveredCode::by_mail(&LimitSettings::default())
}

fn rule(failure: &Failure) -> &str {
    match failure {
        Failure::Malformed(rule) => rule,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_address_counts_once_the_code_sent_there_came_back() {
    let mut here = Setting::new();
    let factor = by_mail();
    let how = factor.enrolment().unwrap();
    assert_eq!(how.asks(), Some("address"));
    let started = here.start(how, " Ada@EXAMPLE.com").unwrap();
    let message = here.postbox.messages().remove(0);
    assert_eq!(
        (message.channel, message.address.as_str()),
        (Channel::Mail, "Ada@example.com")
    );
    assert!(matches!(message.letter, Letter::AddressCode { .. }));
    let code = here.postbox.code();
    assert!(!started.keep.to_string().contains(&code) && !started.show.to_string().contains(&code));

    let wrong = here.finish(how, &started, "00000000").unwrap_err();
    assert!(matches!(wrong, Failure::Wrong(_)), "{wrong:?}");
    assert_eq!(
        rule(&here.finish(how, &started, "123").unwrap_err()),
        "code-digits"
    );
    let enrolled = here.finish(how, &started, &code).unwrap();
    let one = enrolled.credential;
    assert_eq!(
        (one.method.clone(), one.user_id.clone()),
        (Method::mail(), here.user.id.clone())
    );
    assert_eq!(one.details, r#"{"address":"Ada@example.com"}"#);
    assert_eq!(enrolled.traits, factor.traits_of(&one));
    assert_eq!(
        enrolled.traits.through,
        Some(inbox(Channel::Mail, "ada@example.com"))
    );

    here.owned.push(one);
    let twice = here.start(how, "Ada@example.com").unwrap_err();
    assert_eq!(rule(&twice), "address-known");
    here.stage.advance(600);
    let late = here.finish(how, &started, &code).unwrap_err();
    assert_eq!(rule(&late), "code-expired");
}

#[test]
fn what_is_no_address_gets_no_message() {
    let here = Setting::new();
    let mail = by_mail();
    let how = mail.enrolment().unwrap();
    assert_eq!(
        rule(
            &here
                .start(how, "ada@example.com\r\nBcc: x@example.com")
                .unwrap_err()
        ),
        "address"
    );
    let text = DeliveredCode::by_text(&LimitSettings::default());
    let how = text.enrolment().unwrap();
    assert_eq!(rule(&here.start(how, "0301234567").unwrap_err()), "number");
    assert!(here.postbox.messages().is_empty());
}

#[test]
fn a_set_up_whose_message_does_not_leave_says_so() {
    let here = Setting::new();
    here.postbox.set_down(true);
    let factor = by_mail();
    let refused = here.start(factor.enrolment().unwrap(), "ada@example.com");
    assert!(
        matches!(refused, Err(Failure::Undelivered(_))),
        "{refused:?}"
    );
}

#[test]
fn set_ups_cannot_be_used_to_flood_inboxes() {
    let here = Setting::new();
    let factor = by_mail();
    let how = factor.enrolment().unwrap();
    for n in 0..10 {
        here.start(how, &format!("somebody{n}@example.com"))
            .unwrap();
    }
    let refused = here.start(how, "somebody@example.com");
    assert!(matches!(refused, Err(Failure::TooSoon(_))), "{refused:?}");
    assert_eq!(here.postbox.messages().len(), 10);
}
