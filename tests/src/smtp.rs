//! A mail server of one's own (RFC 5321, RFC 3207, RFC 4954): it takes mail over STARTTLS from who logs in, with a
//! certificate made for the occasion, and keeps it. What it speaks it speaks by the book, so that a client that
//! does not is found out.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};
use tempfile::TempDir;

use crate::wait;

/// Who may send, and with what.
const LOGIN: (&str, &str) = ("stepwell", "a mail server's pass-word");
const PATIENCE: Duration = Duration::from_secs(20);

/// A message that was taken.
#[derive(Debug, Clone)]
pub struct Mail {
    /// `MAIL FROM`.
    pub from: String,
    /// `RCPT TO`.
    pub to: Vec<String>,
    /// Whether it came over TLS.
    pub encrypted: bool,
    /// Who had logged in.
    pub login: Option<String>,
    /// Header and body as they came.
    pub data: String,
}

/// How a server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Offers STARTTLS, asks for a login, takes mail for everybody but `nobody@…`.
    Proper,
    /// The same, but TLS from the first byte (RFC 8314 §3).
    Implicit,
    /// Takes mail in the open and knows no TLS.
    Open,
}

/// A running server; it stops taking connections when the process ends.
#[derive(Debug)]
pub struct MailServer {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Mail>>>,
    connections: Arc<AtomicUsize>,
    folder: TempDir,
}

impl MailServer {
    /// On a free port.
    #[track_caller]
    pub fn start(manner: Manner) -> Self {
        Self::at("127.0.0.1:0", manner)
    }

    /// At this address.
    #[track_caller]
    pub fn at(address: &str, manner: Manner) -> Self {
        let listener = TcpListener::bind(address).expect("a mail server can listen");
        let (key, certificate) = certificate();
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let pem = certificate.to_pem().expect("a certificate is PEM");
        std::fs::write(folder.path().join("ca.pem"), pem).expect("a certificate can be written");
        let mut acceptor =
            SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).expect("TLS can be set up");
        acceptor.set_private_key(&key).expect("the key fits");
        acceptor
            .set_certificate(&certificate)
            .expect("the certificate fits");
        let acceptor = Arc::new(acceptor.build());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let server = Self {
            address: listener.local_addr().expect("a listener has an address"),
            seen: Arc::clone(&seen),
            connections: Arc::default(),
            folder,
        };
        let connections = Arc::clone(&server.connections);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::SeqCst);
                let (acceptor, seen) = (Arc::clone(&acceptor), Arc::clone(&seen));
                std::thread::spawn(move || serve(stream, manner, &acceptor, &seen));
            }
        });
        server
    }

    /// Its certificate, to be trusted.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The settings of a Stepwell that sends through it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        settings(self.port(), Some(&self.ca_file()))
    }

    /// How many connections came so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Everything that was taken so far.
    pub fn mails(&self) -> Vec<Mail> {
        lock(&self.seen).clone()
    }

    /// The `count`th message (from 1), once it has come.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Mail {
        wait::until(&format!("mail {count}"), PATIENCE, || {
            self.mails().get(count - 1).cloned()
        })
    }
}

/// The settings of a Stepwell that sends to a mail server on this port.
pub fn settings(port: u16, ca_file: Option<&PathBuf>) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("STEPWELL__MAIL__TRANSPORT", "smtp".to_owned()),
        (
            "STEPWELL__MAIL__FROM",
            "Example ID <id@example.com>".to_owned(),
        ),
        ("STEPWELL__MAIL__HOST", "localhost".to_owned()),
        ("STEPWELL__MAIL__PORT", port.to_string()),
        ("STEPWELL__MAIL__USERNAME", LOGIN.0.to_owned()),
        ("STEPWELL__MAIL__PASSWORD", LOGIN.1.to_owned()),
    ];
    let ca = ca_file.map(|path| path.display().to_string());
    all.extend(ca.map(|path| ("STEPWELL__MAIL__CA_FILE", path)));
    all
}

impl Mail {
    /// The value of a header, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next()?.replace("\r\n ", " ");
        head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }

    /// The plain text, decoded.
    #[track_caller]
    pub fn text(&self) -> String {
        self.part("text/plain")
    }

    /// The HTML, decoded.
    #[track_caller]
    pub fn html(&self) -> String {
        self.part("text/html")
    }

    /// The code in it: two groups of four digits on a line of their own.
    #[track_caller]
    pub fn code(&self) -> String {
        let text = self.text();
        let digits = |line: &str| line.replace(' ', "");
        text.lines()
            .map(digits)
            .find(|line| line.len() == 8 && line.bytes().all(|b| b.is_ascii_digit()))
            .unwrap_or_else(|| panic!("no code in {text}"))
    }

    #[track_caller]
    fn part(&self, kind: &str) -> String {
        let found = self.data.split("\r\n--").find_map(|part| {
            let (head, body) = part.split_once("\r\n\r\n")?;
            // The first piece is the message's own header.
            let own = head.contains("Content-Type:") && !head.contains("multipart/");
            (own && head.contains(kind)).then(|| decoded(head, body))
        });
        found.unwrap_or_else(|| panic!("no {kind} in {}", self.data))
    }
}

fn decoded(head: &str, body: &str) -> String {
    let head = head.to_ascii_lowercase();
    let bytes = if head.contains("base64") {
        let text: String = body.split_whitespace().collect();
        STANDARD.decode(text).expect("base64 is base64")
    } else if head.contains("quoted-printable") {
        unquoted(body)
    } else {
        body.as_bytes().to_vec()
    };
    String::from_utf8(bytes)
        .expect("mail is UTF-8")
        .replace("\r\n", "\n")
}

/// Quoted-printable (RFC 2045 §6.7).
fn unquoted(body: &str) -> Vec<u8> {
    let joined = body.replace("=\r\n", "");
    let mut out = Vec::new();
    let mut bytes = joined.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        let pair = [
            bytes.next().unwrap_or_default(),
            bytes.next().unwrap_or_default(),
        ];
        let hex = std::str::from_utf8(&pair).ok();
        out.extend(hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()));
    }
    out
}

/// A connection, in the open or not.
trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

struct Session<'a> {
    wire: BufReader<Box<dyn Wire>>,
    manner: Manner,
    encrypted: bool,
    login: Option<String>,
    seen: &'a Mutex<Vec<Mail>>,
}

fn serve(stream: TcpStream, manner: Manner, acceptor: &SslAcceptor, seen: &Mutex<Vec<Mail>>) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let Ok(raw) = stream.try_clone() else { return };
    let session = |wire: Box<dyn Wire>, encrypted| Session {
        wire: BufReader::new(wire),
        manner,
        encrypted,
        login: None,
        seen,
    };
    if manner == Manner::Implicit {
        if let Ok(tls) = acceptor.accept(raw) {
            let mut session = session(Box::new(tls), true);
            session.say("220 mail.example ESMTP");
            session.talk();
        }
        return;
    }
    let mut open = session(Box::new(stream), false);
    open.say("220 mail.example ESMTP");
    if open.talk() {
        // Everything said before is forgotten (RFC 3207 §4.2).
        if let Ok(tls) = acceptor.accept(raw) {
            session(Box::new(tls), true).talk();
        }
    }
}

impl Session<'_> {
    /// Until the client leaves; true when it asked for TLS.
    fn talk(&mut self) -> bool {
        let (mut from, mut to) = (None, Vec::new());
        while let Some(line) = self.line() {
            let upper = line.to_ascii_uppercase();
            let argument = line.split_once(':').map(|(_, rest)| address(rest));
            match upper.split_whitespace().next().unwrap_or_default() {
                "EHLO" => self.hello(),
                "STARTTLS" if self.may_encrypt() => {
                    self.say("220 go ahead");
                    return true;
                }
                "AUTH" if self.encrypted => self.authenticate(&line),
                "MAIL" if self.must_log_in() => self.say("530 log in first, over TLS"),
                "MAIL" => {
                    (from, to) = (argument, Vec::new());
                    self.say("250 ok");
                }
                "RCPT"
                    if argument
                        .as_deref()
                        .is_some_and(|to| to.starts_with("nobody@")) =>
                {
                    self.say("550 no such mailbox");
                }
                "RCPT" => {
                    to.extend(argument);
                    self.say("250 ok");
                }
                "DATA" if from.is_some() && !to.is_empty() => {
                    self.say("354 end with a dot");
                    let Some(data) = self.data() else {
                        return false;
                    };
                    lock(self.seen).push(Mail {
                        from: from.take().unwrap_or_default(),
                        to: std::mem::take(&mut to),
                        encrypted: self.encrypted,
                        login: self.login.clone(),
                        data,
                    });
                    self.say("250 taken");
                }
                "NOOP" | "RSET" => self.say("250 ok"),
                "QUIT" => {
                    self.say("221 bye");
                    return false;
                }
                _ => self.say("503 not now"),
            }
        }
        false
    }

    fn hello(&mut self) {
        self.say("250-mail.example");
        if self.may_encrypt() {
            self.say("250-STARTTLS");
        }
        if self.encrypted {
            self.say("250-AUTH PLAIN");
        }
        self.say("250 8BITMIME");
    }

    fn may_encrypt(&self) -> bool {
        self.manner == Manner::Proper && !self.encrypted
    }

    fn must_log_in(&self) -> bool {
        self.manner != Manner::Open && self.login.is_none()
    }

    /// RFC 4616.
    fn authenticate(&mut self, line: &str) {
        let sent = line
            .split_whitespace()
            .nth(2)
            .and_then(|text| STANDARD.decode(text).ok());
        let right = format!("\0{}\0{}", LOGIN.0, LOGIN.1);
        if sent.as_deref() == Some(right.as_bytes()) {
            self.login = Some(LOGIN.0.to_owned());
            self.say("235 welcome");
        } else {
            self.say("535 wrong");
        }
    }

    /// Up to the lonely dot (RFC 5321 §4.5.2).
    fn data(&mut self) -> Option<String> {
        let mut data = String::new();
        loop {
            let line = self.line()?;
            if line == "." {
                return Some(data);
            }
            data.push_str(line.strip_prefix('.').unwrap_or(&line));
            data.push_str("\r\n");
        }
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.wire.read_line(&mut line) {
            Ok(1..) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
            _ => None,
        }
    }

    fn say(&mut self, line: &str) {
        let wire = self.wire.get_mut();
        let _ = wire.write_all(format!("{line}\r\n").as_bytes());
        let _ = wire.flush();
    }
}

fn address(text: &str) -> String {
    let text = text.trim();
    let end = text.find('>').unwrap_or(text.len());
    text[..end].trim_start_matches('<').to_owned()
}

fn lock(seen: &Mutex<Vec<Mail>>) -> MutexGuard<'_, Vec<Mail>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A key and a certificate for `localhost`, signed by itself.
fn certificate() -> (PKey<Private>, X509) {
    let made = || -> Result<_, openssl::error::ErrorStack> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let key = PKey::from_ec_key(EcKey::generate(&group)?)?;
        let mut name = X509NameBuilder::new()?;
        name.append_entry_by_text("CN", "localhost")?;
        let name = name.build();
        let mut serial = BigNum::new()?;
        serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
        let mut builder = X509::builder()?;
        builder.set_version(2)?;
        builder.set_serial_number(&*serial.to_asn1_integer()?)?;
        builder.set_subject_name(&name)?;
        builder.set_issuer_name(&name)?;
        builder.set_pubkey(&key)?;
        builder.set_not_before(&*Asn1Time::days_from_now(0)?)?;
        builder.set_not_after(&*Asn1Time::days_from_now(1)?)?;
        let alternative = SubjectAlternativeName::new()
            .dns("localhost")
            .build(&builder.x509v3_context(None, None))?;
        builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
        builder.append_extension(alternative)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok((key, builder.build()))
    };
    made().expect("a certificate can be made")
}
