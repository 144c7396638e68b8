#![allow(clippy::unwrap_used)]
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::thread::{self, Scope};
use std::time::Duration;

use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
use stepwell_core::audit::{Event, names};
use stepwell_core::time::Timestamp;
use tempfile::TempDir;

use super::{Line, MOST};
use crate::backend::Connect;
use crate::pool::Connections;
use crate::{DatabaseUrl, Db, Options, StoreError, Synchronous, Tx, audit, secrets};

const NOW: Timestamp = Timestamp::from_secs(1);

type Done = Result<(), StoreError>;

/// A database and the line before its writer, whose transactions are written down.
struct House {
    db: Db,
    line: Line,
    log: Arc<Mutex<Vec<String>>>,
    /// Who ran when, of those who waited together: the line is not quite first come, first served.
    ran: Mutex<Vec<usize>>,
    _dir: TempDir,
}

impl House {
    fn new() -> Self {
        Self::with(Duration::from_secs(20))
    }

    fn with(wait: Duration) -> Self {
        let dir = TempDir::new().unwrap();
        let url = DatabaseUrl::sqlite(dir.path().join("x.db"));
        let db = Db::open(&url, &Options::default()).unwrap();
        db.migrate().unwrap();
        let connect = Connect {
            url,
            synchronous: Synchronous::Full,
            wait,
            read_only: false,
        };
        let line = Line::new(Connections::open(connect, 1).unwrap(), wait);
        let house = Self {
            db,
            line,
            log: Arc::default(),
            ran: Mutex::default(),
            _dir: dir,
        };
        house.watch();
        house
    }

    /// Writes down how transactions of the present connection begin and end.
    fn watch(&self) {
        let log = Arc::clone(&self.log);
        let note = move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let text = query.to_string();
                let word = text.split(' ').next().unwrap().to_owned();
                if ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"].contains(&&*word) {
                    log.lock().unwrap().push(word);
                }
            }
        };
        let mut slot = self.line.pool().take().unwrap();
        slot.conn.set_instrumentation(note);
    }

    fn on_writer(&self, sql: &str) {
        let mut slot = self.line.pool().take().unwrap();
        slot.conn.batch_execute(sql).unwrap();
    }

    fn count(&self, word: &str) -> usize {
        let log = self.log.lock().unwrap();
        log.iter().filter(|one| *one == word).count()
    }

    /// Somebody who has the turn until the sender is used.
    fn held<'s>(&'s self, scope: &'s Scope<'s, '_>) -> mpsc::Sender<()> {
        let (go, gate) = mpsc::channel();
        let (inside, begun) = mpsc::channel();
        scope.spawn(move || {
            let done = self.line.write(|_| {
                inside.send(()).unwrap();
                gate.recv().map_err(|_| refused("no go"))
            });
            done.unwrap();
        });
        // Its own BEGIN is written down before its work runs, and after it has the turn.
        begun.recv().unwrap();
        self.log.lock().unwrap().clear();
        go
    }

    /// Lets all of `works` wait in line, then go; what each was told, in their order.
    fn together<T: Send>(&self, works: Vec<Work<'_, T>>) -> Vec<thread::Result<Told<T>>> {
        thread::scope(|scope| {
            let go = self.held(scope);
            let mut threads = Vec::new();
            for (n, work) in works.into_iter().enumerate() {
                let work = move |tx: &mut Tx<'_>| {
                    self.ran.lock().unwrap().push(n);
                    work(tx)
                };
                threads.push(scope.spawn(move || self.line.write(work)));
                until(|| self.waiting() == threads.len());
            }
            go.send(()).unwrap();
            let join = thread::ScopedJoinHandle::join;
            threads.into_iter().map(join).collect()
        })
    }

    fn waiting(&self) -> usize {
        self.line.0.state().waiting
    }

    /// The names that are stored, by a connection of its own; and that the audit names as many, in a whole
    /// chain.
    fn stored(&self) -> Vec<String> {
        let names = self.db.read(secrets::all).unwrap();
        let head = self.db.read(audit::checkpoint).unwrap();
        assert_eq!(head.seq, i64::try_from(names.len()).unwrap());
        let found = self.db.read(|tx| audit::verify(tx, None, |_| ())).unwrap();
        assert_eq!(found, audit::Verified::Whole(head));
        names.into_iter().map(|(name, _)| name).collect()
    }

    fn goes_on(&self) {
        self.line.write(|tx| add(tx, "zz", 1)).unwrap();
        assert_eq!(self.stored().last().unwrap(), "zz");
    }
}

type Told<T> = Result<T, StoreError>;
type Work<'w, T> = Box<dyn FnOnce(&mut Tx<'_>) -> Told<T> + Send + 'w>;

fn until(true_at_last: impl Fn() -> bool) {
    while !true_at_last() {
        thread::yield_now();
    }
}

fn refused(text: &str) -> StoreError {
    StoreError::Refused(text.to_owned())
}

/// A change with its event.
fn add(tx: &mut Tx<'_>, name: &str, size: usize) -> Done {
    tx.audit(Event::new(names::KEY_RESEALED, NOW).with("name", name));
    secrets::get_or_insert(tx, name, &"x".repeat(size), NOW).map(drop)
}

fn adding<'w>(name: &'w str) -> Work<'w, ()> {
    Box::new(move |tx| add(tx, name, 10))
}

fn temporary<T: std::fmt::Debug>(told: &thread::Result<Told<T>>) -> bool {
    matches!(told, Ok(Err(why)) if why.is_temporary())
}

#[test]
fn writers_that_wait_share_one_commit_and_all_is_stored() {
    let house = House::new();
    let told = house.together(["a", "b", "c", "d"].map(adding).into());
    assert!(
        told.iter().all(|told| matches!(told, Ok(Ok(())))),
        "{told:?}"
    );
    assert_eq!(house.stored(), ["a", "b", "c", "d"]);
    // The first COMMIT is that of the one who held the others up.
    assert_eq!((house.count("BEGIN"), house.count("COMMIT")), (1, 2));
    assert_eq!((house.count("SAVEPOINT"), house.count("RELEASE")), (4, 4));
}

#[test]
fn a_writer_alone_takes_no_savepoint() {
    let house = House::new();
    house.line.write(|tx| add(tx, "a", 10)).unwrap();
    house.line.write_alone(|tx| add(tx, "b", 10)).unwrap();
    let log = house.log.lock().unwrap().clone();
    assert_eq!(log, ["BEGIN", "COMMIT", "BEGIN", "COMMIT"]);
}

#[test]
fn nobody_is_answered_before_the_commit_not_even_with_a_refusal() {
    let house = House::new();
    thread::scope(|scope| {
        let house = &house;
        let (answers, hears) = mpsc::channel();
        let (reached, is_there) = mpsc::channel();
        let (finish, gate) = mpsc::channel::<()>();
        let go = house.held(scope);
        let works: [Work<'_, ()>; 3] = [
            adding("a"),
            Box::new(|tx| add(tx, "b", 10).and(Err(refused("on second thoughts")))),
            Box::new(move |tx| {
                reached.send(()).unwrap();
                gate.recv().unwrap();
                add(tx, "c", 10)
            }),
        ];
        for (n, work) in works.into_iter().enumerate() {
            let answers = answers.clone();
            scope.spawn(move || {
                let told = house.line.write(work);
                answers.send((n, told.is_ok())).unwrap();
            });
            until(|| house.waiting() == n + 1);
        }
        go.send(()).unwrap();
        is_there.recv().unwrap();
        let early = hears.recv_timeout(Duration::from_millis(200));
        assert_eq!(early, Err(RecvTimeoutError::Timeout), "answered too early");
        assert_eq!(house.stored(), [""; 0]);
        finish.send(()).unwrap();
        let mut told: Vec<_> = (0..3).map(|_| hears.recv().unwrap()).collect();
        told.sort_unstable();
        assert_eq!(told, [(0, true), (1, false), (2, true)]);
    });
    assert_eq!(house.stored(), ["a", "c"]);
}

#[test]
fn a_member_that_fails_or_panics_undoes_only_itself() {
    let house = House::new();
    let told = house.together(vec![
        adding("a"),
        Box::new(|tx| add(tx, "b", 10).and(Err(refused("on second thoughts")))),
        adding("c"),
        Box::new(|tx| {
            add(tx, "d", 10)?;
            std::panic::panic_any("stop")
        }),
        adding("e"),
    ]);
    assert!(matches!(told[0], Ok(Ok(()))), "{told:?}");
    assert!(matches!(&told[1], Ok(Err(StoreError::Refused(why))) if why == "on second thoughts"));
    assert_eq!(told[3].as_ref().unwrap_err().downcast_ref(), Some(&"stop"));
    assert!(matches!((&told[2], &told[4]), (Ok(Ok(())), Ok(Ok(())))));
    assert_eq!(house.stored(), ["a", "c", "e"]);
    assert_eq!(house.count("BEGIN"), 1, "one group");
    house.goes_on();
}

#[test]
fn the_first_and_the_last_of_a_group_may_fail_too() {
    let house = House::new();
    let told = house.together(vec![
        Box::new(|tx| add(tx, "a", 10).and(Err(refused("no")))),
        adding("b"),
        Box::new(|tx| add(tx, "c", 10).and(Err(refused("no")))),
    ]);
    assert!(told[0].as_ref().unwrap().is_err() && told[2].as_ref().unwrap().is_err());
    assert!(matches!(told[1], Ok(Ok(()))));
    assert_eq!(house.stored(), ["b"]);
}

#[test]
fn where_the_commit_fails_everybody_is_told_so_and_nothing_is_stored() {
    let house = House::new();
    let told = house.together(vec![
        adding("a"),
        // What this refers to is looked for at the commit only.
        Box::new(|tx| {
            tx.writer()?.batch_execute(
                "PRAGMA defer_foreign_keys = ON; \
                 INSERT INTO credentials (id, user_id, method, label, secret, last_step, \
                 failures, created_at) VALUES ('x', 'nobody', 'pwd', '', '', 0, 0, 0)",
            )?;
            Ok(())
        }),
        Box::new(|_| Err(refused("because of what the others did"))),
        adding("d"),
    ]);
    for told in &told {
        assert!(matches!(told, Ok(Err(StoreError::Missing(_)))), "{told:?}");
    }
    assert_eq!(house.stored(), [""; 0]);
    house.goes_on();
}

/// An error that undoes the whole transaction, as a full disk can.
const GIVEN_UP: &str = "INSERT OR ROLLBACK INTO secrets SELECT * FROM secrets";

/// Lets a member meet [`GIVEN_UP`] among others that are well.
fn one_gives_up(member: fn(&mut Tx<'_>) -> Done) {
    let house = House::new();
    house.line.write(|tx| add(tx, "a", 10)).unwrap();
    let names = ["b", "", "c", "d"];
    let mut works: Vec<_> = ["b", "c", "d"].map(adding).into();
    works.insert(1, Box::new(member));
    let told = house.together(works);
    let ran = house.ran.lock().unwrap().clone();
    let (lost, well) = ran.split_at(ran.iter().position(|n| *n == 1).unwrap() + 1);
    assert!(lost.iter().all(|n| temporary(&told[*n])), "{told:?}");
    assert!(
        well.iter().all(|n| matches!(told[*n], Ok(Ok(())))),
        "{told:?}"
    );
    let mut stored: Vec<_> = well.iter().map(|n| names[*n]).chain(["a"]).collect();
    stored.sort_unstable();
    assert_eq!(house.stored(), stored);
    house.goes_on();
}

#[test]
fn a_transaction_that_sqlite_gives_up_fails_its_members_and_nobody_else() {
    one_gives_up(|tx| Ok(tx.writer()?.batch_execute(GIVEN_UP)?));
}

#[test]
fn an_error_that_a_member_hides_does_not_pass_for_a_commit() {
    one_gives_up(|tx| {
        assert!(tx.writer()?.batch_execute(GIVEN_UP).is_err());
        Ok(())
    });
}

#[test]
fn on_a_full_disk_everybody_is_told_the_truth() {
    let house = House::new();
    let names: Vec<String> = (0..20).map(|n| format!("{n:02}")).collect();
    // Room for a few more pages only.
    house.on_writer("PRAGMA max_page_count = 1;");
    let works = names.iter().map(|name| -> Work<'_, ()> {
        let size = if name.ends_with('5') { 100_000 } else { 10 };
        Box::new(move |tx| add(tx, name, size))
    });
    let told = house.together(works.collect());
    let stored: Vec<_> = told.iter().zip(&names).collect();
    let stored = stored
        .into_iter()
        .filter(|(told, _)| matches!(told, Ok(Ok(()))));
    let stored: Vec<_> = stored.map(|(_, name)| name.clone()).collect();
    assert_eq!(house.stored(), stored);
    assert!(stored.len() < names.len(), "{told:?}");
    for told in &told {
        assert!(matches!(told, Ok(Ok(()))) || temporary(told), "{told:?}");
    }
    house.on_writer("PRAGMA max_page_count = 1000000;");
    house.goes_on();
}

#[test]
fn a_group_grows_no_larger_than_it_may() {
    let house = House::new();
    let names: Vec<String> = (0..MOST + 2).map(|n| format!("{n:02}")).collect();
    let told = house.together(names.iter().map(|name| adding(name)).collect());
    assert!(
        told.iter().all(|told| matches!(told, Ok(Ok(())))),
        "{told:?}"
    );
    assert_eq!(house.stored(), names);
    assert_eq!(house.count("COMMIT"), 3, "one before, then two groups");
}

#[test]
fn changes_that_come_together_share_one_commit_and_each_answers_for_itself() {
    let house = House::new();
    let told = house.line.write_each::<(), StoreError, Work<'_, ()>>(vec![
        adding("a"),
        Box::new(|tx| add(tx, "b", 10).and(Err(refused("on second thoughts")))),
        adding("c"),
    ]);
    assert!(
        matches!(&told[..], [Ok(()), Err(StoreError::Refused(_)), Ok(())]),
        "{told:?}"
    );
    assert_eq!(house.stored(), ["a", "c"]);
    assert_eq!((house.count("BEGIN"), house.count("COMMIT")), (1, 1));
    assert!(
        house
            .line
            .write_each::<(), StoreError, Work<'_, ()>>(vec![])
            .is_empty()
    );
    house.goes_on();
}

#[test]
fn changes_that_come_together_share_with_those_who_wait_too() {
    let house = House::new();
    thread::scope(|scope| {
        let house = &house;
        let go = house.held(scope);
        scope.spawn(|| {
            let works = vec![adding("a"), adding("b")];
            let told = house.line.write_each::<(), StoreError, _>(works);
            assert!(matches!(told[..], [Ok(()), Ok(())]), "{told:?}");
        });
        until(|| house.waiting() == 1);
        scope.spawn(|| house.line.write(adding("c")).unwrap());
        until(|| house.waiting() == 2);
        go.send(()).unwrap();
    });
    assert_eq!(house.stored(), ["a", "b", "c"]);
    assert_eq!((house.count("BEGIN"), house.count("COMMIT")), (1, 2));
}

#[test]
fn where_one_panics_the_others_that_came_with_it_are_stored() {
    let house = House::new();
    let works: Vec<Work<'_, ()>> = vec![
        adding("a"),
        Box::new(|_| std::panic::panic_any("stop")),
        adding("c"),
    ];
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        house.line.write_each::<(), StoreError, _>(works)
    }));
    assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"stop"));
    assert_eq!(house.stored(), ["a", "c"]);
    house.goes_on();
}

#[test]
fn a_change_whose_events_find_no_place_in_the_chain_is_undone_and_the_chain_goes_on() {
    let house = House::new();
    let told = house.together(vec![
        adding("a"),
        // Takes the place of its own second event.
        Box::new(|tx| {
            add(tx, "b", 10)?;
            add(tx, "bb", 10)?;
            tx.writer()?.batch_execute(
                "INSERT INTO audit (seq, at, event, data, prev, hash) \
                 SELECT 3, 0, 'x', '{}', '', ''",
            )?;
            Ok(())
        }),
        adding("c"),
    ]);
    assert!(
        matches!(&told[1], Ok(Err(StoreError::Conflict(_)))),
        "{told:?}"
    );
    assert_eq!(house.stored(), ["a", "c"]);
    assert_eq!(house.count("BEGIN"), 1, "one group");
    house.goes_on();
}

#[test]
fn a_long_write_shares_its_commit_with_nobody() {
    let house = House::new();
    thread::scope(|scope| {
        let house = &house;
        let go = house.held(scope);
        for n in 0..6 {
            scope.spawn(move || {
                let work = |tx: &mut Tx<'_>| add(tx, &n.to_string(), 10);
                let done = if n == 2 {
                    house.line.write_alone(work)
                } else {
                    house.line.write(work)
                };
                done.unwrap();
            });
            until(|| house.waiting() == n + 1);
        }
        go.send(()).unwrap();
    });
    assert_eq!(house.stored(), ["0", "1", "2", "3", "4", "5"]);
    let log = house.log.lock().unwrap().join(" ");
    // Wherever in line it came, what was open is committed before it.
    assert!(log.contains("COMMIT BEGIN COMMIT"), "{log}");
}

#[test]
fn who_waits_too_long_is_told_so_and_the_line_goes_on() {
    let house = House::with(Duration::from_millis(50));
    thread::scope(|scope| {
        let go = house.held(scope);
        let late = house.line.write(|tx| add(tx, "late", 10));
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
        assert_eq!(house.waiting(), 0);
        go.send(()).unwrap();
    });
    house.goes_on();
    assert_eq!(house.stored(), ["zz"]);
}

#[test]
fn many_writers_at_once_are_all_told_the_truth() {
    let house = House::new();
    let (threads, turns) = (12, 40);
    let kept: Vec<String> = thread::scope(|scope| {
        let all: Vec<_> = (0..threads)
            .map(|thread| {
                let house = &house;
                scope.spawn(move || {
                    let mut kept = Vec::new();
                    for turn in 0..turns {
                        let name = format!("{thread:02}-{turn:02}");
                        let refuse = (thread + turn) % 5 == 0;
                        let told = house.line.write(|tx| {
                            add(tx, &name, 10)?;
                            if refuse { Err(refused("no")) } else { Ok(()) }
                        });
                        assert_eq!(told.is_err(), refuse, "{told:?}");
                        let found = house.db.read(secrets::all).unwrap();
                        let found = found.iter().any(|(stored, _)| *stored == name);
                        assert_eq!(found, !refuse, "told before it was stored, or untruly");
                        if !refuse {
                            kept.push(name);
                        }
                    }
                    kept
                })
            })
            .collect();
        all.into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(house.stored(), kept);
    assert!(house.count("COMMIT") < kept.len(), "nobody shared");
}
