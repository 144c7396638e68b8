//! What may happen once happens once, however many try at the same time and on however many nodes.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use stepwell_core::audit::{Event, names};
use stepwell_core::ids::{CredentialId, InteractionId, SessionId};
use stepwell_core::time::Seconds;
use stepwell_store::outbox::Waiting;
use stepwell_store::{
    Db, StoreError, Tx, codes, credentials, grants, interactions, outbox, refresh_tokens,
    revoked_tokens, secrets, sessions, users,
};

use crate::samples::{
    HOUR, NOW, code, event, grant, hash, interaction, person_with_grant, refresh, session, totp,
    user,
};
use crate::support::each_database;

/// Runs `attempt` from `threads` threads, `each` times in each, spread over the nodes; counts the wins.
fn race(
    nodes: &[&Db],
    threads: usize,
    each: usize,
    attempt: impl Fn(&Db, usize) -> Result<bool, StoreError> + Sync,
) -> usize {
    let (wins, gate) = (AtomicUsize::new(0), Barrier::new(threads));
    thread::scope(|scope| {
        for n in 0..threads {
            let (wins, gate, attempt) = (&wins, &gate, &attempt);
            let node = nodes[n % nodes.len()];
            scope.spawn(move || {
                gate.wait();
                for turn in 0..each {
                    if attempt(node, n * each + turn).unwrap() {
                        wins.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    wins.into_inner()
}

#[test]
fn of_codes_kept_in_one_credential_each_exchange_is_made_once_and_none_while_it_rests() {
    each_database(|fresh| {
        let node = fresh.another_node();
        let set = totp("set", "u");
        fresh
            .db
            .write(|tx| {
                users::insert(tx, &user("u"))?;
                credentials::insert(tx, &set)
            })
            .unwrap();
        let spend = |db: &Db, old: &str, new: &str, at| {
            db.write(|tx| credentials::succeed_with(tx, &set.id, old, new, at))
        };
        let wins = race(&[&fresh.db, &node], 10, 5, |db, n| {
            spend(db, &set.secret, &format!("spent by {n}"), NOW)
        });
        assert_eq!(wins, 1);
        let find = || fresh.db.read(|tx| credentials::find(tx, &set.id)).unwrap();
        let row = find().unwrap();
        assert!(row.secret.starts_with("spent by "));
        assert_eq!(row.last_used_at, Some(NOW));
        fresh
            .db
            .write(|tx| credentials::record_failure(tx, &set.id, 1, Seconds(60), NOW))
            .unwrap();
        assert!(!spend(&fresh.db, &row.secret, "no", NOW).unwrap());
        let later = NOW.plus(Seconds(61));
        assert!(spend(&fresh.db, &row.secret, "yes", later).unwrap());
        assert_eq!(find().unwrap().failures, 0);
        fresh
            .db
            .write(|tx| credentials::revoke(tx, &set.id, later))
            .unwrap();
        assert!(!spend(&fresh.db, "yes", "more", later).unwrap());
    });
}

#[test]
fn a_code_redeemed_two_hundred_times_at_once_is_redeemed_once() {
    each_database(|fresh| {
        fresh
            .db
            .write(|tx| {
                person_with_grant(tx)?;
                codes::insert(tx, &code("c", "g"))
            })
            .unwrap();
        let wins = race(&[&fresh.db], 20, 10, |db, _| {
            db.write(|tx| {
                let won = codes::burn(tx, &hash("c"), NOW)?;
                if won {
                    tx.audit(event());
                }
                Ok(won)
            })
        });
        assert_eq!(wins, 1);
        assert_eq!(fresh.count("SELECT count(*) AS n FROM audit"), 1);
    });
}

#[test]
fn two_nodes_that_redeem_together_have_one_winner() {
    each_database(|fresh| {
        let other = fresh.another_node();
        fresh.db.write(person_with_grant).unwrap();
        for round in 0..20 {
            let text = format!("c{round}");
            fresh
                .db
                .write(|tx| codes::insert(tx, &code(&text, "g")))
                .unwrap();
            let wins = race(&[&fresh.db, &other], 2, 1, |db, _| {
                db.write(|tx| {
                    tx.audit(event());
                    codes::burn(tx, &hash(&text), NOW)
                })
            });
            assert_eq!(wins, 1, "round {round}");
        }
    });
}

#[test]
fn a_refresh_token_rotated_by_two_nodes_at_once_has_one_successor() {
    each_database(|fresh| {
        let other = fresh.another_node();
        fresh.db.write(person_with_grant).unwrap();
        fresh
            .db
            .write(|tx| refresh_tokens::insert(tx, &refresh("r0", "g", 0)))
            .unwrap();
        let wins = race(&[&fresh.db, &other], 8, 5, |db, n| {
            db.write(|tx| {
                let won = refresh_tokens::use_once(tx, &hash("r0"), NOW)?;
                if won {
                    refresh_tokens::insert(tx, &refresh(&format!("r1-{n}"), "g", 1))?;
                }
                tx.audit(Event::new(names::TOKEN_REFRESHED, NOW));
                Ok(won)
            })
        });
        assert_eq!(wins, 1);
        assert_eq!(fresh.count("SELECT count(*) AS n FROM refresh_tokens"), 2);
        let spent = fresh.db.read(|tx| refresh_tokens::find(tx, &hash("r0")));
        assert_eq!(spent.unwrap().unwrap().used_at, Some(NOW));
        assert_eq!(fresh.count("SELECT count(*) AS n FROM audit"), 40);
    });
}

#[test]
fn a_one_time_code_is_accepted_once_and_an_older_one_never_after_it() {
    each_database(|fresh| {
        let id = CredentialId::new("t");
        fresh
            .db
            .write(|tx| {
                users::insert(tx, &user("u"))?;
                credentials::insert(tx, &totp("t", "u"))
            })
            .unwrap();
        let other = fresh.another_node();
        let advance = |db: &Db, step| db.write(|tx| credentials::totp_advance(tx, &id, step, NOW));
        assert_eq!(
            race(&[&fresh.db, &other], 8, 5, |db, _| advance(db, 100)),
            1
        );
        assert!(!advance(&fresh.db, 99).unwrap());
        assert!(!advance(&fresh.db, 100).unwrap());
        assert!(advance(&fresh.db, 101).unwrap());
    });
}

#[test]
fn guesses_made_at_once_get_no_more_than_the_budget() {
    each_database(|fresh| {
        let id = CredentialId::new("t");
        fresh
            .db
            .write(|tx| {
                users::insert(tx, &user("u"))?;
                credentials::insert(tx, &totp("t", "u"))
            })
            .unwrap();
        let locked = race(&[&fresh.db], 10, 10, |db, _| {
            db.write(|tx| {
                let failure = credentials::record_failure(tx, &id, 5, Seconds(900), NOW)?;
                Ok(failure.is_some_and(|f| f.locked_until.is_none()))
            })
        });
        assert_eq!(locked, 4, "the fifth failure locks");
        let later = NOW.plus(Seconds(899));
        let write = |step, at| {
            fresh
                .db
                .write(|tx| credentials::totp_advance(tx, &id, step, at))
                .unwrap()
        };
        assert!(!write(7, later), "locked: even a right code is refused");
        let found = fresh
            .db
            .read(|tx| credentials::find(tx, &id))
            .unwrap()
            .unwrap();
        assert_eq!(
            found.locked_until,
            Some(NOW.plus(Seconds(900))),
            "failures do not prolong a lock"
        );
        assert!(found.is_locked(later));

        let after = NOW.plus(Seconds(900));
        let fail = || {
            fresh
                .db
                .write(|tx| credentials::record_failure(tx, &id, 5, Seconds(900), after))
                .unwrap()
                .unwrap()
        };
        let first = fail();
        let twice = after.plus(Seconds(1_800));
        assert_eq!(
            (first.count, first.locked_until),
            (6, Some(twice)),
            "a rest does not end the count: the next is twice as long"
        );
        assert_eq!(fail(), first, "while it rests nothing is counted");
        assert!(!write(7, after));
        assert!(write(7, twice));
        let found = fresh
            .db
            .read(|tx| credentials::find(tx, &id))
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.failures, found.locked_until, found.last_used_at),
            (0, None, Some(twice))
        );
        let gone = CredentialId::new("nobody");
        let none = fresh
            .db
            .write(|tx| credentials::record_failure(tx, &gone, 5, HOUR, NOW))
            .unwrap();
        assert_eq!(none, None);
    });
}

#[test]
fn a_budget_of_one_locks_at_every_failure() {
    each_database(|fresh| {
        let id = CredentialId::new("t");
        let fail = |at| {
            fresh
                .db
                .write(|tx| credentials::record_failure(tx, &id, 1, Seconds(10), at))
                .unwrap()
                .unwrap()
        };
        fresh
            .db
            .write(|tx| {
                users::insert(tx, &user("u"))?;
                credentials::insert(tx, &totp("t", "u"))
            })
            .unwrap();
        assert_eq!(fail(NOW).locked_until, Some(NOW.plus(Seconds(10))));
        let later = NOW.plus(Seconds(11));
        let again = fail(later);
        assert_eq!(
            (again.count, again.locked_until),
            (2, Some(later.plus(Seconds(20))))
        );
    });
}

#[test]
fn a_password_hash_is_replaced_only_if_nobody_else_changed_it() {
    each_database(|fresh| {
        let id = CredentialId::new("t");
        fresh
            .db
            .write(|tx| {
                users::insert(tx, &user("u"))?;
                credentials::insert(tx, &totp("t", "u"))
            })
            .unwrap();
        let wins = race(&[&fresh.db], 8, 5, |db, n| {
            db.write(|tx| credentials::update_secret(tx, &id, "sealed", &format!("new{n}")))
        });
        assert_eq!(wins, 1);
    });
}

#[test]
fn details_are_replaced_only_if_nobody_else_changed_them_and_never_while_it_rests() {
    each_database(|fresh| {
        let id = CredentialId::new("t");
        fresh
            .db
            .write(|tx| {
                users::insert(tx, &user("u"))?;
                credentials::insert(tx, &totp("t", "u"))
            })
            .unwrap();
        let other = fresh.another_node();
        let wins = race(&[&fresh.db, &other], 8, 5, |db, n| {
            let new = format!(r#"{{"counter":{n}}}"#);
            db.write(|tx| credentials::update_details(tx, &id, "{}", &new, NOW))
        });
        assert_eq!(wins, 1);
        let find = || fresh.db.read(|tx| credentials::find(tx, &id)).unwrap();
        let now = find().unwrap();
        assert_eq!(now.last_used_at, Some(NOW));
        let again = |at| {
            let same = &now.details;
            fresh
                .db
                .write(|tx| credentials::update_details(tx, &id, same, same, at))
                .unwrap()
        };
        assert!(again(NOW), "nothing has to change");
        fresh
            .db
            .write(|tx| credentials::record_failure(tx, &id, 1, Seconds(900), NOW))
            .unwrap();
        assert!(!again(NOW.plus(Seconds(899))));
        assert!(again(NOW.plus(Seconds(900))));
        assert_eq!(find().unwrap().failures, 0);
    });
}

#[test]
fn an_interaction_is_bound_saved_and_finished_once() {
    each_database(|fresh| {
        let id = InteractionId::new("i");
        fresh
            .db
            .write(|tx| interactions::insert(tx, &interaction("i")))
            .unwrap();
        let bound = race(&[&fresh.db], 8, 3, |db, n| {
            db.write(|tx| interactions::bind_browser(tx, &id, &hash(&n.to_string())))
        });
        assert_eq!(bound, 1);
        let saved = race(&[&fresh.db], 8, 3, |db, n| {
            db.write(|tx| interactions::save_state(tx, &id, 0, &format!(r#"{{"n":{n}}}"#)))
        });
        assert_eq!(saved, 1);
        let finish = |db: &Db, version| {
            db.write(|tx| interactions::finish(tx, &id, version, "granted", NOW))
        };
        assert!(!finish(&fresh.db, 0).unwrap(), "it was saved since");
        let finished = race(&[&fresh.db], 8, 3, |db, _| finish(db, 1));
        assert_eq!(finished, 1);
        assert!(
            !fresh
                .db
                .write(|tx| interactions::save_state(tx, &id, 1, "{}"))
                .unwrap(),
            "finished"
        );
        let found = fresh
            .db
            .read(|tx| interactions::find(tx, &id))
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.version, found.outcome.as_deref()),
            (1, Some("granted"))
        );
    });
}

#[test]
fn a_session_secret_rotates_once_and_never_after_the_end() {
    each_database(|fresh| {
        let id = SessionId::new("s");
        fresh
            .db
            .write(|tx| {
                users::insert(tx, &user("u"))?;
                sessions::insert(tx, &session("s", "u"))
            })
            .unwrap();
        let wins = race(&[&fresh.db], 8, 3, |db, n| {
            db.write(|tx| sessions::rotate(tx, &id, &hash("s"), &hash(&format!("s{n}")), NOW))
        });
        assert_eq!(wins, 1);
        assert_eq!(
            fresh
                .db
                .read(|tx| sessions::find_by_hash(tx, &hash("s"), NOW))
                .unwrap(),
            None
        );
        let now_hash = fresh
            .db
            .read(|tx| sessions::find(tx, &id))
            .unwrap()
            .unwrap()
            .secret_hash;
        assert!(fresh.db.write(|tx| sessions::end(tx, &id, NOW)).unwrap());
        assert!(!fresh.db.write(|tx| sessions::end(tx, &id, NOW)).unwrap());
        assert!(
            !fresh
                .db
                .write(|tx| sessions::rotate(tx, &id, &now_hash, &hash("z"), NOW))
                .unwrap()
        );
    });
}

#[test]
fn nodes_that_need_a_secret_at_once_all_get_the_same() {
    each_database(|fresh| {
        let other = fresh.another_node();
        let won = race(&[&fresh.db, &other], 8, 3, |db, n| {
            let fresh_one = format!("sealed{n}");
            Ok(db.write(|tx| secrets::get_or_insert(tx, "refresh", &fresh_one, NOW))? == fresh_one)
        });
        assert_eq!(won, 1);
        assert_eq!(fresh.db.read(secrets::all).unwrap().len(), 1);
    });
}

#[test]
fn a_grant_and_a_token_are_revoked_once() {
    each_database(|fresh| {
        fresh.db.write(person_with_grant).unwrap();
        let id = grant("g", "u").id;
        let wins = race(&[&fresh.db], 8, 3, |db, _| {
            db.write(|tx| grants::revoke(tx, &id, "reuse", NOW))
        });
        assert_eq!(wins, 1);
        let wins = race(&[&fresh.db], 8, 3, |db, _| {
            db.write(|tx| revoked_tokens::insert(tx, "g.1", NOW))
        });
        assert_eq!(wins, 1);
    });
}

#[test]
fn a_message_is_taken_by_one_carrier_and_comes_back_when_its_lease_is_over() {
    each_database(|fresh| {
        let waiting = Waiting {
            id: "m".to_owned(),
            user_id: None,
            sealed: "v1.x".to_owned(),
            tries: 0,
            due_at: NOW,
            created_at: NOW,
        };
        fresh.db.write(|tx| outbox::insert(tx, &waiting)).unwrap();
        let due = |at| fresh.db.read(|tx| outbox::due(tx, at, 10)).unwrap();
        assert_eq!(due(NOW.minus(Seconds(1))), []);
        assert_eq!(due(NOW), std::slice::from_ref(&waiting));
        let other = fresh.another_node();
        let lease = NOW.plus(HOUR);
        let taken = race(&[&fresh.db, &other], 8, 1, |db, _| {
            db.write(|tx| outbox::take(tx, &waiting, lease))
        });
        assert_eq!(taken, 1);
        assert_eq!(due(NOW), [], "nobody else gets it meanwhile");
        let again = due(lease).remove(0);
        assert_eq!(again.tries, 1);
        let put_off = |tx: &mut Tx<'_>| outbox::postpone(tx, "m", lease.plus(HOUR));
        fresh.db.write(put_off).unwrap();
        assert_eq!(due(lease), []);
        let remove = || fresh.db.write(|tx| outbox::remove(tx, "m")).unwrap();
        assert!(remove() && !remove());
    });
}

#[test]
fn a_success_does_not_count_while_the_authenticator_rests() {
    each_database(|fresh| {
        let id = CredentialId::new("t");
        let fail = |tx: &mut Tx<'_>| {
            credentials::record_failure(tx, &id, 1, Seconds(900), NOW).map(|_| ())
        };
        fresh
            .db
            .write(|tx| {
                users::insert(tx, &user("u"))?;
                credentials::insert(tx, &totp("t", "u"))?;
                fail(tx)
            })
            .unwrap();
        let succeed = |at| {
            fresh
                .db
                .write(|tx| credentials::succeed(tx, &id, at))
                .unwrap()
        };
        assert!(!succeed(NOW));
        let rested = NOW.plus(Seconds(900));
        assert!(succeed(rested));
        let found = fresh.db.read(|tx| credentials::find(tx, &id)).unwrap();
        let found = found.unwrap();
        assert_eq!((found.failures, found.last_used_at), (0, Some(rested)));
        fresh
            .db
            .write(|tx| credentials::revoke(tx, &id, rested))
            .unwrap();
        assert!(!succeed(rested), "nor after it was removed");
    });
}
