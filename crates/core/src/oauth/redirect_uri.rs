//! Redirect URIs: which may be registered, and whether one that was sent is a registered one.
//!
//! Comparison is of text, never of parsed URLs: two parsers that disagree are how codes get stolen.
//! The one exception is the port of a native app's loopback address (RFC 8252 §7.3). A mismatch is
//! explained without naming what is registered.

use url::Url;

use super::error::{OAuthError, quoted};
use crate::client::{ApplicationType, Client};

/// Longest URI that is registered or compared, in bytes.
pub const MAX_URI: usize = 2048;

const REGISTER: &str = "OIDC Registration §2";
const NATIVE: &str = "RFC 8252 §7.1";
const MATCH: &str = "RFC 9700 §2.1";

/// Names of our own answers, which a registered query must not already hold.
const RESERVED: &[&str] = &[
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
    "response",
];

/// Whether `uri` may be registered for an app of this type.
///
/// # Errors
/// `invalid_redirect_uri`, saying which rule it breaks and what to register instead.
pub fn validate_redirect_uri(
    application_type: ApplicationType,
    uri: &str,
) -> Result<(), OAuthError> {
    let refuse = |rule, problem: &str| {
        Err(OAuthError::invalid_redirect_uri(
            rule,
            format!("{} {problem}", quoted(uri)),
        ))
    };
    if uri.is_empty() || uri.len() > MAX_URI || !uri.bytes().all(|b| b.is_ascii_graphic()) {
        return refuse(
            REGISTER,
            "must be 1 to 2048 visible ASCII characters; percent-encode others",
        );
    }
    let Ok(url) = Url::parse(uri) else {
        return refuse(
            REGISTER,
            "is not an absolute URI; write it whole, such as https://app.example/callback",
        );
    };
    if uri.contains('#') {
        return refuse(
            "RFC 6749 §3.1.2",
            "has a fragment; remove everything from the #",
        );
    }
    if !url.username().is_empty() || url.password().is_some() || authority(uri).contains('@') {
        return refuse(
            REGISTER,
            "holds a user name or password before the host; remove it",
        );
    }
    if uri.contains(['\\', '*']) {
        return refuse(
            MATCH,
            "holds a backslash or a wildcard; register every URI in full",
        );
    }
    if url
        .query_pairs()
        .any(|(name, _)| RESERVED.contains(&&*name))
    {
        return refuse(
            MATCH,
            "has a query parameter that our answers use, such as code, state or iss; rename it",
        );
    }
    match url.scheme() {
        "https" | "http" => {
            let loopback = url.scheme() == "http";
            if loopback && Loopback::split(uri).is_none() {
                return refuse(
                    REGISTER,
                    "uses http; use https (http is only for 127.0.0.1, [::1] and localhost)",
                );
            }
            // A URI that a parser would rewrite (dot segments, upper-case hosts, default ports, odd
            // addresses) could be read in two ways.
            if url.as_str() != uri && url.as_str() != format!("{uri}/") {
                return refuse(
                    MATCH,
                    &format!(
                        "is not in normal form; register {} instead",
                        quoted(url.as_str())
                    ),
                );
            }
            Ok(())
        }
        scheme if application_type != ApplicationType::Native => refuse(
            REGISTER,
            &format!("has the scheme {scheme}, which only native apps may use; use https"),
        ),
        scheme if !scheme.contains('.') => refuse(
            NATIVE,
            &format!(
                "has the scheme {scheme}; use a reversed domain name of yours, such as com.example.app:/callback"
            ),
        ),
        scheme if !uri.starts_with(scheme) => {
            refuse(MATCH, "has a scheme in upper case; write it in lower case")
        }
        _ => Ok(()),
    }
}

/// Whether `origin` is a web origin as browsers send it: scheme, host and port, nothing else.
///
/// # Errors
/// `invalid_client_metadata` with what to write instead.
pub fn validate_origin(origin: &str) -> Result<(), OAuthError> {
    let secure = origin.starts_with("https://") || Loopback::split(origin).is_some();
    let exact = Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == origin);
    if secure && exact && !origin.contains('*') {
        return Ok(());
    }
    Err(OAuthError::invalid_client_metadata(
        "RFC 6454 §7",
        format!(
            "{} is no origin; write it as https://app.example, without a path or a trailing slash",
            quoted(origin)
        ),
    ))
}

/// Whether `resource` names a resource as RFC 8707 has it: an absolute URI without a fragment.
///
/// # Errors
/// `invalid_target`.
pub fn validate_resource(resource: &str) -> Result<(), OAuthError> {
    let absolute = resource.len() <= MAX_URI
        && resource.bytes().all(|b| b.is_ascii_graphic())
        && !resource.contains('#')
        && Url::parse(resource).is_ok();
    if absolute {
        return Ok(());
    }
    Err(OAuthError::invalid_target(
        "RFC 8707 §2",
        format!(
            "the resource {} must be an absolute URI without a fragment",
            quoted(resource)
        ),
    ))
}

/// Whether `sent` is one of the client's redirect URIs: the same text, or, for a native app, the same
/// loopback address with another port.
///
/// # Errors
/// `invalid_request`, to be shown on a page and never sent to `sent`. It tells how the nearest
/// registered URI differs without naming it.
pub fn match_redirect_uri(client: &Client, sent: &str) -> Result<(), OAuthError> {
    let native = client.application_type == ApplicationType::Native;
    let matches =
        |registered: &String| registered == sent || (native && same_loopback(registered, sent));
    if client.redirect_uris.iter().any(matches) {
        return Ok(());
    }
    Err(OAuthError::invalid_request(MATCH, explain(client, sent)))
}

fn same_loopback(registered: &str, sent: &str) -> bool {
    match (Loopback::split(registered), Loopback::split(sent)) {
        (Some(registered), Some(sent)) => {
            registered.host == sent.host && registered.rest == sent.rest
        }
        _ => false,
    }
}

/// An http loopback URI taken apart by text.
struct Loopback<'a> {
    host: &'static str,
    rest: &'a str,
}

impl<'a> Loopback<'a> {
    fn split(uri: &'a str) -> Option<Self> {
        let after_scheme = uri.strip_prefix("http://")?;
        let host = ["127.0.0.1", "[::1]", "localhost"]
            .into_iter()
            .find(|host| after_scheme.starts_with(host))?;
        let after_host = &after_scheme[host.len()..];
        let rest = match after_host.strip_prefix(':') {
            None => after_host,
            Some(port_on) => {
                let digits = port_on.bytes().take_while(u8::is_ascii_digit).count();
                let (port, rest) = port_on.split_at(digits);
                let usable =
                    port.parse::<u16>().is_ok_and(|number| number > 0) && !port.starts_with('0');
                usable.then_some(rest)?
            }
        };
        // Anything else after the port, such as @ or a further label, makes it another host.
        (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(Self { host, rest })
    }
}

/// Says how `sent` differs from the nearest registered URI.
fn explain(client: &Client, sent: &str) -> String {
    const REMEDY: &str = "send exactly what is registered, or register what is sent";
    let sent_shape = Shape::of(sent);
    let difference = if sent.len() > MAX_URI {
        "is too long"
    } else if client.redirect_uris.is_empty() {
        "cannot match: the client has none registered"
    } else if sent.contains('#') {
        "has a fragment, which redirect URIs never have"
    } else if authority(sent).contains('@') {
        "holds a user name before the host, which redirect URIs never do"
    } else if sent.contains("/../") || sent.ends_with("/..") || sent.contains("/./") {
        "holds dot segments, which are not resolved"
    } else {
        client
            .redirect_uris
            .iter()
            .filter_map(|registered| Shape::of(registered).differs_only_in(&sent_shape))
            .next()
            .unwrap_or("is not one of those registered for this client")
    };
    format!("the redirect_uri {difference}; {REMEDY}")
}

/// A URI in parts, for explaining only.
struct Shape<'a> {
    scheme: &'a str,
    host: &'a str,
    port: &'a str,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Shape<'a> {
    fn of(uri: &'a str) -> Self {
        let (scheme, rest) = uri.split_once(':').unwrap_or(("", uri));
        let (before_query, query) = match rest.split_once('?') {
            Some((before, query)) => (before, Some(query)),
            None => (rest, None),
        };
        let Some(hierarchy) = before_query.strip_prefix("//") else {
            return Self {
                scheme,
                host: "",
                port: "",
                path: before_query,
                query,
            };
        };
        let (authority, path) = hierarchy.split_at(hierarchy.find('/').unwrap_or(hierarchy.len()));
        let colon = authority
            .rfind(':')
            .filter(|at| !authority[*at..].contains(']'));
        let (host, port) = authority.split_at(colon.unwrap_or(authority.len()));
        Self {
            scheme,
            host,
            port,
            path,
            query,
        }
    }

    /// What alone is different, when only one thing is.
    fn differs_only_in(&self, sent: &Self) -> Option<&'static str> {
        let different = [
            (
                self.scheme != sent.scheme,
                "has another scheme than a registered one",
            ),
            (
                self.host != sent.host,
                "has another host than a registered one",
            ),
            (
                self.port != sent.port,
                "has another port than a registered one",
            ),
            (
                self.path != sent.path,
                "has another path than a registered one",
            ),
            (
                self.query != sent.query,
                "has another query than a registered one",
            ),
        ];
        let mut found = different
            .iter()
            .filter(|(differs, _)| *differs)
            .map(|(_, text)| *text);
        let (first, second) = (found.next(), found.next());
        if first.is_some() && second.is_none() {
            let slash = |a: &str, b: &str| a.strip_suffix('/') == Some(b);
            if slash(self.path, sent.path) || slash(sent.path, self.path) {
                return Some("differs from a registered one only in its trailing slash");
            }
        }
        let same_but_case = self.scheme.eq_ignore_ascii_case(sent.scheme)
            && self.host.eq_ignore_ascii_case(sent.host)
            && self.port == sent.port
            && self.path.eq_ignore_ascii_case(sent.path)
            && self.query == sent.query;
        if same_but_case {
            return Some("differs from a registered one only in upper and lower case");
        }
        // Another host is simply another place: naming it as near would tell strangers what is registered.
        first.filter(|_| second.is_none() && self.host == sent.host)
    }
}

fn authority(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
#[path = "redirect_uri_tests.rs"]
mod tests;
