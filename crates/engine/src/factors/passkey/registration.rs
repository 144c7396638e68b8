//! Setting one up (WebAuthn §7.1): the options for the browser, and its answer turned into a credential.
//!
//! Stores nothing: an id that is registered already is refused by the database, whose index is unique.

use serde_json::{Value, json};
use stepwell_core::ids::CredentialId;
use stepwell_core::user::User;
use stepwell_store::credentials;
use webauthn_rs::prelude::{
    AuthenticatorAttachment, Credential, PasskeyRegistration, RegisterPublicKeyCredential,
    SecurityKeyRegistration,
};

use super::aaguid::Aaguid;
use super::assertion::LONGEST;
use super::details::{Details, external_id};
use super::party::Party;
use super::{
    Answer, Challenge, Enrolled, Failure, Form, Whom, challenge, client_data, handle, rule,
};
use crate::call::Call;
use crate::error::EngineError;
use crate::factors::default_label;

/// WebAuthn §7.1 step 25.
const LONGEST_ID: usize = 1023;

fn person<'a>(whom: &Whom<'a>) -> Result<&'a User, Failure> {
    whom.user.ok_or(Failure::Engine(EngineError::Broken(
        "an authenticator is set up for nobody".into(),
    )))
}

pub(super) fn start(
    party: &Party,
    form: Form,
    call: &Call<'_>,
    whom: &Whom<'_>,
) -> Result<Challenge, Failure> {
    let user = person(whom)?;
    let name = user.claims.get("name").and_then(Value::as_str);
    let display = name.filter(|n| !n.is_empty()).unwrap_or(&user.username);
    // One authenticator is not registered twice, as whichever of the two.
    let known = whom.credentials.iter().filter_map(|c| Details::of(c).ok());
    let known: Vec<_> = known.map(|kept| kept.credential.cred_id).collect();
    let id = handle::of(&user.id);
    let broken = |error| Failure::Engine(EngineError::broken(error));
    let (creation, state) = match form {
        Form::Passkey => {
            let (creation, state) = party
                .webauthn
                .start_passkey_registration(id, &user.username, display, Some(known))
                .map_err(broken)?;
            (json!(creation), json!(state))
        }
        Form::SecurityKey => {
            let roaming = Some(AuthenticatorAttachment::CrossPlatform);
            let (creation, state) = party
                .webauthn
                .start_securitykey_registration(
                    id,
                    &user.username,
                    display,
                    Some(known),
                    None,
                    roaming,
                )
                .map_err(broken)?;
            (json!(creation), json!(state))
        }
    };
    let mut options = creation["publicKey"].clone();
    match form {
        // The library would discourage what makes it found without a name.
        Form::Passkey => {
            options["authenticatorSelection"]["residentKey"] = json!("required");
            options["authenticatorSelection"]["requireResidentKey"] = json!(true);
        }
        // The library would have a key without a PIN protect itself by one, and lock itself out.
        Form::SecurityKey => {
            if let Some(extensions) = options["extensions"].as_object_mut() {
                extensions.remove("credentialProtectionPolicy");
                extensions.remove("enforceCredentialProtectionPolicy");
            }
        }
    }
    if party.settings.attestation {
        options["attestation"] = json!("direct");
    }
    Ok(challenge::sealed(call, options, state, "rs"))
}

pub(super) fn finish(
    party: &Party,
    form: Form,
    call: &Call<'_>,
    whom: &Whom<'_>,
    started: &Challenge,
    answer: &Answer<'_>,
) -> Result<Enrolled, Failure> {
    let user = person(whom)?;
    if answer.secret.len() > LONGEST {
        return Err(Failure::Malformed("response-too-long"));
    }
    let response: RegisterPublicKeyCredential =
        serde_json::from_str(answer.secret).map_err(|_| Failure::Malformed("response"))?;
    let refused = |error| Failure::Refused {
        rule: rule::of(&error),
        suspect: None,
    };
    let credential: Credential = match form {
        Form::Passkey => {
            let state: PasskeyRegistration = challenge::state(Some(started), call.now)?;
            let made = party
                .webauthn
                .finish_passkey_registration(&response, &state);
            made.map_err(refused)?.into()
        }
        Form::SecurityKey => {
            let state: SecurityKeyRegistration = challenge::state(Some(started), call.now)?;
            let made = party
                .webauthn
                .finish_securitykey_registration(&response, &state);
            made.map_err(refused)?.into()
        }
    };
    client_data::check(&response.response.client_data_json)?;
    if credential.cred_id.len() > LONGEST_ID {
        return Err(Failure::Malformed("credential-id-too-long"));
    }
    let kept = Details {
        aaguid: Aaguid::in_attestation(&response.response.attestation_object),
        attested: party.settings.authorities.vouch_for(&credential),
        transports: transports(&response),
        credential,
    };
    let method = form.method();
    let label = kept
        .aaguid
        .keeper()
        .map(|keeper| keeper.name)
        .unwrap_or(default_label(&method));
    let user_verified = kept.credential.user_verified;
    let mut stored = credentials::Credential::new(
        CredentialId::new(call.id()),
        user.id.clone(),
        method.clone(),
        label,
        "",
        call.now,
    );
    stored.external_id = Some(external_id(&kept.credential.cred_id));
    stored.details = kept.to_json().map_err(Failure::Engine)?;
    Ok(Enrolled {
        credential: stored,
        traits: kept.traits(party, user_verified),
        amr: kept.amr(user_verified),
    })
}

/// How the browser reached it, for `allowCredentials`; what it does not name is left out.
fn transports(response: &RegisterPublicKeyCredential) -> Vec<String> {
    let told = json!(response.response.transports);
    let told = told.as_array().into_iter().flatten();
    let mut names: Vec<String> = told
        .filter_map(|one| one.as_str().filter(|name| *name != "unknown"))
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}
