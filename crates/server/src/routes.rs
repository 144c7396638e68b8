//! The whole map: every address of the application and what answers it.

use actix_web::http::Method;
use actix_web::web::{self, PathConfig, ServiceConfig};

use crate::{account, interaction, links, oauth};

const OPTIONS: Method = Method::OPTIONS;

/// Every pattern, for measurements: they are labelled by these and nothing else.
const PATTERNS: [&str; 39] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/jwks",
    "/authorize",
    "/token",
    "/userinfo",
    "/introspect",
    "/revoke",
    "/logout",
    "/logout/confirm",
    "/",
    "/i/{id}",
    "/i/{id}/another-way",
    "/i/{id}/recovery-codes.txt",
    "/i/{id}/{answer}",
    "/forgot",
    "/register",
    "/link/{secret}",
    "/account",
    "/account/security",
    "/account/security/add",
    "/account/security/{id}/rename",
    "/account/security/{id}/remove",
    "/account/password",
    "/account/sessions",
    "/account/sessions/{id}/end",
    "/account/sessions/end-others",
    "/account/devices",
    "/account/devices/{id}/distrust",
    "/account/devices/{id}/forget",
    "/account/devices/forget-others",
    "/account/activity",
    "/account/activity/{seq}/report",
    "/account/apps",
    "/account/apps/{id}/remove",
    "/account/profile",
    "/static/{hash}/{name}",
    "/favicon.ico",
    "/language",
];

/// Registers every address.
pub fn routes(map: &mut ServiceConfig) {
    let preflight = || web::method(OPTIONS).to(oauth::cors::preflight);
    let public = || web::method(OPTIONS).to(oauth::cors::public_preflight);
    let at = web::resource::<&str>;
    map.app_data(PathConfig::default().error_handler(interaction::place::misnamed))
        // Metadata and keys
        .service(
            at(PATTERNS[0])
                .get(oauth::discovery::metadata)
                .route(web::head().to(oauth::discovery::metadata))
                .route(public()),
        )
        .service(
            at(PATTERNS[1])
                .get(oauth::discovery::metadata)
                .route(web::head().to(oauth::discovery::metadata))
                .route(public()),
        )
        .service(
            at("/jwks")
                .get(oauth::discovery::jwks)
                .route(web::head().to(oauth::discovery::jwks))
                .route(public()),
        )
        // Protocol
        .service(
            at("/authorize")
                .get(oauth::authorize::get)
                .post(oauth::authorize::post),
        )
        .service(at("/token").post(oauth::token::token).route(preflight()))
        .service(
            at("/userinfo")
                .get(oauth::userinfo::get)
                .post(oauth::userinfo::post)
                .route(preflight()),
        )
        .service(at("/introspect").post(oauth::introspect::introspect))
        .service(at("/revoke").post(oauth::revoke::revoke).route(preflight()))
        .service(
            at("/logout")
                .get(oauth::logout::get)
                .post(oauth::logout::post),
        )
        .service(
            at("/logout/confirm")
                .get(oauth::logout::question)
                .post(oauth::logout::confirm),
        )
        // Pages
        .service(at("/").get(interaction::place::root))
        .service(at("/i/{id}").get(interaction::show::page))
        .service(
            at("/i/{id}/another-way")
                .get(interaction::show::another_way)
                .post(interaction::submit::another_way),
        )
        .service(at("/i/{id}/recovery-codes.txt").get(interaction::show::recovery_codes))
        .service(
            at("/i/{id}/{answer}")
                .get(interaction::submit::back)
                .post(interaction::submit::answer),
        )
        // One-time links
        .service(at("/forgot").get(links::forgot).post(links::post_forgot))
        .service(
            at("/register")
                .get(links::register)
                .post(links::post_register),
        )
        .service(at("/link/{secret}").get(links::look).post(links::follow))
        // The account
        .service(at("/account").get(account::show::overview))
        .service(at("/account/security").get(account::show::security))
        .service(at("/account/security/add").post(account::change::add))
        .service(at("/account/security/{id}/rename").post(account::change::rename))
        .service(
            at("/account/security/{id}/remove")
                .get(account::show::remove)
                .post(account::change::remove),
        )
        .service(
            at("/account/password")
                .get(account::show::password)
                .post(account::change::password),
        )
        .service(at("/account/sessions").get(account::show::sessions))
        .service(at("/account/sessions/end-others").post(account::change::end_others))
        .service(at("/account/sessions/{id}/end").post(account::change::end_session))
        .service(at("/account/devices").get(account::show::devices))
        .service(at("/account/devices/forget-others").post(account::change::forget_others))
        .service(at("/account/devices/{id}/distrust").post(account::change::distrust))
        .service(at("/account/devices/{id}/forget").post(account::change::forget))
        .service(at("/account/activity").get(account::show::activity))
        .service(at("/account/activity/{seq}/report").post(account::change::report))
        .service(at("/account/apps").get(account::show::apps))
        .service(at("/account/apps/{id}/remove").post(account::change::remove_app))
        .service(
            at("/account/profile")
                .get(account::show::profile)
                .post(account::change::profile),
        )
        .service(
            at("/static/{hash}/{name}")
                .get(interaction::place::file)
                .route(web::head().to(interaction::place::file)),
        )
        .service(at("/language").post(interaction::language::choose))
        .service(at("/favicon.ico").get(interaction::place::favicon))
        .default_service(web::to(interaction::place::nowhere));
}

/// The label of a matched pattern.
pub(crate) fn label(pattern: Option<&str>) -> &'static str {
    PATTERNS
        .into_iter()
        .find(|known| Some(*known) == pattern)
        .unwrap_or("unknown")
}
