//! The measured process: `stepwell serve` on a configuration and, unless told otherwise, a database
//! file of its own. What it uses is read from /proc.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use stepwell_tests::process::{BINARY, binary, free_port};
use tempfile::TempDir;

const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(30);
/// Ticks of /proc/PID/stat in a second; the same on every Linux that runs Rust.
const TICKS: u32 = 100;

/// Time on cores.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cpu {
    /// In the program.
    pub(crate) user: Duration,
    /// In the kernel on its behalf.
    pub(crate) system: Duration,
}

impl Cpu {
    /// What was used since an earlier reading.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
        }
    }

    /// Both together.
    pub(crate) fn total(self) -> Duration {
        self.user + self.system
    }

    /// What a process has used, threads that ended included.
    pub(crate) fn of(process: &str) -> Self {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // The name in brackets may hold anything, so fields count from the last bracket.
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks = |at: usize| {
            fields
                .get(at)
                .and_then(|text| text.parse::<u32>().ok())
                .unwrap_or(0)
        };
        let time = |ticks: u32| Duration::from_secs(1) * ticks / TICKS;
        Self {
            user: time(ticks(11)),
            system: time(ticks(12)),
        }
    }
}

/// A folder with a configuration and a sealing key.
#[derive(Debug)]
pub(crate) struct Home {
    folder: TempDir,
    binary: PathBuf,
    /// Where it will listen.
    pub(crate) address: SocketAddr,
}

/// A running server; it ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first discovery document.
    pub(crate) started_in: Duration,
}

impl Home {
    /// Writes a configuration, everything not said being the default.
    pub(crate) fn new(database: Option<&str>) -> Result<Self, String> {
        let folder =
            tempfile::tempdir().map_err(|problem| format!("no temporary folder: {problem}"))?;
        let home = Self {
            folder,
            binary: built()?,
            address: SocketAddr::from(([127, 0, 0, 1], free_port())),
        };
        let at = |name: &str| home.path(name).display().to_string();
        let database =
            database.map_or_else(|| format!("sqlite:{}", at("stepwell.db")), str::to_owned);
        let config = format!(
            "issuer = \"http://{address}\"\nlisten = \"{address}\"\nops_listen = \"127.0.0.1:{}\"\n\
             database_url = \"{database}\"\n[seal]\nkey_file = \"{}\"\n[server]\ndrain_delay = \"0s\"\n\
             [[scope]]\nname = \"orders\"\ndescription = \"see your orders\"\n",
            free_port(),
            at("stepwell.seal"),
            address = home.address,
        );
        fs::write(home.config(), config)
            .map_err(|problem| format!("the configuration cannot be written: {problem}"))?;
        home.run(
            &["keys", "generate-seal", "--out", &at("stepwell.seal")],
            "",
        )?;
        Ok(home)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> PathBuf {
        self.path("stepwell.toml")
    }

    /// Runs a command of the binary with `--json`, giving it `input`; answers what it printed.
    pub(crate) fn cli(&self, arguments: &[&str], input: &str) -> Result<Value, String> {
        let printed = self.run(arguments, input)?;
        serde_json::from_str(&printed)
            .map_err(|problem| format!("no JSON was printed ({problem}): {printed}"))
    }

    fn run(&self, arguments: &[&str], input: &str) -> Result<String, String> {
        let failed =
            |problem: std::io::Error| format!("{} cannot be run: {problem}", self.binary.display());
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .arg("--json")
            .arg("--config")
            .arg(self.config());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that reads nothing may be gone already.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(failed)?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(format!(
            "stepwell {} ended with {}: {errors}",
            arguments.join(" "),
            output.status
        ))
    }

    /// Starts the server and waits for its discovery document. Its log goes to a file, as under a
    /// service manager.
    pub(crate) fn serve(&self) -> Result<Server, String> {
        let failed =
            |problem: std::io::Error| format!("{} cannot be run: {problem}", self.binary.display());
        let log = File::create(self.path("serve.log")).map_err(failed)?;
        let mut command = Command::new(&self.binary);
        command.arg("serve").arg("--config").arg(self.config());
        let began = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(failed)?;
        let mut server = Server {
            child,
            address: self.address,
            started_in: Duration::ZERO,
        };
        while !answers(self.address) {
            let ended = server.child.try_wait().map_err(failed)?;
            if ended.is_some() || began.elapsed() > START {
                let log = fs::read_to_string(self.path("serve.log")).unwrap_or_default();
                return Err(format!("stepwell serve did not come up:\n{log}"));
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        server.started_in = began.elapsed();
        Ok(server)
    }
}

/// Whether the discovery document is there.
fn answers(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(format!("GET /.well-known/openid-configuration HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 "))
}

/// The binary to measure: the one that was named, or the present state of this checkout.
fn built() -> Result<PathBuf, String> {
    if std::env::var_os(BINARY).is_none() {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args([
            "build",
            "--quiet",
            "--package",
            "stepwell-server",
            "--bin",
            "stepwell",
        ]);
        if !cfg!(debug_assertions) {
            command.arg("--release");
        }
        let status = command
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .status();
        if !status.is_ok_and(|status| status.success()) {
            return Err("the stepwell binary could not be built".to_owned());
        }
    }
    Ok(binary())
}

impl Server {
    /// What it has used since it was started.
    pub(crate) fn cpu(&self) -> Cpu {
        Cpu::of(&self.child.id().to_string())
    }

    /// Resident memory in MiB.
    pub(crate) fn resident(&self) -> f64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kib.unwrap_or(0.0) / 1024.0
    }

    /// Ends it in order.
    pub(crate) fn stop(mut self) -> Result<(), String> {
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        told.map_err(|problem| format!("the server cannot be told to end: {problem}"))?;
        let began = Instant::now();
        while began.elapsed() < STOP {
            if self
                .child
                .try_wait()
                .map_err(|problem| problem.to_string())?
                .is_some()
            {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("the server did not end after SIGTERM".to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
