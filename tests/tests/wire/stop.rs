//! SIGTERM: not ready at once, what is in work ends, exit code 0.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use stepwell_tests::databases::Database;
use stepwell_tests::wait;

use crate::support::World;
use crate::support::http::{client, send, try_send};
use crate::support::tab::{filled, form};

#[test]
fn sigterm_turns_ready_off_answers_what_is_in_work_and_exits_with_0() {
    let world = World::alone(
        Database::sqlite(),
        &[("STEPWELL__SERVER__DRAIN_DELAY", "2s")],
    );
    let ready = format!("{}/ready", world.ready.ops);
    assert_eq!(send(world.http.get(&ready)).status, 200);
    let tab = world.tab();
    let page = tab.open(&world.web.authorize_url(&[]));
    let page = tab.submit(&page, "identify", &[("username", "nobody@example.com")]);
    let form = form(&page, "password");
    let fields = filled(&form, &[("password", "wrong")]);
    let cookie = format!(
        "stepwell-browser={}",
        tab.cookie("stepwell-browser").unwrap()
    );
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        // Hashing keeps requests in work until after the listener has closed.
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let http = client();
                    loop {
                        let request = http.post(world.url(&form.action)).form(&fields);
                        match try_send(request.header("cookie", &cookie)) {
                            Ok(got) => {
                                assert_eq!(got.status, 422, "{got:#?}");
                                answered.fetch_add(1, Ordering::Relaxed);
                            }
                            // Refused at the door is fine; cut off in the middle is not.
                            Err(problem) if problem.is_connect() => return,
                            Err(problem) => panic!("a request in work was cut off: {problem:?}"),
                        }
                    }
                })
            })
            .collect();
        let watcher = scope.spawn(|| {
            let limit = Duration::from_secs(10);
            wait::until("/ready to say no", limit, || {
                let got = try_send(client().get(&ready)).ok()?;
                (got.status == 503).then(|| {
                    let last = send(client().get(world.url("/jwks")));
                    (got.json(), last)
                })
            })
        });
        let status = world.provider().terminate();
        assert_eq!(status.code(), Some(0), "{}", world.provider().log());
        let (report, last) = watcher.join().unwrap();
        assert_eq!((last.status, last.header("connection")), (200, "close"));
        assert_eq!(report["ready"], false, "{report}");
        for worker in workers {
            worker.join().unwrap();
        }
    });
    assert!(answered.load(Ordering::Relaxed) > 4);
}
