//! `kill -9` at any instant (spec §5 line 119): a code is unused or burnt, never good twice, and the
//! audit log is whole.

use std::time::Duration;

use stepwell_tests::databases::{Database, each_database};
use stepwell_tests::rp::Answer;

use crate::support::World;
use crate::support::http::try_send;

const AT_ONCE: usize = 8;

/// Presents every code at once; who got tokens, and `None` for who got no answer any more.
fn fire(world: &World, codes: &[String], then: impl FnOnce()) -> Vec<Option<u16>> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = codes
            .iter()
            .map(|code| {
                let fields = [
                    ("grant_type", "authorization_code"),
                    ("code", code),
                    ("redirect_uri", &*world.web.redirect_uri),
                    ("code_verifier", stepwell_tests::rp::VERIFIER),
                ];
                let request = world.http.post(world.url("/token")).form(&fields);
                let secret = world.web.client_secret.as_deref();
                let request = request.basic_auth(&world.web.client_id, secret);
                scope.spawn(|| try_send(request).ok().map(|got| got.status))
            })
            .collect();
        then();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

fn survives(database: Database) {
    let world = World::alone(database, &[]);
    let tab = world.tab();
    let alex = world.alex();
    for delay in [0, 2, 5, 9, 15, 25] {
        let codes: Vec<String> = (0..AT_ONCE)
            .map(|_| world.code(&tab, &world.web, &alex, &[]))
            .collect();
        let answers = fire(&world, &codes, || {
            std::thread::sleep(Duration::from_millis(delay));
            world.provider().kill_dash_nine();
        });
        world.provider().serve_again();
        for (code, first) in codes.iter().zip(answers) {
            assert!(first.is_none_or(|status| status == 200), "{first:?}");
            let second: Answer = world.web.redeem(code);
            let won = usize::from(first == Some(200)) + usize::from(second.status == 200);
            assert!(
                won <= 1,
                "after {delay} ms a code was good twice: {second:#?}"
            );
            if second.status != 200 {
                assert_eq!(
                    (second.status, second.error()),
                    (400, "invalid_grant"),
                    "{second:#?}"
                );
            }
            let third = world.web.redeem(code);
            assert_eq!(
                (third.status, third.error()),
                (400, "invalid_grant"),
                "{third:#?}"
            );
        }
        let verified = world.provider().cli_json(&["audit", "verify", "--json"]);
        assert_eq!(verified["ok"], true, "{verified}");
        assert!(world.is_signed_in(&tab), "a session outlives a crash");
    }
}

#[test]
fn a_code_is_never_good_twice_however_the_process_ends() {
    each_database(survives);
}
