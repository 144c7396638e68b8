//! One suite, run on both implementations, and what is left when Redis goes away.

#![allow(clippy::unwrap_used)]

use std::net::{IpAddr, Ipv6Addr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};

use stepwell_core::time::Seconds;

use super::*;

const RULE: Rule = Rule {
    budget: 3,
    window: Seconds(60),
};

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + secs)
}

fn allowed(remaining: u32) -> Verdict {
    Verdict::Allowed { remaining }
}

fn wait(secs: u64) -> Verdict {
    Verdict::Wait {
        retry_after: Seconds(secs),
    }
}

/// The shared suite: each sentence is a function, run under the names of both implementations.
macro_rules! suite {
    ($($sentence:ident)*) => {
        mod in_memory {
            $(#[test] fn $sentence() { super::$sentence(&super::MemoryLimits::default()); })*
        }
        mod on_redis {
            $(#[test] fn $sentence() {
                if let Some(limits) = super::redis_for(stringify!($sentence)) {
                    super::$sentence(&limits);
                }
            })*
        }
    };
}

suite! {
    a_budget_is_spent_and_then_attempts_wait
    waiting_attempts_do_not_lengthen_the_wait
    the_bucket_refills_one_share_at_a_time
    a_peek_counts_nothing_and_knows_of_a_wait
    a_cleared_key_starts_afresh
    a_refund_gives_one_attempt_back_and_never_more_than_the_budget
    every_key_has_its_own_budget
    rotating_addresses_within_a_64_shares_one_budget
    only_the_first_use_is_the_first_until_it_has_passed
    of_many_at_once_exactly_one_is_the_first
    many_at_once_spend_no_more_than_the_budget
    counts_and_uses_of_one_name_do_not_mix
}

fn a_budget_is_spent_and_then_attempts_wait(limits: &dyn Limits) {
    let key = LimitKey::account("password", "ada");
    let answers: Vec<_> = (0..4)
        .map(|_| limits.hit(&key, &RULE, at(0)).unwrap())
        .collect();
    assert_eq!(answers, [allowed(2), allowed(1), allowed(0), wait(20)]);
}

fn waiting_attempts_do_not_lengthen_the_wait(limits: &dyn Limits) {
    let key = LimitKey::account("password", "ada");
    for _ in 0..50 {
        limits.hit(&key, &RULE, at(0)).unwrap();
    }
    assert_eq!(limits.hit(&key, &RULE, at(19)).unwrap(), wait(1));
    assert_eq!(limits.hit(&key, &RULE, at(20)).unwrap(), allowed(0));
}

fn the_bucket_refills_one_share_at_a_time(limits: &dyn Limits) {
    let key = LimitKey::account("password", "ada");
    while limits.hit(&key, &RULE, at(0)).unwrap().is_allowed() {}
    assert_eq!(limits.hit(&key, &RULE, at(40)).unwrap(), allowed(1));
    assert_eq!(limits.hit(&key, &RULE, at(40)).unwrap(), allowed(0));
    assert_eq!(limits.hit(&key, &RULE, at(40)).unwrap(), wait(20));
    assert_eq!(limits.hit(&key, &RULE, at(1_000)).unwrap(), allowed(2));
}

fn a_peek_counts_nothing_and_knows_of_a_wait(limits: &dyn Limits) {
    let key = LimitKey::account("password", "ada");
    for _ in 0..10 {
        assert_eq!(limits.peek(&key, &RULE, at(0)).unwrap(), allowed(3));
    }
    while limits.hit(&key, &RULE, at(0)).unwrap().is_allowed() {}
    assert_eq!(limits.peek(&key, &RULE, at(5)).unwrap(), wait(15));
    assert_eq!(limits.peek(&key, &RULE, at(20)).unwrap(), allowed(1));
}

fn a_cleared_key_starts_afresh(limits: &dyn Limits) {
    let key = LimitKey::account("password", "ada");
    while limits.hit(&key, &RULE, at(0)).unwrap().is_allowed() {}
    limits.clear(&key).unwrap();
    assert_eq!(limits.peek(&key, &RULE, at(0)).unwrap(), allowed(3));
    assert_eq!(limits.hit(&key, &RULE, at(0)).unwrap(), allowed(2));
}

fn a_refund_gives_one_attempt_back_and_never_more_than_the_budget(limits: &dyn Limits) {
    let key = LimitKey::account("password", "ada");
    while limits.hit(&key, &RULE, at(0)).unwrap().is_allowed() {}
    limits.refund(&key, &RULE, at(0)).unwrap();
    assert_eq!(limits.hit(&key, &RULE, at(0)).unwrap(), allowed(0));
    assert_eq!(limits.hit(&key, &RULE, at(0)).unwrap(), wait(20));
    for _ in 0..10 {
        limits.refund(&key, &RULE, at(0)).unwrap();
    }
    assert_eq!(limits.hit(&key, &RULE, at(0)).unwrap(), allowed(2));
}

fn every_key_has_its_own_budget(limits: &dyn Limits) {
    let (ada, bob) = (
        LimitKey::account("password", "ada"),
        LimitKey::account("password", "bob"),
    );
    while limits.hit(&ada, &RULE, at(0)).unwrap().is_allowed() {}
    assert_eq!(limits.hit(&bob, &RULE, at(0)).unwrap(), allowed(2));
    assert_eq!(
        limits
            .hit(&LimitKey::account("code", "ada"), &RULE, at(0))
            .unwrap(),
        allowed(2)
    );
}

fn rotating_addresses_within_a_64_shares_one_budget(limits: &dyn Limits) {
    let hit = |host: u16| {
        let ip = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, host, 3, 4, host));
        limits
            .hit(
                &LimitKey::network("password", &NetworkKey::of(ip)),
                &RULE,
                at(0),
            )
            .unwrap()
    };
    let answers: Vec<_> = (0..5).map(hit).collect();
    assert_eq!(answers[2..], [allowed(0), wait(20), wait(20)]);
}

fn only_the_first_use_is_the_first_until_it_has_passed(limits: &dyn Limits) {
    let key = LimitKey::replay("assertion", "app", "one");
    assert_eq!(limits.first_use(&key, at(90), at(0)), Ok(true));
    assert_eq!(limits.first_use(&key, at(90), at(0)), Ok(false));
    assert_eq!(limits.first_use(&key, at(200), at(89)), Ok(false));
    assert_eq!(
        limits.first_use(
            &LimitKey::replay("assertion", "other", "one"),
            at(90),
            at(0)
        ),
        Ok(true)
    );
    assert_eq!(limits.first_use(&key, at(200), at(90)), Ok(true));
}

fn of_many_at_once_exactly_one_is_the_first(limits: &dyn Limits) {
    let key = LimitKey::replay("assertion", "app", "raced");
    let first = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                if limits.first_use(&key, at(90), at(0)).unwrap() {
                    first.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!(first.load(Ordering::SeqCst), 1);
}

fn many_at_once_spend_no_more_than_the_budget(limits: &dyn Limits) {
    let key = LimitKey::account("password", "raced");
    let let_in = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                if limits.hit(&key, &RULE, at(0)).unwrap().is_allowed() {
                    let_in.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!(let_in.load(Ordering::SeqCst), 3);
}

fn counts_and_uses_of_one_name_do_not_mix(limits: &dyn Limits) {
    let key = LimitKey::account("password", "ada");
    assert_eq!(limits.first_use(&key, at(90), at(0)), Ok(true));
    assert_eq!(limits.hit(&key, &RULE, at(0)).unwrap(), allowed(2));
    limits.clear(&key).unwrap();
    assert_eq!(limits.first_use(&key, at(90), at(0)), Ok(false));
}

/// Limits on the Redis that the test runner started, under a prefix of this test's own.
fn redis_for(test: &str) -> Option<RedisLimits> {
    let Ok(url) = std::env::var("STEPWELL_TEST_REDIS") else {
        if std::env::var("STEPWELL_TEST_SKIP_REDIS").as_deref() == Ok("1") {
            return None;
        }
        panic!(
            "this test needs a Redis: run `./test`, which starts one, or set STEPWELL_TEST_REDIS to a redis:// address \
             (STEPWELL_TEST_SKIP_REDIS=1 leaves the Redis tests out)"
        );
    };
    // A run must not see what an earlier one left on the same server.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let prefix = format!("stepwell-test:{}:{port}:{test}", std::process::id());
    Some(RedisLimits::new(&url, &prefix).unwrap())
}

/// Limits on an address where nobody listens.
fn redis_away() -> RedisLimits {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    RedisLimits::new(&format!("redis://127.0.0.1:{port}/"), "stepwell-test").unwrap()
}

#[test]
fn without_redis_a_replay_check_refuses_and_throttling_goes_on_per_node() {
    let limits = redis_away();
    assert_eq!(limits.shared_is_up(), Some(false));
    assert_eq!(
        limits.first_use(&LimitKey::replay("assertion", "app", "one"), at(90), at(0)),
        Err(LimitsDown)
    );
    let key = LimitKey::account("password", "ada");
    let answers: Vec<_> = (0..4)
        .map(|_| limits.hit(&key, &RULE, at(0)).unwrap())
        .collect();
    assert_eq!(answers, [allowed(2), allowed(1), allowed(0), wait(20)]);
    assert_eq!(limits.peek(&key, &RULE, at(0)).unwrap(), wait(20));
    limits.refund(&key, &RULE, at(0)).unwrap();
    assert_eq!(limits.hit(&key, &RULE, at(0)).unwrap(), allowed(0));
}

#[test]
#[allow(clippy::disallowed_methods)] // What is tested is real waiting.
fn a_dead_redis_is_waited_for_once_and_not_once_a_request() {
    // A listener that accepts into its backlog and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}/", silent.local_addr().unwrap());
    let limits = RedisLimits::new(&url, "stepwell-test").unwrap();
    let begun = std::time::Instant::now();
    for n in 0..200 {
        limits
            .hit(&LimitKey::account("password", &n.to_string()), &RULE, at(0))
            .unwrap();
    }
    let took = begun.elapsed();
    assert!(took.as_secs() < 5, "200 requests took {took:?}");
}

#[test]
fn whether_redis_answers_is_known_and_nothing_is_claimed_where_none_is_shared() {
    assert_eq!(MemoryLimits::default().shared_is_up(), None);
    if let Some(limits) = redis_for("is_up") {
        assert_eq!(limits.shared_is_up(), Some(true));
    }
}

#[test]
fn an_address_that_is_not_redis_is_refused_without_repeating_its_password() {
    let error = RedisLimits::new("http://user:hunter2@host/", "p").unwrap_err();
    assert!(error.contains("redis://"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
    assert!(RedisLimits::new("rediss://user:hunter2@host/", "p").is_ok());
}

#[test]
fn what_one_node_counted_another_node_knows() {
    let Some(one) = redis_for("two_nodes") else {
        return;
    };
    let url = std::env::var("STEPWELL_TEST_REDIS").unwrap();
    let other = RedisLimits::new(&url, one.prefix_for_tests()).unwrap();
    let key = LimitKey::account("password", "ada");
    while one.hit(&key, &RULE, at(0)).unwrap().is_allowed() {}
    assert_eq!(other.hit(&key, &RULE, at(0)).unwrap(), wait(20));
    assert_eq!(other.peek(&key, &RULE, at(0)).unwrap(), wait(20));
    let used = LimitKey::replay("assertion", "app", "one");
    assert_eq!(one.first_use(&used, at(90), at(0)), Ok(true));
    assert_eq!(other.first_use(&used, at(90), at(0)), Ok(false));
}
