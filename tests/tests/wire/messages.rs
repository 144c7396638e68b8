//! Codes and notices that really leave: over STARTTLS to a mail server, over HTTP to a gateway, or not at all.

use std::time::{Duration, Instant};

use serde_json::Value;
use stepwell_tests::databases::Database;
use stepwell_tests::gateway::Gateway;
use stepwell_tests::process::Reserved;
use stepwell_tests::smtp::{self, Mail, MailServer, Manner};
use stepwell_tests::totp::Authenticator;
use stepwell_tests::wait;
use url::Url;

use super::support::tab::asks;
use super::support::world::left;
use super::support::{Got, Person, Tab, World};

/// What these tests ask for: a password and a code that was sent, or an app's.
const ACRS: &str = r#"[
  { name = "basic", requires = { proof = {} } },
  { name = "mailed", requires = { all = [ { method = ["password"] }, { method = ["mail", "totp"] } ] } },
  { name = "texted", requires = { kinds = 2 } },
  { name = "no-texts", requires = { kinds = 2, restricted = false } },
]"#;

fn world(settings: Vec<(&'static str, String)>) -> World {
    let mut all: Vec<(&str, &str)> = vec![("STEPWELL__ACR", ACRS)];
    all.extend(settings.iter().map(|(name, value)| (*name, value.as_str())));
    World::alone(Database::sqlite(), &all)
}

/// Somebody with a password and codes, made with these options more.
#[track_caller]
fn person(world: &World, name: &str, options: &[&str]) -> Person {
    let folder = tempfile::tempdir().unwrap();
    let (password, claims) = (folder.path().join("p"), folder.path().join("c"));
    std::fs::write(&password, "correct-horse-battery-9").unwrap();
    std::fs::write(
        &claims,
        r#"{"phone_number":"+1 555 010 0189","phone_number_verified":true}"#,
    )
    .unwrap();
    let (password, claims) = (password.display().to_string(), claims.display().to_string());
    let mut arguments = vec!["user", "create", name, "--password-file", &password];
    arguments.extend(["--email", name, "--email-verified", "--claims", &claims]);
    arguments.extend(options);
    arguments.push("--json");
    let made: Value = world.provider().cli_json(&arguments);
    Person {
        username: name.to_owned(),
        password: "correct-horse-battery-9".to_owned(),
        phone: made["totp_uri"].as_str().map(Authenticator::from_uri),
    }
}

/// Up to the page after the password.
#[track_caller]
fn after_password(world: &World, tab: &Tab, person: &Person, acr: &str) -> Got {
    let page = tab.open(&world.web.authorize_url(&[("acr_values", acr)]));
    let page = tab.submit(&page, "identify", &[("username", &person.username)]);
    tab.submit(&page, "password", &[("password", &person.password)])
}

#[track_caller]
fn code_after(world: &World, tab: &Tab, page: Got, person: &Person) -> String {
    let end = world.walk(tab, page, person);
    let to = left(&end).unwrap_or_else(|| panic!("not sent back: {end:#?}"));
    super::support::http::parameters(&to)
        .remove("code")
        .unwrap()
}

fn metrics(world: &World) -> String {
    let url = format!("{}/metrics", world.ready.ops);
    world.http.get(url).send().unwrap().text().unwrap()
}

fn wrong(mail: &Mail) -> String {
    let right = mail.code();
    (0..)
        .map(|n| format!("{n:08}"))
        .find(|code| *code != right)
        .unwrap()
}

#[test]
fn a_mail_server_receives_real_messages_over_starttls_and_the_code_signs_the_step_up() {
    let server = MailServer::start(Manner::Proper);
    let world = world(server.settings());
    let ada = person(&world, "ada@example.com", &["--mail-codes"]);
    let tab = world.tab();
    let page = after_password(&world, &tab, &ada, "mailed");
    assert!(asks(&page, "mail") && asks(&page, "resend"), "{page:#?}");
    assert!(page.body.contains("a•••@e•••.com"), "{}", page.body);

    let mail = server.wait_for(1);
    assert!(mail.encrypted, "nothing is said in the open");
    assert_eq!(mail.login.as_deref(), Some("stepwell"));
    assert_eq!(
        (mail.from.as_str(), &mail.to[..]),
        ("id@example.com", &["ada@example.com".to_owned()][..])
    );
    let subject = mail.header("Subject").unwrap();
    let name = subject
        .strip_prefix("Your code for ")
        .unwrap_or_else(|| panic!("{subject}"));
    assert_eq!(
        mail.header("Auto-Submitted").as_deref(),
        Some("auto-generated")
    );
    assert!(mail.header("Message-ID").unwrap().ends_with("@localhost>"));
    assert!(mail.header("Date").is_some());
    assert!(
        mail.text()
            .contains(&format!("Enter this code to continue to {name}:"))
    );
    assert!(mail.html().contains("<strong>"));

    let page = tab.submit(&page, "mail", &[("code", &mail.code())]);
    let code = code_after(&world, &tab, page, &ada);
    let tokens = world.web.redeem(&code);
    assert_eq!(tokens.status, 200, "{tokens:#?}");
    let sent = "stepwell_delivery_total{channel=\"mail\",outcome=\"sent\"} 1";
    assert!(metrics(&world).contains(sent), "{}", metrics(&world));
}

#[test]
fn a_code_of_one_interaction_is_refused_in_another_and_a_used_one_everywhere() {
    let server = MailServer::start(Manner::Proper);
    let world = world(server.settings());
    let ada = person(&world, "ada@example.com", &["--mail-codes"]);
    let (first_tab, second_tab) = (world.tab(), world.tab());
    let first = after_password(&world, &first_tab, &ada, "mailed");
    let code = server.wait_for(1).code();
    let second = after_password(&world, &second_tab, &ada, "mailed");
    server.wait_for(2);
    let refused = second_tab.submit(&second, "mail", &[("code", &code)]);
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("look at the newest message"),
        "{}",
        refused.body
    );
    let passed = first_tab.submit(&first, "mail", &[("code", &code)]);
    assert!(passed.status < 400, "{passed:#?}");
    // The form once more, as a double click or a thief would send it.
    let again = first_tab.submit(&first, "mail", &[("code", &code)]);
    assert!(!again.body.contains("code="), "{again:#?}");
}

#[test]
fn wrong_codes_across_resends_rest_the_authenticator_and_a_mail_says_so() {
    let server = MailServer::start(Manner::Proper);
    let mut settings = server.settings();
    settings.push(("STEPWELL__CODES__COOLDOWN", "10s".to_owned()));
    settings.push(("STEPWELL__LIMITS__CODE_BUDGET", "2".to_owned()));
    let world = world(settings);
    let ada = person(&world, "ada@example.com", &["--mail-codes"]);
    let tab = world.tab();
    let page = after_password(&world, &tab, &ada, "mailed");
    let mail = server.wait_for(1);
    let early = tab.submit(&page, "resend", &[]);
    assert_eq!(early.status, 429);
    assert!(
        early.body.contains("A code was sent a moment ago"),
        "{}",
        early.body
    );
    assert!(early.header("retry-after").parse::<u64>().is_ok());
    assert!(asks(&early, "mail"), "the code can still be typed");

    let page = tab.submit(&early, "mail", &[("code", &wrong(&mail))]);
    assert_eq!(page.status, 422);
    let page = wait::until("the pause to end", Duration::from_secs(30), || {
        let page = tab.submit(&page, "resend", &[]);
        (page.status < 400).then_some(page)
    });
    let newer = server.wait_for(2);
    let page = tab.submit(&page, "mail", &[("code", &wrong(&newer))]);
    assert!(page.body.contains("Too many wrong tries"), "{}", page.body);
    assert!(!asks(&page, "mail") && !asks(&page, "resend"));
    let told = server.wait_for(3);
    assert_eq!(
        told.header("Subject").as_deref(),
        Some("Something changed in your Stepwell account")
    );
    assert!(
        told.text().contains("rests for a while: Code by email."),
        "{}",
        told.text()
    );
    assert!(told.text().contains("Account: ada@example.com"));
}

#[test]
fn a_mail_server_that_is_down_is_told_at_once_and_nothing_is_lost() {
    let down = Reserved::port();
    let first = MailServer::start(Manner::Proper);
    let mut settings = smtp::settings(down.number(), Some(&first.ca_file()));
    // This test asks for codes faster than any person.
    settings.push(("STEPWELL__CODES__PER_ACCOUNT", "1000".to_owned()));
    let world = world(settings);
    let ada = person(&world, "ada@example.com", &["--mail-codes", "--totp"]);
    let tab = world.tab();
    let began = Instant::now();
    let page = after_password(&world, &tab, &ada, "mailed");
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("The code could not be sent"),
        "{}",
        page.body
    );
    assert!(!asks(&page, "mail") && asks(&page, "resend"));
    assert!(page.body.contains("/another-way"), "another way is offered");
    let failed = "stepwell_delivery_total{channel=\"mail\",outcome=\"failed\"}";
    assert!(metrics(&world).contains(failed), "{}", metrics(&world));
    assert!(world.provider().log().contains("a code did not leave"));

    // Another way leads on with what was proven before.
    let ways = tab.get(&format!("{}/another-way", page.url));
    let page = tab.submit(&ways, "another-way", &[("method", "totp")]);
    assert!(asks(&page, "totp"), "{page:#?}");
    code_after(&world, &tab, page, &ada);

    // Whoever takes its place with a certificate of their own gets nothing.
    let stranger = MailServer::at(&format!("127.0.0.1:{}", down.number()), Manner::Proper);
    let bob = person(&world, "bob@example.com", &["--mail-codes"]);
    let tab = world.tab();
    let mut page = after_password(&world, &tab, &bob, "mailed");
    // After a failure the server is left alone for a moment.
    wait::until("the stranger to be asked", Duration::from_secs(20), || {
        assert!(
            page.body.contains("The code could not be sent"),
            "{}",
            page.body
        );
        if stranger.connections() > 0 {
            return Some(());
        }
        page = tab.submit(&page, "resend", &[]);
        None
    });
    assert!(
        stranger.mails().is_empty(),
        "a stranger's certificate gets nothing"
    );
}

#[test]
fn mail_also_goes_over_tls_from_the_first_byte() {
    let server = MailServer::start(Manner::Implicit);
    let mut settings = server.settings();
    settings.push(("STEPWELL__MAIL__TLS", "implicit".to_owned()));
    let world = world(settings);
    let ada = person(&world, "ada@example.com", &["--mail-codes"]);
    let tab = world.tab();
    let page = after_password(&world, &tab, &ada, "mailed");
    let mail = server.wait_for(1);
    assert!(mail.encrypted && mail.login.is_some());
    let page = tab.submit(&page, "mail", &[("code", &mail.code())]);
    code_after(&world, &tab, page, &ada);
}

#[test]
fn a_mail_server_that_knows_no_tls_gets_nothing() {
    let server = MailServer::start(Manner::Open);
    let world = world(server.settings());
    let ada = person(&world, "ada@example.com", &["--mail-codes"]);
    let tab = world.tab();
    let page = after_password(&world, &tab, &ada, "mailed");
    assert!(
        page.body.contains("The code could not be sent"),
        "{}",
        page.body
    );
    assert!(server.mails().is_empty());
}

#[test]
fn a_gateway_that_comes_back_gets_the_code_at_the_next_try() {
    let gateway = Gateway::start();
    let world = world(texts(&gateway));
    let ada = person(&world, "ada@example.com", &["--sms-codes"]);
    gateway.answer("500 Internal Server Error");
    let tab = world.tab();
    let page = after_password(&world, &tab, &ada, "texted");
    assert!(
        page.body.contains("The code could not be sent"),
        "{}",
        page.body
    );
    gateway.answer("302 Found\r\nlocation: /elsewhere");
    let page = resent(&tab, &page, &gateway, 2);
    assert!(
        page.body.contains("The code could not be sent"),
        "{}",
        page.body
    );
    assert!(
        gateway
            .requests()
            .iter()
            .all(|request| request.line.starts_with("POST /send")),
        "redirects are not followed"
    );
    gateway.answer("202 Accepted");
    let page = resent(&tab, &page, &gateway, 3);
    assert!(
        asks(&page, "sms") && page.body.contains("••••••89"),
        "{}",
        page.body
    );

    let request = gateway.requests().pop().unwrap();
    assert_eq!(request.header("authorization"), Some("Bearer sesam"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["to"], "+15550100189");
    let text = body["text"].as_str().unwrap();
    let last = text.lines().last().unwrap();
    let code = last
        .strip_prefix("@localhost #")
        .unwrap_or_else(|| panic!("{text}"));
    assert!(
        text.starts_with(&format!("{code} is your Stepwell code")),
        "{text}"
    );
    let page = tab.submit(&page, "sms", &[("code", code)]);
    code_after(&world, &tab, page, &ada);
    assert!(
        !world.provider().log().contains("sesam"),
        "keys are not logged"
    );
}

#[test]
fn texted_codes_are_not_offered_where_an_acr_bars_them() {
    let gateway = Gateway::start();
    let mut settings = texts(&gateway);
    settings.push(("STEPWELL__ENROLMENT__ON_DEMAND", "false".to_owned()));
    let world = world(settings);
    let ada = person(&world, "ada@example.com", &["--sms-codes"]);
    let tab = world.tab();
    let page = after_password(&world, &tab, &ada, "no-texts");
    assert!(
        page.body.contains("Your account cannot do this yet"),
        "{}",
        page.body
    );
    assert!(gateway.requests().is_empty());
}

fn texts(gateway: &Gateway) -> Vec<(&'static str, String)> {
    vec![
        ("STEPWELL__SMS__TRANSPORT", "gateway".to_owned()),
        ("STEPWELL__SMS__URL", format!("{}/send", gateway.url())),
        (
            "STEPWELL__SMS__HEADERS",
            r#"["Authorization: Bearer sesam"]"#.to_owned(),
        ),
        (
            "STEPWELL__SMS__BODY",
            r#"{"to": "{number}", "text": "{text}"}"#.to_owned(),
        ),
        ("STEPWELL__SMS__BODY_TYPE", "json".to_owned()),
        // A test that waits for the gateway tries faster than any person.
        ("STEPWELL__CODES__PER_ACCOUNT", "1000".to_owned()),
    ]
}

/// Another try, once the gateway is asked again: after a failure it is left alone for a moment.
#[track_caller]
fn resent(tab: &Tab, page: &Got, gateway: &Gateway, requests: usize) -> Got {
    wait::until(
        "the gateway to be asked again",
        Duration::from_secs(20),
        || {
            let page = tab.submit(page, "resend", &[]);
            (gateway.requests().len() >= requests).then_some(page)
        },
    )
}

#[test]
fn the_demo_shows_its_mail_in_a_mailbox_of_its_own() {
    let acr = [("STEPWELL__ACR", ACRS)];
    let world = World::alone(Database::sqlite(), &acr);
    let alex = world.alex();
    let tab = world.tab();
    let page = after_password(&world, &tab, &alex, "mailed");
    assert!(asks(&page, "mail"), "{page:#?}");
    let inbox = world
        .http
        .get(&world.ready.inbox)
        .send()
        .unwrap()
        .text()
        .unwrap();
    assert!(inbox.contains("This page stands in for your mailbox"));
    let code = inbox
        .split("<p>")
        .filter_map(|part| part.split("</p>").next())
        .map(|line| line.replace(' ', ""))
        .find(|line| line.len() == 8 && line.bytes().all(|b| b.is_ascii_digit()))
        .unwrap_or_else(|| panic!("no code in {inbox}"));
    let page = tab.submit(&page, "mail", &[("code", &code)]);
    code_after(&world, &tab, page, &alex);
}

/// The address of a one-time link in a letter.
#[track_caller]
fn link_in(mail: &Mail) -> Url {
    let text = mail.text();
    let found = text.lines().filter_map(|line| Url::parse(line.trim()).ok());
    let links: Vec<Url> = found
        .filter(|url| url.path().starts_with("/link/"))
        .collect();
    assert_eq!(links.len(), 1, "{text}");
    assert!(mail.html().contains(links[0].as_str()), "{}", mail.html());
    links.into_iter().next().unwrap()
}

#[test]
fn a_forgotten_password_is_set_by_the_link_in_the_letter_and_the_second_factor_is_still_asked() {
    let server = MailServer::start(Manner::Proper);
    let world = world(server.settings());
    let mut ada = person(&world, "ada@example.com", &["--totp"]);
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[("acr_values", "texted")]));
    let page = tab.submit(&page, "identify", &[("username", &ada.username)]);
    let page = tab.submit(&page, "password", &[("password", "what-was-it-again")]);
    assert!(page.body.contains("href=\"/forgot\""), "{}", page.body);

    let asked = |name: &str| {
        let page = tab.open("/forgot");
        let sent = tab.submit(&page, "forgot", &[("username", name)]);
        assert_eq!(sent.status, 200, "{sent:#?}");
        let main = sent.body.split("<main").nth(1).unwrap();
        main.split("</main>").next().unwrap().to_owned()
    };
    assert_eq!(asked("nobody@example.com"), asked("ADA@example.com"));

    let letter = server.wait_for(1);
    assert_eq!(letter.to, ["ada@example.com"]);
    assert_eq!(
        letter.header("Subject").as_deref(),
        Some("Set a new password for Stepwell")
    );
    let link = link_in(&letter);
    assert_eq!(link.origin(), Url::parse(&world.issuer).unwrap().origin());
    let secret = link.path().rsplit('/').next().unwrap().to_owned();

    // In another browser, as on the telephone where the mail is read.
    let phone = world.tab();
    let page = phone.open(link.path());
    assert_eq!(page.status, 200, "{page:#?}");
    let old = std::mem::replace(&mut ada.password, "quiet-harbour-lantern-58".to_owned());
    let set = phone.submit(&page, &secret, &[("new-password", &ada.password)]);
    assert_eq!(set.status, 200, "{set:#?}");
    assert!(!world.is_signed_in(&phone));
    assert_eq!(phone.open(link.path()).status, 410);
    let told = server.wait_for(2);
    assert!(told.text().contains("Your password was changed."));
    assert!(
        told.text()
            .contains(&format!("{}/account/security", world.issuer)),
        "{}",
        told.text()
    );

    let page = tab.open(&world.web.authorize_url(&[("acr_values", "texted")]));
    let page = tab.submit(&page, "identify", &[("username", &ada.username)]);
    let wrong = tab.submit(&page, "password", &[("password", &old)]);
    assert_eq!(wrong.status, 422, "{wrong:#?}");
    let page = tab.submit(&wrong, "password", &[("password", &ada.password)]);
    assert!(asks(&page, "totp"), "{page:#?}");
    let code = code_after(&world, &tab, page, &ada);
    assert_eq!(world.web.redeem(&code).status, 200);
    assert_eq!(server.mails().len(), 2, "nobody else was written to");
}

#[test]
fn an_operator_locks_an_account_and_takes_a_lost_factor_away_and_the_person_is_told() {
    let server = MailServer::start(Manner::Proper);
    let world = world(server.settings());
    let ada = person(&world, "ada@example.com", &["--totp"]);
    let tab = world.tab();
    let tokens = world.tokens(&tab, &ada, &[]);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let operator = |arguments: &[&str]| -> Value {
        let all = [&["user"], arguments, &["--json"]].concat();
        world.provider().cli_json(&all)
    };

    let locked = operator(&["lock", &ada.username, "--reason", "telephone stolen"]);
    assert_eq!(
        (&locked["changed"], &locked["sessions_ended"]),
        (&true.into(), &1.into())
    );
    assert!(!world.is_signed_in(&tab));
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let refused = world.post_as(&world.web, "/token", &fields);
    assert_eq!(
        (refused.status, refused.json()["error"].as_str()),
        (400, Some("invalid_grant"))
    );
    let fields = [("token", tokens["access_token"].as_str().unwrap())];
    let told = world.post_as(&world.web, "/introspect", &fields).json();
    assert_eq!(told, serde_json::json!({ "active": false }));
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let page = tab.submit(&page, "identify", &[("username", &ada.username)]);
    let same = tab.submit(&page, "password", &[("password", &ada.password)]);
    assert_eq!(same.status, 422, "{same:#?}");
    assert!(
        !same.body.to_lowercase().contains("locked"),
        "{}",
        same.body
    );

    let removed = operator(&["reset-factor", &ada.username, "--method", "totp", "--yes"]);
    assert_eq!(
        (&removed["told"], &removed["left"][0]["method"]),
        (&1.into(), &"password".into())
    );
    let notice = server.wait_for(1);
    assert!(
        notice.text().contains("was removed: Authenticator code."),
        "{}",
        notice.text()
    );
    assert!(notice.text().contains("Time: "), "{}", notice.text());
    assert_eq!(operator(&["unlock", &ada.username])["account"], true);
    world.walk(&tab, tab.open("/account"), &ada);
    assert!(world.is_signed_in(&tab));
}
