//! The database as a value: opened once, shared by every thread.

use std::time::Duration;

use crate::backend::Connect;
use crate::error::StoreError;
use crate::group::Line;
use crate::pool::Connections;
use crate::{DatabaseUrl, Tx, migrations, write};

/// How surely a commit is on disk when it returns. Only SQLite heeds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// Every commit survives a power cut. With less, a used code could come back to life.
    #[default]
    Full,
    /// The last commits may be lost at a power cut; never the file.
    Normal,
}

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections: on SQLite for reading (writing has one of its own), on PostgreSQL for everything.
    pub connections: u32,
    /// The longest wait for a connection or a lock, before [`StoreError::Unavailable`] or
    /// [`StoreError::Busy`].
    pub wait: Duration,
    /// Durability of a commit on SQLite.
    pub synchronous: Synchronous,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 8,
            wait: Duration::from_secs(5),
            synchronous: Synchronous::Full,
        }
    }
}

/// A database, with its connections. Cloning shares them.
#[derive(Clone, Debug)]
pub struct Db {
    writers: Writers,
    readers: Connections,
}

/// Who may write at the same time.
#[derive(Clone, Debug)]
enum Writers {
    /// Anybody with a connection: the database keeps them apart.
    Many(Connections),
    /// One after the other, committed together: the database is a file of this process.
    InLine(Line),
}

impl Db {
    /// Opens the database that the URL names and no other. Does not migrate.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] with the reason when it cannot be reached.
    pub fn open(url: &DatabaseUrl, options: &Options) -> Result<Self, StoreError> {
        let connect = Connect {
            url: url.clone(),
            synchronous: options.synchronous,
            wait: options.wait,
            read_only: false,
        };
        match url {
            DatabaseUrl::Sqlite(_) => {
                // The writer comes first: it makes the file and enters WAL.
                let writer = Connections::open(connect.clone(), 1)?;
                let reading = Connect {
                    read_only: true,
                    ..connect
                };
                let readers = Connections::open(reading, options.connections)?;
                Ok(Self {
                    writers: Writers::InLine(Line::new(writer, options.wait)),
                    readers,
                })
            }
            DatabaseUrl::Postgres(_) => {
                let both = Connections::open(connect, options.connections)?;
                Ok(Self {
                    writers: Writers::Many(both.clone()),
                    readers: both,
                })
            }
        }
    }

    /// Applies the migrations that are missing and names them; all or none. Two nodes that start
    /// together wait for each other, and the second finds nothing to do.
    ///
    /// # Errors
    /// When a migration fails; then none of them is applied.
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.write_alone(|tx| migrations::run(tx.writer()?))
    }

    /// Names the migrations that are missing.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        self.write_alone(|tx| migrations::pending(tx.writer()?))
    }

    /// Whether a short read would wait for nobody just now: the database is a file that this process
    /// reads by itself, writers do not hold readers up (WAL), and a connection is free.
    pub fn reads_at_once(&self) -> bool {
        matches!(self.writers, Writers::InLine(_)) && self.readers.has_free()
    }

    /// Runs queries that only look. Each sees the newest committed state by itself; where several must
    /// agree with each other use [`Self::snapshot`].
    ///
    /// Do not call it inside a write: it would not see what that write changed.
    ///
    /// # Errors
    /// Whatever `work` returns, or that no connection could be had.
    pub fn read<T, E>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let mut slot = self.readers.take()?;
        let mut tx = Tx::new(&mut slot.conn, false);
        let out = work(&mut tx);
        let dropped = !tx.take_events().is_empty();
        if out.is_err() {
            self.readers.look_after(&mut slot);
        }
        if dropped {
            Err(StoreError::ReadOnly.into())
        } else {
            out
        }
    }

    /// Runs queries that only look, all at one instant of the database.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn snapshot<T, E>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let mut slot = self.readers.take()?;
        slot.conn.begin_snapshot().map_err(StoreError::from)?;
        let mut tx = Tx::new(&mut slot.conn, false);
        let out = work(&mut tx);
        let dropped = !tx.take_events().is_empty();
        let ended = slot.conn.rollback();
        if out.is_err() || ended.is_err() {
            self.readers.look_after(&mut slot);
        }
        if dropped {
            Err(StoreError::ReadOnly.into())
        } else {
            out
        }
    }

    /// Runs one change: everything in it is stored, with its audit events, or nothing is. An `Err` from
    /// `work` undoes it. Nothing is tried a second time.
    ///
    /// On SQLite writers run one at a time, so keep it short, hash no password inside, and never call
    /// `write` inside a write (it would wait for itself until [`Options::wait`] is over). Writers that meet
    /// there share a commit, and each still answers for itself alone; `group` says how.
    ///
    /// # Errors
    /// Whatever `work` returns, or why the change or its audit events could not be stored.
    pub fn write<T, E>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        match &self.writers {
            Writers::Many(pool) => write::alone(pool, work),
            Writers::InLine(line) => line.write(work),
        }
    }

    /// Whether changes that meet share a commit, so that [`Self::write_each`] is the cheaper way for many.
    pub fn shares_commits(&self) -> bool {
        matches!(self.writers, Writers::InLine(_))
    }

    /// Runs several changes that know nothing of each other, each as [`Self::write`] would, in order. On
    /// SQLite they share a commit; on PostgreSQL each has its own.
    pub fn write_each<T, E, W>(&self, works: Vec<W>) -> Vec<Result<T, E>>
    where
        W: FnOnce(&mut Tx<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        match &self.writers {
            Writers::Many(pool) => {
                let works = works.into_iter();
                works.map(|work| write::alone(pool, work)).collect()
            }
            Writers::InLine(line) => line.write_each(works),
        }
    }

    /// The same for a change that takes long, such as clearing: nobody else's commit waits for it.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_alone<T, E>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        match &self.writers {
            Writers::Many(pool) => write::alone(pool, work),
            Writers::InLine(line) => line.write_alone(work),
        }
    }

    /// Where the connection that writes is to be had on SQLite.
    #[cfg(test)]
    pub(crate) fn writer(&self) -> &Connections {
        match &self.writers {
            Writers::Many(pool) => pool,
            Writers::InLine(line) => line.pool(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection};
    use stepwell_core::audit::{Event, names};
    use stepwell_core::time::Timestamp;

    use super::*;
    use crate::{audit, evidence, refresh_tokens, secrets, token_status, users};

    #[test]
    fn a_full_disk_is_told_as_such_and_leaves_nothing_in_part() {
        let dir = tempfile::TempDir::new().unwrap();
        let db = Db::open(
            &DatabaseUrl::sqlite(dir.path().join("x.db")),
            &Options::default(),
        )
        .unwrap();
        db.migrate().unwrap();
        // The one writer may not make the file larger than it is.
        db.writer()
            .take()
            .unwrap()
            .conn
            .batch_execute("PRAGMA max_page_count = 1;")
            .unwrap();
        let now = Timestamp::from_secs(1);
        let add = |name: &str, size: usize| {
            db.write(|tx| {
                tx.audit(Event::new(names::KEY_RESEALED, now));
                secrets::get_or_insert(tx, name, &"x".repeat(size), now)
            })
        };
        let refused = add("large", 100_000).unwrap_err();
        assert!(
            matches!(refused, StoreError::Full(_)) && refused.is_temporary(),
            "{refused:?}"
        );
        assert_eq!(db.read(secrets::all).unwrap(), []);
        assert_eq!(db.read(audit::checkpoint).unwrap().seq, 0);
        add("small", 10).unwrap();
    }

    #[test]
    fn every_statement_of_a_refresh_is_prepared_once() {
        let dir = tempfile::TempDir::new().unwrap();
        let db = Db::open(
            &DatabaseUrl::sqlite(dir.path().join("x.db")),
            &Options::default(),
        )
        .unwrap();
        db.migrate().unwrap();
        let now = Timestamp::from_secs(1_000);
        let later = Timestamp::from_secs(2_000);
        let log: Arc<Mutex<(Vec<String>, Vec<String>)>> = Arc::default();
        let seen = Arc::clone(&log);
        db.writer().take().unwrap().conn.set_instrumentation(
            move |event: InstrumentationEvent<'_>| match event {
                InstrumentationEvent::StartQuery { query, .. } => {
                    seen.lock().unwrap().0.push(query.to_string())
                }
                InstrumentationEvent::CacheQuery { sql, .. } => {
                    seen.lock().unwrap().1.push(sql.to_owned())
                }
                _ => {}
            },
        );
        db.write(|tx| rotation::start(tx, now, later)).unwrap();
        for generation in 0..3 {
            assert!(
                db.write(|tx| rotation::step(tx, generation, now, later))
                    .unwrap()
            );
        }
        let (run, prepared) = log.lock().unwrap().clone();
        let kept: BTreeSet<&str> = prepared.iter().map(String::as_str).collect();
        assert_eq!(kept.len(), prepared.len(), "prepared twice: {prepared:#?}");
        let texts = run.iter().map(|sql| sql.split(" -- binds").next().unwrap());
        let refresh: Vec<_> = texts
            .filter(|sql| *sql != "BEGIN IMMEDIATE" && *sql != "COMMIT")
            .skip(3)
            .collect();
        assert_eq!(refresh.len(), 18, "six statements each: {refresh:#?}");
        for sql in refresh {
            assert!(kept.contains(sql), "prepared at every call: {sql}");
        }
    }

    #[test]
    fn every_statement_that_looks_at_a_token_or_at_proofs_is_prepared_once() {
        let dir = tempfile::TempDir::new().unwrap();
        let db = Db::open(
            &DatabaseUrl::sqlite(dir.path().join("x.db")),
            // One reader: the one that is watched.
            &Options {
                connections: 1,
                ..Options::default()
            },
        )
        .unwrap();
        db.migrate().unwrap();
        let now = Timestamp::from_secs(1_000);
        db.write(|tx| rotation::start(tx, now, Timestamp::from_secs(2_000)))
            .unwrap();
        let log: Arc<Mutex<(usize, Vec<String>)>> = Arc::default();
        let seen = Arc::clone(&log);
        db.readers.take().unwrap().conn.set_instrumentation(
            move |event: InstrumentationEvent<'_>| match event {
                InstrumentationEvent::StartQuery { .. } => seen.lock().unwrap().0 += 1,
                InstrumentationEvent::CacheQuery { sql, .. } => {
                    seen.lock().unwrap().1.push(sql.to_owned())
                }
                _ => {}
            },
        );
        let grant = stepwell_core::ids::GrantId::new("g");
        let session = stepwell_core::ids::SessionId::new("s");
        let hash =
            stepwell_core::secret::Hashed::of(&stepwell_core::secret::Secret::new("unknown"));
        let times = 5;
        for _ in 0..times {
            assert!(
                db.read(|tx| token_status::token_status(tx, "j", Some(&grant)))
                    .unwrap()
            );
            assert!(
                db.read(|tx| token_status::token_status(tx, "j", None))
                    .unwrap()
            );
            assert!(
                db.read(|tx| users::of_live_token(tx, "j", &grant))
                    .unwrap()
                    .is_some()
            );
            assert!(
                db.read(|tx| refresh_tokens::find_with_grant(tx, &hash))
                    .unwrap()
                    .is_none()
            );
            assert!(
                db.read(|tx| evidence::live_of(tx, &session))
                    .unwrap()
                    .is_empty()
            );
        }
        let (run, prepared) = log.lock().unwrap().clone();
        let kept: BTreeSet<&str> = prepared.iter().map(String::as_str).collect();
        assert_eq!(kept.len(), prepared.len(), "prepared twice: {prepared:#?}");
        assert_eq!((kept.len(), run), (5, 5 * times), "not kept: {prepared:#?}");
        assert!(
            prepared.iter().all(|sql| !sql.contains("LIMIT")),
            "prepared at every call: {prepared:#?}"
        );
    }

    /// A refresh as the engine does it.
    mod rotation {
        use serde_json::Map;
        use stepwell_core::audit::{Event, names};
        use stepwell_core::ids::{ClientId, GrantId, UserId};
        use stepwell_core::secret::{Hashed, Secret};
        use stepwell_core::time::Timestamp;
        use stepwell_core::user::{Status, User};

        use crate::grants::Grant;
        use crate::refresh_tokens::{self, RefreshToken};
        use crate::{StoreError, Tx, grants, users};

        fn token(generation: i64, now: Timestamp, later: Timestamp) -> RefreshToken {
            RefreshToken {
                hash: Hashed::of(&Secret::new(generation.to_string())),
                grant_id: GrantId::new("g"),
                client_id: ClientId::new("c"),
                generation,
                created_at: now,
                expires_at: later,
                used_at: None,
            }
        }

        pub(super) fn start(
            tx: &mut Tx<'_>,
            now: Timestamp,
            later: Timestamp,
        ) -> Result<(), StoreError> {
            let user = User {
                id: UserId::new("u"),
                username: "u".into(),
                canonical: "u".into(),
                skeleton: "u".into(),
                status: Status::Active,
                claims: Map::new(),
                created_at: now,
                updated_at: now,
            };
            users::insert(tx, &user)?;
            let grant = Grant {
                id: GrantId::new("g"),
                user_id: user.id,
                client_id: ClientId::new("c"),
                session_id: None,
                scope: "openid".into(),
                resources: "[]".into(),
                grounds: "{}".into(),
                nonce: None,
                claims: None,
                created_at: now,
                expires_at: later,
                revoked_at: None,
                revoked_why: None,
            };
            grants::insert(tx, &grant)?;
            refresh_tokens::insert(tx, &token(0, now, later))
        }

        pub(super) fn step(
            tx: &mut Tx<'_>,
            generation: i64,
            now: Timestamp,
            later: Timestamp,
        ) -> Result<bool, StoreError> {
            let presented = token(generation, now, later);
            let (found, grant, _) = refresh_tokens::find_with_grant(tx, &presented.hash)?
                .ok_or_else(|| StoreError::Missing("the token".into()))?;
            let won = refresh_tokens::use_once(tx, &found.hash, now)?;
            refresh_tokens::insert(tx, &token(generation + 1, now, later))?;
            tx.audit(
                Event::new(names::TOKEN_REFRESHED, now)
                    .user(&grant.user_id)
                    .client(&grant.client_id),
            );
            Ok(won)
        }
    }
}
