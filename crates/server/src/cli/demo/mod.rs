//! `stepwell demo`: the provider, a seeded person and a demo bank in one process, to try a step-up.
//!
//! Everything is kept in one folder, and its `stepwell.toml` serves every other command. It is meant
//! for one's own machine: plain http, a password on the screen, pages that stand in for the phone
//! and the mailbox.

mod announce;
mod home;
mod ready;
mod seed;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use stepwell_demo::BankConfig;

use super::args::Demo;
use super::failure::Failure;
use super::output::Output;
use super::serve::{Running, bind, in_runtime};
use super::{provider, slow};
use crate::config;
use crate::ops::logging;
use home::Home;

/// Where everything of a demo is reached.
#[derive(Clone, Debug)]
struct Addresses {
    issuer: String,
    bank: String,
    listen: SocketAddr,
    bank_listen: SocketAddr,
    ops_listen: SocketAddr,
}

pub(super) fn run(args: &Demo, output: &mut Output<'_>) -> Result<(), Failure> {
    let home = Home::open(&args.data)?;
    let listener = bind(args.listen, "--listen")?;
    let bank_listener = bind(args.bank_listen, "--bank-listen")?;
    let ops_listener = bind(SocketAddr::from(([127, 0, 0, 1], 0)), "ops_listen")?;
    let bound = |listener: &std::net::TcpListener| {
        listener
            .local_addr()
            .map_err(|error| Failure::failed(format!("a listener has no address: {error}")))
    };
    let (listen, bank_listen) = (bound(&listener)?, bound(&bank_listener)?);
    let at = Addresses {
        issuer: public(listen, "--listen")?,
        bank: public(bank_listen, "--bank-listen")?,
        listen,
        bank_listen,
        ops_listen: bound(&ops_listener)?,
    };
    home.write_config(&at)?;
    let config = config::load(Some(&home.config()), &home::variables())?.config;
    logging::install(&config.log);
    let engine = Arc::new(provider::engine(&config)?);
    let kept = slow::doing("seeding the demo", || seed::seed(&engine, &home, &at))?;
    in_runtime(async move {
        let mut running = Running::start(&config, engine, listener, Some(ops_listener))?;
        let bank = stepwell_demo::serve(bank(&at, &kept, &home), bank_listener);
        running.beside(
            bank.map_err(|error| Failure::failed(format!("the bank cannot start: {error}")))?,
        );
        ready::wait(&at).await?;
        output.answer(
            &announce::text(&at, &kept, &home),
            &announce::json(&at, &kept, &home),
        )?;
        running.until_told().await
    })
}

fn bank(at: &Addresses, kept: &seed::Kept, home: &Home) -> BankConfig {
    BankConfig {
        issuer: at.issuer.clone(),
        client_id: kept.client_id.clone(),
        client_secret: kept.client_secret.clone(),
        public_url: at.bank.clone(),
        api_audience: at.api(),
        totp_uri: kept.totp_uri.clone(),
        username: kept.username.clone(),
        password: kept.password.clone(),
        mail_folder: home.mail(),
    }
}

impl Addresses {
    fn api(&self) -> String {
        format!("{}/api", self.bank)
    }
}

/// What a browser on this machine calls an address: the demo has no TLS, so it is for loopback.
fn public(address: SocketAddr, option: &str) -> Result<String, Failure> {
    match address.ip() {
        ip if ip == IpAddr::from([127, 0, 0, 1]) => {
            Ok(format!("http://localhost:{}", address.port()))
        }
        ip if ip.is_loopback() && ip.is_ipv6() => Ok(format!("http://[::1]:{}", address.port())),
        ip if ip.is_loopback() => Ok(format!("http://{ip}:{}", address.port())),
        ip => Err(Failure::usage(format!(
            "{option}: the demo has no TLS, and a password on its pages, so it is for this machine alone; listen on 127.0.0.1 or [::1], not on {ip}"
        ))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_is_for_this_machine_alone() {
        for (address, url) in [
            ("127.0.0.1:7100", "http://localhost:7100"),
            ("127.0.0.2:7100", "http://127.0.0.2:7100"),
            ("[::1]:7100", "http://[::1]:7100"),
        ] {
            assert_eq!(public(address.parse().unwrap(), "--listen").unwrap(), url);
        }
        for address in ["192.0.2.1:7100", "0.0.0.0:7100", "[::]:7100"] {
            let refused = public(address.parse().unwrap(), "--listen").unwrap_err();
            assert!(refused.to_string().contains("no TLS"), "{refused}");
        }
    }
}
