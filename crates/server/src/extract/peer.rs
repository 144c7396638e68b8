//! The other end's address: the socket's, or what a listed proxy says.
//!
//! A forwarded header counts only from a listed proxy, read from the right, stopping at the first address
//! that is not one (spec §5 line 102).

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::HeaderMap;

use crate::config::Network;

const FORWARDED_FOR: &str = "x-forwarded-for";
/// More hops than this are nobody's real path.
const MOST_HOPS: usize = 32;

/// The address that counts as the client's.
pub(crate) fn address(
    headers: &HeaderMap,
    socket: Option<SocketAddr>,
    trusted: &[Network],
) -> Option<IpAddr> {
    let mut current = plain(socket?.ip());
    let is_proxy = |ip: IpAddr| trusted.iter().any(|network| network.contains(ip));
    if !is_proxy(current) {
        return Some(current);
    }
    let lines: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .filter_map(|v| v.to_str().ok())
        .collect();
    let hops = lines
        .iter()
        .rev()
        .flat_map(|line| line.rsplit(','))
        .take(MOST_HOPS);
    for hop in hops {
        let Ok(ip) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        current = plain(ip);
        if !is_proxy(current) {
            break;
        }
    }
    Some(current)
}

/// An IPv4 address in IPv6 clothing is the IPv4 address (spec §5 line 103).
fn plain(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for value in values {
            map.append(
                HeaderName::from_static(FORWARDED_FOR),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        map
    }

    fn seen(socket: &str, values: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse::<Network>().unwrap()];
        address(&headers(values), Some(socket.parse().unwrap()), &trusted)
            .unwrap()
            .to_string()
    }

    #[test]
    fn a_forwarded_address_from_a_stranger_is_ignored() {
        assert_eq!(seen("203.0.113.9:1", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn a_listed_proxy_is_believed_but_not_what_came_through_it() {
        assert_eq!(
            seen("10.0.0.1:1", &["1.1.1.1, 198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(
            seen("10.0.0.1:1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(
            seen("10.0.0.1:1", &["1.1.1.1", "198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(seen("10.0.0.1:1", &["nonsense"]), "10.0.0.1");
    }

    #[test]
    fn an_ipv4_address_in_ipv6_form_is_the_same_network() {
        assert_eq!(seen("[::ffff:203.0.113.9]:1", &[]), "203.0.113.9");
    }
}
