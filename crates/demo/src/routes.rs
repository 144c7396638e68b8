//! Every address of the bank, and the server that answers there.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpServer, web};
use stepwell_guard::Guard;

use crate::api::{self, Ledger};
use crate::api_client::ApiClient;
use crate::bank::Bank;
use crate::config::{BankConfig, invalid};
use crate::phone::Phone;
use crate::provider::Provider;
use crate::session::Sessions;
use crate::{actions, views};

/// Builds the bank's server on `listener`. Call it inside a tokio or actix runtime and spawn or
/// await what it returns. The provider need not be up yet: it is discovered at first use.
///
/// # Errors
/// `InvalidInput` where a setting cannot be used, or the listener's own errors.
pub fn serve(config: BankConfig, listener: TcpListener) -> std::io::Result<Server> {
    let config = config.checked()?;
    let guard = Guard::builder(&config.issuer)
        .audience(&config.api_audience)
        .remember(1000)
        .build()
        .map_err(|error| invalid(error.to_string()))?;
    let policy = policy(&config);
    let phone = web::Data::new(Phone::new(&config.totp_uri)?);
    let ledger = web::Data::new(Ledger::default());
    let bank = web::Data::new(Bank {
        sessions: Sessions::default(),
        provider: Provider::new(&config)?,
        api: ApiClient::new(listener.local_addr()?, &config.public_url)
            .map_err(std::io::Error::other)?,
        config,
    });
    let server = HttpServer::new(move || {
        App::new()
            .wrap(headers(&policy))
            .app_data(bank.clone())
            .app_data(phone.clone())
            .app_data(ledger.clone())
            .app_data(web::JsonConfig::default().limit(4096))
            .service(api::resources(&guard))
            .route("/", web::get().to(views::home))
            .route("/result", web::get().to(views::result))
            .route("/callback", web::get().to(actions::come_back))
            .route("/balance", web::post().to(actions::balance))
            .route("/transfer", web::post().to(actions::transfer))
            .route("/transfer/retry", web::post().to(actions::transfer_again))
            .route("/payout-account", web::post().to(actions::change_payout))
            .route(
                "/payout-account/retry",
                web::post().to(actions::change_payout_again),
            )
            .route("/unmet", web::post().to(actions::unmet))
            .route("/logout", web::post().to(actions::logout))
            .route("/phone", web::get().to(views::phone_page))
            .route("/inbox", web::get().to(views::inbox_page))
            .route("/bank.css", web::get().to(views::stylesheet))
            .route("/bank.svg", web::get().to(views::logo))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

/// Nothing inline, nothing from elsewhere. Forms may end at the provider, because the answer to
/// a form of ours redirects there.
fn policy(config: &BankConfig) -> String {
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        BankConfig::origin_of(&config.issuer)
    )
}

/// Headers of every answer that does not set them itself.
fn headers(policy: &str) -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("Content-Security-Policy", policy))
        .add(("X-Content-Type-Options", "nosniff"))
        // Not no-referrer: with that, browsers send `Origin: null` with our own forms.
        .add(("Referrer-Policy", "same-origin"))
        .add((CACHE_CONTROL, "no-store"))
}
