//! Refreshes that come while others are being stored wait, and are then stored with one commit.
//!
//! The thread that stores them only spends tokens. New ones are signed by the threads that read the
//! requests, side by side.

use std::sync::Arc;

use stepwell_core::client::Client;
use stepwell_core::oauth::Params;
use stepwell_engine::grants::{Refresh, Rotated, TokenAnswer};
use stepwell_engine::{Engine, EngineError};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::app::AppState;
use crate::blocking;
use crate::gather::Serving;
use crate::request::Asked;

/// Refreshes that are stored together at most, so that the first of them does not wait for ever.
const MOST: usize = 32;

/// A refresh on its way to the database.
#[derive(Debug)]
pub(crate) struct Waiting {
    asking: Arc<Asking>,
    told: oneshot::Sender<Result<Rotated, EngineError>>,
    _place: OwnedSemaphorePermit,
}

/// A refresh that an authenticated client asks for.
#[derive(Debug)]
struct Asking {
    asked: Asked,
    client: Arc<Client>,
    params: Params,
}

impl Asking {
    fn refresh(&self) -> Refresh<'_> {
        Refresh {
            call: self.asked.call(),
            client: &self.client,
            params: &self.params,
        }
    }
}

/// Answers a refresh, with others that come meanwhile.
pub(super) async fn refresh(
    state: &AppState,
    asked: Asked,
    client: Arc<Client>,
    params: Params,
) -> Result<TokenAnswer, EngineError> {
    let place = blocking::place(state)?;
    let asking = Arc::new(Asking {
        asked,
        client,
        params,
    });
    let (told, hears) = oneshot::channel();
    let serving = state.refreshes.join(Waiting {
        asking: Arc::clone(&asking),
        told,
        _place: place,
    });
    if let Some(serving) = serving {
        let engine = Arc::clone(&state.engine);
        actix_rt::task::spawn_blocking(move || serve(serving, &engine));
    }
    let rotated = hears.await.unwrap_or_else(|_| Err(blocking::stopping()));
    state.engine.refreshed(&asking.refresh(), rotated)
}

fn serve(mut serving: Serving<Waiting>, engine: &Engine) {
    while let Some(group) = serving.next(MOST) {
        let asked: Vec<_> = group.iter().map(|one| one.asking.refresh()).collect();
        let rotated = engine.rotate_each(&asked);
        for (one, rotated) in group.into_iter().zip(rotated) {
            // Who has gone away is not told.
            let _ = one.told.send(rotated);
        }
    }
}
