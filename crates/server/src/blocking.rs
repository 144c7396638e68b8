//! Where async meets sync: the one place that runs what may wait off the event loop.
//!
//! Bounded: when every place is taken the answer is 503 at once, not a longer queue.

use std::sync::Arc;

use actix_web::web;
use stepwell_engine::{Engine, EngineError};
use tokio::sync::OwnedSemaphorePermit;

use crate::app::AppState;
use crate::request::Asked;

/// Runs a use case where it may wait on the database, the network or a password hash.
pub(crate) async fn run<T, F>(state: &AppState, asked: Asked, work: F) -> Result<T, EngineError>
where
    T: Send + 'static,
    F: FnOnce(&Engine, &stepwell_engine::Call<'_>) -> Result<T, EngineError> + Send + 'static,
{
    let place = place(state)?;
    let engine = Arc::clone(&state.engine);
    let done = web::block(move || {
        let _place = place;
        work(&engine, &asked.call())
    });
    done.await.unwrap_or_else(|_| Err(stopping()))
}

/// A place for work that may wait, kept as long as it is held.
pub(crate) fn place(state: &AppState) -> Result<OwnedSemaphorePermit, EngineError> {
    let place = Arc::clone(&state.places).try_acquire_owned();
    place.map_err(|_| EngineError::Unavailable("too many requests are in work".to_owned()))
}

/// What is said where no thread does the work any more.
pub(crate) fn stopping() -> EngineError {
    EngineError::Unavailable("the server is stopping".to_owned())
}

/// Runs a use case that checks a password: first its turn, then a thread.
pub(crate) async fn run_hashing<T, F>(
    state: &AppState,
    asked: Asked,
    work: F,
) -> Result<T, EngineError>
where
    T: Send + 'static,
    F: FnOnce(&Engine, &stepwell_engine::Call<'_>) -> Result<T, EngineError> + Send + 'static,
{
    let Ok(_queued) = state.hashing.queue.try_acquire() else {
        return Err(EngineError::Busy);
    };
    let Ok(_turn) = state.hashing.turns.acquire().await else {
        return Err(EngineError::Busy);
    };
    run(state, asked, work).await
}

/// Runs a use case that only looks, and shortly: in place where the database is a file of this process
/// and a connection is free, because such a look takes less time than the way to another thread and
/// back; else like [`run`].
pub(crate) async fn read<T, F>(state: &AppState, asked: Asked, look: F) -> Result<T, EngineError>
where
    T: Send + 'static,
    F: FnOnce(&Engine, &stepwell_engine::Call<'_>) -> Result<T, EngineError> + Send + 'static,
{
    if state.engine.db().reads_at_once() {
        look(&state.engine, &asked.call())
    } else {
        run(state, asked, look).await
    }
}
