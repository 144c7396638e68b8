//! The record of what happened: written with the change or not at all, and nobody touches it unseen.

use stepwell_core::audit::{Break, Checkpoint, Event, names};
use stepwell_core::ids::{ClientId, UserId};
use stepwell_store::audit::{self, Broken, Filter, Verified};
use stepwell_store::{StoreError, users};

use crate::samples::{NOW, event, user};
use crate::support::{Done, Fresh, each_database};

fn record(fresh: &Fresh, count: usize) -> Checkpoint {
    for n in 0..count {
        let done: Done = fresh.db.write(|tx| {
            tx.audit(Event::new(names::STEPUP_PASSED, NOW).with("n", n as u64));
            Ok(())
        });
        done.unwrap();
    }
    fresh.db.read(audit::checkpoint).unwrap()
}

fn verify(fresh: &Fresh, kept: Option<&Checkpoint>) -> Verified {
    fresh.db.read(|tx| audit::verify(tx, kept, |_| ())).unwrap()
}

fn broken(fresh: &Fresh) -> (i64, Break) {
    match verify(fresh, None) {
        Verified::Broken(Broken { seq, why }) => (seq, why),
        Verified::Whole(head) => panic!("found whole up to {head:?}"),
    }
}

/// Takes the triggers away, as somebody may who owns the database.
fn disarm(fresh: &Fresh) {
    let sql = if fresh.is_sqlite() {
        "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;"
    } else {
        "DROP TRIGGER audit_no_change ON audit;"
    };
    fresh.shell(sql).unwrap();
}

#[test]
fn an_untouched_chain_is_whole_and_the_walk_tells_how_far_it_is() {
    each_database(|fresh| {
        assert!(matches!(
            verify(fresh, None),
            Verified::Whole(Checkpoint { seq: 0, .. })
        ));
        let head = record(fresh, 5);
        assert_eq!(head.seq, 5);
        let mut last = None;
        let found = fresh
            .db
            .read(|tx| audit::verify(tx, Some(&head), |p| last = Some((p.done, p.total))))
            .unwrap();
        assert_eq!(found, Verified::Whole(head));
        assert_eq!(last, Some((5, 5)));
    });
}

#[test]
fn a_chain_longer_than_a_page_is_walked_to_its_end() {
    each_database(|fresh| {
        fresh
            .db
            .write(|tx| {
                (0..1_203).for_each(|_| tx.audit(event()));
                Done::Ok(())
            })
            .unwrap();
        let mut seen = Vec::new();
        let found = fresh
            .db
            .read(|tx| audit::verify(tx, None, |p| seen.push(p.done)))
            .unwrap();
        assert!(matches!(
            found,
            Verified::Whole(Checkpoint { seq: 1_203, .. })
        ));
        assert_eq!(seen, [500, 1_000, 1_203]);
    });
}

#[test]
fn a_record_can_be_neither_changed_nor_removed_by_an_ordinary_statement() {
    each_database(|fresh| {
        record(fresh, 2);
        for sql in [
            "UPDATE audit SET event = 'x' WHERE seq = 1",
            "DELETE FROM audit WHERE seq = 2",
            "DELETE FROM audit_head",
        ] {
            let refused = fresh.shell(sql).unwrap_err().to_string();
            assert!(refused.contains("never"), "{sql}: {refused}");
        }
        assert!(matches!(verify(fresh, None), Verified::Whole(_)));
    });
}

#[test]
fn an_edited_record_is_found() {
    each_database(|fresh| {
        record(fresh, 4);
        disarm(fresh);
        fresh
            .shell("UPDATE audit SET user_id = 'mallory' WHERE seq = 2")
            .unwrap();
        assert_eq!(broken(fresh), (2, Break::Edited));
    });
}

#[test]
fn a_record_edited_together_with_its_hash_is_found_at_the_next() {
    each_database(|fresh| {
        record(fresh, 4);
        disarm(fresh);
        let mut row = fresh
            .db
            .read(|tx| audit::list(tx, &Filter::default(), 10))
            .unwrap()
            .remove(2);
        assert_eq!(row.seq, 2);
        row.actor = Some("mallory".into());
        let digest = row.digest();
        fresh
            .shell(&format!(
                "UPDATE audit SET actor = 'mallory', hash = '{digest}' WHERE seq = 2"
            ))
            .unwrap();
        assert_eq!(broken(fresh), (3, Break::Unlinked));
    });
}

#[test]
fn the_last_record_edited_together_with_its_hash_is_found_by_the_head() {
    each_database(|fresh| {
        record(fresh, 4);
        disarm(fresh);
        let mut row = fresh
            .db
            .read(|tx| audit::list(tx, &Filter::default(), 1))
            .unwrap()
            .remove(0);
        row.actor = Some("mallory".into());
        let digest = row.digest();
        fresh
            .shell(&format!(
                "UPDATE audit SET actor = 'mallory', hash = '{digest}' WHERE seq = 4"
            ))
            .unwrap();
        assert_eq!(broken(fresh), (4, Break::Edited));
    });
}

#[test]
fn a_removed_record_is_found() {
    each_database(|fresh| {
        record(fresh, 4);
        disarm(fresh);
        fresh.shell("DELETE FROM audit WHERE seq = 2").unwrap();
        assert_eq!(broken(fresh), (2, Break::Removed));
    });
}

#[test]
fn a_removed_record_is_found_even_when_the_rest_is_renumbered() {
    each_database(|fresh| {
        record(fresh, 4);
        disarm(fresh);
        fresh
            .shell("DELETE FROM audit WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4;")
            .unwrap();
        assert_eq!(broken(fresh), (2, Break::Edited));
    });
}

#[test]
fn reordered_records_are_found() {
    each_database(|fresh| {
        record(fresh, 4);
        disarm(fresh);
        fresh
            .shell("UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 99;")
            .unwrap();
        assert_eq!(broken(fresh), (2, Break::Edited));
    });
}

#[test]
fn a_cut_tail_is_found_by_the_head() {
    each_database(|fresh| {
        record(fresh, 4);
        disarm(fresh);
        fresh.shell("DELETE FROM audit WHERE seq > 2").unwrap();
        assert_eq!(broken(fresh), (3, Break::TailCut));
        fresh.shell("DELETE FROM audit").unwrap();
        assert_eq!(broken(fresh), (1, Break::TailCut));
    });
}

#[test]
fn a_tail_cut_together_with_the_head_is_found_by_a_checkpoint_kept_elsewhere() {
    each_database(|fresh| {
        record(fresh, 2);
        let kept = record(fresh, 2);
        disarm(fresh);
        fresh
            .shell("DELETE FROM audit WHERE seq > 2; UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit WHERE seq = 2);")
            .unwrap();
        assert!(
            matches!(verify(fresh, None), Verified::Whole(_)),
            "from inside alone it cannot be seen"
        );
        let expected = Broken {
            seq: 4,
            why: Break::NotTheCheckpoint,
        };
        assert_eq!(verify(fresh, Some(&kept)), Verified::Broken(expected));
        for _ in 0..3 {
            let done: Done = fresh.db.write(|tx| {
                tx.audit(event());
                Ok(())
            });
            done.unwrap();
        }
        assert_eq!(
            verify(fresh, Some(&kept)),
            Verified::Broken(expected),
            "nor do new records hide it"
        );
    });
}

#[test]
fn a_record_beyond_the_head_is_found() {
    each_database(|fresh| {
        record(fresh, 2);
        fresh.shell("INSERT INTO audit (seq, at, event, data, prev, hash) VALUES (3, 0, 'x', '{}', '', '')").unwrap();
        assert_eq!(broken(fresh), (3, Break::BeyondHead));
    });
}

#[test]
fn where_the_audit_event_cannot_be_written_the_change_is_undone() {
    each_database(|fresh| {
        record(fresh, 1);
        let refuse = if fresh.is_sqlite() {
            "CREATE TRIGGER full_log BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room for records'); END;"
        } else {
            "ALTER TABLE audit ADD CONSTRAINT full_log CHECK (seq < 2)"
        };
        fresh.shell(refuse).unwrap();
        let add = |id: &str| {
            fresh.db.write(|tx| {
                users::insert(tx, &user(id))?;
                tx.audit(event());
                Done::Ok(())
            })
        };
        assert!(add("u").is_err());
        assert_eq!(fresh.count("SELECT count(*) AS n FROM users"), 0);
        let mend = if fresh.is_sqlite() {
            "DROP TRIGGER full_log"
        } else {
            "ALTER TABLE audit DROP CONSTRAINT full_log"
        };
        fresh.shell(mend).unwrap();
        add("u").unwrap();
        assert!(matches!(
            verify(fresh, None),
            Verified::Whole(Checkpoint { seq: 2, .. })
        ));
    });
}

#[test]
fn without_the_audit_table_or_its_head_nothing_is_changed() {
    for sql in ["DROP TABLE audit", "DROP TABLE audit_head"] {
        each_database(|fresh| {
            fresh.shell(sql).unwrap();
            let refused = fresh.db.write(|tx| {
                users::insert(tx, &user("u"))?;
                tx.audit(event());
                Done::Ok(())
            });
            assert!(
                matches!(refused, Err(StoreError::Refused(_))),
                "{refused:?}"
            );
            assert_eq!(fresh.count("SELECT count(*) AS n FROM users"), 0);
        });
    }
}

#[test]
fn a_newline_or_an_escape_sequence_is_stored_encoded() {
    each_database(|fresh| {
        let nasty = "eve\n\u{1b}[2Jadmin\u{0}\u{202e}";
        fresh
            .db
            .write(|tx| {
                tx.audit(
                    Event::new(names::LOGIN_FAILED, NOW)
                        .reference(nasty)
                        .ip(nasty)
                        .with("username", nasty),
                );
                Done::Ok(())
            })
            .unwrap();
        let row = fresh
            .db
            .read(|tx| audit::list(tx, &Filter::default(), 1))
            .unwrap()
            .remove(0);
        assert_eq!(
            row.ip.as_deref(),
            Some("eve\\u{a}\\u{1b}[2Jadmin\\u{0}\\u{202e}")
        );
        assert!(!row.data.chars().any(char::is_control), "{}", row.data);
        assert!(matches!(verify(fresh, None), Verified::Whole(_)));
    });
}

#[test]
fn records_are_listed_newest_first_by_page_and_by_what_is_asked() {
    each_database(|fresh| {
        let alice = UserId::new("alice");
        for n in 0..10_u64 {
            fresh
                .db
                .write(|tx| {
                    tx.audit(
                        Event::new(names::STEPUP_REQUIRED, NOW)
                            .user(&alice)
                            .reference(&format!("REF{n}")),
                    );
                    tx.audit(Event::new(names::TOKEN_ISSUED, NOW).client(&ClientId::new("bank")));
                    Done::Ok(())
                })
                .unwrap();
        }
        let list = |filter: Filter, limit| {
            let rows = fresh.db.read(|tx| audit::list(tx, &filter, limit)).unwrap();
            rows.into_iter().map(|row| row.seq).collect::<Vec<_>>()
        };
        assert_eq!(list(Filter::default(), 3), [20, 19, 18]);
        assert_eq!(
            list(
                Filter {
                    before: Some(18),
                    ..Filter::default()
                },
                2
            ),
            [17, 16]
        );
        assert_eq!(
            list(
                Filter {
                    event: Some("stepup.".into()),
                    ..Filter::default()
                },
                2
            ),
            [19, 17]
        );
        for other in ["STEPUP", "%"] {
            assert!(
                list(
                    Filter {
                        event: Some(other.into()),
                        ..Filter::default()
                    },
                    2
                )
                .is_empty(),
                "{other}"
            );
        }
        assert_eq!(
            list(
                Filter {
                    user_id: Some("alice".into()),
                    ..Filter::default()
                },
                1
            ),
            [19]
        );
        assert_eq!(
            list(
                Filter {
                    client_id: Some("bank".into()),
                    ..Filter::default()
                },
                1
            ),
            [20]
        );
        assert_eq!(
            list(
                Filter {
                    reference: Some("REF3".into()),
                    ..Filter::default()
                },
                9
            ),
            [7]
        );
    });
}
