//! Access tokens and refreshes once an acr has a lifetime: nothing claims what is no longer true.

use stepwell_core::authn::{Acr, AcrName, Catalog};
use stepwell_core::client::RefreshPolicy;
use stepwell_core::oauth::ErrorCode;
use stepwell_core::time::Seconds;
use stepwell_engine::settings::ScopeSetting;

use crate::support::{RelyingParty, Stage, Tokens, a_person, a_relying_party, oauth_error};

const MFA: &str = "urn:stepwell:acr:mfa";

/// Two factors count for five minutes.
fn stage() -> Stage {
    let short = |acr: &Acr| match acr.name.as_str() {
        MFA => Acr {
            lifetime: Some(Seconds(300)),
            ..acr.clone()
        },
        _ => acr.clone(),
    };
    Stage::with(|settings| {
        settings.catalog = Catalog::new(Catalog::shipped().iter().map(short).collect());
        settings.scopes = vec![ScopeSetting {
            name: "transfer".into(),
            description: None,
            action: None,
            minimum_acr: Some(AcrName::new(MFA)),
            max_age: None,
        }];
    })
}

fn stepped_up(stage: &Stage, policy: RefreshPolicy, scope: &str) -> (RelyingParty, Tokens) {
    let bank = a_relying_party(stage)
        .with(|new| new.refresh_policy = policy)
        .create();
    let ada = a_person(stage).with_password().with_totp().create();
    let asked = [("acr_values", MFA), ("scope", scope)];
    let answer = stage.browser(&ada).complete(&bank, &asked).0;
    let tokens = bank.redeem(stage, &answer);
    assert_eq!(tokens.grounds().0, MFA);
    (bank, tokens)
}

#[test]
fn an_access_token_ends_with_the_acr_it_carries() {
    let stage = stage();
    let (bank, tokens) = stepped_up(&stage, RefreshPolicy::RefuseAfterLifetime, "openid");
    let until = tokens.grounds().2 + 300;
    assert_eq!(tokens.access["exp"], until);
    assert_eq!(tokens.answer.expires_in, until - stage.now().secs());
    stage.advance(200);
    let next = bank.refresh(&stage, tokens.refresh_token()).unwrap();
    assert_eq!(next.access["exp"], until, "a refresh does not lengthen it");
    assert_eq!(next.answer.expires_in, until - stage.now().secs());
}

#[test]
fn an_access_token_ends_when_the_floor_under_its_scope_does_though_a_weaker_acr_is_answered() {
    let stage = stage();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let asked = [("acr_values", "1"), ("scope", "openid transfer")];
    let (answer, pages) = stage.browser(&ada).complete(&bank, &asked);
    assert_eq!(pages, ["identify", "password", "totp"]);
    let tokens = bank.redeem(&stage, &answer);
    let (acr, _, auth_time) = tokens.grounds();
    assert_eq!(acr, "1");
    assert_eq!(tokens.access["exp"], auth_time + 300);
}

#[test]
fn an_acr_without_a_lifetime_leaves_access_tokens_their_own() {
    let stage = stage();
    let bank = a_relying_party(&stage)
        .with(|new| new.access_token_lifetime = Some(Seconds(900)))
        .create();
    let ada = a_person(&stage).with_password().create();
    let tokens = bank.redeem(&stage, &stage.browser(&ada).sign_in(&bank));
    assert_eq!(tokens.answer.expires_in, 900);
}

#[test]
fn a_client_may_be_refused_once_the_acr_is_over_and_its_token_is_not_spent_on_that() {
    let stage = stage();
    let (bank, tokens) = stepped_up(&stage, RefreshPolicy::RefuseAfterLifetime, "openid");
    stage.advance(300);
    for _ in 0..2 {
        let error = oauth_error(bank.refresh(&stage, tokens.refresh_token()).unwrap_err());
        assert_eq!(error.code(), ErrorCode::InvalidGrant);
        assert!(error.description().contains("lifetime"), "{error}");
        stage.advance(60);
    }
    assert_eq!(
        stage
            .database()
            .count("SELECT count(*) AS n FROM refresh_tokens"),
        1
    );
    let used = "SELECT count(*) AS n FROM refresh_tokens WHERE used_at IS NOT NULL";
    assert_eq!(stage.database().count(used), 0);
    assert_eq!(stage.events("token."), ["token.issued"]);
}

#[test]
fn a_client_that_keeps_its_grant_goes_on_and_its_tokens_say_how_old_the_proof_is() {
    let stage = stage();
    let (bank, tokens) = stepped_up(&stage, RefreshPolicy::Keep, "openid");
    stage.advance(86_400);
    let next = bank.refresh(&stage, tokens.refresh_token()).unwrap();
    assert_eq!(next.grounds(), tokens.grounds());
    assert!(stage.now().secs() - next.grounds().2 >= 86_400);
    assert_eq!(next.answer.expires_in, 600);
}

#[test]
fn a_code_left_lying_until_its_acr_is_over_is_worth_nothing_to_a_strict_client() {
    let short = |acr: &Acr| Acr {
        lifetime: Some(Seconds(20)),
        ..acr.clone()
    };
    let stage = Stage::with(|settings| {
        settings.catalog = Catalog::new(Catalog::shipped().iter().map(short).collect());
    });
    let bank = a_relying_party(&stage)
        .with(|new| new.refresh_policy = RefreshPolicy::RefuseAfterLifetime)
        .create();
    let ada = a_person(&stage).with_password().create();
    let answer = stage.browser(&ada).sign_in(&bank);
    stage.advance(30);
    let error = oauth_error(bank.token(&stage, &bank.redeeming(&answer)).unwrap_err());
    assert_eq!(error.code(), ErrorCode::InvalidGrant);
    assert_eq!(
        stage
            .database()
            .count("SELECT count(*) AS n FROM refresh_tokens"),
        0
    );
}
