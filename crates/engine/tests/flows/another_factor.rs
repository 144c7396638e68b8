//! A factor that the engine does not ship, with a challenge of its own: the hub needs to know nothing of it.

use serde_json::json;
use stepwell_core::authn::{Kind, Method, Traits};
use stepwell_core::ids::CredentialId;
use stepwell_core::secret::{Hashed, Secret};
use stepwell_engine::EngineError;
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::FactorView;
use stepwell_engine::factors::{
    Answer, Challenge, Factor, Factors, Failure, Tools, Verified, Whom,
};
use stepwell_store::credentials::{self, Credential};

use crate::support::{Stage, a_person, a_relying_party};

/// Draws a word, keeps its hash, and shows it where a real one would send it somewhere.
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

    fn begin(&self, tools: &Tools<'_>, _: &Whom<'_>) -> Result<Option<Challenge>, EngineError> {
        let word = tools.call.secret();
        Ok(Some(Challenge {
            keep: json!(Hashed::of(&word)),
            show: json!({ "sent": word.expose() }),
        }))
    }

    fn verify(
        &self,
        _: &Tools<'_>,
        mine: &[Credential],
        answer: &Answer<'_>,
    ) -> Result<Verified, Failure> {
        let credential = mine
            .iter()
            .find(|c| c.method == self.method())
            .ok_or(Failure::Wrong(Vec::new()))?;
        let kept = answer
            .challenge
            .ok_or(Failure::Malformed("no-challenge"))?
            .keep
            .clone();
        let kept: Hashed =
            serde_json::from_value(kept).map_err(|_| Failure::Malformed("challenge"))?;
        if !kept.matches(&Secret::new(answer.secret)) {
            return Err(Failure::Wrong(vec![credential.id.clone()]));
        }
        Ok(Verified {
            credential: credential.id.clone(),
            traits: self.traits(),
            amr: vec!["otp".to_owned()],
            suspected: None,
            consume: Box::new(|_, _| Ok(true)),
        })
    }
}

#[test]
fn a_factor_with_a_challenge_fits_without_the_hub_knowing_of_it() {
    let first = Stage::new();
    let stage = first
        .another_node_with(|parts| {
            let password = Box::new(stepwell_engine::factors::PasswordFactor);
            parts.factors = Factors::new(vec![password, Box::new(Word)]);
        })
        .unwrap();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let word = Credential::new(
        CredentialId::new("word-1"),
        ada.id.clone().unwrap(),
        Method::new("word"),
        "Words",
        "",
        stage.now(),
    );
    stage
        .db()
        .write(|tx| credentials::insert(tx, &word))
        .unwrap();

    let mut browser = stage.browser(&ada);
    assert!(browser.authorize(&bank, &[("acr_values", "2")]).is_pages());
    browser.type_username().type_password();
    let asked = browser.see_proof();
    assert_eq!(asked.method.as_str(), "word");
    let sent = |factor: &FactorView| match factor {
        FactorView::Other {
            challenge: Some(show),
            ..
        } => show["sent"].as_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    let first_word = sent(&asked.factor);
    assert_eq!(
        sent(&browser.see_proof().factor),
        first_word,
        "a reload draws no other word"
    );

    let prove = |secret| Input::Prove {
        method: "word",
        secret,
        credential: None,
        trust: false,
    };
    let refused = browser.submit(&prove("another word"));
    assert!(
        matches!(refused, Answered::Again(Trouble::WrongCode)),
        "{refused:?}"
    );
    assert!(matches!(
        browser.submit(&prove(&first_word)),
        Answered::Continue { .. }
    ));
    let (acr, amr, _) = bank.redeem(&stage, &browser.follow()).grounds();
    assert_eq!(
        (acr.as_str(), amr),
        ("2", vec!["pwd".to_owned(), "otp".into(), "mfa".into()])
    );
}
