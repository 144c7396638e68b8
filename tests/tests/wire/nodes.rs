//! Two nodes on one PostgreSQL (spec §5 lines 115 and 121): what is used once is used once on both,
//! and what changes on one is seen on the other.

use std::time::Duration;

use stepwell_tests::databases::Database;
use stepwell_tests::process::{Running, serve_on_a_free_port};
use stepwell_tests::rp::{RelyingParty, header};
use stepwell_tests::wait;

use crate::support::http::send;
use crate::support::{Tab, World};

struct Pair {
    one: World,
    two: String,
    _second: Running,
}

/// None where tests were told to leave PostgreSQL out.
fn pair() -> Option<Pair> {
    let one = World::alone(Database::postgres()?, &[]);
    let database = one.provider().database().url().to_owned();
    let config = one.provider().config();
    let (second, two) = serve_on_a_free_port(
        &config,
        &[
            ("STEPWELL__DATABASE_URL", &database),
            ("STEPWELL__OPS_LISTEN", "off"),
        ],
    );
    Some(Pair {
        one,
        two,
        _second: second,
    })
}

impl Pair {
    /// The same client, talking to the second node.
    fn there(&self, app: &RelyingParty) -> RelyingParty {
        RelyingParty::known(&self.two, &app.client_id, app.client_secret.as_deref())
    }
}

#[test]
fn a_code_presented_to_both_nodes_at_once_is_redeemed_once() {
    let Some(pair) = pair() else { return };
    let (here, there) = (pair.one.web.clone(), pair.there(&pair.one.web));
    let tab = pair.one.tab();
    for _ in 0..8 {
        let code = pair.one.code(&tab, &here, &pair.one.alex(), &[]);
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = [&here, &there, &here, &there]
                .map(|node| scope.spawn(|| node.redeem(&code)))
                .into_iter()
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let won = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(won, 1, "{answers:#?}");
        for lost in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(
                (lost.status, lost.error()),
                (400, "invalid_grant"),
                "{lost:#?}"
            );
        }
    }
    let verified = pair.one.provider().cli_json(&["audit", "verify", "--json"]);
    assert_eq!(verified["ok"], true, "{verified}");
}

#[test]
fn a_sign_in_that_begins_on_one_node_ends_on_the_other() {
    let Some(pair) = pair() else { return };
    let begun = pair.one.tab();
    let page = begun.open(&pair.one.web.authorize_url(&[]));
    let moved = Tab::new(&pair.two);
    moved.cookies.replace(begun.cookies.borrow().clone());
    let page = moved.get(page.url.path());
    // Forms are held against the issuer's origin, so the headers say nothing here.
    let name = crate::support::tab::form(&page, "identify");
    let page =
        moved.follow(moved.post_with(&page, &name, &[("username", &pair.one.ready.username)], &[]));
    let password = crate::support::tab::form(&page, "password");
    let page = moved.follow(moved.post_with(
        &page,
        &password,
        &[("password", &pair.one.ready.password)],
        &[],
    ));
    let consent = crate::support::tab::form(&page, "consent");
    let end = moved.follow(moved.post_with(&page, &consent, &[("decision", "allow")], &[]));
    let to = crate::support::world::left(&end).unwrap();
    let code = crate::support::http::parameters(&to)
        .remove("code")
        .unwrap();
    let tokens = pair.one.web.redeem(&code);
    let token = tokens.expect("access_token");
    for node in [&pair.one.issuer, &pair.two] {
        let got = send(
            pair.one
                .http
                .get(format!("{node}/userinfo"))
                .bearer_auth(&token),
        );
        assert_eq!(got.status, 200, "{got:#?}");
    }
    // And what is revoked on one is dead on the other at once.
    let there = pair.there(&pair.one.web);
    assert_eq!(there.post("revoke", &[("token", &token)]).status, 200);
    let got = send(
        pair.one
            .http
            .get(pair.one.url("/userinfo"))
            .bearer_auth(&token),
    );
    assert_eq!(got.status, 401);
}

#[test]
fn a_client_that_is_registered_is_known_on_both_nodes_at_once() {
    let Some(pair) = pair() else { return };
    let service = pair.one.service();
    for node in [&service, &pair.there(&service)] {
        let answer = node.token(&[("grant_type", "client_credentials")]);
        assert_eq!(answer.status, 200, "{answer:#?}");
    }
}

#[test]
fn rotated_keys_are_seen_on_both_nodes_within_three_seconds_and_old_tokens_still_verify() {
    let Some(pair) = pair() else { return };
    let tokens = pair.one.tokens(&pair.one.tab(), &pair.one.alex(), &[]);
    let old = tokens["access_token"].as_str().unwrap();
    let keys = |node: &str| send(pair.one.http.get(format!("{node}/jwks"))).body;
    let published = |kid: &str| {
        let nodes = [&pair.one.issuer, &pair.two];
        nodes.iter().all(|node| keys(node).contains(kid))
    };
    let rotated = pair
        .one
        .provider()
        .cli_json(&["keys", "rotate", "--alg", "ES256", "--now", "--json"]);
    let kid = |status: &str| {
        let listed = rotated["keys"].as_array().unwrap();
        let found = listed
            .iter()
            .find(|key| key["alg"] == "ES256" && key["status"] == status);
        found.unwrap_or_else(|| panic!("no {status} key in {rotated}"))["kid"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (current, next) = (kid("current"), kid("next"));
    wait::until(
        "both nodes to publish the next key",
        Duration::from_secs(3),
        || published(&next).then_some(()),
    );
    let service = pair.one.service();
    let new: Vec<String> = [service.clone(), pair.there(&service)]
        .iter()
        .map(|node| {
            node.token(&[("grant_type", "client_credentials")])
                .expect("access_token")
        })
        .collect();
    for token in &new {
        assert_eq!(header(token)["kid"], current, "{rotated}");
        assert_ne!(header(token)["kid"], header(old)["kid"]);
    }
    assert!(published(header(old)["kid"].as_str().unwrap()), "{rotated}");
    for node in [&pair.one.issuer, &pair.two] {
        let got = send(
            pair.one
                .http
                .get(format!("{node}/userinfo"))
                .bearer_auth(old),
        );
        assert_eq!(got.status, 200, "{got:#?}");
    }
}
