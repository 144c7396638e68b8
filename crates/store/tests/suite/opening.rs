//! Opening, migrating, and what happens when the database is not there.

use std::fs;
use std::net::TcpListener;
use std::thread;

use diesel::prelude::*;
use stepwell_store::{DatabaseUrl, Db, Options, StoreError, users};
use tempfile::TempDir;

use crate::samples::user;
use crate::support::{Done, each_database, impatient, postgres_schema, postgres_server};

#[test]
fn a_server_that_is_down_is_an_error_and_never_becomes_a_file() {
    let dir = TempDir::new().unwrap();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for text in [
        format!("postgres://nobody:hunter2@127.0.0.1:{port}/stepwell"),
        format!(
            "postgresql://127.0.0.1:{port}/{}",
            dir.path().join("x.db").display()
        ),
    ] {
        let refused = Db::open(&text.parse().unwrap(), &impatient()).unwrap_err();
        assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    // A URL taken for a path would begin with its scheme.
    for entry in fs::read_dir(".").unwrap() {
        let name = entry.unwrap().file_name();
        assert!(!name.to_string_lossy().starts_with("postgres"), "{name:?}");
    }
}

#[test]
fn a_file_in_a_missing_directory_is_told_at_once() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("missing").join("x.db");
    let refused = Db::open(&DatabaseUrl::sqlite(&path), &impatient()).unwrap_err();
    assert!(
        matches!(&refused, StoreError::Unavailable(why) if why.contains("missing")),
        "{refused:?}"
    );
}

#[test]
fn a_file_that_is_no_database_is_corrupt_and_left_alone() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("notes.txt");
    let notes = "these are my notes, and they are not a database at all\n".repeat(100);
    fs::write(&path, &notes).unwrap();
    let refused = Db::open(&DatabaseUrl::sqlite(&path), &impatient()).unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt(_)), "{refused:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), notes);
}

#[cfg(unix)]
#[test]
fn the_file_and_its_companions_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let db = Db::open(
        &DatabaseUrl::sqlite(dir.path().join("x.db")),
        &Options::default(),
    )
    .unwrap();
    db.migrate().unwrap();
    let mut seen = 0;
    for entry in fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{:?}",
            entry.file_name()
        );
        seen += 1;
    }
    assert!(seen >= 2, "the write-ahead log is there too");
}

#[test]
fn migrating_names_what_it_applied_and_then_finds_nothing_to_do() {
    let dir = TempDir::new().unwrap();
    let mut urls = vec![DatabaseUrl::sqlite(dir.path().join("x.db"))];
    urls.extend(postgres_server().map(|server| postgres_schema(&server)));
    for url in urls {
        let db = Db::open(&url, &Options::default()).unwrap();
        let pending = db.pending_migrations().unwrap();
        assert_eq!(pending.first().map(String::as_str), Some("0001_people"));
        assert_eq!(db.migrate().unwrap(), pending);
        assert_eq!(db.migrate().unwrap(), Vec::<String>::new());
        assert_eq!(db.pending_migrations().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn nodes_that_start_together_migrate_once() {
    let dir = TempDir::new().unwrap();
    let mut urls = vec![DatabaseUrl::sqlite(dir.path().join("x.db"))];
    urls.extend(postgres_server().map(|server| postgres_schema(&server)));
    for url in urls {
        let applied: Vec<usize> = thread::scope(|scope| {
            let nodes: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        Db::open(&url, &Options::default())
                            .unwrap()
                            .migrate()
                            .unwrap()
                            .len()
                    })
                })
                .collect();
            nodes.into_iter().map(|node| node.join().unwrap()).collect()
        });
        assert_eq!(
            applied.iter().filter(|n| **n > 0).count(),
            1,
            "{url}: {applied:?}"
        );
    }
}

#[test]
fn a_read_cannot_change_anything() {
    each_database(|fresh| {
        let refused = fresh
            .db
            .read(|tx| users::insert(tx, &user("u")))
            .unwrap_err();
        assert!(matches!(refused, StoreError::ReadOnly), "{refused:?}");
        let refused = fresh.db.read(|tx| {
            tx.audit(crate::samples::event());
            Done::Ok(())
        });
        assert!(matches!(refused, Err(StoreError::ReadOnly)), "{refused:?}");
        assert_eq!(fresh.count("SELECT count(*) AS n FROM users"), 0);
    });
}

#[test]
fn connections_that_the_server_closed_cost_one_request_and_no_more() {
    let Some(server) = postgres_server() else {
        return;
    };
    let DatabaseUrl::Postgres(text) = postgres_schema(&server) else {
        unreachable!("a PostgreSQL URL")
    };
    let name = text.rsplit("%3D").next().unwrap().to_owned();
    let db = Db::open(
        &format!("{text}&application_name={name}").parse().unwrap(),
        // No more than are used at once: the pool would open others by itself, which may come too late
        // to be closed with the rest.
        &Options {
            connections: 3,
            ..Options::default()
        },
    )
    .unwrap();
    db.migrate().unwrap();
    let look = || db.read(|tx| users::list(tx, None, 1));
    // Reads inside reads, so that three connections are open.
    db.read(|_| db.read(|_| db.read(|tx| users::list(tx, None, 1))))
        .unwrap();
    let mut shell = PgConnection::establish(&server).unwrap();
    let closed = diesel::sql_query(format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '{name}'"))
        .execute(&mut shell)
        .unwrap();
    assert_eq!(closed, 3);
    let outcomes: Vec<_> = (0..10).map(|_| look()).collect();
    assert!(
        matches!(outcomes[0], Err(StoreError::Unavailable(_))),
        "{:?}",
        outcomes[0]
    );
    assert!(outcomes[1..].iter().all(Result::is_ok), "{outcomes:?}");
}

#[test]
fn a_write_whose_connection_was_closed_is_undone_and_said_to_be_unavailable() {
    let Some(server) = postgres_server() else {
        return;
    };
    let DatabaseUrl::Postgres(text) = postgres_schema(&server) else {
        unreachable!("a PostgreSQL URL")
    };
    let name = text.rsplit("%3D").next().unwrap().to_owned();
    let db = Db::open(
        &format!("{text}&application_name={name}").parse().unwrap(),
        &Options::default(),
    )
    .unwrap();
    db.migrate().unwrap();
    let lost = db.write(|tx| {
        users::insert(tx, &user("u"))?;
        let mut shell = PgConnection::establish(&server).unwrap();
        diesel::sql_query(format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '{name}'"
        ))
        .execute(&mut shell)
        .unwrap();
        tx.audit(crate::samples::event());
        Done::Ok(())
    });
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    assert_eq!(db.read(|tx| users::list(tx, None, 1)).unwrap(), []);
    db.write(|tx| users::insert(tx, &user("u"))).unwrap();
}

#[test]
fn without_a_free_connection_the_answer_is_unavailable() {
    each_database(|fresh| {
        let db = Db::open(
            &fresh.url,
            &Options {
                connections: 1,
                ..impatient()
            },
        )
        .unwrap();
        let refused = db.read(|_| db.read(|tx| users::list(tx, None, 1)));
        assert!(
            matches!(refused, Err(StoreError::Unavailable(_))),
            "{refused:?}"
        );
        assert!(db.read(|tx| users::list(tx, None, 1)).is_ok());
    });
}
