//! Codes that are sent: when, to whom, and what they are good for (spec §5 lines 51 to 53, 71).

use stepwell_core::authn::{Acr, AcrName, Barred, Method, Pattern, Predicate, Renew};
use stepwell_engine::answer::{Answered, Input, Trouble};
use stepwell_engine::authorize::{DeliveredView, FactorView, Left};
use stepwell_engine::courier::{Channel, Letter};
use stepwell_engine::factors::{inbox, reset_details};
use stepwell_store::credentials::{self, Credential};

use crate::support::{
    Browser, Database, Hold, Person, Postbox, RelyingParty, Stage, a_person, a_relying_party,
    postgres_server,
};

fn by(methods: &[&str]) -> Predicate {
    Predicate::Proof(Pattern {
        methods: methods.iter().copied().map(Method::new).collect(),
        ..Pattern::default()
    })
}

/// A stage where an acr of this name asks for that besides what is shipped.
fn knowing(name: &str, requires: Predicate) -> Stage {
    Stage::with(|settings| {
        let mut acrs: Vec<Acr> = settings.catalog.iter().cloned().collect();
        acrs.push(Acr {
            name: AcrName::new(name),
            aliases: Vec::new(),
            requires,
            lifetime: None,
            renew: Renew::Strongest,
        });
        settings.catalog = stepwell_core::authn::Catalog::new(acrs);
        // What is not enough is refused, and nothing set up instead.
        settings.enrolment.on_demand = false;
    })
}

/// Where a password and a mailed code are called `mailed`.
fn a_stage() -> Stage {
    knowing(
        "mailed",
        Predicate::All(vec![by(&["password"]), by(&["mail"])]),
    )
}

const MAILED: [(&str, &str); 1] = [("acr_values", "mailed")];

/// Up to the page that asks for the code.
fn at_the_code<'s>(stage: &'s Stage, bank: &RelyingParty, ada: &'s Person) -> Browser<'s> {
    let mut browser = stage.browser(ada);
    assert!(browser.authorize(bank, &MAILED).is_pages());
    browser.type_username().type_password();
    browser
}

fn codes(browser: &mut Browser<'_>) -> DeliveredView {
    match browser.see_proof().factor {
        FactorView::Delivered(view) => view,
        other => panic!("no code is asked for: {other:?}"),
    }
}

fn mail(secret: &str) -> Input<'_> {
    Input::Prove {
        method: "mail",
        secret,
        credential: None,
        trust: false,
    }
}

const AGAIN: Input<'_> = Input::Resend {
    method: "mail",
    credential: None,
};

fn trouble(answered: &Answered) -> &Trouble {
    match answered {
        Answered::Again(trouble) => trouble,
        other => panic!("it was taken: {other:?}"),
    }
}

fn is_taken(answered: &Answered) -> bool {
    matches!(
        answered,
        Answered::Continue {
            session: Some(_),
            ..
        }
    )
}

/// A code that was never sent.
fn wrong(postbox: &Postbox) -> String {
    let sent = postbox.codes();
    let mut tries = (0..).map(|n| format!("{n:08}"));
    tries.find(|code| !sent.contains(code)).unwrap()
}

#[test]
fn a_mailed_code_signs_a_step_up_and_names_app_and_action() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage)
        .with(|new| new.action = Some("make a transfer".into()))
        .create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut browser = stage.browser(&ada);
    browser.sign_in(&bank);
    assert!(browser.authorize(&bank, &MAILED).is_pages());
    let view = codes(&mut browser);
    assert_eq!(view.channel, Channel::Mail);
    assert_eq!(view.to.as_deref(), Some("a•••@e•••.com"));
    assert!(view.sent_at.is_some() && !view.failed);

    let [message] = &postbox.messages()[..] else {
        panic!("{:?}", postbox.messages())
    };
    assert_eq!(
        (message.address.as_str(), message.language.as_str()),
        ("ada@example.com", "en")
    );
    let Letter::Code {
        code,
        app,
        action,
        valid_for,
    } = &message.letter
    else {
        panic!("{message:?}")
    };
    assert_eq!(
        (app.as_str(), action.as_deref()),
        ("Bank", Some("make a transfer"))
    );
    assert_eq!(valid_for.0, 600);
    assert_eq!(code.expose().len(), 8);

    let typed = format!("{} {}", &code.expose()[..4], &code.expose()[4..]);
    assert!(is_taken(&browser.submit(&mail(&typed))));
    let (acr, amr, _) = bank.redeem(&stage, &browser.follow()).grounds();
    assert_eq!(
        (acr.as_str(), amr),
        ("mailed", vec!["pwd".to_owned(), "otp".into(), "mfa".into()])
    );
    assert_eq!(stage.events("factor.code_sent"), ["factor.code_sent"]);
    assert!(stage.chain_is_whole());
}

#[test]
fn what_is_stored_tells_no_code() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut browser = at_the_code(&stage, &bank, &ada);
    codes(&mut browser);
    let code = postbox.code();
    let all = stage
        .database()
        .texts("SELECT state AS t FROM interactions UNION ALL SELECT data AS t FROM audit");
    assert!(all.iter().any(|text| text.contains("hash")));
    assert!(all.iter().all(|text| !text.contains(&code)), "{code}");
}

#[test]
fn nothing_is_sent_before_something_is_proven() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    for person in [&ada, &Person::nobody("eve")] {
        let mut browser = stage.browser(person);
        browser.authorize(&bank, &MAILED);
        browser.type_username();
        assert_eq!(browser.page(), "password");
        let early = browser.submit(&AGAIN);
        assert_eq!(trouble(&early), &Trouble::NotEnough);
        let early = browser.submit(&mail("12345678"));
        assert_eq!(trouble(&early), &Trouble::NotEnough);
    }
    assert!(postbox.messages().is_empty());
}

#[test]
fn a_code_is_sent_when_its_page_is_first_shown_and_not_by_looking_again() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage)
        .with_password()
        .with_mail()
        .with_totp()
        .create();
    let mut browser = at_the_code(&stage, &bank, &ada);
    assert!(postbox.messages().is_empty(), "not before it is shown");
    for _ in 0..3 {
        codes(&mut browser);
    }
    assert_eq!(postbox.messages().len(), 1);
    stage.advance(600);
    let view = codes(&mut browser);
    assert_eq!(view.open_until, None, "it says that the code is over");
    assert_eq!(postbox.messages().len(), 1);
}

#[test]
fn choosing_another_way_and_coming_back_sends_none_anew() {
    let stage = knowing(
        "either",
        Predicate::All(vec![by(&["password"]), by(&["mail", "totp"])]),
    );
    let (postbox, stage) = Postbox::at(&stage);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage)
        .with_password()
        .with_mail()
        .with_totp()
        .create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "either")]);
    browser.type_username().type_password();
    for way in ["mail", "totp", "mail", "totp", "mail"] {
        browser.another_way(way);
        assert_eq!(browser.page(), way);
    }
    assert_eq!(postbox.messages().len(), 1);
    assert!(is_taken(&browser.submit(&mail(&postbox.code()))));
}

#[test]
fn another_code_can_be_asked_for_after_a_pause_and_the_older_one_stays_valid_in_its_own_window() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut browser = at_the_code(&stage, &bank, &ada);
    let shown = codes(&mut browser);
    assert_eq!(
        shown.resend_at,
        shown
            .sent_at
            .map(|at| at.plus(stepwell_core::time::Seconds(30)))
    );
    let early = browser.submit(&AGAIN);
    assert_eq!(trouble(&early), &Trouble::TooSoon(30));
    stage.advance(29);
    assert!(matches!(
        trouble(&browser.submit(&AGAIN)),
        Trouble::TooSoon(1)
    ));
    assert_eq!(postbox.messages().len(), 1);
    stage.advance(1);
    assert!(matches!(
        browser.submit(&AGAIN),
        Answered::Continue { session: None, .. }
    ));
    stage.advance(300);
    let [first, second] = &postbox.codes()[..] else {
        panic!("two codes")
    };
    let mut other = browser.another_tab();
    assert!(is_taken(&browser.submit(&mail(first))), "the older one");
    browser.follow();
    assert!(!is_taken(&other.submit(&mail(second))), "one of them, once");
}

#[test]
fn an_older_code_ends_while_the_newer_one_goes_on() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut browser = at_the_code(&stage, &bank, &ada);
    codes(&mut browser);
    stage.advance(400);
    browser.submit(&AGAIN);
    stage.advance(200);
    let [first, second] = &postbox.codes()[..] else {
        panic!("two codes")
    };
    let over = browser.submit(&mail(first));
    assert_eq!(trouble(&over), &Trouble::Malformed("code-expired"));
    assert!(is_taken(&browser.submit(&mail(second))));
}

#[test]
fn wrong_codes_across_resends_exhaust_the_budget_and_the_person_is_told() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut browser = at_the_code(&stage, &bank, &ada);
    for n in 0..4 {
        assert_eq!(
            codes(&mut browser).failures,
            n,
            "a resend gives nothing back"
        );
        let refused = browser.submit(&mail(&wrong(&postbox)));
        assert_eq!(trouble(&refused), &Trouble::WrongCode);
        stage.advance(30);
        browser.submit(&AGAIN);
    }
    let fifth = browser.submit(&mail(&wrong(&postbox)));
    assert!(matches!(trouble(&fifth), Trouble::Locked(_)), "{fifth:?}");
    let right = browser.submit(&mail(&postbox.code()));
    assert!(matches!(trouble(&right), Trouble::Locked(_)), "{right:?}");
    let before = postbox.messages().len();
    stage.advance(60);
    assert!(codes(&mut browser).locked_until.is_some());
    browser.submit(&AGAIN);
    assert_eq!(
        postbox.messages().len(),
        before,
        "nothing is sent while it rests"
    );
    // Nor does another interaction begin anew.
    let mut elsewhere = at_the_code(&stage, &bank, &ada);
    assert!(codes(&mut elsewhere).locked_until.is_some());
    assert_eq!(postbox.messages().len(), before);
    assert_eq!(stage.events("factor.locked"), ["factor.locked"]);
    assert_eq!(stage.engine.deliver_due(&stage.call(), 10).unwrap(), 1);
    let told = stepwell_engine::courier::Happened::FactorLocked {
        method: Method::mail(),
    };
    assert_eq!(postbox.notices(), [told]);
}

#[test]
fn a_code_of_one_interaction_is_worth_nothing_in_another() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut one = at_the_code(&stage, &bank, &ada);
    codes(&mut one);
    let code_of_one = postbox.code();
    let mut other = at_the_code(&stage, &bank, &ada);
    codes(&mut other);
    let refused = other.submit(&mail(&code_of_one));
    assert_eq!(trouble(&refused), &Trouble::WrongCode);
    assert!(is_taken(&one.submit(&mail(&code_of_one))));
}

#[test]
fn a_code_is_used_once() {
    let stage = knowing(
        "both",
        Predicate::All(vec![by(&["password"]), by(&["mail"]), by(&["totp"])]),
    );
    let (postbox, stage) = Postbox::at(&stage);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage)
        .with_password()
        .with_mail()
        .with_totp()
        .create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "both")]);
    browser.type_username().type_password().another_way("mail");
    codes(&mut browser);
    let code = postbox.code();
    assert!(is_taken(&browser.submit(&mail(&code))));
    let again = browser.submit(&mail(&code));
    assert_eq!(trouble(&again), &Trouble::NotEnough, "it has been proven");

    // In another request no code is sent yet, and the used one does not count.
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "both")]);
    browser.type_username().type_password();
    let unsent = browser.submit(&mail(&code));
    assert_eq!(trouble(&unsent), &Trouble::Malformed("code-not-sent"));
}

#[test]
fn two_forms_with_one_code_at_the_same_time_are_taken_once() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut browser = at_the_code(&stage, &bank, &ada);
    codes(&mut browser);
    let code = postbox.code();
    let taken: Vec<bool> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..6)
            .map(|_| {
                let mut tab = browser.another_tab();
                let code = code.clone();
                scope.spawn(move || is_taken(&tab.submit(&mail(&code))))
            })
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 1, "{taken:?}");
}

#[test]
fn an_expired_code_is_refused_and_costs_nothing() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut browser = at_the_code(&stage, &bank, &ada);
    codes(&mut browser);
    stage.advance(600);
    let over = browser.submit(&mail(&postbox.code()));
    assert_eq!(trouble(&over), &Trouble::Malformed("code-expired"));
    assert_eq!(codes(&mut browser).failures, 0);
    for odd in ["", "1234567", "123456789", "12a45678"] {
        let odd = browser.submit(&mail(odd));
        assert_eq!(trouble(&odd), &Trouble::Malformed("code-digits"));
    }
    browser.submit(&AGAIN);
    assert!(is_taken(&browser.submit(&mail(&postbox.code()))));
}

#[test]
fn a_code_that_does_not_leave_is_told_at_once_and_nothing_is_lost() {
    let stage = knowing(
        "either",
        Predicate::All(vec![by(&["password"]), by(&["mail", "totp"])]),
    );
    let (postbox, stage) = Postbox::at(&stage);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage)
        .with_password()
        .with_mail()
        .with_totp()
        .create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "either")]);
    browser.type_username().type_password().another_way("mail");
    postbox.set_down(true);
    let view = codes(&mut browser);
    assert!(view.failed && view.sent_at.is_none() && view.open_until.is_none());
    assert!(
        browser
            .see_proof()
            .others
            .iter()
            .any(|o| o.method.as_str() == "totp"),
        "another way is offered"
    );
    let [failed] = &stage.audited("factor.delivery_failed")[..] else {
        panic!("written down once, not by each look")
    };
    assert!(
        failed.data.contains("\"channel\":\"mail\"") && failed.data.contains("connection refused"),
        "{}",
        failed.data
    );
    let typed = browser.submit(&mail("12345678"));
    assert_eq!(trouble(&typed), &Trouble::Malformed("code-not-sent"));
    for _ in 0..20 {
        browser.submit(&AGAIN);
    }
    assert!(
        codes(&mut browser).failed,
        "tries that fail spend no message"
    );
    postbox.set_down(false);
    assert!(matches!(browser.submit(&AGAIN), Answered::Continue { .. }));
    assert!(!codes(&mut browser).failed);
    assert!(is_taken(&browser.submit(&mail(&postbox.code()))));
    browser.follow().code();
}

#[test]
fn tries_that_fail_are_bounded_because_each_is_written_down() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut browser = at_the_code(&stage, &bank, &ada);
    postbox.set_down(true);
    codes(&mut browser);
    for _ in 0..60 {
        browser.submit(&AGAIN);
    }
    let written = stage.events("factor.delivery_failed").len();
    assert_eq!(written, 30);
    assert!(matches!(
        trouble(&browser.submit(&AGAIN)),
        Trouble::TooSoon(_)
    ));
}

#[test]
fn a_resend_that_fails_leaves_the_older_code_valid() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut browser = at_the_code(&stage, &bank, &ada);
    codes(&mut browser);
    stage.advance(60);
    postbox.set_down(true);
    browser.submit(&AGAIN);
    let view = codes(&mut browser);
    assert!(view.failed && view.open_until.is_some());
    assert!(is_taken(&browser.submit(&mail(&postbox.code()))));
}

#[test]
fn an_account_and_a_network_have_their_share_of_messages() {
    let stage = a_stage();
    let (postbox, stage) = Postbox::at(&stage);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    for n in 0..10 {
        let mut browser = at_the_code(&stage, &bank, &ada).at_ip(&format!("192.0.2.{n}"));
        assert!(codes(&mut browser).sent_at.is_some());
    }
    let mut browser = at_the_code(&stage, &bank, &ada).at_ip("192.0.2.99");
    let view = codes(&mut browser);
    assert!(view.sent_at.is_none() && !view.failed);
    assert!(view.resend_at.is_some_and(|at| at > stage.now()));
    assert!(matches!(
        trouble(&browser.submit(&AGAIN)),
        Trouble::TooSoon(_)
    ));
    assert_eq!(postbox.messages().len(), 10);
    stage.advance(360);
    assert!(
        codes(&mut browser).sent_at.is_some(),
        "a tenth of the hour gives one of the ten back"
    );

    let people: Vec<Person> = (0..101)
        .map(|n| {
            a_person(&stage)
                .named(&format!("p{n}"))
                .with_password()
                .with_mail()
                .create()
        })
        .collect();
    let sent = people.iter().filter(|person| {
        let mut browser = at_the_code(&stage, &bank, person).at_ip("198.51.100.7");
        codes(&mut browser).sent_at.is_some()
    });
    assert_eq!(sent.count(), 100, "one network, whoever the messages go to");
}

#[test]
fn of_several_addresses_the_person_may_choose() {
    let (postbox, stage) = Postbox::at(&a_stage());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let mut second = Credential::new(
        stepwell_core::ids::CredentialId::new("second"),
        ada.id.clone().unwrap(),
        Method::mail(),
        "ada@work.example",
        "",
        stage.now(),
    );
    second.details = r#"{"address":"ada@work.example"}"#.into();
    stage
        .db()
        .write(|tx| credentials::insert(tx, &second))
        .unwrap();
    let mut browser = at_the_code(&stage, &bank, &ada);
    assert_eq!(codes(&mut browser).addresses.len(), 2);
    stage.advance(30);
    let to_second = Input::Resend {
        method: "mail",
        credential: Some("second"),
    };
    browser.submit(&to_second);
    let view = codes(&mut browser);
    assert_eq!(
        (view.to.as_deref(), view.chosen.as_deref()),
        (Some("a•••@w•••.example"), Some("second"))
    );
    stage.advance(30);
    browser.submit(&AGAIN);
    let to: Vec<String> = postbox.messages().into_iter().map(|m| m.address).collect();
    assert_eq!(
        to,
        ["ada@example.com", "ada@work.example", "ada@work.example"]
    );
    assert!(
        is_taken(&browser.submit(&mail(&postbox.codes()[0]))),
        "each stays valid"
    );
}

#[test]
fn a_texted_code_is_a_second_kind_and_marked_restricted() {
    let (postbox, stage) = Postbox::at(&Stage::new());
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage)
        .with_password()
        .with_mail()
        .with_texts()
        .create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.type_username().type_password();
    let asked = browser.see_proof();
    assert_eq!(asked.method, Method::sms());
    let mail = asked
        .others
        .iter()
        .find(|o| o.method == Method::mail())
        .unwrap();
    assert!(!mail.reaches, "a mailed code is no second kind by default");
    assert_eq!(postbox.messages()[0].address, "+15550100189");
    let typed = Input::Prove {
        method: "sms",
        secret: &postbox.code(),
        credential: None,
        trust: false,
    };
    assert!(is_taken(&browser.submit(&typed)));
    let (acr, amr, _) = bank.redeem(&stage, &browser.follow()).grounds();
    assert_eq!(
        (acr.as_str(), amr),
        ("2", vec!["pwd".to_owned(), "sms".into(), "mfa".into()])
    );
    let proofs = stage.database().texts("SELECT traits AS t FROM evidence");
    assert!(
        proofs
            .iter()
            .any(|traits| traits.contains("\"restricted\":true"))
    );
    let passed = stage.audited("login.passed");
    assert!(passed.last().unwrap().data.contains("\"restricted\":true"));
}

#[test]
fn a_password_that_was_reset_through_an_inbox_and_a_code_sent_there_are_one_kind() {
    let two = Predicate::Kinds {
        count: 2,
        within: None,
        settled: None,
    };
    let (_, stage) = Postbox::at(&knowing("two", two));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_mail().create();
    let asked = [("acr_values", "two")];
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &asked);
    browser.type_username().type_password();
    assert_eq!(browser.page(), "mail", "this acr counts mail as a kind");

    let details = reset_details(&inbox(Channel::Mail, "Ada@Example.com"));
    stage.database().shell(&format!(
        "UPDATE credentials SET details = '{details}' WHERE method = 'password'"
    ));
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &asked);
    browser.type_username().type_password();
    match browser.view() {
        Left::Leave { stop, .. } => assert!(stop, "whoever reads the inbox has both"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_acr_can_bar_texted_codes() {
    let stage = knowing(
        "no-texts",
        Predicate::Without {
            barred: Barred {
                restricted: true,
                ..Barred::default()
            },
            requires: Box::new(Predicate::Kinds {
                count: 2,
                within: None,
                settled: None,
            }),
        },
    );
    let (postbox, stage) = Postbox::at(&stage);
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_texts().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "no-texts")]);
    browser.type_username().type_password();
    match browser.view() {
        Left::Leave { stop, .. } => assert!(stop, "the account cannot do this"),
        other => panic!("{other:?}"),
    }
    assert!(postbox.messages().is_empty());
}

#[test]
fn where_nobody_carries_messages_codes_are_not_offered() {
    let first = a_stage();
    let (_, with) = Postbox::at(&first);
    let bank = a_relying_party(&with).create();
    let ada = a_person(&with).with_password().with_mail().create();
    let (answer, _) = first.browser(&ada).complete(&bank, &MAILED);
    assert_eq!(answer.error(), "unmet_authentication_requirements");
    let text = |stage: &Stage| String::from_utf8(stage.engine.metadata().to_vec()).unwrap();
    assert!(text(&with).contains("\"mailed\"") && !text(&first).contains("\"mailed\""));
}

#[test]
fn another_way_says_where_a_code_would_go_and_only_after_a_first_proof() {
    let either = ["mail", "sms"].map(|sent| Predicate::All(vec![by(&["password"]), by(&[sent])]));
    let (postbox, stage) = Postbox::at(&knowing("sent", Predicate::Any(either.into())));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage)
        .with_password()
        .with_mail()
        .with_texts()
        .create();
    let mut browser = stage.browser(&ada);
    assert!(
        browser
            .authorize(&bank, &[("acr_values", "sent")])
            .is_pages()
    );
    browser.type_username();
    let others = browser.see_proof().others;
    assert!(others.iter().all(|way| way.to.is_none()), "{others:?}");
    browser.type_password();
    let told = |browser: &mut Browser<'_>, method: &str| {
        let others = browser.see_proof().others;
        let way = others.into_iter().find(|way| way.method.as_str() == method);
        way.map(|way| (way.reaches, way.to))
    };
    let somewhere = |to: &str| Some((true, Some(to.to_owned())));
    browser.another_way("mail");
    assert_eq!(told(&mut browser, "sms"), somewhere("••••••89"));
    browser.another_way("sms");
    assert_eq!(told(&mut browser, "mail"), somewhere("a•••@e•••.com"));
    assert_eq!(told(&mut browser, "password"), Some((false, None)));
    // Being told sends nothing: each code was sent by its own page.
    assert_eq!(postbox.messages().len(), 2);
}

#[test]
fn a_code_leaves_though_another_tab_changed_the_page_at_the_same_moment() {
    let Some(server) = postgres_server() else {
        return;
    };
    let (postbox, stage) = Postbox::at(&Stage::on(Database::postgres(&server), |_| {}));
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().with_texts().create();
    let mut browser = stage.browser(&ada);
    browser.authorize(&bank, &[("acr_values", "2")]);
    browser.type_username().type_password();
    let hold = Hold::of(&stage, "UPDATE interactions SET version = version + 1").unwrap();
    let shown = std::thread::scope(|scope| {
        let looking = scope.spawn(|| codes(&mut browser));
        hold.until_held_up(1);
        hold.let_go();
        looking.join().unwrap()
    });
    assert!(shown.sent_at.is_some());
    let code = postbox.code();
    browser.goes_on(&Input::Prove {
        method: "sms",
        secret: &code,
        credential: None,
        trust: false,
    });
    browser.follow().code();
}
