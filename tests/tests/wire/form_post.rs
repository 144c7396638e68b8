//! `response_mode=form_post` (OAuth 2.0 Form Post Response Mode §2): a page that posts to the app.

use stepwell_tests::html;
use stepwell_tests::rp::REDIRECT_URI;

use crate::support::{Got, World};

const POSTED: (&str, &str) = ("response_mode", "form_post");

/// The page's one form, after what makes it work with and without scripts was looked at.
#[track_caller]
fn the_form(page: &Got) -> Vec<(String, String)> {
    assert_eq!(page.status, 200, "{page:#?}");
    assert!(page.location().is_none());
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("pragma"), "no-cache");
    let policy = page.header("content-security-policy");
    // The app may go on to anywhere after it took the form.
    assert!(!policy.contains("form-action"), "{policy}");
    assert!(policy.contains("script-src 'self'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(page.body.contains("form-post.js"), "{page:#?}");
    let forms = html::forms(&page.body);
    assert_eq!(forms.len(), 1, "{page:#?}");
    assert_eq!(
        (&*forms[0].action, &*forms[0].method),
        (REDIRECT_URI, "post")
    );
    assert!(forms[0].has_button("continue"), "{page:#?}");
    forms[0].fields.clone()
}

#[test]
fn a_code_is_posted_to_the_app_with_state_and_iss_and_nothing_of_ours() {
    let world = World::shared();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[POSTED]));
    let fields = the_form(&world.walk(&tab, page, &world.alex()));
    let names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    assert_eq!(fields[1].1, "s");
    assert_eq!(fields[2].1, world.issuer);
    assert_eq!(world.web.redeem(&fields[0].1).status, 200);
}

#[test]
fn an_error_is_posted_too_and_a_state_with_markup_stays_a_value() {
    let world = World::shared();
    let state = "\"><script>alert(1)</script><input name=\"code\" value=\"x";
    for more in [
        &[POSTED, ("prompt", "none"), ("state", state)][..],
        &[POSTED, ("scope", "nonsense"), ("state", state)],
    ] {
        let got = world.ask(more);
        let fields = the_form(&got);
        let names: Vec<&str> = fields.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["error", "error_description", "state", "iss"]);
        assert_eq!(fields[2].1, state);
        assert_eq!(fields[3].1, world.issuer);
        assert!(!got.body.contains("<script>alert"), "{got:#?}");
    }
}

#[test]
fn the_script_that_posts_the_form_is_there() {
    let world = World::shared();
    let got = world.ask(&[POSTED, ("prompt", "none")]);
    let tags = html::tags(&got.body);
    let source = tags
        .iter()
        .filter(|tag| tag.name == "script")
        .find_map(|tag| tag.attribute("src"))
        .unwrap();
    let script = crate::support::http::send(world.http.get(world.url(source)));
    assert_eq!(script.status, 200);
    assert!(
        script.header("content-type").contains("javascript"),
        "{script:#?}"
    );
    assert_eq!(script.header("x-content-type-options"), "nosniff");
    assert!(
        script.header("cache-control").contains("immutable"),
        "{script:#?}"
    );
}
