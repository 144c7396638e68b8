//! Mail as a way for codes: what an address is, and how it is shown.

use url::Host;

use super::{Channel, Medium};

/// Codes by mail. A mailbox opens from anywhere, so it proves no device (NIST SP 800-63B §5.1.3.1): acrs may
/// leave it out by its method.
pub(super) const MAIL: Medium = Medium {
    method: "mail",
    channel: Channel::Mail,
    asks: "address",
    amr: "otp",
    restricted: false,
    clean,
    mask,
};

/// The longest address (RFC 5321 §4.5.3.1.3, without the angle brackets).
const LONGEST: usize = 254;
/// The longest part before the `@` (RFC 5321 §4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// An address in the form that it is kept in: the domain in lower case and ASCII (RFC 5890). Quoted local parts
/// and addresses of numbers are nobody's here.
fn clean(typed: &str) -> Option<String> {
    let typed = typed.trim();
    if typed.len() > LONGEST {
        return None;
    }
    let (local, domain) = typed.rsplit_once('@')?;
    // RFC 5322 §3.2.3: dot-atom.
    let atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    let atoms = || local.split('.');
    let Ok(Host::Domain(domain)) = Host::parse(domain) else {
        return None;
    };
    let labels = || domain.split('.');
    let sound = local.len() <= LONGEST_LOCAL
        && atoms().all(|atom| !atom.is_empty() && atom.bytes().all(atext))
        && labels().count() > 1
        && labels().all(|label| !label.is_empty() && label.len() < 64);
    let whole = format!("{local}@{domain}");
    (sound && whole.len() <= LONGEST).then_some(whole)
}

/// Enough of an address to be recognised by whom it belongs to: `a•••@e•••.com`.
fn mask(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let (name, top) = domain.rsplit_once('.').unwrap_or((domain, ""));
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    format!("{}•••@{}•••.{top}", first(local), first(name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_with_its_domain_in_one_form() {
        for (typed, kept) in [
            (" Ada.L+codes@EXAMPLE.com ", "Ada.L+codes@example.com"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ] {
            assert_eq!(clean(typed).as_deref(), Some(kept));
        }
    }

    #[test]
    fn what_is_no_address_is_not_taken_for_one() {
        let long = format!("{}@example.com", "a".repeat(65));
        let far = format!("a@{}example.com", "a.".repeat(140));
        for typed in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "ada@127.0.0.1",
            "ada@[::1]",
            "a b@example.com",
            "ada@exa mple.com",
            "ada@example.com\r\nBcc: all@example.com",
            "ada\r\nBcc:x@example.com",
            "\"a\"@example.com",
            "a..b@example.com",
            ".a@example.com",
            "ada@example..com",
            "ada,bob@example.com",
            "<ada@example.com>",
            "adä@example.com",
            &long,
            &far,
        ] {
            assert_eq!(clean(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_masked_address_shows_its_owner_enough_and_others_little() {
        assert_eq!(mask("ada@example.com"), "a•••@e•••.com");
        assert_eq!(mask("a@mail.example.co.uk"), "a•••@m•••.uk");
    }
}
