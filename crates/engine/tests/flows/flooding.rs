//! What a stranger can make the audit grow by: no more than their network's budget.

use stepwell_engine::answer::Trouble;

use crate::support::{Key, Model, SetUp, Stage, a_person, a_relying_party, options};

const NETWORK: u32 = 5;

/// So many failures a network has.
fn stage() -> Stage {
    Stage::with(|settings| settings.limits.failures_per_network = NETWORK)
}

#[test]
fn passkeys_of_nobodys_are_written_down_as_often_as_a_network_may_fail() {
    let stage = stage();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).create();
    let set_up = SetUp::of(&stage, &ada, "passkey");
    let (mut unknown, _) = Key::register(Model::synced(), options(&set_up.start()));
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[]);
    for n in 0..3 * NETWORK {
        let trouble = browser.refused_passkey(&mut unknown, |_| {});
        if n < NETWORK {
            assert_eq!(trouble, Trouble::Refused("unknown-credential"));
        } else {
            assert!(matches!(trouble, Trouble::Wait(_)), "{trouble:?}");
        }
    }
    assert_eq!(stage.events("login.failed").len(), NETWORK as usize);
    let mut elsewhere = stage.browser(&ada).at_ip("198.51.100.7");
    elsewhere.authorize(&bank, &[]);
    let trouble = elsewhere.refused_passkey(&mut unknown, |_| {});
    assert_eq!(trouble, Trouble::Refused("unknown-credential"));
}

#[test]
fn a_used_code_is_shown_again_as_often_as_a_network_may_fail() {
    let stage = stage();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_totp().create();
    let code = ada.code(stage.now());
    let mut browser = stage.browser(&ada).at_ip("198.51.100.7");
    browser.complete(&bank, &[("acr_values", "2")]).0.code();
    let mut again = stage.browser(&ada);
    again.authorize(&bank, &[("acr_values", "2")]);
    again.type_username().type_password();
    for _ in 0..NETWORK {
        assert_eq!(again.fails_with("totp", &code), Trouble::UsedCode);
    }
    let turned_away = again.fails_with("totp", &code);
    assert!(matches!(turned_away, Trouble::Wait(_)), "{turned_away:?}");
    let written = stage.audited("login.failed");
    assert_eq!(written.len(), NETWORK as usize);
}

#[test]
fn an_acr_out_of_reach_that_is_asked_for_again_and_again_is_written_down_so_often_and_answered_always()
 {
    let stage = Stage::new();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    for _ in 0..50 {
        let asked = [("acr_values", "phrh"), ("prompt", "none")];
        let answer = browser.authorize(&bank, &asked).answer();
        assert_eq!(answer.error(), "unmet_authentication_requirements");
    }
    assert_eq!(stage.events("stepup.unmet").len(), 20);
    stage.advance(300);
    browser.authorize(&bank, &[("acr_values", "phrh")]).answer();
    assert!(stage.events("stepup.unmet").len() > 20);
}
