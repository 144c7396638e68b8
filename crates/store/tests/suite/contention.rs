//! Many writers at once wait for each other; none of them is turned away.

use std::sync::Barrier;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde_json::Map;
use stepwell_core::ids::{SessionId, UserId};
use stepwell_core::user::Status;
use stepwell_store::{Db, StoreError, audit, grants, sessions, users};

use crate::samples::{NOW, event, grant, session, user};
use crate::support::{Done, each_database, impatient};

#[test]
fn a_contended_read_then_write_never_fails() {
    each_database(|fresh| {
        let other = fresh.another_node();
        fresh.db.write(|tx| users::insert(tx, &user("u"))).unwrap();
        let gate = Barrier::new(8);
        thread::scope(|scope| {
            for n in 0..8 {
                let db = if n % 2 == 0 { &fresh.db } else { &other };
                let gate = &gate;
                scope.spawn(move || {
                    gate.wait();
                    for turn in 0..50 {
                        let done: Done = db.write(|tx| {
                            let found = users::find(tx, &UserId::new("u"))?.unwrap();
                            let mut claims: Map<_, _> = found.claims;
                            claims.insert(format!("{n}"), turn.into());
                            users::update_claims(tx, &found.id, &claims, NOW)?;
                            tx.audit(event());
                            Ok(())
                        });
                        done.unwrap();
                    }
                });
            }
        });
        let head = fresh.db.read(audit::checkpoint).unwrap();
        assert_eq!(head.seq, 400);
        let found = fresh.db.read(|tx| audit::verify(tx, None, |_| ())).unwrap();
        assert_eq!(found, audit::Verified::Whole(head));
    });
}

#[test]
fn readers_go_on_while_a_write_is_open() {
    each_database(|fresh| {
        fresh
            .db
            .write(|tx| {
                users::insert(tx, &user("u"))?;
                let seen = fresh.db.read(|tx| users::list(tx, None, 10))?;
                assert!(seen.is_empty(), "what is not committed is not seen");
                Done::Ok(())
            })
            .unwrap();
        assert_eq!(
            fresh.db.read(|tx| users::list(tx, None, 10)).unwrap().len(),
            1
        );
    });
}

#[test]
fn a_snapshot_sees_one_instant() {
    each_database(|fresh| {
        fresh
            .db
            .snapshot(|tx| {
                let before = users::list(tx, None, 10)?.len();
                fresh.db.write(|tx| users::insert(tx, &user("u")))?;
                assert_eq!(users::list(tx, None, 10)?.len(), before);
                Done::Ok(())
            })
            .unwrap();
        assert_eq!(
            fresh.db.read(|tx| users::list(tx, None, 10)).unwrap().len(),
            1
        );
    });
}

#[test]
fn an_error_or_a_panic_undoes_the_write_and_leaves_the_database_usable() {
    each_database(|fresh| {
        let refused: Result<(), StoreError> = fresh.db.write(|tx| {
            users::insert(tx, &user("u"))?;
            tx.audit(event());
            Err(StoreError::Refused("on second thoughts".into()))
        });
        assert!(refused.is_err());
        let panicked = thread::scope(|scope| {
            let work = scope.spawn(|| {
                fresh.db.write(|tx| {
                    users::insert(tx, &user("u")).unwrap();
                    std::panic::panic_any("stop");
                    #[allow(unreachable_code)]
                    Done::Ok(())
                })
            });
            work.join()
        });
        assert!(panicked.is_err());
        assert_eq!(fresh.count("SELECT count(*) AS n FROM users"), 0);
        assert_eq!(fresh.count("SELECT count(*) AS n FROM audit"), 0);
        fresh.db.write(|tx| users::insert(tx, &user("u"))).unwrap();
    });
}

#[test]
fn a_write_that_waits_too_long_for_another_says_busy() {
    each_database(|fresh| {
        let other = Db::open(&fresh.url, &impatient()).unwrap();
        fresh.db.write(|tx| users::insert(tx, &user("u"))).unwrap();
        let lock =
            |db: &Db| db.write(|tx| users::set_status(tx, &UserId::new("u"), Status::Locked));
        fresh
            .db
            .write(|tx| {
                users::update_claims(tx, &UserId::new("u"), &Map::new(), NOW)?;
                let refused = lock(&other);
                assert!(matches!(refused, Err(StoreError::Busy(_))), "{refused:?}");
                Done::Ok(())
            })
            .unwrap();
        assert!(lock(&other).unwrap());
    });
}

#[test]
fn a_logout_waits_for_a_grant_that_holds_the_session_and_then_sees_it() {
    each_database(|fresh| {
        let other = fresh.another_node();
        let id = SessionId::new("s");
        fresh
            .db
            .write(|tx| {
                users::insert(tx, &user("u"))?;
                sessions::insert(tx, &session("s", "u"))
            })
            .unwrap();
        let (held, wait) = mpsc::channel();
        let (done, ended) = mpsc::channel();
        thread::scope(|scope| {
            let (id, other) = (&id, &other);
            scope.spawn(move || {
                wait.recv().unwrap();
                let revoked = other.write(|tx| {
                    assert!(sessions::end(tx, id, NOW)?);
                    grants::revoke_of_session(tx, id, "logout", NOW)
                });
                done.send(revoked.unwrap()).unwrap();
            });
            let granted: Done = fresh.db.write(|tx| {
                assert!(sessions::hold(tx, id, NOW)?);
                held.send(()).unwrap();
                let early = ended.recv_timeout(Duration::from_millis(200));
                assert_eq!(early, Err(RecvTimeoutError::Timeout), "it waits");
                grants::insert(tx, &grant("g", "u"))
            });
            granted.unwrap();
            assert_eq!(ended.recv().unwrap(), [grant("g", "u").id]);
        });
        assert!(!fresh.db.write(|tx| sessions::hold(tx, &id, NOW)).unwrap());
    });
}
