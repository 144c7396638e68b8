//! `kill -9` at any instant (spec §5 line 119): a code is unused or burnt, never good twice, what was
//! answered stands, and the audit log is whole.

use std::sync::atomic::{AtomicUsize, Ordering};

use stepwell_tests::databases::{Database, each_database};
use stepwell_tests::rp::Answer;

use crate::support::World;
use crate::support::http::try_send;

const AT_ONCE: usize = 8;

/// Most rounds until every end that a code can come to was seen.
const ROUNDS: usize = 60;

/// Presents every code at once, and kills the process when `told` answers are there. The status that each got,
/// and `None` for who got no answer any more.
fn fire(world: &World, codes: &[String], told: usize) -> Vec<Option<u16>> {
    let answers = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let answers = &answers;
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
                scope.spawn(move || {
                    let status = try_send(request).ok().map(|got| got.status);
                    answers.fetch_add(usize::from(status.is_some()), Ordering::SeqCst);
                    status
                })
            })
            .collect();
        while answers.load(Ordering::SeqCst) < told && !threads.iter().all(|t| t.is_finished()) {
            std::thread::yield_now();
        }
        world.provider().kill_dash_nine();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

/// What became of codes whose process was killed.
#[derive(Debug, Default)]
struct Ends {
    answered: usize,
    /// No answer came, and the code is burnt.
    burnt: usize,
    /// No answer came, and the code is as good as before.
    unused: usize,
}

impl Ends {
    fn all_seen(&self) -> bool {
        self.answered > 0 && self.burnt > 0 && self.unused > 0
    }
}

fn survives(database: Database) {
    let world = World::alone(database, &[]);
    let tab = world.tab();
    let alex = world.alex();
    let mut ends = Ends::default();
    for round in 0.. {
        // Killed before the first answer, after it, after two, and so on.
        let told = round % (AT_ONCE - 1);
        let codes: Vec<String> = (0..AT_ONCE)
            .map(|_| world.code(&tab, &world.web, &alex, &[]))
            .collect();
        let answers = fire(&world, &codes, told);
        world.provider().serve_again();
        for (code, first) in codes.iter().zip(answers) {
            assert!(first.is_none_or(|status| status == 200), "{first:?}");
            let second: Answer = world.web.redeem(code);
            match (first, second.status) {
                (Some(_), 400) => ends.answered += 1,
                (None, 400) => ends.burnt += 1,
                (None, 200) => ends.unused += 1,
                _ => panic!("after {told} answers a code was good twice: {second:#?}"),
            }
            if second.status != 200 {
                assert_eq!(second.error(), "invalid_grant", "{second:#?}");
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
        if ends.all_seen() && round >= 4 {
            return;
        }
        assert!(round < ROUNDS, "not every end was seen: {ends:?}");
    }
}

#[test]
fn a_code_is_never_good_twice_however_the_process_ends() {
    each_database(survives);
}

/// Refreshes with each token and what follows from it, all at once, until `told` answers are there and the
/// process is killed. The last token that each was given.
fn refresh_until_killed(world: &World, tokens: Vec<String>, told: usize) -> Vec<String> {
    let answers = AtomicUsize::new(0);
    let one = |mut token: String| {
        loop {
            let fields = [("grant_type", "refresh_token"), ("refresh_token", &*token)];
            let request = world.http.post(world.url("/token")).form(&fields);
            let secret = world.web.client_secret.as_deref();
            let Ok(got) = try_send(request.basic_auth(&world.web.client_id, secret)) else {
                return token;
            };
            assert_eq!(got.status, 200, "{got:#?}");
            token = got.json()["refresh_token"].as_str().unwrap().to_owned();
            answers.fetch_add(1, Ordering::SeqCst);
        }
    };
    std::thread::scope(|scope| {
        let one = &one;
        let threads: Vec<_> = tokens
            .into_iter()
            .map(|token| scope.spawn(move || one(token)))
            .collect();
        while answers.load(Ordering::SeqCst) < told && !threads.iter().any(|t| t.is_finished()) {
            std::thread::yield_now();
        }
        world.provider().kill_dash_nine();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

fn no_answer_is_lost(database: Database) {
    let world = World::alone(database, &[("STEPWELL__LIFETIMES__REFRESH_GRACE", "1m")]);
    let (tab, alex) = (world.tab(), world.alex());
    for told in [1, 20, 21, 60, 150] {
        let tokens = (0..AT_ONCE)
            .map(|_| {
                world.tokens(&tab, &alex, &[])["refresh_token"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let last = refresh_until_killed(&world, tokens, told);
        world.provider().serve_again();
        for token in last {
            // Unused, or used with its successor stored beside it: then this is a retry.
            let next = world.web.refresh(&token);
            assert_eq!(next.status, 200, "after {told} answers: {next:#?}");
            let after = world.web.refresh(&next.expect("refresh_token"));
            assert_eq!(after.status, 200, "after {told} answers: {after:#?}");
        }
        let verified = world.provider().cli_json(&["audit", "verify", "--json"]);
        assert_eq!(verified["ok"], true, "{verified}");
        let records = verified["records"].as_u64().unwrap();
        assert!(records >= told as u64, "{verified}");
    }
}

#[test]
fn a_refresh_that_was_answered_stands_and_one_that_was_not_is_whole_or_absent() {
    each_database(no_answer_is_lost);
}
