//! Mail through a mail server (RFC 5321), by lettre.
//!
//! A connection for each message: they are few, and a kept one breaks when it is needed. TLS is that of OpenSSL,
//! 1.2 at least, and the certificate has to bear the server's name.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as Protection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, SmtpTransport, Transport};
use stepwell_core::entropy;
use stepwell_engine::courier::Undelivered;

use super::letter::Message;
use crate::clock::{OsEntropy, SystemClock};
use crate::config::{Smtp, Tls};
use crate::whole_file;

/// A mailbox that is not there, or does not take mail (RFC 5321 §4.2.3, §4.2.1).
const NO_SUCH_BOX: [u16; 4] = [550, 551, 553, 556];

/// A file of a certificate larger than this is refused.
const LARGEST_CERTIFICATE: u64 = 1024 * 1024;

/// See the module.
#[derive(Debug)]
pub(super) struct MailServer {
    transport: SmtpTransport,
    /// Who says hello, and whose name message ids bear.
    host: String,
}

impl MailServer {
    pub(super) fn open(smtp: &Smtp, host: &str) -> Result<Self, String> {
        let mut transport = SmtpTransport::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .tls(protection(smtp)?)
            .timeout(Some(Duration::from_secs(smtp.timeout.0)))
            .hello_name(ClientId::Domain(host.to_owned()));
        if let Some((name, password)) = &smtp.login {
            let password = password.expose().to_owned();
            transport = transport.credentials(Credentials::new(name.clone(), password));
        }
        Ok(Self {
            transport: transport.build(),
            host: host.to_owned(),
        })
    }

    pub(super) fn send(
        &self,
        from: &Mailbox,
        to: &str,
        message: &Message,
    ) -> Result<(), Undelivered> {
        let bad = |why: &dyn std::fmt::Display| Undelivered::BadAddress(why.to_string());
        let to: Address = to.parse().map_err(|why| bad(&why))?;
        let now = SystemClock.now();
        let id = entropy::id(&OsEntropy, now);
        let seconds = u64::try_from(now.secs()).unwrap_or_default();
        let mail = lettre::Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(message.subject.as_str())
            .date(UNIX_EPOCH + Duration::from_secs(seconds))
            .message_id(Some(format!("<{id}@{}>", self.host)))
            // RFC 3834 §5: nobody's holiday note should answer.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(MultiPart::alternative_plain_html(
                message.plain(),
                message.html(),
            ))
            .map_err(|why| bad(&why))?;
        match self.transport.send(&mail) {
            Ok(_) => Ok(()),
            Err(error) => {
                let status = error.status().map(u16::from);
                let told = chain(&error);
                Err(if status.is_some_and(|code| NO_SUCH_BOX.contains(&code)) {
                    Undelivered::BadAddress(told)
                } else {
                    Undelivered::Unavailable(told)
                })
            }
        }
    }
}

fn protection(smtp: &Smtp) -> Result<Protection, String> {
    if smtp.tls == Tls::None {
        return Ok(Protection::None);
    }
    let mut parameters = TlsParameters::builder(smtp.host.clone());
    if let Some(path) = &smtp.ca_file {
        parameters = parameters.add_root_certificate(certificate(path)?);
    }
    let parameters = parameters
        .build_native()
        .map_err(|error| format!("TLS to {} cannot be set up: {}", smtp.host, chain(&error)))?;
    Ok(match smtp.tls {
        Tls::Implicit => Protection::Wrapper(parameters),
        _ => Protection::Required(parameters),
    })
}

/// The certificate that `mail.ca_file` names.
///
/// # Errors
/// Why it cannot be had.
pub(crate) fn certificate(path: &Path) -> Result<Certificate, String> {
    let pem = whole_file::bytes(path, LARGEST_CERTIFICATE)
        .map_err(|unread| format!("mail.ca_file: {unread}"))?;
    let shown = path.display();
    Certificate::from_pem(&pem)
        .map_err(|error| format!("mail.ca_file: {shown} is no certificate in PEM: {error}"))
}

/// An error with its causes, on one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}
