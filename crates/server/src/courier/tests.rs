//! Every letter in every language, with names that mean harm; and the ways that need no server.
#![allow(clippy::unwrap_used)]

use stepwell_core::authn::Method;
use stepwell_core::secret::Secret;
use stepwell_core::time::{Seconds, Timestamp};
use stepwell_engine::courier::{Channel, Courier, Happened, Letter, Notice, Recipient};

use super::Post;
use super::letter::{Message, Words};
use crate::config;
use crate::pages::Locale;
use crate::pages::samples::{NASTY, RTL};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

fn words() -> Words {
    Words {
        product: "Example ID".to_owned(),
        host: "id.example".to_owned(),
        account: "https://id.example/account/security".to_owned(),
    }
}

fn language(tag: &str) -> Locale {
    let locale = Locale::of(tag).unwrap();
    assert_eq!(locale.tag(), tag);
    locale
}

fn code(app: &str, action: Option<&str>) -> Letter {
    Letter::Code {
        code: Secret::new("04821993"),
        app: app.to_owned(),
        action: action.map(str::to_owned),
        valid_for: Seconds(600),
    }
}

fn notice(what: Happened) -> Letter {
    Letter::Notice(Notice {
        what,
        username: NASTY.to_owned(),
        at: Timestamp::from_secs(1_800_000_000),
        ip: Some("192.0.2.7".to_owned()),
        user_agent: FIREFOX.to_owned(),
    })
}

fn letters() -> Vec<Letter> {
    let secret = || Secret::new("https://id.example/r/abc?x=1&y=2");
    let valid_for = Seconds(1_800);
    let method = Method::totp;
    let mut all = vec![
        code(NASTY, None),
        code(RTL, Some(NASTY)),
        Letter::AddressCode {
            code: Secret::new("04821993"),
            valid_for,
        },
        Letter::AddressLink {
            link: secret(),
            valid_for,
        },
        Letter::PasswordReset {
            link: secret(),
            valid_for,
        },
        Letter::Invitation {
            link: secret(),
            valid_for,
        },
    ];
    all.extend(
        [
            Happened::FactorAdded { method: method() },
            Happened::FactorReplaced { method: method() },
            Happened::FactorRemoved {
                method: Method::new(NASTY),
            },
            Happened::FactorLocked {
                method: Method::mail(),
            },
            Happened::FactorSuspected {
                method: Method::new("passkey"),
            },
            Happened::PasswordChanged,
            Happened::NewDevice,
            Happened::DeviceSuspected,
            Happened::RecoveryCodeUsed { left: 1 },
        ]
        .map(notice),
    );
    all
}

fn each(check: impl Fn(&str, &Message)) {
    for tag in ["en", "de"] {
        for letter in letters() {
            let name = format!("{tag}: {}", letter.kind());
            check(&name, &words().say(&letter, &language(tag)));
        }
    }
}

#[test]
fn every_letter_has_words_and_every_argument() {
    each(|name, message| {
        for text in [
            &message.subject,
            &message.short,
            &message.plain(),
            &message.html(),
        ] {
            assert!(!text.trim().is_empty(), "{name}");
            assert!(
                !text.contains(['⟦', '⟧']) && !text.contains("{ $"),
                "{name}: {text}"
            );
        }
    });
}

#[test]
fn hostile_names_bring_neither_lines_nor_markup() {
    each(|name, message| {
        assert!(!message.subject.contains(['\n', '\r']), "{name}");
        let html = message.html();
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{name}: {html}"
        );
        let odd = |c: char| matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
        assert!(!message.plain().contains(odd), "{name}");
    });
    let lines = words().say(&code("Bank\r\nBcc: x", None), &language("en"));
    assert_eq!(lines.subject, "Your code for Bank Bcc: x");
}

#[test]
fn a_code_names_app_and_action_and_is_bound_to_our_host_in_a_text_message() {
    let said = words().say(&code("Acme Bank", Some("make a transfer")), &language("en"));
    assert_eq!(
        said.subject, "Your code for Acme Bank",
        "the subject shows no code"
    );
    let plain = said.plain();
    assert!(
        plain.contains("Enter this code to make a transfer with Acme Bank:\n\n0482 1993"),
        "{plain}"
    );
    assert!(plain.contains("within 10 minutes"), "{plain}");
    assert_eq!(
        said.short,
        "04821993 is your Example ID code to make a transfer with Acme Bank. Never share it.\n\n@id.example #04821993"
    );
}

#[test]
fn a_notice_says_what_when_and_from_where() {
    let said = words().say(
        &notice(Happened::FactorLocked {
            method: Method::mail(),
        }),
        &language("en"),
    );
    let plain = said.plain();
    for part in [
        "rests for a while: Code by email.",
        "Time: 2027-01-15 08:00 UTC",
        "Browser: Firefox on Linux",
        "Address: 192.0.2.7",
        "https://id.example/account/security",
    ] {
        assert!(plain.contains(part), "{part} in {plain}");
    }
}

#[test]
fn a_notice_of_an_authenticator_names_its_kind_in_the_persons_language() {
    let app = || Method::totp();
    for (tag, what, said) in [
        (
            "en",
            Happened::FactorAdded { method: app() },
            "was added: Authenticator code.",
        ),
        (
            "en",
            Happened::FactorReplaced {
                method: Method::recovery(),
            },
            "was replaced by a new one: Recovery code.",
        ),
        (
            "de",
            Happened::FactorAdded { method: app() },
            "kam hinzu: Code aus der Authenticator-App.",
        ),
        (
            "de",
            Happened::FactorReplaced { method: app() },
            "wurde durch einen neuen ersetzt: Code aus der Authenticator-App.",
        ),
        (
            "de",
            Happened::FactorRemoved { method: app() },
            "wurde entfernt: Code aus der Authenticator-App.",
        ),
    ] {
        let plain = words().say(&notice(what), &language(tag)).plain();
        assert!(plain.contains(said), "{said} in {plain}");
        assert!(plain.contains("2027-01-15 08:00 UTC"), "{plain}");
        assert!(
            plain.contains("https://id.example/account/security"),
            "{plain}"
        );
    }
}

fn post(settings: &[(&str, &str)]) -> Post {
    let variables: Vec<(String, String)> = settings
        .iter()
        .map(|(name, value)| (format!("STEPWELL__{name}"), (*value).to_owned()))
        .collect();
    let loaded = config::parse(None, None, &variables)
        .map_err(|problems| problems.to_string())
        .unwrap();
    Post::open(&loaded.config).unwrap()
}

#[test]
fn a_folder_takes_one_file_for_each_message_that_only_its_owner_reads() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mail");
    let post = post(&[
        ("MAIL__TRANSPORT", "file"),
        ("MAIL__FROM", "Example ID <id@example.com>"),
        ("MAIL__FOLDER", path.to_str().unwrap()),
    ]);
    assert!(post.carries(Channel::Mail) && !post.carries(Channel::Text));
    let to = |channel| Recipient {
        channel,
        address: "ada@example.com",
        language: "de-AT",
    };
    for _ in 0..2 {
        post.deliver(&to(Channel::Mail), &code("Bank", None))
            .unwrap();
    }
    assert!(
        post.deliver(&to(Channel::Text), &code("Bank", None))
            .is_err()
    );
    let files: Vec<_> = std::fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 2);
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert!(
        text.starts_with("To: ada@example.com\nSubject: Ihr Code für Bank\n\n"),
        "{text}"
    );
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&files[0])), (0o700, 0o600));
}
