//! A real headless Chromium, started for one test and ended with it. It must not reuse anybody's
//! profile: its data folder is temporary and each page lives in a browser context of its own.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::cdp::Connection;
use crate::page::Page;
use crate::wait;

/// Path of the browser to use.
pub const CHROMIUM: &str = "STEPWELL_TEST_CHROMIUM";

const KNOWN: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

const FLAGS: [&str; 16] = [
    "--headless=new",
    // Chromium refuses its sandbox to root, which is who runs tests in containers.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--password-store=basic",
    "--window-size=1280,900",
    "--remote-debugging-port=0",
];

/// A running browser.
#[derive(Debug)]
pub struct Browser {
    child: Child,
    connection: Rc<RefCell<Connection>>,
    _profile: TempDir,
}

impl Browser {
    /// Starts Chromium: `STEPWELL_TEST_CHROMIUM`, else the first known name in the path.
    #[track_caller]
    pub fn start() -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let program = program();
        let mut child = Command::new(&program)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|problem| {
                panic!("{} could not be started: {problem}", program.display())
            });
        let port_file = profile.path().join("DevToolsActivePort");
        let found = wait::poll(Duration::from_secs(60), || {
            if let Ok(Some(status)) = child.try_wait() {
                panic!("{} ended at once with {status}", program.display());
            }
            let text = std::fs::read_to_string(&port_file).ok()?;
            let (port, path) = text.split_once('\n')?;
            Some((port.trim().parse().ok()?, path.trim().to_owned()))
        });
        let Some((port, path)) = found else {
            let _ = child.kill();
            panic!("{} opened no DevTools port", program.display());
        };
        Self {
            child,
            connection: Rc::new(RefCell::new(Connection::open(port, &path))),
            _profile: profile,
        }
    }

    /// A blank page in a new browser context: no cookies, no cache, nothing shared with other pages.
    #[track_caller]
    pub fn page(&self) -> Page {
        let call = |method: &str, params| {
            self.connection
                .borrow_mut()
                .call("", method, params)
                .unwrap_or_else(|problem| panic!("no new page: {problem}"))
        };
        let context = call("Target.createBrowserContext", json!({}));
        let target = call(
            "Target.createTarget",
            json!({"url": "about:blank", "browserContextId": context["browserContextId"]}),
        );
        let attached = call(
            "Target.attachToTarget",
            json!({"targetId": target["targetId"], "flatten": true}),
        );
        let session = attached["sessionId"].as_str().unwrap_or("");
        Page::attach(Rc::clone(&self.connection), session)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked to close, the browser also ends its helpers; the kill is for one that hangs.
        let _ = self
            .connection
            .borrow_mut()
            .call("", "Browser.close", json!({}));
        let ended = wait::poll(Duration::from_secs(5), || self.child.try_wait().ok()?);
        if ended.is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[track_caller]
fn program() -> PathBuf {
    if let Some(given) = std::env::var_os(CHROMIUM) {
        return given.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .flat_map(|folder| KNOWN.map(|name| folder.join(name)))
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| {
            panic!(
                "no Chromium was found. Run the tests with ./test at the root of the repository, \
                 which installs it, or set {CHROMIUM} to the browser's path."
            )
        })
}
