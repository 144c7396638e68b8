//! Failing half-way: a code or token is spent with everything that belongs to it, or not at all.

use stepwell_core::entropy::Entropy;
use stepwell_core::oauth::ErrorCode;
use stepwell_core::secret::{Hashed, Secret};
use stepwell_engine::{Call, EngineError};
use stepwell_store::{StoreError, codes, refresh_tokens};

use crate::support::{a_person, a_relying_party, each_database, oauth_error};

/// A broken source: always the same bytes.
#[derive(Debug)]
struct Stuck;

impl Entropy for Stuck {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}

#[test]
fn a_code_burnt_by_a_process_that_then_died_stays_burnt() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let answer = stage.browser(&ada).sign_in(&bank);
        let hash = Hashed::of(&Secret::new(answer.code()));
        // Committed, and then nobody was there any more to issue anything.
        let burnt: Result<bool, StoreError> =
            stage.db().write(|tx| codes::burn(tx, &hash, stage.now()));
        assert!(burnt.unwrap());
        let restarted = stage.another_node();
        let error = oauth_error(
            bank.token(&restarted, &bank.redeeming(&answer))
                .unwrap_err(),
        );
        assert_eq!(error.code(), ErrorCode::InvalidGrant);
        assert_eq!(
            stage
                .database()
                .count("SELECT count(*) AS n FROM refresh_tokens"),
            0
        );
        assert_eq!(stage.events("token.issued"), [""; 0]);
    });
}

#[test]
fn an_error_after_the_burning_in_the_same_write_undoes_it() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let answer = stage.browser(&ada).sign_in(&bank);
        let hash = Hashed::of(&Secret::new(answer.code()));
        let undone: Result<(), StoreError> = stage.db().write(|tx| {
            assert!(codes::burn(tx, &hash, stage.now())?);
            Err(StoreError::Refused("the process dies here".into()))
        });
        undone.unwrap_err();
        bank.redeem(stage, &answer);
    });
}

#[test]
fn a_redemption_that_cannot_store_its_refresh_token_changes_nothing() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let (first, second) = (browser.sign_in(&bank), browser.sign_in(&bank));
        let redeem = |answer| {
            let params = bank.params(&bank.redeeming(answer));
            let client = bank.authenticate(stage, &params).unwrap();
            stage.engine.token(
                &Call {
                    entropy: &Stuck,
                    ..stage.call()
                },
                &client,
                &params,
            )
        };
        assert!(redeem(&first).is_ok());
        // The second refresh token would be the same as the first.
        let error = redeem(&second).unwrap_err();
        assert!(!matches!(error, EngineError::OAuth(_)), "{error}");
        assert_eq!(stage.events("token."), ["token.issued"]);
        let unused = "SELECT count(*) AS n FROM codes WHERE used_at IS NULL";
        assert_eq!(stage.database().count(unused), 1);
        bank.redeem(stage, &second);
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn a_refresh_that_cannot_be_audited_spends_nothing() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().create();
        let tokens = bank.redeem(stage, &stage.browser(&ada).sign_in(&bank));
        stage
            .database()
            .shell("ALTER TABLE audit RENAME TO audit_away");
        bank.refresh(stage, tokens.refresh_token()).unwrap_err();
        stage
            .database()
            .shell("ALTER TABLE audit_away RENAME TO audit");
        let hash = Hashed::of(&Secret::new(tokens.refresh_token()));
        let row = stage
            .db()
            .read(|tx| refresh_tokens::find(tx, &hash))
            .unwrap()
            .unwrap();
        assert_eq!(row.used_at, None);
        assert_eq!(
            stage
                .database()
                .count("SELECT count(*) AS n FROM refresh_tokens"),
            1
        );
        bank.refresh(stage, tokens.refresh_token()).unwrap();
        assert!(stage.chain_is_whole());
    });
}
