//! More sign-ins than can be hashed (spec §5 line 76): the excess is told to come back, the rest goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use stepwell_tests::databases::Database;

use crate::support::World;
use crate::support::http::{send, try_send};
use crate::support::tab::{asks, filled, form};

#[test]
fn a_flood_of_passwords_meets_503_while_everything_else_is_answered() {
    let world = World::alone(Database::sqlite(), &[]);
    let tab = world.tab();
    let tokens = world.tokens(&world.tab(), &world.alex(), &[]);
    let page = tab.open(&world.web.authorize_url(&[]));
    let page = tab.submit(&page, "identify", &[("username", "nobody@example.com")]);
    assert!(asks(&page, "password"), "{page:#?}");
    let form = form(&page, "password");
    let fields = filled(&form, &[("password", "wrong")]);
    let cookie = format!(
        "stepwell-browser={}",
        tab.cookie("stepwell-browser").unwrap()
    );
    let over = AtomicBool::new(false);
    let (statuses, slowest) = std::thread::scope(|scope| {
        let flood: Vec<_> = (0..250)
            .map(|_| {
                let request = world.http.post(world.url(&form.action)).form(&fields);
                let request = request.header("cookie", &cookie);
                scope.spawn(move || {
                    let got = try_send(request).unwrap();
                    if got.status == 503 {
                        got.assert_page(503);
                        assert!(!got.header("retry-after").is_empty(), "{got:#?}");
                    }
                    got.status
                })
            })
            .collect();
        let others = scope.spawn(|| {
            let mut slowest = Duration::ZERO;
            while !over.load(Ordering::Relaxed) {
                let began = Instant::now();
                let token = tokens["access_token"].as_str().unwrap();
                let got = send(world.http.get(world.url("/userinfo")).bearer_auth(token));
                assert_eq!(got.status, 200, "{got:#?}");
                let got = send(world.http.get(world.web.authorize_url(&[])));
                assert_eq!(got.status, 303, "{got:#?}");
                slowest = slowest.max(began.elapsed());
            }
            slowest
        });
        let statuses: Vec<u16> = flood
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect();
        over.store(true, Ordering::Relaxed);
        (statuses, others.join().unwrap())
    });
    let told = |status: u16| statuses.iter().filter(|found| **found == status).count();
    assert!(told(503) > 0, "nobody was told to come back: {statuses:?}");
    assert!(told(422) > 0, "nobody was answered: {statuses:?}");
    assert_eq!(told(422) + told(503), statuses.len(), "{statuses:?}");
    assert!(
        slowest < Duration::from_secs(2),
        "others waited {slowest:?}"
    );
    world.code(&world.tab(), &world.web, &world.alex(), &[]);
}
