//! What a limit counts by: an account, a network, a token's id.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use sha2::{Digest, Sha256};
use stepwell_core::entropy::hex;

/// The network a request came from: one IPv4 address, or one IPv6 /64, as a home or host has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NetworkKey(IpAddr);

impl NetworkKey {
    /// The network of an address. An IPv4 address written as IPv6 (RFC 4291 §2.5.5.2) is that IPv4
    /// address (threat 103).
    pub fn of(ip: IpAddr) -> Self {
        Self(match ip.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(v4),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (!0 << 64))),
        })
    }
}

impl fmt::Display for NetworkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => write!(f, "{v4}"),
            IpAddr::V6(v6) => write!(f, "{v6}/64"),
        }
    }
}

/// One thing that is counted. Holds a hash, so names and ids of people are not written to Redis, and
/// every key is of bounded size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LimitKey(String);

impl LimitKey {
    /// Counts per account; `purpose` keeps counts apart, for example `password`.
    pub fn account(purpose: &str, account: &str) -> Self {
        Self::of(purpose, "account", &[account])
    }

    /// Counts per network.
    pub fn network(purpose: &str, network: &NetworkKey) -> Self {
        Self::of(purpose, "network", &[&network.to_string()])
    }

    /// Something to be used once, such as a `jti`: unique for its client only.
    pub fn replay(purpose: &str, client: &str, jti: &str) -> Self {
        Self::of(purpose, "jti", &[client, jti])
    }

    fn of(purpose: &str, kind: &str, parts: &[&str]) -> Self {
        let mut digest = Sha256::new();
        for part in std::iter::once(&purpose).chain(parts) {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        Self(format!("{kind}:{}", hex(&digest.finalize()[..16])))
    }

    /// The key as text, for the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn network(ip: &str) -> String {
        NetworkKey::of(ip.parse().unwrap()).to_string()
    }

    #[test]
    fn every_address_of_an_ipv6_64_is_one_network() {
        assert_eq!(
            network("2001:db8:1:2::1"),
            network("2001:db8:1:2:ffff:ffff:ffff:ffff")
        );
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("2001:db8:1:2::1"), "2001:db8:1:2::/64");
    }

    #[test]
    fn an_ipv4_address_written_as_ipv6_is_the_same_network() {
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    #[test]
    fn keys_of_different_purposes_kinds_and_splits_differ() {
        let keys = [
            LimitKey::account("password", "a"),
            LimitKey::account("code", "a"),
            LimitKey::network("password", &NetworkKey::of("192.0.2.1".parse().unwrap())),
            LimitKey::account("password", "192.0.2.1"),
            LimitKey::replay("assertion", "ab", "c"),
            LimitKey::replay("assertion", "a", "bc"),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[at + 1..].contains(key), "{key:?}");
        }
    }

    #[test]
    fn a_key_tells_nothing_of_its_subject_and_has_one_size() {
        let key = LimitKey::account("password", "ada@example.org");
        assert!(!key.as_str().contains("ada"));
        assert_eq!(
            key.as_str().len(),
            LimitKey::account("password", &"x".repeat(100_000))
                .as_str()
                .len()
        );
    }
}
