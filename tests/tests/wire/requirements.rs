//! What an app or its registration requires is kept to the end (spec §5 lines 1 to 6, 15 to 18).

use stepwell_tests::databases::Database;
use stepwell_tests::rp::{REDIRECT_URI, claims};

use crate::support::http::parameters;
use crate::support::tab::{asks, form};
use crate::support::world::left;
use crate::support::{BASIC, MFA, World, sent_back};

const UNMET: &str = "unmet_authentication_requirements";

#[test]
fn an_acr_that_nothing_here_reaches_is_unmet_before_anybody_is_asked() {
    let world = World::shared();
    let essential = r#"{"id_token":{"acr":{"essential":true,"values":["phrh"]}}}"#;
    for more in [
        ("claims", essential),
        ("acr_values", "phrh"),
        ("acr_values", "phrh never-heard-of"),
        ("acr_values", "URN:STEPWELL:ACR:MFA"),
        ("acr_values", "urn:stepwell:acr:mfa%20"),
        ("acr_values", "urn%3Astepwell%3Aacr%3Amfa"),
    ] {
        let back = sent_back(&world.ask(&[more]), REDIRECT_URI);
        assert_eq!(back["error"], UNMET, "{more:?}");
    }
}

#[test]
fn a_person_without_the_authenticator_is_told_and_never_let_in_by_less() {
    let off = ("STEPWELL__ENROLMENT__ON_DEMAND", "false");
    let world = World::alone(Database::sqlite(), &[off]);
    let person = world.person_without_app();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[("acr_values", MFA)]));
    let place = page.url.clone();
    let page = tab.submit(&page, "identify", &[("username", &person.username)]);
    let end = tab.submit(&page, "password", &[("password", &person.password)]);
    end.assert_page(200);
    assert!(
        end.body.contains(UNMET),
        "the way on carries the error: {end:#?}"
    );
    assert!(!end.body.contains("code="), "{end:#?}");
    // Back, and the same again: no code at the lower acr.
    for _ in 0..2 {
        let again = tab.open(place.as_str());
        assert!(
            left(&again).is_none() && !again.body.contains("code="),
            "{again:#?}"
        );
    }
    // The app asks once more while they are signed in: they are told before they are sent back, and told
    // nothing where no page may be shown.
    let ask = |more: &[(&str, &str)]| {
        let more = [&[("acr_values", MFA)], more].concat();
        tab.open(&world.web.authorize_url(&more))
    };
    let told = ask(&[]);
    told.assert_page(200);
    assert!(told.body.contains(UNMET), "{told:#?}");
    let silent = ask(&[("prompt", "none")]);
    assert_eq!(sent_back(&silent, REDIRECT_URI)["error"], UNMET);
}

#[test]
fn a_registered_minimum_holds_when_acr_values_is_stripped_or_lowered() {
    let world = World::shared();
    let app = world.register(&["--minimum-acr", MFA]);
    let person = world.person();
    let tab = world.tab();
    for more in [&[][..], &[("acr_values", BASIC)]] {
        let page = tab.open(&app.authorize_url(more));
        if asks(&page, "identify") {
            let page = tab.submit(&page, "identify", &[("username", &person.username)]);
            let page = tab.submit(&page, "password", &[("password", &person.password)]);
            assert!(asks(&page, "totp"), "{page:#?}");
        } else {
            assert!(asks(&page, "totp"), "{page:#?}");
        }
    }
    let code = world.code(&tab, &app, &person, &[("acr_values", BASIC)]);
    let token = claims(&app.redeem(&code).expect("id_token"));
    assert_eq!(
        token["acr"], BASIC,
        "the requested one that is satisfied: {token}"
    );
    let methods = token["amr"].to_string();
    assert!(
        methods.contains("otp") && methods.contains("pwd"),
        "{token}"
    );
}

#[test]
fn silence_never_hides_that_a_session_is_too_old_or_too_weak() {
    let world = World::shared();
    let tab = world.tab();
    world.code(&tab, &world.web, &world.alex(), &[]);
    let silent = |more: &[(&str, &str)]| {
        let mut all = vec![("prompt", "none")];
        all.extend(more);
        let got = tab.get(&world.web.authorize_url(&all));
        sent_back(&got, REDIRECT_URI)
    };
    assert!(silent(&[]).contains_key("code"));
    assert_eq!(silent(&[("max_age", "0")])["error"], "login_required");
    assert_eq!(silent(&[("acr_values", MFA)])["error"], "login_required");
    assert_eq!(silent(&[("acr_values", "phr")])["error"], UNMET);
}

#[test]
fn a_hint_of_somebody_else_never_answers_for_who_is_here() {
    let world = World::shared();
    let (alex, other) = (world.alex(), world.person_without_app());
    let (tab, elsewhere) = (world.tab(), world.tab());
    let mine = world.tokens(&tab, &alex, &[]);
    let theirs = world.tokens(&elsewhere, &other, &[]);
    let ask = |hint: &str| {
        let more = [("prompt", "none"), ("id_token_hint", hint)];
        sent_back(&tab.get(&world.web.authorize_url(&more)), REDIRECT_URI)
    };
    assert!(ask(mine["id_token"].as_str().unwrap()).contains_key("code"));
    let back = ask(theirs["id_token"].as_str().unwrap());
    assert_eq!(back["error"], "login_required", "{back:?}");

    let signed = mine["id_token"].as_str().unwrap();
    let unsigned = crate::assertions::unsigned(signed);
    let (head, _) = signed.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", "A".repeat(86));
    let access = mine["access_token"].as_str().unwrap();
    for bad in [unsigned.as_str(), &forged, head, access] {
        let back = ask(bad);
        assert!(
            back.contains_key("error") && !back.contains_key("code"),
            "{back:?}"
        );
    }
}

#[test]
fn a_step_up_as_another_account_is_not_offered_and_the_session_stays() {
    let world = World::shared();
    let person = world.person();
    let tab = world.tab();
    let tokens = world.tokens(&tab, &person, &[]);
    let hint = tokens["id_token"].as_str().unwrap();
    let more = [("acr_values", MFA), ("id_token_hint", hint)];
    let page = tab.open(&world.web.authorize_url(&more));
    assert!(asks(&page, "totp") && !asks(&page, "switch"), "{page:#?}");
    let end = world.walk(&tab, page, &person);
    let code = parameters(&left(&end).unwrap())["code"].clone();
    let after = claims(&world.web.redeem(&code).expect("id_token"));
    assert_eq!(after["sub"], claims(hint)["sub"]);
    assert_eq!(after["acr"], MFA);
}

#[test]
fn nobody_completes_a_step_up_as_another_account() {
    let world = World::shared();
    let (person, other) = (world.person(), world.person());
    let tab = world.tab();
    let tokens = world.tokens(&tab, &person, &[]);
    let hint = tokens["id_token"].as_str().unwrap();
    let more = [("acr_values", MFA), ("id_token_hint", hint)];
    let page = tab.open(&world.web.authorize_url(&more));
    let place = page.url.to_string();
    let theirs = other.phone.as_ref().unwrap().fresh_code();
    let got = tab.submit(&page, "totp", &[("code", &theirs)]);
    assert_eq!(got.status, 422, "{got:#?}");

    // Forms that the page does not offer, as somebody sends them who kept them from elsewhere.
    let csrf = form(&page, "totp").fields.remove(0).1;
    for (step, name, value) in [
        ("switch", "account", "other"),
        ("identify", "username", &*other.username),
        ("password", "password", &*other.password),
        ("totp", "code", &*theirs),
    ] {
        let request = tab.http().post(format!("{place}/{step}"));
        let request = request.header("origin", &world.issuer);
        let got = tab.sent(request.form(&[("csrf", &*csrf), (name, value)]));
        let end = tab.follow(got);
        assert!(
            left(&end).is_none() && !end.body.contains("code="),
            "{step}: {end:#?}"
        );
    }

    // The same request still waits for the same person, who was never signed out.
    let page = tab.open(&place);
    assert!(asks(&page, "totp"), "{page:#?}");
    let silent = [("prompt", "none"), ("id_token_hint", hint)];
    let back = sent_back(&tab.get(&world.web.authorize_url(&silent)), REDIRECT_URI);
    assert!(back.contains_key("code"), "{back:?}");
    let end = world.walk(&tab, page, &person);
    let code = parameters(&left(&end).unwrap())["code"].clone();
    let after = claims(&world.web.redeem(&code).expect("id_token"));
    assert_eq!(after["sub"], claims(hint)["sub"]);
}

#[test]
fn a_refresh_token_from_before_a_step_up_stays_at_its_acr() {
    let world = World::shared();
    let person = world.person();
    let tab = world.tab();
    let before = world.tokens(&tab, &person, &[]);
    let raised = world.tokens(&tab, &person, &[("acr_values", MFA)]);
    let acr = |answer: &serde_json::Value| {
        claims(answer["access_token"].as_str().unwrap())["acr"].clone()
    };
    assert_eq!(acr(&raised), MFA);
    let refreshed = world.web.refresh(before["refresh_token"].as_str().unwrap());
    assert_eq!(refreshed.status, 200, "{refreshed:#?}");
    assert_eq!(acr(&refreshed.json), acr(&before));
    assert_ne!(acr(&refreshed.json), MFA);
    assert_eq!(
        claims(&refreshed.expect("access_token"))["auth_time"],
        claims(before["access_token"].as_str().unwrap())["auth_time"]
    );
}
