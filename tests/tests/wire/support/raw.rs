//! Bytes on a socket, for what no HTTP library would send.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use url::Url;

/// The socket address behind an issuer.
pub(crate) fn address(issuer: &str) -> SocketAddr {
    let url = Url::parse(issuer).unwrap();
    let port = url.port().unwrap();
    let mut found = ("127.0.0.1", port).to_socket_addrs().unwrap();
    found.next().unwrap()
}

pub(crate) fn connect(issuer: &str) -> TcpStream {
    let stream = TcpStream::connect(address(issuer)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(40)))
        .unwrap();
    stream
        .set_write_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream
}

/// Sends bytes, as far as the server takes them, and gives all that it says until it closes.
pub(crate) fn exchange(issuer: &str, bytes: &[u8]) -> String {
    exchange_all(issuer, std::iter::once(bytes)).0
}

/// [`exchange`] with many pieces; also how many of them the server took. It listens while it speaks: a
/// server that has seen enough answers and closes, and what it said would be lost to who looks up too late.
pub(crate) fn exchange_all<'b>(
    issuer: &str,
    pieces: impl Iterator<Item = &'b [u8]>,
) -> (String, usize) {
    let mut stream = connect(issuer);
    let mut heard = stream.try_clone().unwrap();
    std::thread::scope(|scope| {
        let listening = scope.spawn(move || read_all(&mut heard));
        let mut taken = 0;
        for piece in pieces {
            if stream.write_all(piece).is_err() {
                break;
            }
            taken += 1;
        }
        (listening.join().unwrap(), taken)
    })
}

/// Everything until the server closes; a reset after an answer counts as closing.
pub(crate) fn read_all(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => said.extend_from_slice(&chunk[..read]),
            Err(problem)
                if matches!(
                    problem.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) =>
            {
                panic!(
                    "the server neither answered nor closed: {}",
                    String::from_utf8_lossy(&said)
                )
            }
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// The statuses of the answers in what a server said.
pub(crate) fn statuses(said: &str) -> Vec<u16> {
    said.split("HTTP/1.1 ")
        .skip(1)
        .filter_map(|rest| rest.get(..3)?.parse().ok())
        .collect()
}
