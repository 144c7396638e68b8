//! `[mail]`: how mail is sent. Connects to nothing.

use std::path::PathBuf;

use lettre::message::Mailbox;
use stepwell_core::secret::Secret;
use stepwell_core::time::Seconds;

use super::read::Reader;

/// How mail is sent.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// Whom it is from.
    pub from: Mailbox,
    /// The way it takes.
    pub way: MailWay,
}

/// The way that mail takes.
#[derive(Clone, Debug)]
pub enum MailWay {
    /// Through a mail server.
    Smtp(Box<Smtp>),
    /// Into a folder, one file each: for development.
    Folder(PathBuf),
    /// Into the log, secrets and all: for development.
    Console,
}

/// A mail server, and how to talk to it.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Its name, which its certificate has to bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Certificates that are trusted beside the system's, in PEM.
    pub ca_file: Option<PathBuf>,
    /// User name and password, where it asks for them.
    pub login: Option<(String, Secret)>,
    /// How long any one answer of it may take.
    pub timeout: Seconds,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// It begins in the open and is refused unless it turns to TLS (RFC 3207).
    StartTls,
    /// TLS from the first byte (RFC 8314 §3).
    Implicit,
    /// Not at all: on this machine only.
    None,
}

/// Reads the section; none where it is off, or wrong.
pub(super) fn read(reader: &mut Reader) -> Option<MailSettings> {
    let transport = reader.text("mail.transport")?;
    if transport == "off" {
        return None;
    }
    let from = from(reader);
    let way = match transport.as_str() {
        "smtp" => smtp(reader).map(|smtp| MailWay::Smtp(Box::new(smtp))),
        "file" => needed(reader, "mail", "folder", "file").map(|f| MailWay::Folder(f.into())),
        _ => console(reader, "mail").then_some(MailWay::Console),
    };
    Some(MailSettings {
        from: from?,
        way: way?,
    })
}

/// A key of a section that a transport cannot do without.
pub(super) fn needed(
    reader: &mut Reader,
    section: &str,
    key: &str,
    transport: &str,
) -> Option<String> {
    let path = format!("{section}.{key}");
    let found = reader.text(&path);
    if found.is_none() && !reader.is_given(&path) {
        reader.refuse(
            &format!("{section}.transport"),
            format!("{section}.transport = \"{transport}\" needs {path}"),
        );
    }
    found
}

/// Whether messages may go to the log: it would hold codes and links, so it has to be said in so many words.
pub(super) fn console(reader: &mut Reader, section: &str) -> bool {
    let said = reader.bool(&format!("{section}.console_shows_secrets"));
    if !said {
        reader.refuse(
            &format!("{section}.transport"),
            format!(
                "{section}.transport = \"console\" writes codes and links to the log; for development, say {section}.console_shows_secrets = true as well"
            ),
        );
    }
    said
}

/// Whether a host is this machine, as far as its name tells.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

fn from(reader: &mut Reader) -> Option<Mailbox> {
    if !reader.is_given("mail.from") {
        reader.refuse(
            "mail.transport",
            "mail needs mail.from, such as \"Example ID <no-reply@example.com>\"",
        );
        return None;
    }
    let text = reader.text("mail.from")?;
    let parsed = text.parse();
    if parsed.is_err() {
        reader.refuse(
            "mail.from",
            "mail.from takes an address such as \"Example ID <no-reply@example.com>\"",
        );
    }
    parsed.ok()
}

fn smtp(reader: &mut Reader) -> Option<Smtp> {
    let host = needed(reader, "mail", "host", "smtp");
    let tls = match reader.text("mail.tls").as_deref() {
        Some("implicit") => Tls::Implicit,
        Some("none") => Tls::None,
        _ => Tls::StartTls,
    };
    if tls == Tls::None && host.as_deref().is_some_and(|host| !is_loopback(host)) {
        reader.refuse(
            "mail.tls",
            "mail.tls = \"none\" is for a mail server on this machine (localhost, 127.0.0.1, ::1); use \"starttls\" or \"implicit\"",
        );
    }
    let port = match (reader.count("mail.port"), tls) {
        (0, Tls::StartTls) => 587,
        (0, Tls::Implicit) => 465,
        (0, Tls::None) => 25,
        (given, _) => u16::try_from(given).unwrap_or_default(),
    };
    let login = match (reader.text("mail.username"), reader.text("mail.password")) {
        (Some(name), Some(password)) => Some((name, Secret::new(password))),
        (None, None) => None,
        (name, _) => {
            let (given, missing) = if name.is_some() {
                ("mail.username", "mail.password")
            } else {
                ("mail.password", "mail.username")
            };
            reader.refuse(given, format!("{given} needs {missing}"));
            None
        }
    };
    Some(Smtp {
        host: host?,
        port,
        tls,
        ca_file: reader.text("mail.ca_file").map(PathBuf::from),
        login,
        timeout: reader.seconds("mail.timeout"),
    })
}
