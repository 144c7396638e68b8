//! Refresh tokens: rotated, forgiving to a lost answer, merciless to a thief.

use stepwell_core::client::GrantType;
use stepwell_core::oauth::ErrorCode;
use stepwell_core::secret::{Hashed, Secret};
use stepwell_core::user::Status;
use stepwell_engine::grants::Refresh;

use crate::support::{
    Person, RelyingParty, Stage, Tokens, a_person, a_relying_party, each_database, oauth_error,
};

fn refused(stage: &Stage, rp: &RelyingParty, token: &str) -> String {
    let error = oauth_error(rp.refresh(stage, token).unwrap_err());
    assert_eq!(error.code(), ErrorCode::InvalidGrant);
    error.description().to_owned()
}

fn refused_with(stage: &Stage, rp: &RelyingParty, token: &str, extra: (&str, &str)) -> ErrorCode {
    let body = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        extra,
    ];
    oauth_error(rp.token(stage, &body).unwrap_err()).code()
}

fn signed_in(stage: &Stage, scope: &str) -> (RelyingParty, Tokens) {
    let ada = a_person(stage).with_password().create();
    signed_in_by(stage, &ada, scope)
}

fn signed_in_by(stage: &Stage, person: &Person, scope: &str) -> (RelyingParty, Tokens) {
    let rp = a_relying_party(stage).create();
    let answer = stage.browser(person).complete(&rp, &[("scope", scope)]).0;
    let tokens = rp.redeem(stage, &answer);
    (rp, tokens)
}

#[test]
fn a_refresh_answers_new_tokens_on_the_same_grounds() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid balance");
        stage.advance(3_600);
        let next = bank.refresh(stage, first.refresh_token()).unwrap();
        assert_ne!(next.refresh_token(), first.refresh_token());
        assert_eq!(next.grounds(), first.grounds());
        for same in ["iss", "sub", "aud", "sid"] {
            assert_eq!(next.id[same], first.id[same], "{same}");
        }
        assert!(next.id.get("nonce").is_none());
        assert_eq!(next.id["iat"], stage.now().secs());
        assert_eq!(next.access["scope"], "openid balance");
        assert_ne!(next.access["jti"], first.access["jti"]);
        let third = bank.refresh(stage, next.refresh_token()).unwrap();
        assert_eq!(third.grounds(), first.grounds());
        assert_eq!(
            stage.events("token."),
            ["token.issued", "token.refreshed", "token.refreshed"]
        );
        assert!(stage.chain_is_whole());
    });
}

#[test]
fn refreshes_that_come_together_are_each_answered_as_alone() {
    each_database(|stage| {
        let ada = a_person(stage).with_password().create();
        let (bank, first) = signed_in_by(stage, &ada, "openid");
        let (shop, other) = signed_in_by(stage, &ada, "openid");
        let (mint, late) = signed_in_by(stage, &ada, "openid");
        let used = mint.refresh(stage, late.refresh_token()).unwrap();
        mint.refresh(stage, used.refresh_token()).unwrap();
        let asked = |rp: &RelyingParty, token: &str| {
            let body = [("grant_type", "refresh_token"), ("refresh_token", token)];
            let params = rp.params(&body);
            (rp.authenticate(stage, &params).unwrap(), params)
        };
        let once = a_relying_party(stage)
            .with(|new| new.grant_types = Some(vec![GrantType::AuthorizationCode]))
            .create();
        let sent = [
            asked(&bank, first.refresh_token()),
            // The same once more: a retry, and it learns the same successor.
            asked(&bank, first.refresh_token()),
            asked(&shop, "unknown"),
            asked(&once, other.refresh_token()),
            // Its successor was used: theft.
            asked(&mint, late.refresh_token()),
            asked(&shop, other.refresh_token()),
        ];
        let call = stage.call();
        let asked: Vec<_> = sent
            .iter()
            .map(|(client, params)| Refresh {
                call,
                client,
                params,
            })
            .collect();
        let told = asked
            .iter()
            .zip(stage.engine.rotate_each(&asked))
            .map(|(asked, rotated)| stage.engine.refreshed(asked, rotated))
            .map(|answer| {
                answer
                    .map(Tokens::of)
                    .map_err(|why| oauth_error(why).code())
            })
            .collect::<Vec<_>>();
        let [bank1, bank2, unknown, barred, stolen, shop1] = &told[..] else {
            panic!("one answer each");
        };
        let token =
            |told: &Result<Tokens, ErrorCode>| told.as_ref().unwrap().refresh_token().to_owned();
        assert_eq!(token(bank1), token(bank2));
        assert_ne!(token(bank1), token(shop1));
        assert_eq!(unknown.as_ref().unwrap_err(), &ErrorCode::InvalidGrant);
        assert_eq!(barred.as_ref().unwrap_err(), &ErrorCode::UnauthorizedClient);
        assert_eq!(stolen.as_ref().unwrap_err(), &ErrorCode::InvalidGrant);
        assert_eq!(stage.events("token.reuse_detected").len(), 1);
        assert_eq!(stage.events("token.refreshed").len(), 5);
        assert!(stage.chain_is_whole());
        // The theft took its own family only.
        bank.refresh(stage, &token(bank1)).unwrap();
        shop.refresh(stage, &token(shop1)).unwrap();
    });
}

#[test]
fn only_hashes_of_refresh_tokens_are_stored() {
    let stage = Stage::new();
    let (bank, first) = signed_in(&stage, "openid");
    let next = bank.refresh(&stage, first.refresh_token()).unwrap();
    let mut stored = stage
        .database()
        .texts("SELECT hash AS t FROM refresh_tokens ORDER BY generation");
    let hashes = [first.refresh_token(), next.refresh_token()]
        .map(|token| Hashed::of(&Secret::new(token)).as_str().to_owned());
    assert_eq!(stored, hashes);
    stored.extend(stage.database().texts("SELECT data AS t FROM audit"));
    assert!(
        !stored
            .iter()
            .any(|text| text.contains(next.refresh_token()))
    );
}

#[test]
fn an_identical_retry_within_the_grace_gets_the_identical_successor() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid");
        let next = bank.refresh(stage, first.refresh_token()).unwrap();
        stage.advance(9);
        let again = bank.refresh(stage, first.refresh_token()).unwrap();
        assert_eq!(again.refresh_token(), next.refresh_token());
        assert_eq!(again.grounds(), first.grounds());
        assert_eq!(
            stage
                .database()
                .count("SELECT count(*) AS n FROM refresh_tokens"),
            2
        );
        assert_eq!(stage.events("token.reuse"), [""; 0]);
        let refreshed = stage.audited("token.refreshed");
        let retried = |n: usize| refreshed[n].data.contains(r#""retry":true"#);
        assert!(refreshed.len() == 2 && !retried(0) && retried(1));
        // The answer of the retry is as good as the first.
        bank.refresh(stage, again.refresh_token()).unwrap();
    });
}

#[test]
fn a_lost_answer_is_had_again_even_from_a_node_that_was_restarted() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid");
        let lost = bank.refresh(stage, first.refresh_token()).unwrap();
        let restarted = stage.another_node();
        let again = bank.refresh(&restarted, first.refresh_token()).unwrap();
        assert_eq!(again.refresh_token(), lost.refresh_token());
    });
}

#[test]
fn a_retry_after_the_grace_revokes_the_family() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid");
        let next = bank.refresh(stage, first.refresh_token()).unwrap();
        stage.advance(11);
        assert!(refused(stage, &bank, first.refresh_token()).contains("used before"));
        assert!(refused(stage, &bank, next.refresh_token()).contains("revoked"));
        assert!(
            stage
                .engine
                .userinfo(&stage.call(), &next.answer.access_token)
                .is_err()
        );
        let audited = stage.audited("token.reuse_detected");
        assert_eq!(audited.len(), 1);
        assert_eq!(
            audited[0].client_id.as_deref(),
            Some(bank.client.id.as_str())
        );
        assert_eq!(audited[0].user_id.as_deref(), first.access["sub"].as_str());
        assert!(audited[0].data.contains("refresh token"));
    });
}

#[test]
fn a_retry_after_the_successor_was_used_revokes_the_family_at_once() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid");
        let second = bank.refresh(stage, first.refresh_token()).unwrap();
        let third = bank.refresh(stage, second.refresh_token()).unwrap();
        assert!(refused(stage, &bank, first.refresh_token()).contains("used before"));
        refused(stage, &bank, third.refresh_token());
        assert_eq!(stage.events("token.reuse"), ["token.reuse_detected"]);
    });
}

#[test]
fn a_stolen_token_gives_itself_away_whatever_else_is_wrong_with_the_request() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid");
        let next = bank.refresh(stage, first.refresh_token()).unwrap();
        stage.advance(11);
        let wide = ("scope", "openid transfer");
        assert_eq!(
            refused_with(stage, &bank, first.refresh_token(), wide),
            ErrorCode::InvalidGrant
        );
        refused(stage, &bank, next.refresh_token());
        assert_eq!(stage.events("token.reuse"), ["token.reuse_detected"]);
    });
}

#[test]
fn a_used_token_gives_a_thief_away_even_after_its_own_end() {
    let stage = Stage::new();
    let (bank, first) = signed_in(&stage, "openid offline_access");
    let mut newest = bank.refresh(&stage, first.refresh_token()).unwrap();
    for _ in 0..3 {
        stage.advance(5 * 86_400);
        newest = bank.refresh(&stage, newest.refresh_token()).unwrap();
    }
    refused(&stage, &bank, first.refresh_token());
    refused(&stage, &bank, newest.refresh_token());
    assert_eq!(stage.events("token.reuse"), ["token.reuse_detected"]);
}

#[test]
fn a_wider_scope_is_invalid_scope_and_spends_nothing() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid balance");
        for wide in [
            "openid balance transfer",
            "transfer",
            "openid  balance nonsense",
        ] {
            let code = refused_with(stage, &bank, first.refresh_token(), ("scope", wide));
            assert_eq!(code, ErrorCode::InvalidScope, "{wide}");
        }
        assert_eq!(
            stage
                .database()
                .count("SELECT count(*) AS n FROM refresh_tokens"),
            1
        );
        assert_eq!(stage.events("token."), ["token.issued"]);
        bank.refresh(stage, first.refresh_token()).unwrap();
    });
}

#[test]
fn a_narrower_scope_narrows_this_access_token_and_not_the_grant() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid balance");
        let body = [
            ("grant_type", "refresh_token"),
            ("refresh_token", first.refresh_token()),
            ("scope", "balance"),
        ];
        let narrow = bank.token(stage, &body).unwrap();
        assert_eq!(narrow.scope, "balance");
        assert!(narrow.id_token.is_none());
        let wide = bank
            .refresh(stage, narrow.refresh_token.as_deref().unwrap())
            .unwrap();
        assert_eq!(wide.answer.scope, "openid balance");
    });
}

#[test]
fn another_clients_token_is_refused_and_costs_its_owner_nothing() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid");
        let shop = a_relying_party(stage).named("Shop").create();
        assert!(refused(stage, &shop, first.refresh_token()).contains("another client"));
        refused(stage, &bank, "never-issued");
        refused(stage, &bank, &first.answer.access_token);
        bank.refresh(stage, first.refresh_token()).unwrap();
    });
}

#[test]
fn a_token_that_is_not_used_for_two_weeks_expires() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid offline_access");
        stage.advance(14 * 86_400 - 1);
        let next = bank.refresh(stage, first.refresh_token()).unwrap();
        stage.advance(14 * 86_400);
        assert!(refused(stage, &bank, next.refresh_token()).contains("expired"));
        // That is age and not theft.
        assert_eq!(stage.events("token.reuse"), [""; 0]);
    });
}

#[test]
fn a_grant_ends_after_ninety_days_however_often_it_is_refreshed() {
    let stage = Stage::new();
    let (bank, first) = signed_in(&stage, "openid offline_access");
    let ends = stage.now().secs() + 90 * 86_400;
    let mut newest = first.refresh_token().to_owned();
    for _ in 0..8 {
        stage.advance(11 * 86_400);
        newest = bank
            .refresh(&stage, &newest)
            .unwrap()
            .refresh_token()
            .to_owned();
    }
    stage.advance(2 * 86_400 - 60);
    let last = bank.refresh(&stage, &newest).unwrap();
    assert!(
        last.access["exp"].as_i64().unwrap() <= ends,
        "no token outlives its grant"
    );
    stage.advance(60);
    assert!(refused(&stage, &bank, last.refresh_token()).contains("expired"));
}

#[test]
fn a_refresh_asks_each_time_whether_the_person_may_sign_in() {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let tokens = bank.redeem(&stage, &stage.browser(&ada).sign_in(&bank));
    ada.set_status(&stage, Status::Locked);
    refused(&stage, &bank, tokens.refresh_token());
    ada.set_status(&stage, Status::Active);
    bank.refresh(&stage, tokens.refresh_token()).unwrap();
}

#[test]
fn a_refresh_after_a_step_up_keeps_what_was_proven_before_it() {
    each_database(|stage| {
        let bank = a_relying_party(stage).create();
        let ada = a_person(stage).with_password().with_totp().create();
        let mut browser = stage.browser(&ada);
        let before = bank.redeem(stage, &browser.sign_in(&bank));
        stage.advance(120);
        let step_up = [("acr_values", "urn:stepwell:acr:mfa"), ("max_age", "60")];
        let (answer, pages) = browser.complete(&bank, &step_up);
        assert_eq!(pages, ["totp"]);
        let after = bank.redeem(stage, &answer);
        assert_eq!(after.grounds().0, "urn:stepwell:acr:mfa");
        assert!(after.grounds().2 > before.grounds().2);

        stage.advance(600);
        let old = bank.refresh(stage, before.refresh_token()).unwrap();
        assert_eq!(old.grounds(), before.grounds());
        assert_eq!(old.grounds().0, "urn:stepwell:acr:basic");
        let new = bank.refresh(stage, after.refresh_token()).unwrap();
        assert_eq!(new.grounds(), after.grounds());
        // Two grants: the end of one is not the end of the other.
        stage.advance(11);
        refused(stage, &bank, before.refresh_token());
        bank.refresh(stage, new.refresh_token()).unwrap();
    });
}

#[test]
fn within_the_grace_only_the_identical_request_is_a_retry() {
    each_database(|stage| {
        let (bank, first) = signed_in(stage, "openid balance");
        let asked = |scope: &str| {
            let body = [
                ("grant_type", "refresh_token"),
                ("refresh_token", first.refresh_token()),
                ("scope", scope),
            ];
            bank.token(stage, &body)
        };
        let lost = asked("balance").unwrap().refresh_token.unwrap();
        let again = asked("balance").unwrap().refresh_token.unwrap();
        assert_eq!(again, lost);
        let other = oauth_error(asked("openid").unwrap_err());
        assert!(other.description().contains("used before"));
        assert!(refused(stage, &bank, &lost).contains("revoked"));
        assert_eq!(stage.events("token.reuse"), ["token.reuse_detected"]);
    });
}
