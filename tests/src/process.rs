//! The real `stepwell` binary as a child process: the demo, or a server with a configuration of the
//! test's own. It ends only processes that it started.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use serde::Deserialize;
use tempfile::TempDir;

use crate::databases::Database;
use crate::totp::Authenticator;
use crate::wait;

/// Names the binary to test, instead of the one beside the test program.
pub const BINARY: &str = "STEPWELL_TEST_BINARY";

const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(30);

/// The line that `stepwell demo --json` prints when it is ready.
#[derive(Debug, Clone, Deserialize)]
pub struct Ready {
    /// The provider's issuer URL, without a slash at its end.
    pub issuer: String,
    /// The demo bank's address.
    pub bank: String,
    /// The bank's API.
    pub api: String,
    /// The page that stands in for the person's mailbox.
    pub inbox: String,
    /// The seeded person.
    pub username: String,
    /// That person's password.
    pub password: String,
    /// That person's authenticator app.
    pub totp_uri: String,
    /// The operators' listener: `/live`, `/ready`, `/metrics`.
    pub ops: String,
}

/// A running demo with its data folder; it ends when this value is dropped.
#[derive(Debug)]
pub struct Provider {
    /// Addresses and the seeded person.
    pub ready: Ready,
    child: Running,
    data: TempDir,
    database: Database,
    environment: Vec<(String, String)>,
}

impl Provider {
    /// Starts `stepwell demo` on free ports and waits until it is ready. Fails the test with the
    /// log when it does not come up within a minute.
    #[track_caller]
    pub fn start(database: Database) -> Self {
        Self::start_with(database, &[])
    }

    /// [`start`](Self::start) with more environment, such as `("STEPWELL__REDIS_URL", "redis://…")`.
    #[track_caller]
    pub fn start_with(database: Database, environment: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder can be made");
        let mut command = Command::new(binary());
        command
            .args(["demo", "--json", "--data"])
            .arg(data.path())
            .args(["--listen", "127.0.0.1:0", "--bank-listen", "127.0.0.1:0"])
            .env("STEPWELL__DATABASE_URL", database.url())
            .envs(environment.iter().copied());
        let mut child = Running::spawn(command, data.path().join("test.log"));
        let line = child.first_line();
        let ready = serde_json::from_str(&line).unwrap_or_else(|problem| {
            panic!(
                "`stepwell demo --json` printed something else than its line ({problem}): {line}"
            )
        });
        Self {
            ready,
            child,
            data,
            database,
            environment: environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    /// The data folder of this provider.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The configuration file that the demo left.
    pub fn config(&self) -> PathBuf {
        self.data.path().join("stepwell.toml")
    }

    /// The database this provider runs on.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The seeded person's phone.
    pub fn authenticator(&self) -> Authenticator {
        Authenticator::from_uri(&self.ready.totp_uri)
    }

    /// Runs another `stepwell` command against the same configuration and environment, to its end.
    #[track_caller]
    pub fn cli(&self, arguments: &[&str]) -> Output {
        Command::new(binary())
            .args(arguments)
            .arg("--config")
            .arg(self.config())
            .envs(self.environment.iter().cloned())
            .env("STEPWELL__DATABASE_URL", self.database.url())
            .stdin(Stdio::null())
            .output()
            .expect("the stepwell binary can be run")
    }

    /// [`cli`](Self::cli) that must succeed, with the JSON that it printed.
    #[track_caller]
    pub fn cli_json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.cli(arguments);
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "stepwell {} ended with {}: {printed}{}",
            arguments.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr),
        );
        serde_json::from_str(&printed)
            .unwrap_or_else(|problem| panic!("no JSON was printed ({problem}): {printed}"))
    }

    /// What the process has written so far.
    pub fn log(&self) -> String {
        self.child.log()
    }

    /// Ends the process as a power cut would.
    pub fn kill_dash_nine(&mut self) {
        self.child.kill();
    }

    /// Asks the process to end (SIGTERM) and gives its exit status.
    #[track_caller]
    pub fn terminate(&mut self) -> ExitStatus {
        self.child.terminate()
    }

    /// After [`kill_dash_nine`](Self::kill_dash_nine) or [`terminate`](Self::terminate): serves the
    /// same data at the same issuer again (without the bank).
    #[track_caller]
    pub fn serve_again(&mut self) {
        let issuer = self.ready.issuer.clone();
        let config = self.config();
        let environment = [("STEPWELL__DATABASE_URL", self.database.url())];
        self.child = serve(&config, &issuer, &environment);
    }
}

/// Starts `stepwell serve --config FILE` on a free port and gives its address, `http://…`, once it answers
/// there. Its issuer is what the configuration or the environment says.
#[track_caller]
pub fn serve_on_a_free_port(config: &Path, environment: &[(&str, &str)]) -> (Running, String) {
    let mut child = begin_serving(config, environment, &[("STEPWELL__LISTEN", "127.0.0.1:0")]);
    let line = child.first_line();
    let said: serde_json::Value = serde_json::from_str(&line)
        .unwrap_or_else(|problem| panic!("`stepwell serve --json` said {line} ({problem})"));
    let address = format!("http://{}", said["listen"].as_str().expect("an address"));
    wait_until_it_answers(&mut child, &address);
    (child, address)
}

/// Starts `stepwell serve --config FILE` and waits until its discovery document is there.
#[track_caller]
pub fn serve(config: &Path, issuer: &str, environment: &[(&str, &str)]) -> Running {
    let mut child = begin_serving(config, environment, &[]);
    wait_until_it_answers(&mut child, issuer);
    child
}

#[track_caller]
fn begin_serving(config: &Path, environment: &[(&str, &str)], more: &[(&str, &str)]) -> Running {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let mut command = Command::new(binary());
    command
        .args(["serve", "--json", "--config"])
        .arg(config)
        .envs(environment.iter().copied())
        .envs(more.iter().copied());
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Running::spawn(command, config.with_extension(format!("{number}.log")))
}

#[track_caller]
fn wait_until_it_answers(child: &mut Running, at: &str) {
    let discovery = format!("{at}/.well-known/openid-configuration");
    let http = reqwest::blocking::Client::builder()
        .no_proxy()
        .build()
        .expect("an HTTP client can be made");
    let up = wait::poll(START, || {
        if let Some(status) = child.ended() {
            panic!("stepwell serve ended with {status}:\n{}", child.log());
        }
        let answer = http.get(&discovery).send().ok()?;
        answer.status().is_success().then_some(())
    });
    if up.is_none() {
        panic!(
            "{discovery} did not answer within a minute:\n{}",
            child.log()
        );
    }
}

/// A port on which nobody listens and which nobody else is given meanwhile: a connection that once was made to
/// it is kept. Whoever is told its number may listen there.
#[derive(Debug)]
pub struct Reserved {
    number: u16,
    _kept: (TcpStream, TcpStream),
}

impl Reserved {
    /// Takes one on the loopback.
    #[track_caller]
    pub fn port() -> Self {
        let take = || {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let address = listener.local_addr()?;
            let near = TcpStream::connect(address)?;
            let (far, _) = listener.accept()?;
            Ok::<_, std::io::Error>((address.port(), (near, far)))
        };
        let (number, _kept) = take().expect("a loopback port can be taken");
        Self { number, _kept }
    }

    /// Which one it is.
    pub fn number(&self) -> u16 {
        self.number
    }
}

/// A port that was free a moment ago, for programs that have to be told one.
#[track_caller]
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a loopback port can be bound")
        .port()
}

/// A child process with its log; dropping it ends it.
#[derive(Debug)]
pub struct Running {
    child: Child,
    log: PathBuf,
    lines: mpsc::Receiver<String>,
}

impl Running {
    #[track_caller]
    fn spawn(mut command: Command, log: PathBuf) -> Self {
        let errors = File::create(&log).expect("a log file can be made");
        let mut output = errors.try_clone().expect("a log file can be shared");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|problem| panic!("stepwell could not be started: {problem}"));
        let stdout = child.stdout.take().expect("stdout was piped");
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = writeln!(output, "{line}");
                let _ = sender.send(line);
            }
        });
        Self { child, log, lines }
    }

    #[track_caller]
    fn first_line(&mut self) -> String {
        match self.lines.recv_timeout(START) {
            Ok(line) => line,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                panic!("nothing was printed within a minute:\n{}", self.log())
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                panic!("stepwell ended before it was ready:\n{}", self.log())
            }
        }
    }

    /// What the process has written so far, stdout and stderr.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The exit status, when the process has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// SIGKILL, and waits.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, and waits for at most half a minute.
    #[track_caller]
    pub fn terminate(&mut self) -> ExitStatus {
        let sent = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "SIGTERM could not be sent"
        );
        wait::until("stepwell to end after SIGTERM", STOP, || self.ended())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The binary beside this test program (`target/debug/stepwell`), built now if it is not there.
#[track_caller]
pub fn binary() -> PathBuf {
    if let Some(given) = std::env::var_os(BINARY) {
        return given.into();
    }
    let program = std::env::current_exe().expect("the test program knows its own path");
    // target/debug/deps/name-hash: the binary is one folder up.
    let profile = program
        .ancestors()
        .find(|folder| folder.join("deps").is_dir())
        .unwrap_or_else(|| panic!("{} is not inside a target folder", program.display()));
    let binary = profile.join(format!("stepwell{}", std::env::consts::EXE_SUFFIX));
    if !binary.exists() {
        build(profile);
    }
    binary
}

#[track_caller]
fn build(profile: &Path) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--package", "stepwell-server", "--bin", "stepwell"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    if let Some(target) = profile.parent() {
        command.arg("--target-dir").arg(target);
    }
    if profile.ends_with("release") {
        command.arg("--release");
    }
    let status = command.status().expect("cargo can be run");
    assert!(status.success(), "the stepwell binary could not be built");
}
