//! The binary as operators meet it: exit codes, the demo's one line, an orderly end, the same data again.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

fn stepwell(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stepwell"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env_remove("STEPWELL_CONFIG");
    command
}

fn run(arguments: &[&str]) -> Output {
    stepwell(arguments).output().unwrap()
}

/// A running demo; it ends with this value.
struct Demo {
    child: Child,
    ready: Value,
}

impl Demo {
    fn start(folder: &Path) -> Self {
        let data = folder.display().to_string();
        let mut command = stepwell(&[
            "demo",
            "--json",
            "--data",
            &data,
            "--listen",
            "127.0.0.1:0",
            "--bank-listen",
            "0",
        ]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| {
            let _ = child.kill();
            let mut log = String::new();
            let _ = child.stderr.as_mut().unwrap().read_to_string(&mut log);
            panic!("{error}: {line}\n{log}")
        });
        Self { child, ready }
    }

    fn text(&self, key: &str) -> &str {
        self.ready[key].as_str().unwrap()
    }

    /// SIGTERM; gives the exit code, and whatever was printed after the first line.
    fn terminate(mut self) -> (Option<i32>, String) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        let mut rest = String::new();
        self.child
            .stdout
            .as_mut()
            .unwrap()
            .read_to_string(&mut rest)
            .unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A GET without a library: the status line and the body.
fn get(url: &str) -> (String, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let mut stream = TcpStream::connect(host.replace("localhost", "127.0.0.1")).unwrap();
    let path = if path.is_empty() { "/" } else { path };
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("stepwell-process-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_demo_says_one_line_answers_and_goes_on_with_the_same_person() {
    let folder = Folder::new("demo");
    let first = Demo::start(&folder.0);
    let discovery = format!("{}/.well-known/openid-configuration", first.text("issuer"));
    let (status, body) = get(&discovery);
    assert!(status.contains("200"), "{status}");
    assert!(
        body.contains(&format!("\"issuer\":\"{}\"", first.text("issuer"))),
        "{body}"
    );
    assert!(get(first.text("bank")).0.contains("200"));
    let (status, body) = get(&format!("{}/ready", first.text("ops")));
    assert!(
        status.contains("200") && body.contains("\"ready\":true"),
        "{status} {body}"
    );
    assert!(
        get(&format!("{}/metrics", first.text("ops")))
            .1
            .contains("stepwell_http_request_duration_seconds_bucket")
    );
    let password = first.text("password").to_owned();
    let (totp, bank) = (
        first.text("totp_uri").to_owned(),
        first.text("bank").to_owned(),
    );
    assert_eq!(first.terminate(), (Some(0), String::new()));

    let again = Demo::start(&folder.0);
    assert_eq!(again.text("password"), password);
    assert_eq!(again.text("totp_uri"), totp);
    assert_ne!(again.text("bank"), bank, "port 0 picks another one");
    let config = again.text("config").to_owned();
    let listed = run(&["client", "list", "--json", "--config", &config]);
    let clients: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(
        clients["clients"][0]["redirect_uris"][0],
        format!("{}/callback", again.text("bank"))
    );
}

#[test]
fn failures_end_with_their_code_and_say_why_on_standard_error() {
    let folder = Folder::new("codes");
    std::fs::create_dir(&folder.0).unwrap();
    let config = folder.0.join("stepwell.toml").display().to_string();
    std::fs::write(&config, "isuer = \"x\"\n").unwrap();
    for (arguments, code, why) in [
        (
            vec!["config", "check", "--config", &config],
            2,
            "did you mean \"issuer\"?",
        ),
        (
            vec!["config", "check", "--config", "/nonexistent.toml"],
            2,
            "/nonexistent.toml cannot be read",
        ),
        (vec!["cleint", "list"], 2, "client"),
        (
            vec!["client", "create", "--type", "web", "--config", &config],
            2,
            "--redirect",
        ),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains(why), "{told}");
        assert!(output.stdout.is_empty());
        let output = run(&[arguments, vec!["--json"]].concat());
        assert_eq!(output.status.code(), Some(code));
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(json["error"], "usage");
    }
}

#[test]
fn a_taken_address_is_told_with_its_key() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = Folder::new("taken");
    let data = folder.0.display().to_string();
    let output = run(&["demo", "--data", &data, "--listen", &address]);
    assert_eq!(output.status.code(), Some(5));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("--listen") && told.contains(&address),
        "{told}"
    );
}

#[test]
fn help_is_an_answer() {
    let output = run(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("asks for more only when it must")
    );
}
