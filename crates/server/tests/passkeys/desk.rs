//! A desk at which a passkey is created: the page and script of the product, served on a port of the test's own,
//! and the answer stored by the factor itself. The provider under test then finds it in its database.
//!
//! Also where relying parties of the test get people back.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stepwell_core::authn::Method;
use stepwell_core::entropy::Entropy;
use stepwell_core::time::Timestamp;
use stepwell_core::username;
use stepwell_engine::courier::NoCourier;
use stepwell_engine::factors::{Answer, Challenge, Factors, Tools, Whom};
use stepwell_engine::limits::MemoryLimits;
use stepwell_engine::passwords::{HashGate, HashParams, Passwords};
use stepwell_engine::seal::{SealKey, SealingKeys};
use stepwell_engine::{Call, Peer, Settings};
use stepwell_server::clock::{OsEntropy, SystemClock};
use stepwell_server::pages::samples::chrome;
use stepwell_server::pages::{
    Account, App, Ceremony, EnrolForm, EnrolPage, EnrolWhy, Html, Wording, headers,
};
use stepwell_server::{assets, config};
use stepwell_store::{Db, Options, StoreError, credentials, users};
use stepwell_tests::page::Page;
use stepwell_tests::process::Provider;
use stepwell_tests::wait;
use url::form_urlencoded;

/// What the desk says and hears.
#[derive(Default)]
struct Shared {
    page: String,
    posted: Vec<Vec<(String, String)>>,
}

/// See the module.
pub(crate) struct Desk {
    pub(crate) origin: String,
    shared: Arc<Mutex<Shared>>,
}

impl Desk {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let shared = Arc::new(Mutex::new(Shared::default()));
        let heard = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let heard = Arc::clone(&heard);
                std::thread::spawn(move || answer(stream, &heard));
            }
        });
        Self { origin, shared }
    }

    /// Where a relying party gets people back.
    pub(crate) fn callback(&self) -> String {
        format!("{}/callback", self.origin)
    }

    /// Lets the provider's person create a passkey or add a security key in this page's browser.
    pub(crate) fn create(&self, provider: &Provider, page: &Page, method: &str) {
        let (db, factors, started) = self.offer(provider, page, method);
        let factor = factors.find(&Method::new(method)).unwrap();
        page.click("#continue");
        let posted = wait::until("the answer", Duration::from_secs(20), || {
            self.shared.lock().unwrap().posted.pop()
        });
        let field = |name: &str| {
            let found = posted.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let answer = Answer {
            secret: &field("response"),
            credential: None,
            challenge: Some(&started),
        };
        let enrolled = with(&db, provider, |tools, whom| {
            let enrolment = factor.enrolment().unwrap();
            enrolment.finish(tools, whom, &started, &answer).unwrap()
        });
        db.write(|tx| credentials::insert(tx, &enrolled.credential))
            .unwrap();
    }

    /// Shows the page on which it is done.
    pub(crate) fn offer(
        &self,
        provider: &Provider,
        page: &Page,
        method: &str,
    ) -> (Db, Factors, Challenge) {
        let url = provider.database().url().parse().unwrap();
        let db = Db::open(&url, &Options::default()).unwrap();
        let mut settings: Settings = config::parse(None, None, &[])
            .map_err(|problems| problems.to_string())
            .unwrap()
            .config
            .settings;
        settings.issuer.clone_from(&self.origin);
        let factors = Factors::shipped(&settings).unwrap();
        let factor = factors.find(&Method::new(method)).unwrap();
        let started = with(&db, provider, |tools, whom| {
            factor.enrolment().unwrap().start(tools, whom, "").unwrap()
        });
        self.shared.lock().unwrap().page = set_up_page(&started, method);
        page.goto(&self.origin);
        page.wait_for("#continue:not([hidden])");
        (db, factors, started)
    }

    /// Whatever forms were posted here and not looked at.
    pub(crate) fn posted(&self) -> usize {
        self.shared.lock().unwrap().posted.len()
    }
}

fn set_up_page(started: &Challenge, method: &str) -> String {
    let page = EnrolPage {
        interaction: "desk".to_owned(),
        account: Account::new("alex@example.com"),
        wording: Wording::SignIn {
            app: App::new("The desk", "localhost"),
        },
        why: EnrolWhy::Chosen,
        form: EnrolForm::Key {
            ceremony: Ceremony {
                options: started.show["options"].to_string(),
                creates: true,
                seconds: 300,
                page: "/".to_owned(),
                autofill: false,
            },
            security_key: method == "security-key",
        },
        others: false,
        lost: Vec::new(),
        again: None,
        problem: None,
    };
    page.render(&chrome())
}

/// Hands a factor what it may use, for the provider's person.
fn with<T>(db: &Db, provider: &Provider, work: impl FnOnce(&Tools<'_>, &Whom<'_>) -> T) -> T {
    let canonical = username::canonical(&provider.ready.username).unwrap();
    let (user, mine) = db
        .read(|tx| -> Result<_, StoreError> {
            let user = users::find_by_canonical(tx, &canonical)?.unwrap();
            let mine = credentials::live_of(tx, &user.id)?;
            Ok((user, mine))
        })
        .unwrap();
    let entropy: &dyn Entropy = &OsEntropy;
    let now: Timestamp = SystemClock.now();
    let peer = Peer::default();
    let call = Call {
        now,
        entropy,
        reference: "DESK-DESK",
        peer: &peer,
    };
    let params = HashParams {
        memory_kib: 64,
        iterations: 1,
        parallelism: 1,
    };
    let passwords = Passwords::new(params, Arc::new(HashGate::new(1, 1)), entropy).unwrap();
    let seal = SealingKeys::new(SealKey::generate(entropy), vec![]);
    let tools = Tools {
        call: &call,
        passwords: &passwords,
        seal: &seal,
        courier: &NoCourier,
        product: "The desk",
        limits: &MemoryLimits::new(100),
    };
    let whom = Whom {
        user: Some(&user),
        credentials: &mine,
        proven: true,
        app: "the desk",
        action: None,
    };
    work(&tools, &whom)
}

fn answer(mut stream: TcpStream, shared: &Mutex<Shared>) {
    let Some((line, body)) = request(&mut stream) else {
        return;
    };
    let path = line.split(' ').nth(1).unwrap_or("/").to_owned();
    let (kind, content): (&str, Vec<u8>) = if line.starts_with("POST") {
        let fields = form_urlencoded::parse(&body).into_owned().collect();
        shared.lock().unwrap().posted.push(fields);
        ("text/html", b"<!doctype html><p id=\"done\">done".to_vec())
    } else if let Some(asset) = asset(&path) {
        (asset.content_type, asset.bytes.to_vec())
    } else if path.starts_with("/callback") {
        ("text/html", b"<!doctype html><p id=\"back\">back".to_vec())
    } else {
        (
            "text/html; charset=utf-8",
            shared.lock().unwrap().page.clone().into_bytes(),
        )
    };
    // The policy of the product's own pages.
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\
         content-security-policy: {}\r\nconnection: close\r\n\r\n",
        content.len(),
        headers::CSP,
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&content);
}

fn asset(path: &str) -> Option<assets::Asset> {
    let (hash, name) = path.strip_prefix("/static/")?.split_once('/')?;
    assets::get(hash, name)
}

/// The request line and the body, as far as a browser's simple requests need it.
fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut raw = Vec::new();
    let mut some = [0u8; 4096];
    let end = loop {
        let read = stream.read(&mut some).ok().filter(|n| *n > 0)?;
        raw.extend(&some[..read]);
        if let Some(at) = raw.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8_lossy(&raw[..end]).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(0, |text| text.trim().parse().unwrap_or(0));
    while raw.len() < end + length {
        let read = stream.read(&mut some).ok().filter(|n| *n > 0)?;
        raw.extend(&some[..read]);
    }
    let line = String::from_utf8_lossy(&raw[..end])
        .lines()
        .next()?
        .to_owned();
    Some((line, raw[end..].to_vec()))
}
