//! Rules for the issuer and for the addresses of databases.

use url::{Host, Url};

/// Checks an issuer identifier (OIDC Discovery §3, RFC 8414 §2).
///
/// # Errors
/// Names the rule that was broken.
pub(crate) fn issuer(text: &str) -> Result<(), String> {
    let url = Url::parse(text).map_err(|error| {
        format!("issuer is not a URL ({error}); write for example \"https://id.example.com\"")
    })?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => {
            return Err(
                "issuer has to be https; http is for localhost, 127.0.0.1 and [::1] only"
                    .to_owned(),
            );
        }
        _ => return Err("issuer has to be an https URL".to_owned()),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("issuer may have no query and no fragment (OIDC Discovery §3)".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("issuer may have no user name and password".to_owned());
    }
    if text.ends_with('/') {
        return Err(format!(
            "issuer may not end in a slash; write {:?}",
            text.trim_end_matches('/')
        ));
    }
    // The pages, forms and cookies of this server are at the root of its host.
    if url.path() != "/" {
        return Err(format!(
            "issuer may have no path, because the addresses of this server begin at the root of its host; give it a host of its own, and write {:?}",
            url.origin().ascii_serialization()
        ));
    }
    let normal = url.as_str().trim_end_matches('/');
    if normal == text {
        Ok(())
    } else {
        Err(format!(
            "issuer is compared byte by byte, so write it in its normal form: {normal:?}"
        ))
    }
}

/// Checks the address of the database, which chooses its kind.
///
/// # Errors
/// Says which forms there are.
pub(crate) fn database(text: &str) -> Result<(), String> {
    match text.split_once(':') {
        Some(("sqlite", ":memory:" | "")) => {
            Err("database_url needs a file: every connection to :memory: would have a database of its own".to_owned())
        }
        Some(("sqlite", _)) => Ok(()),
        Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => Ok(()),
        _ => Err("database_url takes \"sqlite:FILE\" or \"postgres://user:password@host/name\"".to_owned()),
    }
}

/// Checks the address of Redis.
///
/// # Errors
/// Says which forms there are.
pub(crate) fn redis(text: &str) -> Result<(), String> {
    let known = ["redis://", "rediss://", "redis+unix://", "unix://"];
    if text.starts_with("rediss://") && text.contains('#') {
        // The library would read #insecure as leave to accept any certificate.
        Err("redis_url may have nothing after a #; name an authority of your own for its certificate in SSL_CERT_FILE".to_owned())
    } else if known.iter().any(|scheme| text.starts_with(scheme)) {
        Ok(())
    } else {
        Err(
            "redis_url takes \"redis://:password@host:6379/0\", \"rediss://…\" over TLS, or \"unix:///run/redis.sock\""
                .to_owned(),
        )
    }
}

/// A URL as it may be shown: its password is left out, and one in a query too.
pub(crate) fn without_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else {
        return "(hidden)".to_owned();
    };
    if url.cannot_be_a_base() {
        return text.to_owned();
    }
    if url.password().is_some() && url.set_password(Some("hidden")).is_err() {
        return "(hidden)".to_owned();
    }
    if url.query().is_some_and(|query| query.contains("pass")) {
        url.set_query(Some("hidden"));
    }
    url.into()
}
