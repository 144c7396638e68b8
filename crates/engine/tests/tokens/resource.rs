//! Resources (RFC 8707): who a token is for.

use serde_json::json;
use stepwell_core::oauth::ErrorCode;

use crate::support::{
    Answer, ISSUER, RelyingParty, Stage, Tokens, a_person, a_relying_party, each_database,
    oauth_error,
};

const ACCOUNTS: &str = "https://accounts.example/";
const PAYMENTS: &str = "https://payments.example/";
const OTHER: &str = "https://other.example/";

fn bank(stage: &Stage) -> RelyingParty {
    let all = || [ACCOUNTS, PAYMENTS, OTHER].map(str::to_owned).to_vec();
    a_relying_party(stage)
        .with(|new| new.resources = all())
        .create()
}

fn redeem(
    stage: &Stage,
    rp: &RelyingParty,
    answer: &Answer,
    extra: &[(&str, &str)],
) -> Result<serde_json::Value, ErrorCode> {
    let mut body = rp.redeeming(answer);
    body.extend(extra);
    let answer = rp
        .token(stage, &body)
        .map_err(|error| oauth_error(error).code())?;
    Ok(crate::support::claims_of(&answer.access_token)["aud"].clone())
}

fn refresh(
    stage: &Stage,
    rp: &RelyingParty,
    token: &str,
    extra: &[(&str, &str)],
) -> Result<Tokens, ErrorCode> {
    let mut body = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    body.extend(extra);
    let answer = rp
        .token(stage, &body)
        .map_err(|error| oauth_error(error).code())?;
    Ok(Tokens {
        access: crate::support::claims_of(&answer.access_token),
        id: json!(null),
        answer,
    })
}

#[test]
fn the_resources_asked_for_are_the_audience_and_a_token_request_may_narrow_them() {
    each_database(|stage| {
        let bank = bank(stage);
        let ada = a_person(stage).with_password().create();
        let both = [("resource", ACCOUNTS), ("resource", PAYMENTS)];
        let answer = stage.browser(&ada).complete(&bank, &both).0;
        let mut body = bank.redeeming(&answer);
        body.push(("resource", PAYMENTS));
        let first = bank.token(stage, &body).unwrap();
        assert_eq!(
            crate::support::claims_of(&first.access_token)["aud"],
            PAYMENTS
        );

        // The grant still stands for both.
        let token = first.refresh_token.unwrap();
        let next = refresh(stage, &bank, &token, &[]).unwrap();
        assert_eq!(next.access["aud"], json!([ACCOUNTS, PAYMENTS, ISSUER]));
        let again = refresh(
            stage,
            &bank,
            next.refresh_token(),
            &[("resource", ACCOUNTS), ("resource", ACCOUNTS)],
        );
        assert_eq!(again.unwrap().access["aud"], ACCOUNTS);
    });
}

#[test]
fn a_resource_beyond_the_grant_is_invalid_target_and_spends_neither_code_nor_token() {
    each_database(|stage| {
        let bank = bank(stage);
        let ada = a_person(stage).with_password().create();
        let answer = stage
            .browser(&ada)
            .complete(&bank, &[("resource", ACCOUNTS)])
            .0;
        let wide = [("resource", ACCOUNTS), ("resource", OTHER)];
        assert_eq!(
            redeem(stage, &bank, &answer, &wide),
            Err(ErrorCode::InvalidTarget)
        );
        let tokens = bank.redeem(stage, &answer);
        assert_eq!(tokens.access["aud"], json!([ACCOUNTS, ISSUER]));
        let refused = refresh(stage, &bank, tokens.refresh_token(), &wide).unwrap_err();
        assert_eq!(refused, ErrorCode::InvalidTarget);
        assert_eq!(
            stage
                .database()
                .count("SELECT count(*) AS n FROM refresh_tokens"),
            1
        );
        assert!(refresh(stage, &bank, tokens.refresh_token(), &[]).is_ok());
    });
}

#[test]
fn without_a_resource_the_issuer_itself_is_the_audience() {
    let stage = Stage::new();
    let bank = bank(&stage);
    let ada = a_person(&stage).with_password().create();
    let answer = stage.browser(&ada).sign_in(&bank);
    assert_eq!(
        redeem(&stage, &bank, &answer, &[("resource", OTHER)]),
        Err(ErrorCode::InvalidTarget)
    );
    assert_eq!(
        redeem(&stage, &bank, &answer, &[]),
        Ok(json!(crate::support::ISSUER))
    );
}
