//! Redis over TLS: a server whose certificate is trusted is used, and no other.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};
use serde_json::Value;
use stepwell_tests::databases::Database;
use stepwell_tests::wait;
use tempfile::TempDir;

use crate::assertions::{Keyed, present};
use crate::support::World;
use crate::support::http::send;

const PATIENCE: Duration = Duration::from_secs(20);

/// A certificate for `localhost` that vouches for itself.
fn certificate() -> (PKey<Private>, X509) {
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "localhost").unwrap();
    let name = name.build();
    let serial = BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap();
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    made.set_serial_number(&serial).unwrap();
    made.set_subject_name(&name).unwrap();
    made.set_issuer_name(&name).unwrap();
    made.set_pubkey(&key).unwrap();
    let (from, until) = (Asn1Time::days_from_now(0), Asn1Time::days_from_now(2));
    made.set_not_before(&from.unwrap()).unwrap();
    made.set_not_after(&until.unwrap()).unwrap();
    let authority = BasicConstraints::new().critical().ca().build().unwrap();
    made.append_extension(authority).unwrap();
    let names = SubjectAlternativeName::new()
        .dns("localhost")
        .build(&made.x509v3_context(None, None))
        .unwrap();
    made.append_extension(names).unwrap();
    made.sign(&key, MessageDigest::sha256()).unwrap();
    (key, made.build())
}

/// A Redis that speaks TLS alone; it ends with this value.
struct Redis {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Redis {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (key, certificate) = certificate();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let key = write("key.pem", &key.private_key_to_pem_pkcs8().unwrap());
        let certificate = write("certificate.pem", &certificate.to_pem().unwrap());
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut command = Command::new("redis-server");
        command
            .args(["--port", "0", "--tls-port", &port.to_string()])
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--tls-auth-clients", "no"])
            .arg("--tls-key-file")
            .arg(&key)
            .arg("--tls-cert-file")
            .arg(&certificate)
            .arg("--dir")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let child = command.spawn().unwrap_or_else(|problem| {
            panic!("redis-server did not start ({problem}); install it with: apt-get install redis-server")
        });
        let redis = Self {
            child,
            port,
            folder,
        };
        wait::until("Redis to listen", PATIENCE, || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        redis
    }

    fn url(&self, host: &str) -> String {
        format!("rediss://{host}:{}/", self.port)
    }

    fn certificate(&self) -> String {
        self.path().join("certificate.pem").display().to_string()
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `/ready` says of Redis.
fn told(world: &World) -> Value {
    let ready = send(world.http.get(format!("{}/ready", world.ready.ops))).json();
    let checks = ready["checks"].as_array().unwrap().clone();
    let redis = checks.into_iter().find(|check| check["name"] == "redis");
    redis.unwrap()["ok"].clone()
}

fn world(redis_url: &str, authority: &str) -> World {
    let settings = [
        ("STEPWELL__REDIS_URL", redis_url),
        ("SSL_CERT_FILE", authority),
    ];
    World::alone(Database::sqlite(), &settings)
}

#[test]
fn replays_are_remembered_on_a_redis_over_tls_whose_certificate_is_trusted() {
    let redis = Redis::start();
    let world = world(&redis.url("localhost"), &redis.certificate());
    wait::until("Redis to be reached", PATIENCE, || {
        (told(&world) == true).then_some(())
    });
    let app = Keyed::register(&world);
    let assertion = app.assertion(&world, "once");
    // The first connection may take longer than a request waits, which then is refused for a second.
    let first = wait::until("the first to be taken", PATIENCE, || {
        let got = present(&world, &assertion);
        (got.status != 503).then_some(got)
    });
    assert_eq!(first.status, 200, "{first:#?}");
    present(&world, &assertion).assert_refused(401, "invalid_client");
}

#[test]
fn a_redis_whose_certificate_nobody_vouches_for_or_is_for_another_name_is_not_used() {
    let redis = Redis::start();
    let stranger = redis.path().join("stranger.pem");
    std::fs::write(&stranger, certificate().1.to_pem().unwrap()).unwrap();
    let stranger = stranger.display().to_string();
    for (host, authority) in [("localhost", stranger), ("127.0.0.1", redis.certificate())] {
        let world = world(&redis.url(host), &authority);
        assert_eq!(told(&world), false, "{host}");
        let app = Keyed::register(&world);
        let got = present(&world, &app.assertion(&world, "once"));
        got.assert_refused(503, "temporarily_unavailable");
        assert_eq!(told(&world), false, "{host}");
    }
}
