//! The pages of an interaction speak the language of its authorization request.
//!
//! One look at the interaction before the use case, because messages that the use case sends follow the
//! language of the page.

use actix_web::HttpRequest;
use stepwell_core::ids::InteractionId;

use super::answer::Pages;
use crate::app::AppState;
use crate::blocking;
use crate::language::Wishes;
use crate::request::Asked;

/// Pages for an interaction, and the request with the language they are in. Where the interaction cannot be
/// looked at, the browser's own wishes do: what is wrong is told by the use case.
pub(super) async fn pages(
    state: &AppState,
    request: &HttpRequest,
    mut asked: Asked,
    id: &InteractionId,
) -> (Pages, Asked) {
    let of = id.clone();
    let look = blocking::read(state, asked.clone(), move |engine, _| engine.wished(&of));
    let wished = look.await.ok().flatten();
    let locale = Wishes::of(request, &state.edge).settle(wished.as_ref());
    asked.peer.language = locale.tag();
    let pages = Pages::of(state, request, &asked).at(format!("/i/{id}"));
    (pages, asked)
}
