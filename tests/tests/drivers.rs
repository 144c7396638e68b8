//! The drivers are tested against a small site of our own, so that a green system test means
//! something: a click that does nothing fails, a blocked script is noticed, scripts stay off.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use stepwell_tests::browser::Browser;
use stepwell_tests::databases::{Database, each_database};
use stepwell_tests::keyboard::Keyboard;
use stepwell_tests::visitor::{Landing, Visitor};

const FORM: &str = r#"<title>Form</title><form method="post" action="/sent">
    <input type="hidden" name="csrf" value="a&amp;b"><input name="username" value="old">
    <button id="continue">Go</button></form><p id="quiet">nothing</p>"#;
const SENT_ON: &str = r#"<meta http-equiv="refresh" content="0;url=/end">"#;
const BLOCKED: &str = "<body><h1 id=title>t</h1><script>document.title='ran'</script>";
const SCRIPTED: &str = "<h1 id=title>before</h1><script src=/script.js></script>";
const CSP: &str = "Content-Security-Policy: script-src 'self'; style-src 'self'\r\n";

/// Serves the pages above on a free port, for as long as the test program lives.
fn site() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || answer(stream));
        }
    });
    address
}

fn answer(mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut request = String::new();
    if reader.read_line(&mut request).unwrap_or(0) == 0 {
        return;
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let path = request.split_whitespace().nth(1).unwrap();
    let (head, page) = match path {
        "/form" => ("200 OK\r\n".to_owned(), FORM.to_owned()),
        "/sent" => (
            format!("303 See Other\r\nLocation: /on?{body}\r\n"),
            String::new(),
        ),
        "/end" => ("200 OK\r\n".to_owned(), "<h1 id=end>end</h1>".to_owned()),
        "/blocked" => (format!("200 OK\r\n{CSP}"), BLOCKED.to_owned()),
        "/scripted" => (format!("200 OK\r\n{CSP}"), SCRIPTED.to_owned()),
        "/script.js" => (
            "200 OK\r\n".to_owned(),
            "document.getElementById('title').textContent='after'".to_owned(),
        ),
        "/bye" => (
            "303 See Other\r\nLocation: http://rp.invalid/cb?code=c&state=s\r\n".to_owned(),
            String::new(),
        ),
        path if path.starts_with("/on") => (
            "200 OK\r\n".to_owned(),
            format!("{SENT_ON}<p id=path>{path}</p>"),
        ),
        _ => ("404 Not Found\r\n".to_owned(), String::new()),
    };
    let kind = if path.ends_with(".js") {
        "text/javascript"
    } else {
        "text/html"
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {head}Content-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
}

#[test]
fn a_browser_types_clicks_and_follows_a_refresh_without_scripts() {
    let site = site();
    let browser = Browser::start();
    for scripts in [true, false] {
        let page = browser.page();
        page.set_javascript(scripts);
        page.goto(&format!("{site}/form"));
        page.fill("input[name=username]", "ada");
        assert_eq!(
            page.eval("document.querySelector('[name=username]').value"),
            "ada"
        );
        page.click("#continue");
        page.wait_for("#end");
        assert_eq!(page.url(), format!("{site}/end"));
        assert_eq!(page.text("#end"), "end");
    }
}

#[test]
fn scripts_of_the_page_run_only_when_they_are_on() {
    let site = site();
    let browser = Browser::start();
    for (scripts, title) in [(true, "after"), (false, "before")] {
        let page = browser.page();
        page.set_javascript(scripts);
        page.goto(&format!("{site}/scripted"));
        assert_eq!(page.text("#title"), title);
        assert_eq!(page.csp_violations(), Vec::<String>::new());
    }
}

#[test]
fn a_script_that_the_policy_blocks_is_noticed() {
    let site = site();
    let browser = Browser::start();
    let page = browser.page();
    page.goto(&format!("{site}/blocked"));
    assert_eq!(page.title(), "");
    assert!(!page.csp_violations().is_empty(), "{:?}", page.console());
}

#[test]
fn a_click_that_leads_nowhere_fails_the_test() {
    let site = site();
    let browser = Browser::start();
    let page = browser.page();
    page.goto(&format!("{site}/form"));
    page.set_patience(Duration::from_secs(1));
    let clicked = catch_unwind(AssertUnwindSafe(|| page.click("#quiet")));
    assert!(clicked.is_err());
}

#[test]
fn a_keyboard_reaches_fields_types_and_sends_without_scripts() {
    let site = site();
    let browser = Browser::start();
    for scripts in [true, false] {
        let page = browser.page();
        page.set_javascript(scripts);
        page.goto(&format!("{site}/form"));
        let keys = Keyboard::of(&page);
        keys.fill("input[name=username]", "ada & co");
        keys.follow("#continue");
        page.wait_for("#end");
    }
}

#[test]
fn a_focus_that_nobody_sees_or_a_control_that_no_key_reaches_fails_the_test() {
    let site = site();
    let browser = Browser::start();
    let page = browser.page();
    let keys = Keyboard::of(&page);
    let reaches = |change: &str| {
        page.goto(&format!("{site}/form"));
        page.eval(&format!(
            "const button = document.getElementById('continue'); {change}"
        ));
        catch_unwind(AssertUnwindSafe(|| keys.reach("#continue"))).is_ok()
    };
    assert!(reaches("0"));
    for change in [
        "button.style.outline = 'none'",
        "button.style.outlineColor = 'transparent'",
        "button.tabIndex = -1",
        "button.style.cssText = 'position: absolute; left: -999px'",
    ] {
        assert!(!reaches(change), "{change}");
    }
}

#[test]
fn pages_of_one_browser_share_no_cookies() {
    let site = site();
    let browser = Browser::start();
    let (first, second) = (browser.page(), browser.page());
    for page in [&first, &second] {
        page.goto(&format!("{site}/form"));
    }
    first.eval("document.cookie = 'seen=1'");
    assert_eq!(first.eval("document.cookie"), "seen=1");
    assert_eq!(second.eval("document.cookie"), "");
}

#[test]
fn a_screenshot_has_the_size_that_was_asked_for_and_the_scheme_is_seen() {
    let site = site();
    let browser = Browser::start();
    let page = browser.page();
    page.set_size(390, 844);
    page.set_colour_scheme("dark");
    page.goto(&format!("{site}/form"));
    assert_eq!(
        page.eval("matchMedia('(prefers-color-scheme: dark)').matches"),
        true
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.png");
    page.screenshot(&file);
    assert!(std::fs::read(&file).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn a_visitor_sends_hidden_fields_and_stops_at_another_origin() {
    let site = site();
    let visitor = Visitor::new(&site);
    let page = visitor.open(&format!("{site}/form")).page();
    let form = page.forms().remove(0);
    let end = visitor
        .submit(&page, &form, &[("username", "ada")], "continue")
        .page();
    assert_eq!(end.url.path(), "/end");
    match visitor.open(&format!("{site}/bye")) {
        Landing::Left(url) => assert_eq!(url.as_str(), "http://rp.invalid/cb?code=c&state=s"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_database_is_another_and_all_are_tried() {
    let made = std::cell::RefCell::new(Vec::new());
    for _ in 0..2 {
        each_database(|database| made.borrow_mut().push(database));
    }
    let made = made.into_inner();
    let kinds: Vec<_> = made.iter().map(Database::kind).collect();
    assert!(
        kinds == ["SQLite", "PostgreSQL", "SQLite", "PostgreSQL"] || kinds == ["SQLite", "SQLite"],
        "{kinds:?}"
    );
    let urls: BTreeSet<_> = made.iter().map(Database::url).collect();
    assert_eq!(urls.len(), made.len(), "each is another: {urls:?}");
}
