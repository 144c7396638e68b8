//! The database goes away in the middle (spec §5 line 117): 503, no token, nothing lost. Or Redis does.

use std::net::ToSocketAddrs;
use std::time::{Duration, Instant};

use stepwell_tests::databases::{Database, redis_url};
use stepwell_tests::wait;
use url::Url;

use crate::support::http::send;
use crate::support::proxy::Proxy;
use crate::support::tab::form;
use crate::support::{Got, World};

/// Unavailable, said in JSON.
#[track_caller]
fn assert_unavailable(got: &Got) {
    got.assert_refused(503, "temporarily_unavailable");
    assert!(!got.header("retry-after").is_empty(), "{got:#?}");
}

/// Unavailable, said on a page.
#[track_caller]
fn assert_unavailable_page(got: &Got) {
    got.assert_page(503);
    assert!(!got.header("retry-after").is_empty(), "{got:#?}");
    assert!(!got.body.contains("postgres"), "{got:#?}");
}

/// A wire to the server that `address` names, and the address by way of the wire.
fn wired(address: &str, usual_port: u16) -> (Proxy, Url) {
    let mut url = Url::parse(address).unwrap();
    let host = url.host_str().unwrap().to_owned();
    let target = (host.as_str(), url.port().unwrap_or(usual_port))
        .to_socket_addrs()
        .unwrap()
        .next()
        .unwrap();
    let wire = Proxy::to(target);
    url.set_host(Some(&wire.address().ip().to_string()))
        .unwrap();
    url.set_port(Some(wire.address().port())).unwrap();
    (wire, url)
}

#[test]
fn without_redis_the_node_stays_ready_and_operators_are_told() {
    let Some(redis) = redis_url() else { return };
    let (wire, url) = wired(&redis, 6379);
    let world = World::alone(Database::sqlite(), &[("STEPWELL__REDIS_URL", url.as_str())]);
    let at = |path: &str| send(world.http.get(format!("{}{path}", world.ready.ops)));
    let told = |up: bool| {
        let ready = at("/ready");
        assert_eq!(ready.status, 200, "{ready:#?}");
        let report = ready.json();
        assert_eq!(report["ready"], true, "{report}");
        let checks = report["checks"].as_array().unwrap();
        let redis = checks
            .iter()
            .find(|check| check["name"] == "redis")
            .unwrap();
        let figure = format!("\nstepwell_redis_up {}\n", u8::from(up));
        let all = report["degraded"] == !up
            && redis["ok"] == up
            && redis["needed"] == false
            && at("/metrics").body.contains(&figure);
        all.then_some(())
    };
    let patience = Duration::from_secs(20);
    wait::until("Redis to be named", patience, || told(true));
    wire.cut();
    wait::until("the loss of Redis to be told", patience, || told(false));
    // Signing in goes on: truth is in the database.
    world.tokens(&world.tab(), &world.alex(), &[]);
    wire.mend();
    wait::until("Redis to be back", patience, || told(true));
}

#[test]
fn without_its_database_it_answers_503_everywhere_and_goes_on_where_it_was() {
    let Some(database) = Database::postgres() else {
        return;
    };
    let (wire, url) = wired(database.url(), 5432);
    let world = World::alone(database, &[("STEPWELL__DATABASE_URL", url.as_str())]);

    let alex = world.alex();
    let tokens = world.tokens(&world.tab(), &alex, &[]);
    let access = tokens["access_token"].as_str().unwrap();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let page = tab.submit(&page, "identify", &[("username", &alex.username)]);
    let password = form(&page, "password");
    let code = world.code(&world.tab(), &world.web, &alex, &[]);

    wire.cut();
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", &*world.web.redirect_uri),
        ("code_verifier", stepwell_tests::rp::VERIFIER),
    ];
    let again = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let inspect = [("token", access)];
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_unavailable(&world.post_as(&world.web, "/token", &redeem)));
        }
        scope.spawn(|| assert_unavailable(&world.post_as(&world.web, "/token", &again)));
        scope.spawn(|| assert_unavailable(&world.post_as(&world.web, "/introspect", &inspect)));
        scope.spawn(|| assert_unavailable(&world.post_as(&world.web, "/revoke", &inspect)));
        scope.spawn(|| {
            let got = send(world.http.get(world.url("/userinfo")).bearer_auth(access));
            assert_eq!(
                (got.status, &*got.error()),
                (503, "temporarily_unavailable"),
                "{got:#?}"
            );
        });
        scope.spawn(|| {
            let got = send(world.http.get(world.web.authorize_url(&[])));
            assert_unavailable_page(&got);
        });
        // What is kept in memory needs no database.
        scope.spawn(|| {
            for path in ["/jwks", "/.well-known/openid-configuration"] {
                assert_eq!(send(world.http.get(world.url(path))).status, 200);
            }
        });
        scope.spawn(|| {
            let at = |path: &str| format!("{}{path}", world.ready.ops);
            assert_eq!(send(world.http.get(at("/live"))).status, 200);
            let ready = send(world.http.get(at("/ready")));
            assert_eq!(ready.status, 503, "{ready:#?}");
            assert_eq!(ready.json()["ready"], false);
        });
        assert_unavailable_page(&tab.post_with(
            &page,
            &password,
            &[("password", &alex.password)],
            &[],
        ));
        assert_unavailable_page(&tab.get(page.url.as_str()));
    });
    // By now somebody has waited in vain, and nobody waits again before the database is back.
    let began = Instant::now();
    for _ in 0..20 {
        assert_unavailable(&world.post_as(&world.web, "/token", &again));
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?} for twenty answers");
    wire.mend();
    wait::until(
        "the provider to be ready again",
        Duration::from_secs(20),
        || {
            let got = send(world.http.get(format!("{}/ready", world.ready.ops)));
            (got.status == 200).then_some(())
        },
    );
    // Nothing was lost: the code, the refresh token, the token and the half-done sign-in go on.
    let redeemed = world.web.redeem(&code);
    assert_eq!(redeemed.status, 200, "{redeemed:#?}");
    assert_eq!(world.web.refresh(refresh).status, 200);
    let got = send(world.http.get(world.url("/userinfo")).bearer_auth(access));
    assert_eq!(got.status, 200, "{got:#?}");
    let end = tab.follow(tab.post_with(&page, &password, &[("password", &alex.password)], &[]));
    assert!(end.status < 400, "{end:#?}");
    let verified = world.provider().cli_json(&["audit", "verify", "--json"]);
    assert_eq!(verified["ok"], true, "{verified}");
}
