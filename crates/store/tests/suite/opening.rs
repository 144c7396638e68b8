//! Opening, migrating, and what happens when the database is not there.

use std::fs;
use std::net::TcpListener;
use std::thread;

use stepwell_store::{DatabaseUrl, Db, Options, StoreError, users};
use tempfile::TempDir;

use crate::samples::user;
use crate::support::{Done, each_database, impatient, postgres_schema, postgres_server};

#[test]
fn a_server_that_is_down_is_an_error_and_never_becomes_a_file() {
    let dir = TempDir::new().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let before = fs::read_dir(".").unwrap().count();
    for text in [
        format!("postgres://nobody:hunter2@127.0.0.1:{port}/stepwell"),
        format!("postgresql://127.0.0.1:{port}/{}", dir.path().join("x.db").display()),
    ] {
        let refused = Db::open(&text.parse().unwrap(), &impatient()).unwrap_err();
        assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    assert_eq!(fs::read_dir(".").unwrap().count(), before);
}

#[test]
fn a_file_in_a_missing_directory_is_told_at_once() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("missing").join("x.db");
    let refused = Db::open(&DatabaseUrl::sqlite(&path), &impatient()).unwrap_err();
    assert!(matches!(&refused, StoreError::Unavailable(why) if why.contains("missing")), "{refused:?}");
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
    let db = Db::open(&DatabaseUrl::sqlite(dir.path().join("x.db")), &Options::default()).unwrap();
    db.migrate().unwrap();
    let mut seen = 0;
    for entry in fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
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
                .map(|_| scope.spawn(|| Db::open(&url, &Options::default()).unwrap().migrate().unwrap().len()))
                .collect();
            nodes.into_iter().map(|node| node.join().unwrap()).collect()
        });
        assert_eq!(applied.iter().filter(|n| **n > 0).count(), 1, "{url}: {applied:?}");
    }
}

#[test]
fn a_read_cannot_change_anything() {
    each_database(|fresh| {
        let refused = fresh.db.read(|tx| users::insert(tx, &user("u"))).unwrap_err();
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
fn a_connection_that_the_server_closed_costs_one_request_and_no_more() {
    let Some(server) = postgres_server() else { return };
    let url = postgres_schema(&server);
    let db = Db::open(&url, &Options::default()).unwrap();
    db.migrate().unwrap();
    let look = || db.read(|tx| users::list(tx, None, 1));
    // Several connections are opened, then the server closes them all.
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..50).for_each(|_| assert!(look().is_ok())));
        }
    });
    let DatabaseUrl::Postgres(text) = &url else { unreachable!("a PostgreSQL URL") };
    let schema = text.rsplit("%3D").next().unwrap();
    let mut conn = diesel::Connection::establish(&server).unwrap();
    let _: &mut diesel::PgConnection = &mut conn;
    diesel::connection::SimpleConnection::batch_execute(
        &mut conn,
        &format!(
            "DO $$ BEGIN PERFORM pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation \
             WHERE c.relnamespace = '{schema}'::regnamespace AND l.pid <> pg_backend_pid(); END $$; \
             DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE application_name = 'stepwell' AND query LIKE '%users%canonical%' AND pid <> pg_backend_pid() \
             AND datname = current_database() AND '{schema}' <> ''; END $$;"
        ),
    )
    .unwrap();
    let failures = (0..20).filter(|_| look().is_err()).count();
    assert!(failures <= 1, "{failures} requests failed");
}
