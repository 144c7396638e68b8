//! Waits until provider and bank answer, so that whoever reads the announcement can go on at once.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::Addresses;
use crate::cli::failure::Failure;

const TRIES: u32 = 300;
const PAUSE: Duration = Duration::from_millis(50);

/// Waits at most about a quarter of a minute.
pub(super) async fn wait(at: &Addresses) -> Result<(), Failure> {
    for (address, path, what) in [
        (
            at.listen,
            "/.well-known/openid-configuration",
            "the provider",
        ),
        (at.bank_listen, "/", "the bank"),
    ] {
        let mut tries = 0;
        while !asked(address, path).await {
            tries += 1;
            if tries == TRIES {
                return Err(Failure::unavailable(format!(
                    "{what} does not answer at {address}{path}"
                )));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(())
}

async fn asked(address: SocketAddr, path: &'static str) -> bool {
    tokio::task::spawn_blocking(move || answers(address, path).unwrap_or(false))
        .await
        .unwrap_or(false)
}

/// Whether a GET is answered with 200.
fn answers(address: SocketAddr, path: &str) -> std::io::Result<bool> {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let patience = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&SocketAddr::new(ip, address.port()), patience)?;
    stream.set_read_timeout(Some(patience))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n",
        address.port()
    )?;
    let mut start = [0u8; 12];
    stream.read_exact(&mut start)?;
    Ok(&start == b"HTTP/1.1 200")
}
