//! Logout (OIDC RP-Initiated Logout 1.0): who may end a session unasked, and where one goes afterwards.

use stepwell_core::oauth::{ErrorCode, Params};
use stepwell_engine::logout::Logout;
use stepwell_engine::{Cookies, EngineError};

use crate::support::{
    Browser, RelyingParty, Stage, Tokens, a_person, a_relying_party, each_database, oauth_error,
};

const BYE: &str = "https://bank.example/bye";

fn bank(stage: &Stage) -> RelyingParty {
    a_relying_party(stage)
        .with(|new| new.post_logout_redirect_uris = vec![BYE.into()])
        .create()
}

fn hint(tokens: &Tokens) -> (&str, &str) {
    ("id_token_hint", tokens.answer.id_token.as_deref().unwrap())
}

fn logout(
    stage: &Stage,
    cookies: &Cookies,
    params: &[(&str, &str)],
) -> Result<Logout, EngineError> {
    stage.tick();
    stage.engine.logout(
        &stage.call(),
        &Params::from_pairs(params.iter().copied()),
        cookies,
    )
}

fn refused(stage: &Stage, cookies: &Cookies, params: &[(&str, &str)]) -> String {
    let error = oauth_error(logout(stage, cookies, params).unwrap_err());
    assert_eq!(error.code(), ErrorCode::InvalidRequest);
    error.description().to_owned()
}

fn asks(outcome: &Logout) -> bool {
    matches!(outcome, Logout::Ask { .. })
}

fn is_signed_in(browser: &mut Browser<'_>, rp: &RelyingParty) -> bool {
    browser
        .authorize(rp, &[("prompt", "none")])
        .answer()
        .params
        .contains_key("code")
}

#[test]
fn a_hint_of_this_very_session_ends_it_at_once_and_leads_back_to_the_app() {
    each_database(|stage| {
        let bank = bank(stage);
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let tokens = bank.redeem(stage, &browser.sign_in(&bank));
        assert!(is_signed_in(&mut browser, &bank));
        let params = [
            hint(&tokens),
            ("post_logout_redirect_uri", BYE),
            ("state", "a b&c"),
        ];
        match logout(stage, &browser.cookies, &params).unwrap() {
            Logout::Done { to, client } => {
                assert_eq!(
                    to.as_deref(),
                    Some("https://bank.example/bye?state=a+b%26c")
                );
                assert_eq!(client.map(|client| client.name).as_deref(), Some("Bank"));
            }
            other => panic!("{other:?}"),
        }
        assert!(!is_signed_in(&mut browser, &bank));
        assert_eq!(
            stage.events("session."),
            ["session.started", "session.ended"]
        );
        // Again there is nobody to sign out, and the way back is the same.
        match logout(stage, &browser.cookies, &params).unwrap() {
            Logout::Done { to, .. } => assert!(to.is_some()),
            other => panic!("{other:?}"),
        }
        assert_eq!(stage.events("session.ended").len(), 1);
    });
}

#[test]
fn without_a_hint_the_person_is_asked_first_and_goes_nowhere() {
    each_database(|stage| {
        let bank = bank(stage);
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        browser.sign_in(&bank);
        let id = ("client_id", bank.client.id.as_str());
        for params in [
            vec![],
            vec![id],
            vec![id, ("post_logout_redirect_uri", BYE)],
        ] {
            assert!(asks(&logout(stage, &browser.cookies, &params).unwrap()));
        }
        assert!(is_signed_in(&mut browser, &bank));
        stage
            .engine
            .logout_confirmed(&stage.call(), &Params::default(), &browser.cookies)
            .unwrap();
        assert!(!is_signed_in(&mut browser, &bank));
        let nowhere = logout(
            stage,
            &browser.cookies,
            &[id, ("post_logout_redirect_uri", BYE)],
        )
        .unwrap();
        assert!(
            matches!(nowhere, Logout::Done { to: None, .. }),
            "{nowhere:?}"
        );
        stage
            .engine
            .logout_confirmed(&stage.call(), &Params::default(), &browser.cookies)
            .unwrap();
        assert_eq!(stage.events("session.ended").len(), 1);
    });
}

#[test]
fn a_hint_of_another_session_or_person_asks_first() {
    let stage = Stage::new();
    let bank = bank(&stage);
    let ada = a_person(&stage).with_password().create();
    let bob = a_person(&stage).named("bob").with_password().create();
    let mut phone = stage.browser(&ada);
    let on_the_phone = bank.redeem(&stage, &phone.sign_in(&bank));
    let mut desk = stage.browser(&ada);
    desk.sign_in(&bank);
    let bobs = bank.redeem(&stage, &stage.browser(&bob).sign_in(&bank));
    for other in [&on_the_phone, &bobs] {
        let params = [hint(other), ("post_logout_redirect_uri", BYE)];
        assert!(asks(&logout(&stage, &desk.cookies, &params).unwrap()));
    }
    assert!(is_signed_in(&mut desk, &bank) && is_signed_in(&mut phone, &bank));
}

#[test]
fn a_hint_from_before_a_step_up_is_still_of_this_session() {
    let stage = Stage::new();
    let bank = bank(&stage);
    let ada = a_person(&stage).with_password().with_totp().create();
    let mut browser = stage.browser(&ada);
    let before = bank.redeem(&stage, &browser.sign_in(&bank));
    browser.complete(&bank, &[("acr_values", "urn:stepwell:acr:mfa")]);
    let done = logout(&stage, &browser.cookies, &[hint(&before)]).unwrap();
    assert!(matches!(done, Logout::Done { to: None, .. }));
    assert!(!is_signed_in(&mut browser, &bank));
}

#[test]
fn an_expired_hint_will_do() {
    let stage = Stage::new();
    let bank = bank(&stage);
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let tokens = bank.redeem(&stage, &browser.sign_in(&bank));
    stage.advance(3 * 86_400);
    let params = [hint(&tokens), ("post_logout_redirect_uri", BYE)];
    let done = logout(&stage, &browser.cookies, &params).unwrap();
    assert!(matches!(done, Logout::Done { to: Some(_), .. }), "{done:?}");
    assert!(!is_signed_in(&mut browser, &bank));
}

#[test]
fn an_address_that_is_not_registered_is_an_error_that_ends_nothing_and_leads_nowhere() {
    each_database(|stage| {
        let bank = bank(stage);
        let shop = a_relying_party(stage).named("Shop").create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let tokens = bank.redeem(stage, &browser.sign_in(&bank));
        for altered in [
            "https://bank.example/bye/",
            "https://bank.example/bye?x",
            "https://bank.example/cb",
            "https://evil.example/",
        ] {
            let params = [hint(&tokens), ("post_logout_redirect_uri", altered)];
            let text = refused(stage, &browser.cookies, &params);
            assert!(text.contains("not registered"), "{text}");
        }
        // Registered, but by somebody else.
        let shops = shop.redeem(stage, &browser.sign_in(&shop));
        refused(
            stage,
            &browser.cookies,
            &[hint(&shops), ("post_logout_redirect_uri", BYE)],
        );
        assert!(is_signed_in(&mut browser, &bank));
    });
}

#[test]
fn a_client_id_beside_the_hint_must_be_its_own() {
    let stage = Stage::new();
    let bank = bank(&stage);
    let shop = a_relying_party(&stage).named("Shop").create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let tokens = bank.redeem(&stage, &browser.sign_in(&bank));
    let text = refused(
        &stage,
        &browser.cookies,
        &[hint(&tokens), ("client_id", shop.client.id.as_str())],
    );
    assert!(text.contains("client_id"), "{text}");
    assert!(is_signed_in(&mut browser, &bank));
    let own = [hint(&tokens), ("client_id", bank.client.id.as_str())];
    assert!(matches!(
        logout(&stage, &browser.cookies, &own).unwrap(),
        Logout::Done { .. }
    ));
}

#[test]
fn grants_end_with_the_session_unless_they_were_for_offline_access() {
    each_database(|stage| {
        let bank = bank(stage);
        let shop = a_relying_party(stage).named("Shop").create();
        let ada = a_person(stage).with_password().create();
        let mut browser = stage.browser(&ada);
        let online = bank.redeem(stage, &browser.sign_in(&bank));
        let shops = shop.redeem(stage, &browser.sign_in(&shop));
        let offline = browser
            .complete(&bank, &[("scope", "openid offline_access")])
            .0;
        let offline = bank.redeem(stage, &offline);
        let mut elsewhere = stage.browser(&ada);
        let other = bank.redeem(stage, &elsewhere.sign_in(&bank));

        logout(stage, &browser.cookies, &[hint(&online)]).unwrap();
        for (rp, ended) in [(&bank, &online), (&shop, &shops)] {
            assert!(rp.refresh(stage, ended.refresh_token()).is_err());
            assert!(
                stage
                    .engine
                    .userinfo(&stage.call(), &ended.answer.access_token)
                    .is_err()
            );
        }
        for alive in [&offline, &other] {
            assert!(
                stage
                    .engine
                    .userinfo(&stage.call(), &alive.answer.access_token)
                    .is_ok()
            );
            bank.refresh(stage, alive.refresh_token()).unwrap();
        }
        assert!(is_signed_in(&mut elsewhere, &bank));
    });
}
