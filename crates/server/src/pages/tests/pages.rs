//! Rules of structure, safety and accessibility.

use super::super::samples::{NASTY, samples};
use super::html::{Tag, parse};

/// Every element our templates use; another one came from somewhere else.
const KNOWN: [&str; 43] = [
    "html", "head", "meta", "title", "link", "script", "body", "main", "footer", "div", "span",
    "bdi", "svg", "rect", "path", "h1", "h2", "p", "a", "form", "label", "input", "button",
    "fieldset", "legend", "dl", "dt", "dd", "ol", "ul", "li", "code", "details", "summary",
    "strong", "em", "noscript", "nav", "section", "header", "time", "small", "abbr",
];

fn each(check: impl Fn(&str, &[Tag])) {
    let all = samples();
    assert!(all.len() > 40);
    for sample in all {
        check(sample.name, &parse(sample.name, &sample.html));
    }
}

fn count(tags: &[Tag], name: &str) -> usize {
    tags.iter().filter(|tag| tag.name == name).count()
}

fn ancestor<'a>(tags: &'a [Tag], tag: &'a Tag, name: &str) -> Option<&'a Tag> {
    let mut at = tag.parent;
    while let Some(parent) = at.map(|at| &tags[at]) {
        if parent.name == name {
            return Some(parent);
        }
        at = parent.parent;
    }
    None
}

fn find<'a>(tags: &'a [Tag], id: &str) -> Option<&'a Tag> {
    tags.iter().find(|tag| tag.has("id", id))
}

#[test]
fn every_page_has_one_heading_a_title_a_language_and_fits_small_screens() {
    each(|page, tags| {
        assert_eq!(count(tags, "h1"), 1, "{page}");
        assert_eq!(count(tags, "main"), 1, "{page}");
        let title = tags.iter().find(|tag| tag.name == "title").unwrap();
        assert!(
            title.text.trim().ends_with("– Example ID"),
            "{page}: {:?}",
            title.text
        );
        assert!(
            tags[0].has("lang", "en") && tags[0].has("dir", "ltr"),
            "{page}"
        );
        assert!(tags.iter().any(|tag| tag.has("name", "viewport")), "{page}");
    });
}

#[test]
fn no_page_carries_inline_script_or_style() {
    each(|page, tags| {
        for tag in tags {
            assert!(tag.name != "style", "{page}");
            for (attr, _) in &tag.attrs {
                assert!(attr != "style" && !attr.starts_with("on"), "{page}: {attr}");
            }
            if tag.name == "script" {
                assert!(
                    tag.get("src")
                        .is_some_and(|src| src.starts_with("/static/")),
                    "{page}"
                );
                assert!(tag.text.trim().is_empty(), "{page}");
            }
        }
    });
}

#[test]
fn hostile_names_never_become_markup() {
    each(|page, tags| {
        for tag in tags {
            // A picture of ours stands beside words and has none of its own.
            let ours = tag.name == "img"
                && tag.has("alt", "")
                && tag
                    .get("src")
                    .is_some_and(|src| src.starts_with("/static/"));
            let known = ours || KNOWN.contains(&tag.name.as_str());
            assert!(known, "{page}: <{}>", tag.name);
            for attr in ["href", "action", "src"] {
                let link = tag.get(attr).unwrap_or_default();
                assert!(
                    !link.starts_with("javascript:") && !link.starts_with("data:"),
                    "{page}: {link}"
                );
            }
        }
    });
    assert!(
        samples()
            .iter()
            .filter(|sample| sample.html.contains("alert(1)"))
            .count()
            > 8
    );
}

#[test]
fn hostile_names_never_turn_or_hide_what_follows() {
    for sample in samples() {
        let shown = visible(&sample.html);
        let odd = |c: &char| matches!(*c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
        assert_eq!(shown.chars().find(odd), None, "{}", sample.name);
    }
}

/// The document without attribute values: those may carry data that must not change.
fn visible(html: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    for c in html.chars() {
        quoted ^= c == '"';
        if !quoted {
            out.push(c);
        }
    }
    out
}

#[test]
fn data_the_app_needs_unchanged_is_carried_unchanged() {
    let form = samples()
        .into_iter()
        .find(|sample| sample.name == "form-post")
        .unwrap();
    let tags = parse(form.name, &form.html);
    assert!(
        tags.iter()
            .find(|tag| tag.has("name", "state"))
            .unwrap()
            .has("value", NASTY)
    );
    let leave = samples()
        .into_iter()
        .find(|sample| sample.name == "leave")
        .unwrap();
    let tags = parse(leave.name, &leave.html);
    let link = find(&tags, "continue").unwrap().get("href").unwrap();
    assert_eq!(
        link,
        "https://acme.example/cb?code=sample&state=a%26b&iss=https%3A%2F%2Fid.example"
    );
    let refresh = tags
        .iter()
        .find(|tag| tag.has("http-equiv", "refresh"))
        .unwrap();
    assert_eq!(refresh.get("content").unwrap(), format!("0;url={link}"));
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    each(|page, tags| {
        let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        for id in &ids {
            assert_eq!(
                ids.iter().filter(|other| other == &id).count(),
                1,
                "{page}: {id}"
            );
        }
        for tag in tags {
            let for_ids = [
                "for",
                "aria-describedby",
                "aria-labelledby",
                "aria-controls",
            ]
            .iter()
            .filter_map(|a| tag.get(a));
            for id in for_ids.flat_map(str::split_whitespace) {
                assert!(ids.contains(&id), "{page}: no element {id}");
            }
            if let Some(id) = tag.get("href").and_then(|href| href.strip_prefix('#')) {
                assert!(ids.contains(&id), "{page}: link to no element {id}");
            }
        }
    });
}

#[test]
fn every_input_has_a_label_and_every_button_words() {
    each(|page, tags| {
        for tag in tags {
            if tag.name == "input" && !tag.has("type", "hidden") {
                let id = tag
                    .get("id")
                    .unwrap_or_else(|| panic!("{page}: an input without id"));
                assert!(
                    tags.iter()
                        .any(|label| label.name == "label" && label.has("for", id)),
                    "{page}: {id}"
                );
            }
            if tag.name == "button" && !tag.has("class", "account") {
                assert!(
                    !tag.text.trim().is_empty(),
                    "{page}: a button without words"
                );
            }
        }
    });
}

#[test]
fn forms_to_us_carry_the_csrf_token_and_forms_to_the_app_never_do() {
    each(|page, tags| {
        for form in tags.iter().filter(|tag| tag.name == "form") {
            assert!(form.has("method", "post"), "{page}");
            let action = form.get("action").unwrap();
            let inside = |tag: &&Tag| {
                ancestor(tags, tag, "form").is_some_and(|owner| std::ptr::eq(owner, form))
            };
            let tokens = tags
                .iter()
                .filter(inside)
                .filter(|tag| tag.has("name", "csrf") && tag.has("value", "sample-csrf-token"));
            // The language switch stands on pages that have no cookie to bind a token to; the browser's own
            // word is asked instead (`interaction::language`).
            let ours = action.starts_with('/') && action != "/language";
            assert_eq!(tokens.count(), usize::from(ours), "{page}: {action}");
            assert!(form.get("id").is_some(), "{page}: a form without id");
        }
    });
}

#[test]
fn the_main_button_and_the_way_out_have_stable_ids() {
    let ends = [
        "leave-broken",
        "form-post-broken",
        "logged-out",
        "error-",
        "home",
        "account-",
        "link-sent-",
    ];
    let no_way_out = [
        "link-",
        "account-",
        "home",
        "logged-out",
        "leave",
        "form-post",
        "error-",
        "step-done",
        "return-",
        "unmet",
    ];
    each(|page, tags| {
        let is = |list: &[&str]| list.iter().any(|start| page.starts_with(start));
        assert!(
            find(tags, "continue").is_some() || is(&ends),
            "{page}: no main button"
        );
        assert!(
            find(tags, "cancel").is_some() || is(&no_way_out),
            "{page}: no way out"
        );
    });
}

#[test]
fn a_mistake_is_named_in_title_summary_and_field() {
    each(|page, tags| {
        let title = &tags.iter().find(|tag| tag.name == "title").unwrap().text;
        let summary = find(tags, "problem");
        let failure = page.starts_with("error-");
        assert_eq!(
            title.starts_with("Error: "),
            summary.is_some() || failure,
            "{page}: {title}"
        );
        // Beside the field; where there is none, a notice says why.
        let told = ["locked", "delivery"].map(|notice| find(tags, notice).is_some());
        let beside = tags.iter().any(|tag| tag.has("class", "wrong"));
        assert!(
            beside == summary.is_some() || (summary.is_some() && told.contains(&true)),
            "{page}"
        );
        let focused = tags
            .iter()
            .filter(|tag| tag.get("autofocus").is_some())
            .count();
        assert!(
            focused <= 1 && (summary.is_none() || summary.unwrap().get("autofocus").is_some()),
            "{page}"
        );
        if let Some(field) = tags.iter().find(|tag| tag.has("class", "wrong")) {
            let name = field.get("id").unwrap().trim_end_matches("-problem");
            assert!(find(tags, name).is_some(), "{page}: {name}");
        }
    });
}

#[test]
fn whoever_may_not_try_now_is_told_in_the_title_and_the_summary() {
    let all = samples();
    for (page, notice) in [
        ("password-locked", "#locked"),
        ("code-mail-throttled-locked", "#locked"),
        ("code-mail-for-good-locked", "#locked"),
        ("code-mail-asked-too-soon", "#delivery"),
    ] {
        let sample = all.iter().find(|sample| sample.name == page).unwrap();
        let tags = parse(page, &sample.html);
        let title = &tags.iter().find(|tag| tag.name == "title").unwrap().text;
        assert!(title.starts_with("Error: "), "{page}: {title}");
        let summary = find(&tags, "problem").unwrap();
        let link = tags.iter().find(|tag| {
            tag.has("href", notice)
                && ancestor(&tags, tag, "div").is_some_and(|div| std::ptr::eq(div, summary))
        });
        assert!(link.is_some(), "{page}");
    }
}

#[test]
fn what_stays_locked_is_not_told_in_hours() {
    for name in [
        "code-mail-for-good-locked",
        "account-security-locked-for-good",
    ] {
        let all = samples();
        let sample = all.iter().find(|sample| sample.name == name).unwrap();
        assert!(!sample.html.contains(" hours"), "{name}");
        assert!(sample.html.contains("locked"), "{name}");
    }
}

#[test]
fn fields_carry_the_names_that_password_managers_know() {
    each(|page, tags| {
        for (name, hint) in [
            ("username", "username"),
            ("password", "current-password"),
            ("code", "one-time-code"),
        ] {
            for field in tags.iter().filter(|tag| {
                tag.name == "input" && tag.has("name", name) && !tag.has("type", "hidden")
            }) {
                assert!(
                    field.get("autocomplete").unwrap().starts_with(hint),
                    "{page}: {name}"
                );
                assert!(
                    field.has("id", name) && field.get("maxlength").is_none(),
                    "{page}: {name}"
                );
            }
        }
    });
}

#[test]
fn wherever_a_password_is_typed_it_can_be_shown_and_is_known_whose_it_is() {
    let mut pages = 0;
    each(|page, tags| {
        let fields = ["password", "new-password"].map(|id| find(tags, id));
        let typed = |tag: &&Tag| tag.get("tabindex") != Some("-1");
        let Some(field) = fields.into_iter().flatten().find(typed) else {
            return;
        };
        let button = find(tags, "show-password").unwrap_or_else(|| panic!("{page}: no button"));
        assert_eq!(button.get("aria-controls"), field.get("id"), "{page}");
        let script = |tag: &Tag| {
            tag.get("src")
                .is_some_and(|src| src.ends_with("show-password.js"))
        };
        assert!(tags.iter().any(script), "{page}");
        // A hidden field is none that a password manager looks at.
        let name = find(tags, "username").unwrap_or_else(|| panic!("{page}: no name"));
        assert!(
            name.has("type", "text") && name.has("autocomplete", "username"),
            "{page}"
        );
    });
    for sample in samples() {
        pages += usize::from(sample.html.contains("id=\"show-password\""));
    }
    assert!(pages > 10);
}

#[test]
fn a_step_up_says_who_asks_what_is_done_and_what_is_needed_now() {
    let sample = samples()
        .into_iter()
        .find(|sample| sample.name == "step-up")
        .unwrap();
    for words in [
        "Confirm it’s you to make a transfer",
        "Acme Bank asks for one more check for this action.",
        "€250.00 to Jane Roe",
        "acme.example",
        "12 min ago",
        "needed now",
        "6-digit code",
    ] {
        assert!(sample.html.contains(words), "{words}");
    }
    let tags = parse(sample.name, &sample.html);
    assert_eq!(
        tags.iter()
            .filter(|tag| tag.has("aria-current", "step"))
            .count(),
        1
    );
}

#[test]
fn after_a_recovery_code_every_page_tells_how_many_are_left() {
    let told = |name: &str| {
        let sample = samples().into_iter().find(|sample| sample.name == name);
        sample.unwrap().html
    };
    assert!(told("enrol-lost").contains("You have 9 recovery codes left."));
    assert!(told("enrol-lost-choose").contains("You have no recovery codes left."));
    assert!(!told("enrol-app").contains("codes left"));
}

#[test]
fn in_place_of_a_lost_key_the_page_offers_to_remove_it() {
    let all = samples();
    let boxed = |name: &str| {
        let sample = all.iter().find(|sample| sample.name == name).unwrap();
        let tags = parse(name, &sample.html);
        let lost = find(&tags, "lost-1");
        lost.is_some_and(|tag| {
            tag.has("name", "lost-1")
                && tag.has("type", "checkbox")
                && ancestor(&tags, tag, "form").is_some_and(|form| form.has("id", "enrol-form"))
        })
    };
    assert!(boxed("enrol-lost-passkey"));
    assert!(!boxed("passkey-setup"));
}

#[test]
fn a_set_up_shows_a_code_to_scan_a_link_and_the_key_in_groups_of_four() {
    let sample = samples()
        .into_iter()
        .find(|sample| sample.name == "enrol-app");
    let html = sample.unwrap().html;
    let tags = parse("enrol-app", &html);
    assert!(
        find(&tags, "open-app")
            .unwrap()
            .get("href")
            .unwrap()
            .starts_with("otpauth://totp/")
    );
    assert!(html.contains(">GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ<"));
    let picture = tags
        .iter()
        .find(|tag| tag.name == "svg" && tag.has("class", "qr"))
        .unwrap();
    assert!(
        picture
            .get("aria-label")
            .is_some_and(|words| !words.is_empty())
    );
}

#[test]
fn step_up_words_stay_out_of_an_ordinary_sign_in() {
    for sample in samples()
        .iter()
        .filter(|sample| sample.name.starts_with("password") || sample.name.starts_with("code"))
    {
        assert!(
            !sample.html.contains("Requested by") && !sample.html.contains("Confirm it’s"),
            "{}",
            sample.name
        );
    }
}

#[test]
fn no_field_is_offered_while_tries_are_spent() {
    for sample in samples()
        .iter()
        .filter(|sample| sample.name.ends_with("-locked"))
    {
        let tags = parse(sample.name, &sample.html);
        assert!(
            find(&tags, "code").is_none() && find(&tags, "password").is_none(),
            "{}",
            sample.name
        );
        assert!(
            find(&tags, "locked").is_some() && find(&tags, "cancel").is_some(),
            "{}",
            sample.name
        );
    }
}

#[test]
fn every_file_a_page_names_is_embedded() {
    each(|page, tags| {
        let links = tags
            .iter()
            .flat_map(|tag| [tag.get("href"), tag.get("src")])
            .flatten();
        for link in links.filter(|link| link.starts_with("/static/")) {
            let (hash, name) = link.trim_start_matches("/static/").split_once('/').unwrap();
            assert!(crate::assets::get(hash, name).is_some(), "{page}: {link}");
        }
    });
}

#[test]
fn what_happened_reads_well_with_an_app_and_a_method_and_without() {
    let html = samples()
        .into_iter()
        .find(|sample| sample.name == "account-activity");
    let html = html.unwrap().html;
    for sentence in [
        "Confirmed that it was you",
        "Confirmed that it was you for Acme Bank",
        "Confirmed for Acme Bank with Authenticator code",
        "A copy may have been used: Passkey",
        "A copy of one of your ways to sign in may have been used",
        "A recovery code was used",
    ] {
        assert!(
            html.contains(&format!("<bdi>{sentence}</bdi>")),
            "{sentence}: {html}"
        );
    }
    assert!(!html.contains(" </bdi>") && !html.contains(":</bdi>"));
}
