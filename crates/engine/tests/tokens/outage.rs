//! The database away or busy: temporarily unavailable, and never a token. It comes back: nothing was lost.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use stepwell_core::client::{ApplicationType, GrantType, NewClient};
use stepwell_engine::EngineError;
use stepwell_store::{Db, Options, StoreError, audit};

use crate::support::{Database, RelyingParty, Stage, a_person, a_relying_party, postgres_server};

/// A wire to a server that can be cut.
#[derive(Debug)]
struct Wire {
    port: u16,
    cut: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (cut, open) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(Mutex::new(Vec::new())),
        );
        let made = Self {
            port,
            cut: Arc::clone(&cut),
            open: Arc::clone(&open),
        };
        thread::spawn(move || {
            for near in listener.incoming() {
                let near = near.unwrap();
                if cut.load(Ordering::SeqCst) {
                    continue;
                }
                let far = TcpStream::connect(&server).unwrap();
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    thread::spawn(move || pump(&mut from, &mut to));
                }
                open.lock().unwrap().extend([near, far]);
            }
        });
        made
    }

    fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        for end in self.open.lock().unwrap().drain(..) {
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

fn pump(from: &mut TcpStream, to: &mut TcpStream) {
    let mut bytes = [0; 8_192];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..n]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

fn impatient() -> Options {
    Options {
        connections: 2,
        wait: Duration::from_millis(300),
        ..Options::default()
    }
}

fn assert_unavailable<T: std::fmt::Debug>(what: &str, outcome: Result<T, EngineError>) {
    assert!(
        matches!(outcome, Err(EngineError::Unavailable(_))),
        "{what}: {outcome:?}"
    );
}

#[test]
fn while_the_database_is_away_nothing_is_issued_and_afterwards_everything_goes_on() {
    let Some(server) = postgres_server() else {
        return;
    };
    let url = url::Url::parse(&server).unwrap();
    let host = url
        .host_str()
        .expect("this test needs STEPWELL_TEST_POSTGRES to name a host");
    let wire = Wire::to(format!("{host}:{}", url.port().unwrap_or(5432)));
    let mut through = url.clone();
    through.set_host(Some("127.0.0.1")).unwrap();
    through.set_port(Some(wire.port)).unwrap();
    let whole = Stage::on(Database::postgres(through.as_str()), |_| {});
    let db = Db::open(&whole.database().url, &impatient()).unwrap();
    let stage = whole.another_node_with(|parts| parts.db = db).unwrap();

    let bank = a_relying_party(&stage).create();
    let robot = service(&stage);
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let tokens = bank.redeem(&stage, &browser.sign_in(&bank));
    let answer = browser.sign_in(&bank);

    wire.cut();
    for _ in 0..2 {
        assert_unavailable("redeem", bank.token(&stage, &bank.redeeming(&answer)));
        assert_unavailable("refresh", bank.refresh(&stage, tokens.refresh_token()));
        let access = &tokens.answer.access_token;
        assert_unavailable("userinfo", stage.engine.userinfo(&stage.call(), access));
        let params = bank.params(&[("token", access)]);
        assert_unavailable(
            "introspect",
            stage
                .engine
                .introspect(&stage.call(), &bank.client, &params),
        );
        assert_unavailable(
            "revoke",
            stage.engine.revoke(&stage.call(), &bank.client, &params),
        );
        assert_unavailable(
            "authorize",
            browser.try_send(&bank.query(&[]), stepwell_engine::authorize::Via::Get),
        );
    }
    // What needs no database does not miss it.
    robot
        .token(&stage, &[("grant_type", "client_credentials")])
        .unwrap();

    wire.mend();
    // The pool finds its way back by itself; until then the answer is at once that it has not.
    for _ in 0..1_000 {
        if stage.db().read(audit::checkpoint).is_ok() {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    bank.redeem(&stage, &answer);
    bank.refresh(&stage, tokens.refresh_token()).unwrap();
    assert!(stage.chain_is_whole());
}

fn service(stage: &Stage) -> RelyingParty {
    let new = NewClient {
        grant_types: Some(vec![GrantType::ClientCredentials]),
        ..NewClient::new(ApplicationType::Service, "Robot")
    };
    let made = stage
        .engine
        .create_client(&stage.call(), None, new)
        .unwrap();
    RelyingParty {
        client: made.client,
        secret: made.secret,
    }
}

#[test]
fn while_the_file_is_locked_nothing_is_issued_and_afterwards_everything_goes_on() {
    let whole = Stage::new();
    let db = Db::open(&whole.database().url, &impatient()).unwrap();
    let stage = whole.another_node_with(|parts| parts.db = db).unwrap();
    let bank = a_relying_party(&stage).create();
    let ada = a_person(&stage).with_password().create();
    let mut browser = stage.browser(&ada);
    let tokens = bank.redeem(&stage, &browser.sign_in(&bank));
    let answer = browser.sign_in(&bank);

    let held: Result<(), StoreError> = whole.db().write(|_| {
        assert_unavailable("redeem", bank.token(&stage, &bank.redeeming(&answer)));
        assert_unavailable("refresh", bank.refresh(&stage, tokens.refresh_token()));
        let params = bank.params(&[("token", &tokens.answer.access_token)]);
        assert_unavailable(
            "revoke",
            stage.engine.revoke(&stage.call(), &bank.client, &params),
        );
        // Reading goes on beside a writer.
        assert!(
            stage
                .engine
                .userinfo(&stage.call(), &tokens.answer.access_token)
                .is_ok()
        );
        Ok(())
    });
    held.unwrap();

    bank.redeem(&stage, &answer);
    bank.refresh(&stage, tokens.refresh_token()).unwrap();
    assert!(stage.db().read(audit::checkpoint).unwrap().seq > 0);
    assert!(stage.chain_is_whole());
}
