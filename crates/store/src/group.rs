//! Changes that wait for each other are committed together: one wait for the disk instead of many. For
//! SQLite, which lets one writer write at a time; PostgreSQL does the like by itself.
//!
//! 1. Whoever wants to write waits for a turn. Who then leaves nobody waiting behind writes alone: BEGIN
//!    IMMEDIATE, the work, COMMIT.
//! 2. Who leaves others waiting, or brings several changes, does each in a savepoint and hands the open
//!    transaction to the next, who does the same. A group is the changes that one transaction goes through.
//! 3. Who leaves nobody waiting any more, or finds [`MOST`] changes made, commits for the group.
//! 4. **Nobody goes away with an answer before that commit.** Where it fails, its failure is everybody's
//!    answer. That holds for an `Err` too: what led to it may be what another member changed, which nobody
//!    may know until it is on disk.
//! 5. An `Err` or a panic undoes the change's own savepoint, audit events and all. Where a savepoint can be
//!    neither released nor undone, SQLite gave up the whole transaction (on a full disk, an I/O error): the
//!    group has failed.
//!
//! Nobody waits for company. Work that takes long neither joins a group nor begins one
//! ([`Line::write_alone`]).

#[cfg(test)]
mod tests;

use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use crate::pool::Connections;
use crate::write::{self, Begun};
use crate::{StoreError, Tx};

/// Changes after which a group takes in nobody else, so that the first does not wait for ever.
const MOST: usize = 32;

/// The line of writers before the one connection that writes. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Line(Arc<Shared>);

struct Shared {
    pool: Connections,
    wait: Duration,
    state: Mutex<State>,
    /// Rings when there is a turn to take.
    bell: Condvar,
}

struct State {
    waiting: usize,
    turn: Place,
}

/// Where the turn is.
enum Place {
    Taken,
    /// Whoever comes next begins anew.
    Free,
    /// Whoever comes next goes on with this. Put there only while somebody waits, and nobody who waits
    /// leaves without looking, so it is never left lying.
    Handed(Box<Open>),
}

/// A group's transaction.
struct Open {
    begun: Begun,
    changes: usize,
    promise: Promise,
}

/// That everybody in a group is told what became of it.
#[derive(Default)]
struct Promise(Outcome);

/// What became of a group: set once, after its commit.
type Outcome = Arc<OnceLock<Result<(), StoreError>>>;

impl Line {
    /// A line before the one connection of `pool`, in which nobody waits longer than `wait`.
    pub(crate) fn new(pool: Connections, wait: Duration) -> Self {
        Self(Arc::new(Shared {
            pool,
            wait,
            state: Mutex::new(State {
                waiting: 0,
                turn: Place::Free,
            }),
            bell: Condvar::new(),
        }))
    }

    /// Runs one change, alone or in a group.
    pub(crate) fn write<T, E>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let (turn, alone) = Turn::take(&self.0)?;
        if !alone {
            let done = turn.in_company([work])?;
            done.into_iter()
                .next()
                .unwrap_or_else(|| Err(lost(&"nobody did it").into()))
        } else {
            write::alone(&self.0.pool, work)
        }
    }

    /// Runs several changes that know nothing of each other, in order, with one commit. One that panics
    /// does so here when the others are stored.
    pub(crate) fn write_each<T, E, W>(&self, works: Vec<W>) -> Vec<Result<T, E>>
    where
        W: FnOnce(&mut Tx<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        let many = works.len();
        let done = Turn::take(&self.0).and_then(|(turn, alone)| {
            if alone && many == 1 {
                let works = works.into_iter();
                Ok(works.map(|work| write::alone(&self.0.pool, work)).collect())
            } else {
                turn.in_company(works)
            }
        });
        done.unwrap_or_else(|why| (0..many).map(|_| Err(why.clone().into())).collect())
    }

    /// Runs one change alone, whoever waits; a group that was on its way is committed first.
    pub(crate) fn write_alone<T, E>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let (mut turn, _) = Turn::take(&self.0)?;
        turn.commit();
        write::alone(&self.0.pool, work)
    }

    #[cfg(test)]
    pub(crate) fn pool(&self) -> &Connections {
        &self.0.pool
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held, so what it guards is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to write. Where it is dropped it is free again, and what was open is given up.
struct Turn<'l> {
    line: &'l Shared,
    open: Option<Box<Open>>,
    handed_on: bool,
}

impl<'l> Turn<'l> {
    /// Waits for it; also says whether nobody else waits or left something open.
    fn take(line: &'l Shared) -> Result<(Self, bool), StoreError> {
        let mut state = line.state();
        state.waiting += 1;
        let taken = |state: &mut State| matches!(state.turn, Place::Taken);
        let (mut state, _) = line
            .bell
            .wait_timeout_while(state, line.wait, taken)
            .unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        let open = match mem::replace(&mut state.turn, Place::Taken) {
            Place::Taken => {
                let text = "no turn to write came in time";
                return Err(StoreError::Unavailable(text.to_owned()));
            }
            Place::Free => None,
            Place::Handed(open) => Some(open),
        };
        let alone = open.is_none() && state.waiting == 0;
        let turn = Self {
            line,
            open,
            handed_on: false,
        };
        Ok((turn, alone))
    }

    /// The works as part of the group, which begins here unless it was handed on. `Err` when the group
    /// failed; then nothing of them is stored.
    fn in_company<T, E, W>(
        mut self,
        works: impl IntoIterator<Item = W>,
    ) -> Result<Vec<Result<T, E>>, StoreError>
    where
        W: FnOnce(&mut Tx<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(Box::new(Open::begin(&self.line.pool)?)),
        };
        let outcome = Arc::clone(&open.promise.0);
        let done: Result<Vec<_>, _> = works.into_iter().map(|work| open.change(work)).collect();
        match &done {
            Ok(_) => self.hand_on(),
            Err(why) => self.fail(why),
        }
        let committed = outcome.wait().clone();
        let told = done.map(|told| {
            let told = told.into_iter();
            told.map(|told| told.unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        });
        committed.and(told)
    }

    /// Leaves the transaction to the next in line, or commits it.
    fn hand_on(mut self) {
        let mut state = self.line.state();
        let has_room = |open: &mut Box<Open>| open.changes < MOST;
        if state.waiting > 0
            && let Some(open) = self.open.take_if(has_room)
        {
            state.turn = Place::Handed(open);
            self.handed_on = true;
            drop(state);
            self.line.bell.notify_one();
        } else {
            drop(state);
            self.commit();
        }
    }

    /// Commits what is open, if anything is, and tells the group.
    fn commit(&mut self) {
        if let Some(open) = self.open.take() {
            let Open { begun, promise, .. } = *open;
            promise.keep(begun.commit(&self.line.pool));
        }
    }

    /// Tells the group that its transaction is lost. What SQLite did not undo by itself is undone when the
    /// connection is thrown away.
    fn fail(mut self, why: &StoreError) {
        if let Some(mut open) = self.open.take() {
            self.line.pool.look_after(&mut open.begun.slot);
            open.promise.keep(Err(lost(why)));
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        drop(self.open.take());
        if !self.handed_on {
            let mut state = self.line.state();
            state.turn = Place::Free;
            let somebody = state.waiting > 0;
            drop(state);
            if somebody {
                self.line.bell.notify_one();
            }
        }
    }
}

impl Open {
    fn begin(pool: &Connections) -> Result<Self, StoreError> {
        Ok(Self {
            begun: write::begin(pool)?,
            changes: 0,
            promise: Promise::default(),
        })
    }

    /// One change, in a savepoint of its own. `Err` when the transaction is lost, and not by a refusal or a
    /// panic of the work.
    fn change<T, E>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<thread::Result<Result<T, E>>, StoreError>
    where
        E: From<StoreError>,
    {
        self.changes += 1;
        self.begun.slot.conn.begin_savepoint()?;
        let told = catch_unwind(AssertUnwindSafe(|| self.begun.run(work)));
        let conn = &mut self.begun.slot.conn;
        match &told {
            Ok(Ok(_)) => conn.commit()?,
            Ok(Err(_)) | Err(_) => conn.rollback()?,
        }
        Ok(told)
    }
}

impl Promise {
    fn keep(self, outcome: Result<(), StoreError>) {
        // Set here or in `drop`, and this comes first.
        let _ = self.0.set(outcome);
    }
}

impl Drop for Promise {
    /// Whatever happened: nobody waits for ever, and nobody is told that it is stored.
    fn drop(&mut self) {
        self.0.get_or_init(|| Err(lost(&"it was given up")));
    }
}

fn lost(why: &dyn fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("a transaction that several shared was lost: {why}"))
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Line").field(&self.0.pool).finish()
    }
}
