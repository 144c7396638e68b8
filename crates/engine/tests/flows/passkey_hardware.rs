//! Which passkeys are bound to hardware, and what that is worth: spec §5 line 66.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stepwell_engine::factors::passkey::Authorities;
use stepwell_engine::settings::PasskeySettings;
use webauthn_authenticator_rs::AuthenticatorBackend;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;
use webauthn_authenticator_rs::softtoken::SoftToken;

use crate::support::{ISSUER, Model, SetUp, Stage, a_person, a_relying_party, options};

const UNMET: &str = "unmet_authentication_requirements";

fn listing(model: Model) -> Stage {
    Stage::with(|settings| list(&mut settings.passkeys, model))
}

fn list(passkeys: &mut PasskeySettings, model: Model) {
    let id: String = model.aaguid.iter().map(|b| format!("{b:02x}")).collect();
    passkeys.hardware_models.insert(id.parse().unwrap());
}

#[test]
fn line_66_a_synced_passkey_never_meets_phrh() {
    // Not even one of a model that is listed.
    let model = Model {
        synced: true,
        ..Model::device_bound()
    };
    let stage = listing(model);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).create();
    let mut key = ada.passkey(&stage, model);
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "phrh")]);
    browser.use_passkey(&mut key);
    assert_eq!(browser.follow().error(), UNMET);
    assert_eq!(stage.events("stepup.unmet"), ["stepup.unmet"]);
}

#[test]
fn a_device_bound_passkey_of_a_listed_model_meets_phrh() {
    let stage = listing(Model::device_bound());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).create();
    let mut key = ada.passkey(&stage, Model::device_bound());
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "phrh")]);
    browser.use_passkey(&mut key);
    let (acr, amr, _) = bank.redeem(&stage, &browser.follow()).grounds();
    assert_eq!(acr, "phrh");
    assert_eq!(amr, ["hwk", "user", "mfa"]);
}

#[test]
fn a_device_bound_passkey_of_another_model_does_not() {
    let stage = listing(Model {
        aaguid: [9; 16],
        ..Model::device_bound()
    });
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).create();
    let mut key = ada.passkey(&stage, Model::device_bound());
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "phrh")]);
    browser.use_passkey(&mut key);
    assert_eq!(browser.follow().error(), UNMET);
}

#[test]
fn a_model_taken_off_the_list_counts_no_more() {
    let stage = listing(Model::device_bound());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).create();
    let mut key = ada.passkey(&stage, Model::device_bound());
    let other = listing(Model {
        aaguid: [9; 16],
        ..Model::device_bound()
    });
    let node = stage
        .another_node_with(|parts| {
            let factors = stepwell_engine::factors::Factors::shipped(other.engine.settings());
            parts.factors = factors.unwrap();
        })
        .unwrap();
    let mut browser = node.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "phrh")]);
    browser.use_passkey(&mut key);
    assert_eq!(browser.follow().error(), UNMET);
}

#[test]
fn phrh_is_published_only_where_a_rule_could_make_it_true() {
    let published = |stage: &Stage| {
        let metadata = String::from_utf8(stage.engine.metadata().to_vec()).unwrap();
        let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
        let acrs = metadata["acr_values_supported"].as_array().unwrap().clone();
        ["phr", "phrh"].map(|acr| acrs.iter().any(|a| a == acr))
    };
    assert_eq!(published(&Stage::new()), [true, false]);
    assert_eq!(published(&listing(Model::device_bound())), [true, true]);
    let off = Stage::with(|settings| settings.passkeys.enabled = false);
    assert_eq!(published(&off), [false, false]);
    let address = Stage::with(|settings| settings.issuer = "http://127.0.0.1:7100".into());
    assert_eq!(
        published(&address),
        [false, false],
        "no domain, no passkeys"
    );
}

/// A soft authenticator cannot keep accounts, so it is not asked to.
fn without_residence(options: &serde_json::Value) -> serde_json::Value {
    let mut options = options.clone();
    options["authenticatorSelection"]["requireResidentKey"] = false.into();
    options
}

#[test]
fn an_attested_passkey_is_hardware_where_its_authority_is_trusted() {
    let (mut token, _) = SoftToken::new(true).unwrap();
    let mut authorities = Authorities::default();
    authorities.add_pem(&root_of(&token)).unwrap();
    let stage = Stage::with(|settings| {
        settings.passkeys.attestation = true;
        settings.passkeys.authorities = authorities;
    });
    let ada = a_person(&stage).create();
    let set_up = SetUp::of(&stage, &ada, "passkey");
    let started = set_up.start();
    assert_eq!(options(&started)["attestation"], "direct");
    let shown = without_residence(options(&started));
    let made = token
        .perform_register(
            ISSUER.parse().unwrap(),
            serde_json::from_value(shown).unwrap(),
            60_000,
        )
        .unwrap();
    let response = serde_json::to_string(&made).unwrap();
    let enrolled = set_up.finish(&started, &response).unwrap();
    assert!(enrolled.traits.hardware_bound);
    assert!(enrolled.credential.details.contains("\"attested\":true"));

    // The same attestation is nobody's word where the authority is not trusted.
    let plain = SetUp::under(&stage, &ada, "passkey", Stage::new().engine.settings());
    let enrolled = plain.finish(&started, &response).unwrap();
    assert!(!enrolled.traits.hardware_bound);
    assert!(enrolled.credential.details.contains("\"attested\":false"));
}

/// The root certificate of a soft authenticator's attestations, as PEM.
fn root_of(token: &SoftToken) -> String {
    let kept = serde_json::to_value(token).unwrap();
    let der = URL_SAFE_NO_PAD
        .decode(kept["ca_cert"].as_str().unwrap())
        .unwrap();
    let certificate = openssl::x509::X509::from_der(&der).unwrap();
    String::from_utf8(certificate.to_pem().unwrap()).unwrap()
}

#[test]
fn a_passkey_made_by_other_code_than_ours_registers() {
    let stage = Stage::new();
    let ada = a_person(&stage).create();
    let set_up = SetUp::of(&stage, &ada, "passkey");
    let started = set_up.start();
    let made = SoftPasskey::new(true)
        .perform_register(
            ISSUER.parse().unwrap(),
            serde_json::from_value(without_residence(options(&started))).unwrap(),
            60_000,
        )
        .unwrap();
    let response = serde_json::to_string(&made).unwrap();
    let enrolled = set_up.finish(&started, &response).unwrap();
    assert_eq!(enrolled.amr, ["hwk", "user"]);
    assert!(enrolled.traits.phishing_resistant && !enrolled.traits.hardware_bound);
}
