//! RP-initiated logout (spec §5 lines 45 and 46): nobody is signed out unasked, nobody is sent astray.

use stepwell_tests::html;
use url::Url;

use crate::assertions::unsigned;
use crate::support::http::{client, send};
use crate::support::tab::form;
use crate::support::world::left;
use crate::support::{Got, Tab, World};

const BACK: &str = "http://127.0.0.1:9/signed-out";

struct SignedIn {
    app: stepwell_tests::rp::RelyingParty,
    tab: Tab,
    id_token: String,
}

fn signed_in(world: &World) -> SignedIn {
    let app = world.register(&["--post-logout-redirect", BACK]);
    let tab = world.tab();
    let code = world.code(&tab, &app, &world.alex(), &[]);
    let id_token = app.redeem(&code).expect("id_token");
    SignedIn { app, tab, id_token }
}

fn logout(world: &World, tab: &Tab, parameters: &[(&str, &str)]) -> Got {
    let url = Url::parse_with_params(&world.url("/logout"), parameters).unwrap();
    tab.get(url.as_str())
}

/// Nobody is sent to the app, by header, refresh, link or form.
#[track_caller]
fn assert_stays(page: &Got) {
    assert!(left(page).is_none(), "{page:#?}");
    let tags = html::tags(&page.body);
    for tag in tags {
        for name in ["href", "action", "src"] {
            let target = tag.attribute(name).unwrap_or("/");
            assert!(
                target.starts_with('/') || target.starts_with('#'),
                "{target}: {page:#?}"
            );
        }
    }
}

#[test]
fn a_valid_hint_ends_the_session_and_goes_back_with_state() {
    let world = World::shared();
    let SignedIn { tab, id_token, .. } = signed_in(&world);
    let sent = [
        ("id_token_hint", &*id_token),
        ("post_logout_redirect_uri", BACK),
        ("state", "a b&c\r\n"),
    ];
    let page = logout(&world, &tab, &sent);
    assert_eq!(page.status, 200, "{page:#?}");
    let to = left(&page).unwrap();
    assert!(to.as_str().starts_with(&format!("{BACK}?state=")), "{to}");
    assert_eq!(to.query_pairs().next().unwrap().1, "a b&c\r\n");
    assert!(
        page.set_cookies()
            .iter()
            .any(|line| line.starts_with("stepwell-session=;")),
        "{page:#?}"
    );
    assert!(!world.is_signed_in(&tab));
    // The same again: the session is over, the way back is the same.
    assert!(left(&logout(&world, &tab, &sent)).is_some());
}

#[test]
fn the_cookie_of_an_ended_session_is_worth_nothing() {
    let world = World::shared();
    let SignedIn { tab, id_token, .. } = signed_in(&world);
    let kept = tab.cookie("stepwell-session").unwrap();
    logout(&world, &tab, &[("id_token_hint", &id_token)]);
    tab.set_cookie("stepwell-session", &kept);
    assert!(!world.is_signed_in(&tab));
}

#[test]
fn an_image_on_another_site_only_reaches_the_question() {
    let world = World::shared();
    let SignedIn { app, tab, .. } = signed_in(&world);
    for sent in [
        &[][..],
        &[("client_id", &*app.client_id)],
        &[
            ("client_id", &*app.client_id),
            ("post_logout_redirect_uri", BACK),
        ],
        &[("post_logout_redirect_uri", "https://evil.example/")],
        &[("state", "x")],
    ] {
        let page = logout(&world, &tab, sent);
        page.assert_page(200);
        assert_stays(&page);
        assert!(
            crate::support::tab::asks(&page, "logout/confirm"),
            "{page:#?}"
        );
        assert!(world.is_signed_in(&tab));
    }
}

#[test]
fn the_question_is_answered_only_from_our_own_page() {
    let world = World::shared();
    let SignedIn { tab, .. } = signed_in(&world);
    let other = signed_in(&world).tab;
    let page = tab.get(&world.url("/logout"));
    let mine = form(&page, "logout/confirm");
    let mut bare = mine.clone();
    bare.fields.clear();
    let theirs = form(&other.get(&world.url("/logout")), "logout/confirm");
    let yes = [("decision", "logout")];
    tab.post_with(&page, &bare, &yes, &[]).assert_page(403);
    tab.post_with(&page, &theirs, &yes, &[]).assert_page(403);
    tab.post_with(&page, &mine, &yes, &[("origin", "https://evil.example")])
        .assert_page(403);
    tab.post_with(&page, &mine, &yes, &[("sec-fetch-site", "cross-site")])
        .assert_page(403);
    assert!(world.is_signed_in(&tab));
    // Reload or Back leads to the question, and is no answer.
    let by_get = tab.get("/logout/confirm?decision=logout");
    assert_eq!(by_get.status, 303, "{by_get:#?}");
    assert_eq!(by_get.location().unwrap().as_str(), world.url("/logout"));
    assert!(world.is_signed_in(&tab));

    let stayed = tab.post_with(&page, &mine, &[("decision", "stay")], &[]);
    assert_eq!(stayed.status, 303, "{stayed:#?}");
    assert!(world.is_signed_in(&tab));
    let done = tab.post_with(&page, &mine, &yes, &[]);
    assert_eq!(done.status, 200, "{done:#?}");
    assert_stays(&done);
    assert!(!world.is_signed_in(&tab));
    assert!(world.is_signed_in(&other));
}

#[test]
fn an_address_that_is_not_registered_as_it_is_written_is_a_page_and_nothing_ends() {
    let world = World::shared();
    let SignedIn { tab, id_token, .. } = signed_in(&world);
    for altered in [
        "http://127.0.0.1:9/signed-out/",
        "http://127.0.0.1:9/signed-out?x=1",
        "http://127.0.0.1:9/signed-out#x",
        "http://127.0.0.1:9/Signed-Out",
        "http://127.0.0.1:9/callback",
        "http://127.0.0.1:10/signed-out",
        "https://evil.example/",
        "javascript:alert(1)",
    ] {
        let sent = [
            ("id_token_hint", &*id_token),
            ("post_logout_redirect_uri", altered),
        ];
        let page = logout(&world, &tab, &sent);
        page.assert_page(400);
        assert_stays(&page);
    }
    assert!(world.is_signed_in(&tab));
}

#[test]
fn a_hint_that_is_not_ours_or_not_this_client_s_is_a_page() {
    let world = World::shared();
    let SignedIn { tab, id_token, .. } = signed_in(&world);
    let (head, _) = id_token.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", "A".repeat(86));
    for hint in [&*unsigned(&id_token), &forged, head, "x"] {
        let page = logout(
            &world,
            &tab,
            &[("id_token_hint", hint), ("post_logout_redirect_uri", BACK)],
        );
        page.assert_page(400);
        assert_stays(&page);
    }
    let mismatch = [
        ("id_token_hint", &*id_token),
        ("client_id", &*world.web.client_id),
    ];
    logout(&world, &tab, &mismatch).assert_page(400);
    assert!(world.is_signed_in(&tab));
}

#[test]
fn a_hint_of_another_session_asks_first() {
    let world = World::shared();
    let (mine, other) = (signed_in(&world), signed_in(&world));
    let sent = [
        ("id_token_hint", &*other.id_token),
        ("post_logout_redirect_uri", BACK),
    ];
    let page = logout(&world, &mine.tab, &sent);
    page.assert_page(200);
    assert_stays(&page);
    assert!(world.is_signed_in(&mine.tab) && world.is_signed_in(&other.tab));
}

#[test]
fn a_logout_by_form_works_like_one_by_link() {
    let world = World::shared();
    let SignedIn { tab, id_token, .. } = signed_in(&world);
    let fields = [
        ("id_token_hint", &*id_token),
        ("post_logout_redirect_uri", BACK),
    ];
    let page = tab.sent(tab.http().post(world.url("/logout")).form(&fields));
    assert_eq!(left(&page).unwrap().as_str(), BACK);
    assert!(!world.is_signed_in(&tab));
}

#[test]
fn repeated_parameters_of_a_logout_are_refused() {
    let world = World::shared();
    let tab = world.tab();
    let sent = [
        ("post_logout_redirect_uri", BACK),
        ("post_logout_redirect_uri", "https://evil.example/"),
    ];
    logout(&world, &tab, &sent).assert_page(400);
}

#[test]
fn a_form_from_another_site_signs_nobody_out_unasked_and_a_true_one_still_does() {
    let world = World::shared();
    let SignedIn { tab, id_token, .. } = signed_in(&world);
    // What a browser sends from another site: no cookies (SameSite=Lax).
    let forged = send(client().post(world.url("/logout")).form(&[("state", "x")]));
    assert_eq!(forged.set_cookies(), [""; 0], "{forged:#?}");
    let asked = tab.get(forged.location().unwrap().as_str());
    asked.assert_page(200);
    assert!(asked.body.contains("id=\"logout-form\""), "{asked:#?}");
    assert!(world.is_signed_in(&tab));
    // The app's own form arrives the same way, and its hint speaks for it.
    let fields = [
        ("id_token_hint", &*id_token),
        ("post_logout_redirect_uri", BACK),
    ];
    let sent = send(client().post(world.url("/logout")).form(&fields));
    assert_eq!(sent.set_cookies(), [""; 0], "{sent:#?}");
    let page = tab.get(sent.location().unwrap().as_str());
    assert_eq!(left(&page).unwrap().as_str(), BACK);
    assert!(!world.is_signed_in(&tab));
}
