//! More sign-ins than can be hashed (spec §5 line 76): the excess is told to come back, the rest goes on.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use stepwell_tests::databases::Database;

use crate::support::World;
use crate::support::http::{send, try_send};
use crate::support::tab::{asks, filled, form};

/// Password checks that may be in work or waiting for each core of the machine (docs/architecture.md).
const FOR_EACH_CORE: usize = 32;

#[test]
fn a_flood_of_passwords_meets_503_while_everything_else_is_answered() {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let requests = 2 * cores * FOR_EACH_CORE + 100;
    // Only the password checks are to be too many.
    let in_flight = ("STEPWELL__SERVER__MAX_IN_FLIGHT", "65536");
    let world = World::alone(Database::sqlite(), &[in_flight]);
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
    let (answers, mut others) = std::thread::scope(|scope| {
        let flood: Vec<_> = (0..requests)
            .map(|_| {
                let request = world.http.post(world.url(&form.action)).form(&fields);
                let request = request.header("cookie", &cookie);
                scope.spawn(move || {
                    let began = Instant::now();
                    let got = try_send(request).unwrap();
                    if got.status == 503 {
                        got.assert_page(503);
                        assert!(!got.header("retry-after").is_empty(), "{got:#?}");
                    }
                    (got.status, began.elapsed())
                })
            })
            .collect();
        let others = scope.spawn(|| {
            let mut times = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let began = Instant::now();
                let token = tokens["access_token"].as_str().unwrap();
                let got = send(world.http.get(world.url("/userinfo")).bearer_auth(token));
                assert_eq!(got.status, 200, "{got:#?}");
                let got = send(world.http.get(world.web.authorize_url(&[])));
                assert_eq!(got.status, 303, "{got:#?}");
                times.push(began.elapsed());
            }
            times
        });
        let answers: Vec<(u16, Duration)> = flood
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect();
        over.store(true, Ordering::Relaxed);
        (answers, others.join().unwrap())
    });
    let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    let told = |status: u16| statuses.iter().filter(|found| **found == status).count();
    assert!(told(503) > 0, "nobody was told to come back: {statuses:?}");
    assert!(told(422) > 0, "nobody was answered: {statuses:?}");
    assert_eq!(told(422) + told(503), statuses.len(), "{statuses:?}");
    // Whoever needs no password check does not stand in the line of those who do, however slow the machine is.
    let checked = answers.iter().filter(|(status, _)| *status == 422);
    let line = checked.map(|(_, took)| *took).max().unwrap();
    others.sort_unstable();
    let usual = others[others.len() / 2];
    assert!(
        usual * 2 < line,
        "others waited {usual:?} of {line:?}, {} times",
        others.len()
    );
    world.code(&world.tab(), &world.web, &world.alex(), &[]);
}
