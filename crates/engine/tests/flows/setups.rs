//! Setting up a factor that the engine does not ship, which needs something typed first; and choosing between several.

use serde_json::json;
use stepwell_core::authn::{Kind, Method, Traits};
use stepwell_core::ids::CredentialId;
use stepwell_core::secret::{Hashed, Secret};
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::EnrolStage;
use stepwell_engine::factors::{
    Answer, Challenge, Enrolled, Enrolment, Factor, Factors, Failure, PasswordFactor, SetUp, Tools,
    TotpFactor, Verified, Whom,
};
use stepwell_engine::settings::LimitSettings;
use stepwell_store::credentials::Credential;

use crate::support::{Browser, Stage, a_person, a_relying_party};

const MFA: [(&str, &str); 1] = [("acr_values", "2")];

/// A word that is sent to an address: here it is shown instead.
#[derive(Debug)]
struct Word;

impl Factor for Word {
    fn method(&self) -> Method {
        Method::new("word")
    }

    fn traits(&self) -> Traits {
        Traits::of(Kind::Possession)
    }

    fn opens(&self) -> bool {
        false
    }

    fn enrolment(&self) -> Option<&dyn Enrolment> {
        Some(self)
    }

    fn verify(&self, _: &Tools<'_>, _: &[Credential], _: &Answer<'_>) -> Result<Verified, Failure> {
        Err(Failure::Malformed("never asked here"))
    }
}

impl Enrolment for Word {
    fn asks(&self) -> Option<&'static str> {
        Some("address")
    }

    fn start(&self, tools: &Tools<'_>, _: &Whom<'_>, typed: &str) -> Result<Challenge, Failure> {
        if !typed.contains('@') {
            return Err(Failure::Malformed("address"));
        }
        let word = tools.call.secret();
        Ok(Challenge {
            keep: json!(Hashed::of(&word)),
            show: json!({ "to": typed, "sent": word.expose() }),
        })
    }

    fn finish(
        &self,
        tools: &Tools<'_>,
        whom: &Whom<'_>,
        started: &Challenge,
        answer: &Answer<'_>,
    ) -> Result<Enrolled, Failure> {
        let kept: Hashed = serde_json::from_value(started.keep.clone()).unwrap();
        if !kept.matches(&Secret::new(answer.secret)) {
            return Err(Failure::Wrong(Vec::new()));
        }
        let credential = Credential::new(
            CredentialId::new(tools.call.id()),
            whom.user.unwrap().id.clone(),
            self.method(),
            started.show["to"].as_str().unwrap(),
            "",
            tools.call.now,
        );
        Ok(Enrolled {
            credential,
            traits: self.traits(),
            amr: vec!["otp".to_owned()],
        })
    }
}

fn with_words(first: &Stage) -> Stage {
    let limits = LimitSettings::default();
    let totp = TotpFactor {
        budget: limits.code_budget,
        rest: limits.code_rest,
    };
    first
        .another_node_with(|parts| {
            parts.settings.enrolment.methods = None;
            parts.factors = Factors::new(vec![
                Box::new(PasswordFactor),
                Box::new(Word),
                Box::new(totp),
            ]);
        })
        .unwrap()
}

fn typed(answer: &str) -> Input<'_> {
    Input::SetUp {
        answer,
        label: "",
        lost: Vec::new(),
    }
}

/// What was sent, and where to.
fn sent(browser: &mut Browser<'_>) -> (String, String) {
    match browser.see_enrol().stage {
        EnrolStage::Verify {
            show: SetUp::Form(show),
            again: true,
            ..
        } => {
            let text = |name: &str| show[name].as_str().unwrap().to_owned();
            (text("to"), text("sent"))
        }
        other => panic!("nothing was sent: {other:?}"),
    }
}

#[test]
fn of_several_the_person_chooses_and_may_choose_again() {
    let first = Stage::new();
    let stage = with_words(&first);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    assert_eq!(browser.page(), "choose");
    let methods = browser.see_enrol().methods;
    assert_eq!(methods, [Method::new("word"), Method::totp()], "as listed");
    // A form that was not shown starts nothing.
    let answered = browser.submit(&typed("ada@example.org"));
    assert!(matches!(answered, Answered::Continue { session: None, .. }));
    assert_eq!(browser.page(), "choose");

    browser.goes_on(&Input::Enrol { method: "totp" });
    assert_eq!(browser.page(), "set up totp");
    browser.goes_on(&Input::Enrol { method: "" });
    assert_eq!(browser.page(), "choose");
    browser.goes_on(&Input::Enrol { method: "word" });
    assert_eq!(browser.page(), "start word");
}

#[test]
fn what_needs_an_address_asks_for_it_first_and_may_be_sent_elsewhere() {
    let first = Stage::new();
    let stage = with_words(&first);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    browser.goes_on(&Input::Enrol { method: "word" });
    let refused = browser.submit(&typed("nowhere"));
    assert!(matches!(
        refused,
        Answered::Again(Trouble::Malformed("address"))
    ));
    browser.goes_on(&typed("old@example.org"));
    let (to, old) = sent(&mut browser);
    assert_eq!(to, "old@example.org");
    assert_eq!(sent(&mut browser).1, old, "a reload sends nothing");

    browser.goes_on(&Input::Enrol { method: "word" });
    assert_eq!(browser.page(), "start word");
    browser.goes_on(&typed("new@example.org"));
    let (to, new) = sent(&mut browser);
    assert_eq!(to, "new@example.org");
    let answered = browser.submit(&typed(&old));
    assert!(
        matches!(answered, Answered::Again(Trouble::WrongCode)),
        "what went to the old address proves nothing of the new one"
    );
    browser.goes_on(&typed(&new));
    let grounds = bank.redeem(&stage, &browser.follow()).grounds();
    assert_eq!((grounds.0.as_str(), grounds.1.len()), ("2", 3));
}

#[test]
fn what_may_send_something_is_started_so_often_and_no_more() {
    let first = Stage::new();
    let stage = with_words(&first);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &MFA);
    browser.type_username().type_password();
    for n in 0..10 {
        browser.goes_on(&Input::Enrol { method: "word" });
        browser.goes_on(&typed(&format!("somebody{n}@example.org")));
    }
    // Nor by another request.
    let mut browser = browser.another_tab();
    browser.authorize(&bank, &MFA);
    browser.goes_on(&Input::Enrol { method: "word" });
    let answered = browser.submit(&typed("one-more@example.org"));
    assert!(
        matches!(answered, Answered::Again(Trouble::Wait(_))),
        "{answered:?}"
    );
}
