//! The pages of an interaction speak the language of its authorization request.
//!
//! One look at the interaction before the use case, because messages that the use case sends follow the
//! language of the page.

use stepwell_core::ids::InteractionId;
use stepwell_engine::authorize::Seen;

use super::answer::Pages;
use crate::blocking;
use crate::language::Wishes;
use crate::visit::Visit;

/// Pages for an interaction, the request with the language they are in, and the interaction as it was seen, for the
/// use case. Where it cannot be looked at, the browser's own wishes do: what is wrong is told by the use case.
pub(super) async fn pages(mut visit: Visit, id: &InteractionId) -> (Pages, Visit, Option<Seen>) {
    let of = id.clone();
    let look = blocking::read(&visit.state, visit.asked.clone(), move |engine, _| {
        engine.see(&of)
    });
    let seen = look.await.ok().flatten();
    let wished = seen.as_ref().and_then(|seen| seen.wished().ok());
    let locale = Wishes::of(&visit.request, &visit.state.edge).settle(wished.as_ref());
    visit.asked.peer.language = locale.tag();
    let pages = visit.pages().at(format!("/i/{id}"));
    (pages, visit, seen)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use actix_web::test::{TestRequest, call_and_read_body, init_service};
    use actix_web::{App, middleware, web};
    use std::sync::Arc;
    use stepwell_core::ids::ClientId;
    use stepwell_core::time::Timestamp;
    use stepwell_store::interactions::{self, Interaction};

    use super::*;
    use crate::app::{AppState, Edge};
    use crate::request::Asked;
    use crate::{ops, request};

    fn interaction(id: &str, ui_locales: &str) -> Interaction {
        Interaction {
            id: InteractionId::new(id),
            browser_hash: None,
            client_id: ClientId::new("c"),
            request: format!("[{{\"ui_locales\":{ui_locales},\"scope\":\"openid\"}},null]"),
            state: "{}".to_owned(),
            began_at: Timestamp::from_secs(1_000),
            expires_at: Timestamp::from_secs(2_000),
            version: 0,
            finished_at: None,
            outcome: None,
        }
    }

    async fn told(visit: Visit, id: web::Path<String>) -> String {
        let id = InteractionId::new(id.into_inner());
        let (pages, visit, _) = pages(visit, &id).await;
        assert_eq!(pages.chrome.locale.tag(), visit.asked.peer.language);
        visit.asked.peer.language
    }

    async fn as_asked(asked: Asked) -> String {
        asked.peer.language
    }

    /// Whoever sends a message learns the language of the page; programs cost nothing and have none.
    #[actix_web::test]
    async fn a_use_case_is_told_the_language_of_the_page_that_calls_it() {
        let (engine, folder) = ops::health::tests::engine("spoken");
        let write = |row: &Interaction| engine.db().write(|tx| interactions::insert(tx, row));
        write(&interaction("german", "[\"fr\",\"de-AT\"]")).unwrap();
        write(&interaction("any", "[]")).unwrap();
        let edge = Edge {
            origin: "http://localhost:7100".to_owned(),
            secure: false,
            product_name: "Acme ID".to_owned(),
            brand: Arc::default(),
            trusted_proxies: Vec::new(),
        };
        let state = AppState::new(Arc::new(engine), edge, 4);
        let app = App::new()
            .app_data(web::Data::new(state))
            .wrap(middleware::from_fn(request::around))
            .route("/i/{id}", web::get().to(told))
            .route("/account", web::get().to(as_asked))
            .route("/token", web::get().to(as_asked));
        let app = init_service(app).await;
        for (path, cookie, accepted, language) in [
            ("/i/german", "", "en", "de"),
            ("/i/german", "stepwell-lang=en.999999999", "en", "de"),
            ("/i/german", "stepwell-lang=en.1000000000", "de", "en"),
            ("/i/any", "", "de", "de"),
            ("/i/any", "stepwell-lang=en.5", "de", "en"),
            ("/i/unknown", "", "de", "de"),
            ("/account", "", "de", "de"),
            ("/account", "stepwell-lang=de.5", "en", "de"),
            ("/token", "stepwell-lang=de.5", "de", ""),
        ] {
            let request = TestRequest::get()
                .uri(path)
                .insert_header(("cookie", cookie))
                .insert_header(("accept-language", accepted));
            let body = call_and_read_body(&app, request.to_request()).await;
            assert_eq!(body, language, "{path} {cookie} {accepted}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
