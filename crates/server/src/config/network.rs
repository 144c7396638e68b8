//! Address ranges: which neighbours are proxies whose word about the client's address counts.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// A range of addresses, such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `10.0.0.0/8`, `2001:db8::/32` or a single address.
    ///
    /// # Errors
    /// Says what is expected. A range of every address is refused: it would let anyone forge an address.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bad =
            || format!("{text:?} is no address range; write for example \"10.0.0.0/8\" or \"::1\"");
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| bad())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        if prefix > longest {
            return Err(bad());
        }
        if prefix == 0 {
            return Err(format!(
                "{text:?} is every address: anyone could then claim any address; name the proxies"
            ));
        }
        let network = Self { address, prefix };
        if network.masked(wide(address)) == wide(address) {
            Ok(network)
        } else {
            Err(format!(
                "{text:?} has bits set beyond its prefix; write the first address of the range"
            ))
        }
    }

    /// Whether `address` lies in the range. An IPv4 address written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4()
            && self.masked(wide(address)) == wide(self.address)
    }

    fn masked(&self, bits: u128) -> u128 {
        let host = if self.address.is_ipv4() {
            32 - u32::from(self.prefix)
        } else {
            128 - u32::from(self.prefix)
        };
        bits >> host << host
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }
}

fn wide(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(four) => u128::from(u32::from(four)),
        IpAddr::V6(six) => Ipv6Addr::to_bits(six),
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_its_own_addresses_and_no_others() {
        let ten = Network::parse("10.0.0.0/8").unwrap();
        assert!(ten.contains("10.255.1.2".parse().unwrap()));
        assert!(ten.contains("::ffff:10.0.0.1".parse().unwrap()));
        assert!(!ten.contains("11.0.0.1".parse().unwrap()));
        assert!(
            !ten.contains("::a00:1".parse().unwrap()),
            "an IPv6 address of the same bits"
        );
        let six = Network::parse("2001:db8::/32").unwrap();
        assert!(six.contains("2001:db8:ffff::1".parse().unwrap()));
        assert!(!six.contains("2001:db9::1".parse().unwrap()));
        assert!(
            Network::parse("::1")
                .unwrap()
                .contains("::1".parse().unwrap())
        );
        assert!(
            !Network::parse("127.0.0.1")
                .unwrap()
                .contains("127.0.0.2".parse().unwrap())
        );
    }

    #[test]
    fn a_range_that_trusts_everyone_or_makes_no_sense_is_refused() {
        for bad in [
            "0.0.0.0/0",
            "::/0",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "proxy.local",
            "",
            "10.0.0.0/",
        ] {
            assert!(Network::parse(bad).is_err(), "{bad}");
        }
    }
}
