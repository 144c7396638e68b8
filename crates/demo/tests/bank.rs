//! The bank beside a small provider: what it asks for, what it believes, and what it shows.
#![allow(clippy::unwrap_used)]

mod support;

use support::{BASIC, MFA, Provider, bank_for, now, parameters, signed_in, town};

#[actix_web::test]
async fn a_balance_needs_an_ordinary_sign_in_and_nothing_more() {
    let (provider, mut visitor) = town();
    let request = visitor.post("/balance").await.authorization(&provider);
    let asked = parameters(&request);
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], "bank");
    assert_eq!(asked["redirect_uri"], format!("{}/callback", visitor.bank));
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["resource"], format!("{}/api", visitor.bank));
    assert_eq!(asked["scope"], "openid profile accounts transfer");
    assert!(asked["state"].len() >= 20 && asked["nonce"].len() >= 20);
    for absent in ["acr_values", "max_age", "prompt"] {
        assert!(!asked.contains_key(absent), "{absent}");
    }

    let done = visitor
        .get(&provider.approve(&request, BASIC, &["pwd"]))
        .await;
    assert_eq!(
        (done.status, done.location.as_deref()),
        (303, Some("/result"))
    );
    let page = visitor.get("/result").await;
    assert!(
        page.body.contains("Your balance: 4821.50 €"),
        "{}",
        page.body
    );
    assert_eq!(page.text("signed-in-as"), "Signed in as Alice & Co");
    assert_eq!(page.text("api-status"), "200");
    assert!(!page.has("challenge"));
    assert_eq!(
        (page.text("before-acr"), page.text("before-amr")),
        (BASIC.into(), "pwd".into())
    );
    assert_eq!(
        (
            page.text("id-before-acr"),
            page.text("after-acr"),
            page.text("id-after-acr")
        ),
        (BASIC.into(), String::new(), String::new())
    );

    let redeemed = provider.token_requests.lock().unwrap()[0].clone();
    assert_eq!(redeemed["resource"], format!("{}/api", visitor.bank));
    assert_eq!(redeemed["grant_type"], "authorization_code");
}

#[actix_web::test]
async fn a_transfer_asks_for_just_what_the_api_said_is_missing_and_is_then_replayed() {
    let (provider, mut visitor) = town();
    signed_in(&provider, &mut visitor).await;
    let request = visitor.post("/transfer").await.authorization(&provider);
    let asked = parameters(&request);
    assert_eq!(
        (asked["acr_values"].as_str(), asked["max_age"].as_str()),
        (MFA, "300")
    );

    let waiting = visitor.get("/").await;
    assert_eq!(waiting.text("api-status"), "401");
    assert_eq!(
        waiting.text("challenge"),
        format!(
            r#"Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="{MFA}", max_age="300""#
        )
    );
    assert!(
        waiting
            .body
            .contains("<dt>acr_values</dt><dd>urn:stepwell:acr:mfa</dd>"),
        "{}",
        waiting.body
    );
    assert_eq!(
        (waiting.text("before-acr"), waiting.text("after-acr")),
        (BASIC.into(), String::new())
    );

    let done = visitor
        .get(&provider.approve(&request, MFA, &["pwd", "otp", "mfa"]))
        .await;
    assert_eq!(done.location.as_deref(), Some("/result"), "{}", done.body);
    let page = visitor.get("/result").await;
    assert_eq!(
        (page.text("api-status"), page.text("challenge-status")),
        ("200".into(), "401".into())
    );
    assert!(
        page.text("challenge").contains(r#"max_age="300""#),
        "the challenge stays visible"
    );
    assert!(
        page.body.contains("Transfer done: 250.00 € to Jane Roe"),
        "{}",
        page.body
    );
    for prefix in ["", "id-"] {
        assert_eq!(
            (
                page.text(&format!("{prefix}before-acr")),
                page.text(&format!("{prefix}before-amr"))
            ),
            (BASIC.into(), "pwd".into())
        );
        assert_eq!(
            (
                page.text(&format!("{prefix}after-acr")),
                page.text(&format!("{prefix}after-amr"))
            ),
            (MFA.into(), "pwd otp mfa".into())
        );
        assert!(
            page.text(&format!("{prefix}after-auth_time"))
                .parse::<i64>()
                .unwrap()
                >= page
                    .text(&format!("{prefix}before-auth_time"))
                    .parse()
                    .unwrap()
        );
    }

    let balance = visitor.post("/balance").await;
    assert_eq!(
        balance.location.as_deref(),
        Some("/result"),
        "the stronger tokens serve for the balance too"
    );
    assert!(
        visitor
            .get("/result")
            .await
            .body
            .contains("Your balance: 4571.50 €")
    );
}

#[actix_web::test]
async fn another_payout_account_asks_for_a_phishing_resistant_proof_and_a_scope_more() {
    let (provider, mut visitor) = town();
    signed_in(&provider, &mut visitor).await;
    let request = visitor
        .post("/payout-account")
        .await
        .authorization(&provider);
    let asked = parameters(&request);
    assert_eq!(asked["acr_values"], "phr");
    assert_eq!(asked["scope"], "openid profile accounts transfer payout");
    assert!(!asked.contains_key("max_age"));
    assert_eq!(
        visitor.get("/").await.text("challenge"),
        r#"Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="phr", scope="payout""#
    );

    visitor
        .get(&provider.approve(&request, "phr", &["swk", "user", "mfa"]))
        .await;
    let page = visitor.get("/result").await;
    let changed = "Payout account changed: GB82 WEST 1234 5698 7654 32";
    assert!(page.body.contains(changed), "{}", page.body);
    assert_eq!(page.text("api-status"), "200");
    assert_eq!(
        (page.text("before-acr"), page.text("after-acr")),
        (BASIC.into(), "phr".into())
    );
    assert_eq!(page.text("after-amr"), "swk user mfa");

    visitor.post("/balance").await;
    assert_eq!(
        visitor.get("/result").await.text("payout-account"),
        "Paid out to GB82 WEST 1234 5698 7654 32"
    );
}

#[actix_web::test]
async fn a_code_is_not_enough_for_another_payout_account() {
    let (provider, mut visitor) = town();
    signed_in(&provider, &mut visitor).await;
    let request = visitor
        .post("/payout-account")
        .await
        .authorization(&provider);
    let page = visitor
        .get(&provider.approve(&request, MFA, &["pwd", "otp", "mfa"]))
        .await;
    assert_eq!(page.text("error"), "acr_mismatch");
    assert_eq!(
        page.text("intent"),
        "Your new payout account is still waiting: GB82 WEST 1234 5698 7654 32."
    );
    assert!(page.body.contains("action=\"/payout-account/retry\""));
}

#[actix_web::test]
async fn an_answer_to_one_order_does_not_carry_out_another() {
    let (provider, mut visitor) = town();
    signed_in(&provider, &mut visitor).await;
    let payout = visitor
        .post("/payout-account")
        .await
        .authorization(&provider);
    // Another tab.
    visitor.post("/transfer").await;
    let page = visitor
        .get(&provider.approve(&payout, "phr", &["swk", "user", "mfa"]))
        .await;
    assert_eq!(page.text("error"), "no_intent");
    assert_eq!(
        page.text("intent"),
        "Your transfer is still waiting: 250.00 € to Jane Roe."
    );
}

#[actix_web::test]
async fn a_transfer_without_any_sign_in_goes_both_steps_of_the_way() {
    let (provider, mut visitor) = town();
    let first = visitor.post("/transfer").await.authorization(&provider);
    assert!(!parameters(&first).contains_key("acr_values"));
    let second = visitor
        .get(&provider.approve(&first, BASIC, &["pwd"]))
        .await
        .authorization(&provider);
    assert_eq!(parameters(&second)["acr_values"], MFA);
    visitor
        .get(&provider.approve(&second, MFA, &["pwd", "otp", "mfa"]))
        .await;
    assert!(
        visitor
            .get("/result")
            .await
            .body
            .contains("Transfer done: 250.00 € to Jane Roe")
    );
}

#[actix_web::test]
async fn a_sign_in_that_is_too_old_is_asked_for_again() {
    let (provider, mut visitor) = town();
    let request = visitor.post("/balance").await.authorization(&provider);
    visitor
        .get(&provider.approve_as(&request, MFA, &["pwd", "otp", "mfa"], now() - 301, None))
        .await;
    let again = visitor.post("/transfer").await.authorization(&provider);
    assert_eq!(parameters(&again)["max_age"], "300");
    assert!(
        visitor
            .get("/")
            .await
            .text("challenge")
            .contains("More recent authentication is required")
    );
    let stale = visitor
        .get(&provider.approve_as(&again, MFA, &["pwd", "otp", "mfa"], now() - 1000, None))
        .await;
    assert_eq!(
        (stale.status, stale.text("error").as_str()),
        (400, "auth_time_too_old")
    );
}

#[actix_web::test]
async fn an_answer_with_another_acr_is_refused_and_the_transfer_kept() {
    let (provider, mut visitor) = town();
    signed_in(&provider, &mut visitor).await;
    let request = visitor.post("/transfer").await.authorization(&provider);
    let page = visitor
        .get(&provider.approve(&request, BASIC, &["pwd"]))
        .await;
    assert_eq!(
        (page.status, page.text("error").as_str()),
        (400, "acr_mismatch")
    );
    assert!(
        page.text("error-description")
            .contains(&format!("asked for {MFA}, answered {BASIC}")),
        "{}",
        page.body
    );
    assert_eq!(
        page.text("intent"),
        "Your transfer is still waiting: 250.00 € to Jane Roe."
    );

    let again = visitor
        .post("/transfer/retry")
        .await
        .authorization(&provider);
    visitor
        .get(&provider.approve(&again, MFA, &["pwd", "otp", "mfa"]))
        .await;
    assert!(
        visitor
            .get("/result")
            .await
            .body
            .contains("Transfer done: 250.00 € to Jane Roe")
    );
}

#[actix_web::test]
async fn a_step_up_answered_by_another_person_is_refused() {
    let (provider, mut visitor) = town();
    signed_in(&provider, &mut visitor).await;
    let request = visitor.post("/transfer").await.authorization(&provider);
    *provider.person.lock().unwrap() = "mallory".into();
    let page = visitor
        .get(&provider.approve(&request, MFA, &["pwd", "otp", "mfa"]))
        .await;
    assert_eq!(
        (page.status, page.text("error").as_str()),
        (400, "subject_mismatch")
    );
    assert_eq!(
        page.text("before-acr"),
        BASIC,
        "the tokens held before stay"
    );
}

#[actix_web::test]
async fn an_order_of_one_person_is_not_carried_out_by_whoever_signs_in_after_the_token_is_over() {
    let (provider, mut visitor) = town();
    *provider.access_lasts.lock().unwrap() = -300;
    let first = visitor.post("/transfer").await.authorization(&provider);
    let request = visitor
        .get(&provider.approve(&first, BASIC, &["pwd"]))
        .await;
    assert_eq!(request.text("error"), "invalid_token", "{}", request.body);
    let again = visitor
        .post("/transfer/retry")
        .await
        .authorization(&provider);
    assert!(!parameters(&again).contains_key("acr_values"));
    *provider.access_lasts.lock().unwrap() = 300;
    *provider.person.lock().unwrap() = "bob".into();
    let page = visitor
        .get(&provider.approve(&again, BASIC, &["pwd"]))
        .await;
    assert_eq!(
        (page.status, page.text("error").as_str()),
        (400, "subject_mismatch")
    );
    *provider.person.lock().unwrap() = "alice".into();
    let own = visitor
        .post("/transfer/retry")
        .await
        .authorization(&provider);
    let page = visitor.get(&provider.approve(&own, BASIC, &["pwd"])).await;
    assert!(
        parameters(&page.authorization(&provider)).contains_key("acr_values"),
        "hers goes on"
    );
}

#[actix_web::test]
async fn an_order_is_taken_up_once_however_often_it_is_sent() {
    let (provider, mut visitor) = town();
    signed_in(&provider, &mut visitor).await;
    let request = visitor.post("/transfer").await.authorization(&provider);
    let done = visitor
        .get(&provider.approve(&request, MFA, &["pwd", "otp", "mfa"]))
        .await;
    assert_eq!(done.location.as_deref(), Some("/result"));
    let page = visitor.post("/transfer/retry").await;
    assert_eq!(page.text("error"), "no_intent");
}

#[actix_web::test]
async fn a_cancelled_step_up_keeps_the_transfer_and_offers_to_try_again() {
    let (provider, mut visitor) = town();
    signed_in(&provider, &mut visitor).await;
    let request = visitor.post("/transfer").await.authorization(&provider);
    let page = visitor
        .get(&provider.refuse(&request, "access_denied"))
        .await;
    assert_eq!(
        (
            page.text("error").as_str(),
            page.text("error-description").as_str()
        ),
        ("access_denied", "because <so>")
    );
    assert!(page.has("try-again") && page.body.contains("action=\"/transfer/retry\""));
    assert_eq!(page.text("after-acr"), "");
    assert_eq!(
        visitor.post("/balance").await.location.as_deref(),
        Some("/result"),
        "the person stays signed in"
    );
}

#[actix_web::test]
async fn what_the_provider_cannot_prove_is_said_plainly() {
    let (provider, mut visitor) = town();
    signed_in(&provider, &mut visitor).await;
    let request = visitor.post("/unmet").await.authorization(&provider);
    assert_eq!(
        parameters(&request)["acr_values"],
        "urn:example:acr:face-to-face"
    );
    let page = visitor
        .get(&provider.refuse(&request, "unmet_authentication_requirements"))
        .await;
    assert_eq!(page.text("error"), "unmet_authentication_requirements");
    assert!(
        page.body
            .contains("The provider cannot prove what was asked for")
    );
    assert!(!page.has("try-again"));
}

#[actix_web::test]
async fn an_answer_with_a_foreign_or_used_state_is_refused() {
    let (provider, mut visitor) = town();
    let request = visitor.post("/balance").await.authorization(&provider);
    let answer = provider.approve(&request, BASIC, &["pwd"]);
    let state = &parameters(&request)["state"];
    for wrong in [
        answer.replace(state.as_str(), "guessed"),
        answer.replace(&format!("&state={state}"), ""),
    ] {
        let page = visitor.get(&wrong).await;
        assert_eq!(
            (page.status, page.text("error").as_str()),
            (400, "state_mismatch")
        );
    }
    assert_eq!(visitor.get(&answer).await.status, 303);
    assert_eq!(
        visitor.get(&answer).await.text("error"),
        "state_mismatch",
        "an answer is good once"
    );
    assert_eq!(
        provider.token_requests.lock().unwrap().len(),
        1,
        "nothing was redeemed for the refused answers"
    );
}

#[actix_web::test]
async fn an_answer_in_another_browser_is_refused() {
    let (provider, mut visitor) = town();
    let request = visitor.post("/balance").await.authorization(&provider);
    visitor.cookie = None;
    let page = visitor
        .get(&provider.approve(&request, BASIC, &["pwd"]))
        .await;
    assert_eq!(
        (page.status, page.text("error").as_str()),
        (400, "state_mismatch")
    );
}

#[actix_web::test]
async fn an_answer_of_another_issuer_or_of_none_is_refused() {
    for iss in [Some("https://evil.example"), None] {
        let (provider, mut visitor) = town();
        let request = parameters(&visitor.post("/balance").await.authorization(&provider));
        let answer = match iss {
            Some(iss) => support::back(&request, &[("code", "code-0"), ("iss", iss)]),
            None => support::back(&request, &[("code", "code-0")]),
        };
        let page = visitor.get(&answer).await;
        assert_eq!(
            (page.status, page.text("error").as_str()),
            (400, "issuer_mismatch")
        );
        assert!(provider.token_requests.lock().unwrap().is_empty());
    }
}

#[actix_web::test]
async fn a_parameter_given_twice_makes_the_answer_malformed() {
    let (provider, mut visitor) = town();
    let request = visitor.post("/balance").await.authorization(&provider);
    let answer = provider.approve(&request, BASIC, &["pwd"]);
    let page = visitor.get(&format!("{answer}&code=other")).await;
    assert_eq!(
        (page.status, page.text("error").as_str()),
        (400, "malformed_answer")
    );
}

#[actix_web::test]
async fn an_id_token_with_another_nonce_is_refused() {
    let (provider, mut visitor) = town();
    let request = visitor.post("/balance").await.authorization(&provider);
    let page = visitor
        .get(&provider.approve_as(&request, BASIC, &["pwd"], now(), Some("other")))
        .await;
    assert_eq!(
        (page.status, page.text("error").as_str()),
        (400, "id_token_invalid")
    );
}

#[actix_web::test]
async fn a_code_that_the_provider_refuses_is_reported_with_the_raw_error() {
    let (provider, mut visitor) = town();
    let request = parameters(&visitor.post("/balance").await.authorization(&provider));
    let page = visitor
        .get(&support::back(
            &request,
            &[("code", "invented"), ("iss", &provider.issuer)],
        ))
        .await;
    assert_eq!(page.text("error"), "invalid_grant");
    assert!(page.text("error-description").contains("no such code"));
}

#[actix_web::test]
async fn a_key_rotated_after_discovery_is_found() {
    let (provider, mut visitor) = town();
    let request = visitor.post("/balance").await.authorization(&provider);
    provider.rotate("k2");
    let done = visitor
        .get(&provider.approve(&request, BASIC, &["pwd"]))
        .await;
    assert_eq!(done.location.as_deref(), Some("/result"), "{}", done.body);
}

#[actix_web::test]
async fn a_step_up_that_the_api_still_refuses_does_not_go_round_in_circles() {
    let (provider, mut visitor) = town();
    signed_in(&provider, &mut visitor).await;
    let request = visitor.post("/transfer").await.authorization(&provider);
    // Within the bank's tolerance for the journey back, but not within the API's five minutes.
    let page = visitor
        .get(&provider.approve_as(&request, MFA, &["pwd", "otp", "mfa"], now() - 330, None))
        .await;
    assert_eq!(
        (page.status, page.text("error").as_str()),
        (200, "insufficient_user_authentication")
    );
    assert!(page.has("try-again"));
}

#[actix_web::test]
async fn a_provider_that_is_not_up_yet_is_found_later() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut visitor = bank_for(&format!("http://{}", listener.local_addr().unwrap()));
    drop(listener);
    assert_eq!(visitor.get("/").await.status, 200);
    let page = visitor.post("/balance").await;
    assert_eq!(
        (page.status, page.text("error").as_str()),
        (502, "provider_unreachable")
    );
    assert!(page.has("try-again"));
}

#[actix_web::test]
async fn a_form_from_another_site_is_refused() {
    let (_provider, mut visitor) = town();
    for origin in ["https://evil.example", "null"] {
        visitor.origin = origin.into();
        for path in [
            "/balance",
            "/transfer",
            "/transfer/retry",
            "/payout-account",
            "/payout-account/retry",
            "/unmet",
            "/logout",
        ] {
            let page = visitor.post(path).await;
            assert_eq!(
                (page.status, page.text("error").as_str()),
                (403, "foreign_origin"),
                "{path}"
            );
        }
    }
}

#[actix_web::test]
async fn the_session_gets_a_new_name_at_sign_in() {
    let (provider, mut visitor) = town();
    let request = visitor.post("/balance").await.authorization(&provider);
    let before = visitor.cookie.clone();
    visitor
        .get(&provider.approve(&request, BASIC, &["pwd"]))
        .await;
    assert_ne!(visitor.cookie, before);
    visitor.cookie = before;
    assert!(visitor.get("/").await.has("signed-out"));
}

#[actix_web::test]
async fn signing_out_ends_the_visit_and_goes_by_the_provider() {
    let (provider, mut visitor) = town();
    signed_in(&provider, &mut visitor).await;
    let old = visitor.cookie.clone();
    let page = visitor.post("/logout").await;
    let url: url::Url = page.location.as_deref().unwrap().parse().unwrap();
    assert!(
        url.as_str()
            .starts_with(&format!("{}/logout?", provider.issuer)),
        "{url}"
    );
    let sent = parameters(&url);
    assert_eq!(
        (
            sent["client_id"].as_str(),
            sent["post_logout_redirect_uri"].clone()
        ),
        ("bank", format!("{}/", visitor.bank))
    );
    assert_eq!(sent["id_token_hint"].split('.').count(), 3);
    visitor.cookie = old;
    assert!(visitor.get("/").await.has("signed-out"));
}

#[actix_web::test]
async fn pages_load_nothing_from_elsewhere_and_run_no_script() {
    let provider = Provider::start();
    let mut visitor = bank_for(&provider.issuer);
    for path in ["/", "/phone", "/inbox"] {
        let page = visitor.get(path).await;
        assert_eq!(
            page.headers["content-security-policy"],
            format!(
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
                provider.issuer
            )
        );
        assert_eq!(page.headers["cache-control"], "no-store");
        for forbidden in ["<script", "<style", "style=", "onclick"] {
            assert!(!page.body.contains(forbidden), "{forbidden} in {path}");
        }
    }
    assert!(visitor.get("/bank.css").await.body.contains("color-scheme"));
}

#[actix_web::test]
async fn the_home_page_shows_the_demo_sign_in_escaped_and_the_phone_its_code() {
    let (_provider, mut visitor) = town();
    let home = visitor.get("/").await;
    assert_eq!(
        (home.text("demo-username"), home.text("demo-password")),
        ("alice".into(), "a <good> password".into())
    );
    assert!(!home.body.contains("<good>"));
    for id in [
        "view-balance",
        "transfer",
        "change-payout",
        "unmet",
        "panel",
        "signed-out",
    ] {
        assert!(home.has(id), "{id}");
    }
    let phone = visitor.get("/phone").await;
    assert!(
        phone.body.contains("This page stands in for your phone")
            && phone.body.contains("http-equiv=\"refresh\"")
    );
    assert_eq!(phone.text("code").len(), 6);
    assert!((1..=30).contains(&phone.text("seconds-left").parse::<u64>().unwrap()));
}

#[actix_web::test]
async fn the_mailbox_shows_the_newest_mail_first_and_escaped() {
    let (_provider, mut visitor) = town();
    let inbox = visitor.get("/inbox").await;
    assert!(inbox.body.contains("This page stands in for your mailbox"));
    let (nasty, code) = (
        inbox.body.find("A &#60;nasty&#62;"),
        inbox.body.find("1234 5678"),
    );
    assert!(nasty.is_some() && nasty < code, "{}", inbox.body);
    assert!(!inbox.body.contains("<script>"));
}

#[actix_web::test]
async fn the_api_is_closed_to_those_without_a_token() {
    let (_provider, mut visitor) = town();
    for page in [
        visitor.get("/api/balance").await,
        visitor.post("/api/transfer").await,
    ] {
        let challenge = page.headers["www-authenticate"].to_str().unwrap();
        assert_eq!(page.status, 401);
        // Which API it is, and no error: none was made (RFC 6750 §3, §3.1).
        assert!(challenge.starts_with("Bearer realm=\"http"), "{challenge}");
        assert_eq!(challenge.matches('=').count(), 1, "{challenge}");
    }
}
