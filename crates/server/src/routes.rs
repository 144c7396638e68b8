//! The whole map: every address of the application and what answers it.
//!
//! It is one list, from which addresses are registered and measurements are labelled. HEAD is answered wherever GET is
//! (`gate`), and stands nowhere here.

use actix_web::http::Method;
use actix_web::web::{self, PathConfig, ServiceConfig};
use actix_web::{Resource, Scope};

use crate::oauth::cors;
use crate::{account, interaction, links, oauth};

/// An address, and what answers it by which method.
type Address = (&'static str, fn(Resource) -> Resource);

/// Every address. Of two patterns that fit, the first counts.
#[rustfmt::skip]
const MAP: &[Address] = &[
    // Metadata and keys
    ("/.well-known/openid-configuration", |at| public(at).get(oauth::discovery::metadata)),
    ("/.well-known/oauth-authorization-server", |at| public(at).get(oauth::discovery::metadata)),
    ("/jwks", |at| public(at).get(oauth::discovery::jwks)),
    // Protocol
    ("/authorize", |at| at.get(oauth::authorize::get).post(oauth::authorize::post)),
    ("/token", |at| preflight(at).post(oauth::token::token)),
    ("/userinfo", |at| preflight(at).get(oauth::userinfo::get).post(oauth::userinfo::post)),
    ("/introspect", |at| at.post(oauth::introspect::introspect)),
    ("/revoke", |at| preflight(at).post(oauth::revoke::revoke)),
    ("/logout", |at| at.get(oauth::logout::get).post(oauth::logout::post)),
    ("/logout/confirm", |at| at.get(oauth::logout::question).post(oauth::logout::confirm)),
    // Pages
    ("/", |at| at.get(interaction::place::root)),
    ("/i/{id}", |at| at.get(interaction::show::page)),
    ("/i/{id}/another-way", |at| at.get(interaction::show::another_way).post(interaction::submit::another_way)),
    ("/i/{id}/recovery-codes.txt", |at| at.get(interaction::show::recovery_codes)),
    ("/i/{id}/{answer}", |at| at.get(interaction::submit::back).post(interaction::submit::answer)),
    // One-time links
    ("/forgot", |at| at.get(links::forgot).post(links::post_forgot)),
    ("/register", |at| at.get(links::register).post(links::post_register)),
    ("/link/{secret}", |at| at.get(links::look).post(links::follow)),
    // The account
    ("/account", |at| at.get(account::show::overview)),
    ("/account/security", |at| at.get(account::show::security)),
    ("/account/security/add", |at| at.post(account::change::add)),
    ("/account/security/{id}/rename", |at| at.post(account::change::rename)),
    ("/account/security/{id}/remove", |at| at.get(account::show::remove).post(account::change::remove)),
    ("/account/password", |at| at.get(account::show::password).post(account::change::password)),
    ("/account/sessions", |at| at.get(account::show::sessions)),
    ("/account/sessions/end-others", |at| at.post(account::change::end_others)),
    ("/account/sessions/{id}/end", |at| at.post(account::change::end_session)),
    ("/account/devices", |at| at.get(account::show::devices)),
    ("/account/devices/forget-others", |at| at.post(account::change::forget_others)),
    ("/account/devices/{id}/distrust", |at| at.post(account::change::distrust)),
    ("/account/devices/{id}/forget", |at| at.post(account::change::forget)),
    ("/account/activity", |at| at.get(account::show::activity)),
    ("/account/activity/{seq}/report", |at| at.post(account::change::report)),
    ("/account/apps", |at| at.get(account::show::apps)),
    ("/account/apps/{id}/remove", |at| at.post(account::change::remove_app)),
    ("/account/profile", |at| at.get(account::show::profile).post(account::change::profile)),
    // Files, and the language switch
    ("/static/{hash}/{name}", |at| at.get(interaction::place::file)),
    ("/favicon.ico", |at| at.get(interaction::place::favicon)),
    ("/language", |at| at.post(interaction::language::choose)),
];

/// The addresses of one interaction. What lies below is looked for only where this fits: people's requests go there,
/// and each pattern with a name in it takes as long to try as all others together.
const INTERACTION: &str = "/i/{id}";

/// Registers every address.
pub fn routes(map: &mut ServiceConfig) {
    map.app_data(PathConfig::default().error_handler(interaction::place::misnamed));
    for (pattern, answered) in MAP {
        match pattern.strip_prefix(INTERACTION) {
            None => map.service(answered(web::resource(*pattern))),
            Some("") => map.service(below_an_interaction()),
            Some(_) => map,
        };
    }
    map.default_service(web::to(interaction::place::nowhere));
}

fn below_an_interaction() -> Scope {
    let below = |(pattern, answered): &Address| {
        let below = pattern.strip_prefix(INTERACTION)?;
        Some(answered(web::resource(below)))
    };
    let services = MAP.iter().filter_map(below);
    services.fold(web::scope(INTERACTION), Scope::service)
}

/// For pages of registered apps in other origins.
fn preflight(at: Resource) -> Resource {
    at.route(web::method(Method::OPTIONS).to(cors::preflight))
}

/// For pages of any origin.
fn public(at: Resource) -> Resource {
    at.route(web::method(Method::OPTIONS).to(cors::public_preflight))
}

/// The label of a matched pattern.
pub(crate) fn label(pattern: Option<&str>) -> &'static str {
    let mine = MAP.iter().find(|(known, _)| Some(*known) == pattern);
    mine.map_or("unknown", |(known, _)| known)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use actix_web::App;
    use actix_web::test::{TestRequest, call_service, init_service};

    use super::*;

    #[test]
    fn every_address_is_measured_under_its_own_pattern_and_any_other_under_none() {
        let labels: BTreeSet<&str> = MAP.iter().map(|(known, _)| label(Some(known))).collect();
        assert_eq!(labels.len(), MAP.len(), "a pattern comes twice");
        assert!(!labels.contains("unknown"));
        assert_eq!(label(None), "unknown");
        assert_eq!(label(Some("/admin")), "unknown");
    }

    #[actix_web::test]
    async fn an_address_below_an_interaction_is_found_and_measured_like_any_other() {
        let app = init_service(App::new().configure(routes)).await;
        for (path, pattern) in [
            ("/i/abc", "/i/{id}"),
            ("/i/abc/another-way", "/i/{id}/another-way"),
            ("/i/abc/recovery-codes.txt", "/i/{id}/recovery-codes.txt"),
            ("/i/abc/password", "/i/{id}/{answer}"),
            ("/i", "unknown"),
            ("/i/abc/", "unknown"),
            ("/i/abc/password/more", "unknown"),
            ("/account/security", "/account/security"),
            (
                "/account/security/abc/remove",
                "/account/security/{id}/remove",
            ),
        ] {
            let answer = call_service(&app, TestRequest::get().uri(path).to_request()).await;
            let matched = answer.request().match_pattern();
            assert_eq!(label(matched.as_deref()), pattern, "{path}");
        }
    }
}
