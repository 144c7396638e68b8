//! The measurements in their order, with what each needs beforehand.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::arguments::Arguments;
use super::hash;
use super::http;
use super::load::{self, Limits, Measured, Turn};
use super::party::Party;
use super::report::{Report, Row, Single};
use super::server::{Home, Server};
use super::sign_in::{SignIns, Tokens};
use super::work::{Beginning, Fixed, Refreshes};

const WARM_UP: Duration = Duration::from_millis(700);
/// Enough for any machine; a guard against a clock that stands still.
const MOST: u64 = 20_000_000;
/// Tokens that introspection and userinfo have not seen, for each of the two.
const UNSEEN: usize = 3_000;
/// Sign-ins at once: more would only wait for a core.
const SIGN_INS: usize = 8;
/// Starts on a database that is there, of which the middle one counts.
const STARTS: usize = 7;
const IDLE: Duration = Duration::from_secs(3);

struct Run<'a> {
    arguments: &'a Arguments,
    progress: &'a dyn Fn(&str),
    report: Report,
}

/// Measures what was asked for.
pub(crate) fn run(arguments: &Arguments, progress: &dyn Fn(&str)) -> Result<Report, String> {
    let database = match &arguments.database {
        Some(url) if url.starts_with("postgres") => "PostgreSQL",
        _ => "SQLite",
    };
    let report = Report {
        machine: machine(),
        database,
        ..Report::default()
    };
    let mut run = Run {
        arguments,
        progress,
        report,
    };
    if !arguments.only.is_empty() && arguments.only.iter().all(|only| only == "hash") {
        run.report.hashes(hash::measure(arguments.length)?);
        return Ok(run.report);
    }
    let home = Home::new(arguments.database.as_deref())?;
    let server = run.starts(&home)?;
    Party::person(&home)?;
    let (app, service) = (Party::app(&home)?, Party::service(&home)?);
    run.documents(&server)?;
    run.client_credentials(&server, &service)?;
    run.tokens(&server, &app, &service)?;
    run.sign_ins(&server, &app)?;
    std::thread::sleep(IDLE);
    run.single(
        "memory at rest after all of it",
        server.resident(),
        "MiB",
        "",
    );
    Ok(run.report)
}

impl Run<'_> {
    fn starts(&mut self, home: &Home) -> Result<Server, String> {
        (self.progress)("starting");
        let first = home.serve()?;
        self.single(
            "first start, database and keys made",
            millis(first.started_in),
            "ms",
            "",
        );
        // The next keys are made beside the requests; starts to come find them there.
        std::thread::sleep(IDLE);
        first.stop()?;
        if self.arguments.wants("start") {
            let mut times = Vec::new();
            for _ in 0..STARTS {
                let server = home.serve()?;
                times.push(millis(server.started_in));
                server.stop()?;
            }
            times.sort_by(f64::total_cmp);
            self.single(
                "start to first discovery answer",
                times[STARTS / 2],
                "ms",
                "≤ 150",
            );
        }
        let server = home.serve()?;
        if self.arguments.wants("idle") {
            std::thread::sleep(IDLE);
            self.single("memory idle", server.resident(), "MiB", "≤ 30");
        }
        Ok(server)
    }

    fn documents(&mut self, server: &Server) -> Result<(), String> {
        let documents = [
            (
                "discovery",
                "/.well-known/openid-configuration",
                "token_endpoint",
            ),
            ("jwks", "/jwks", "keys"),
        ];
        for (name, path, holds) in documents {
            let requests = Arc::new(vec![http::get(server.address, path, "")]);
            self.measure(server, name, Some(20.0), |_| {
                Fixed::round(&requests, 0, holds)
            })?;
        }
        Ok(())
    }

    fn client_credentials(&mut self, server: &Server, service: &Party) -> Result<(), String> {
        let form = [("grant_type", "client_credentials"), ("scope", "orders")];
        let requests = Arc::new(vec![service.post("/token", &form)]);
        self.measure(server, "client_credentials", Some(60.0), |_| {
            Fixed::round(&requests, 0, "access_token")
        })
    }

    /// Everything that needs tokens of a person.
    fn tokens(&mut self, server: &Server, app: &Party, service: &Party) -> Result<(), String> {
        let names = ["refresh", "introspection", "userinfo"];
        if !names.iter().any(|name| self.arguments.wants_any_of(name)) {
            return Ok(());
        }
        (self.progress)("signing in once for each connection");
        let begun = self.begin(server, app)?;
        let next = Mutex::new(VecDeque::from(begun.clone()));
        let chain = |seen| {
            Refreshes::new(
                app,
                next.lock().ok().and_then(|mut all| all.pop_front()),
                seen,
            )
        };
        self.measure(server, "refresh", Some(250.0), |_| chain(None))?;
        if !names[1..]
            .iter()
            .any(|name| self.arguments.wants_any_of(name))
        {
            return Ok(());
        }
        (self.progress)("gathering tokens");
        let seen = Arc::default();
        let all = Limits {
            warm_up: Duration::ZERO,
            length: Duration::from_secs(120),
            most: 2 * UNSEEN as u64,
        };
        load::run(server, self.arguments.connections, all, |_| {
            Refreshes::new(app, None, Some(&seen))
        })?;
        let gathered: Vec<String> = seen
            .lock()
            .map(|seen| seen.iter().cloned().collect())
            .unwrap_or_default();
        let (first, second) = gathered.split_at(gathered.len() / 2);

        let introspect = |tokens: &[&str]| -> Arc<Vec<Vec<u8>>> {
            Arc::new(
                tokens
                    .iter()
                    .map(|token| service.post("/introspect", &[("token", token)]))
                    .collect(),
            )
        };
        let userinfo = |tokens: &[&str]| -> Arc<Vec<Vec<u8>>> {
            let bearer = |token: &&str| format!("Authorization: Bearer {token}\r\n");
            Arc::new(
                tokens
                    .iter()
                    .map(|token| http::get(server.address, "/userinfo", &bearer(token)))
                    .collect(),
            )
        };
        let own: Vec<&str> = begun.iter().map(|tokens| tokens.access.as_str()).collect();
        let (first, second): (Vec<&str>, Vec<&str>) = (
            first.iter().map(String::as_str).collect(),
            second.iter().map(String::as_str).collect(),
        );
        let (active, sub) = ("\"active\":true", "\"email\":");
        let connections = self.arguments.connections;

        let (one, unseen, other) = (introspect(&own[..1]), introspect(&first), userinfo(&second));
        self.measure(server, "introspection, one token", Some(50.0), |_| {
            Fixed::round(&one, 0, active)
        })?;
        self.once(server, "introspection, tokens seen the first time", |n| {
            Fixed::once(&unseen, n, connections, active)
        })?;
        self.measure(server, "introspection, distinct tokens", Some(50.0), |n| {
            Fixed::round(&unseen, n * 150, active)
        })?;
        let one = userinfo(&own[..1]);
        self.measure(server, "userinfo, one token", Some(50.0), |_| {
            Fixed::round(&one, 0, sub)
        })?;
        self.once(server, "userinfo, tokens seen the first time", |n| {
            Fixed::once(&other, n, connections, sub)
        })?;
        self.measure(server, "userinfo, distinct tokens", Some(50.0), |n| {
            Fixed::round(&other, n * 150, sub)
        })
    }

    fn begin(&self, server: &Server, app: &Party) -> Result<Vec<Tokens>, String> {
        let (made, wanted) = (Arc::new(Mutex::new(Vec::new())), self.arguments.connections);
        let limits = Limits {
            warm_up: Duration::ZERO,
            length: Duration::from_secs(120),
            most: MOST,
        };
        let make = |_| Beginning {
            party: app.clone(),
            made: Arc::clone(&made),
            wanted,
        };
        load::run(server, SIGN_INS.min(wanted), limits, make)?;
        let made = made.lock().map(|made| made.clone()).unwrap_or_default();
        Ok(made)
    }

    /// Sign-ins between two rounds of the hash alone, so that a change of weather shows in both.
    fn sign_ins(&mut self, server: &Server, app: &Party) -> Result<(), String> {
        if !self.arguments.wants("sign-in") {
            return Ok(());
        }
        let half = self.arguments.length / 2;
        (self.progress)("hash alone");
        let before = hash::measure(half)?;
        let connections = self.arguments.connections.min(SIGN_INS);
        let measured = self.load(server, "sign-in", connections, |_| SignIns(app.clone()))?;
        self.report.rows.push(Row {
            name: "sign-in",
            target: None,
            measured,
        });
        let after = hash::measure(half)?;
        self.report.hashes(hash::Hashes {
            rate: (before.rate + after.rate) / 2.0,
            cpu_each: (before.cpu_each + after.cpu_each) / 2.0,
        });
        Ok(())
    }

    fn measure<T: Turn + 'static>(
        &mut self,
        server: &Server,
        name: &'static str,
        target: Option<f64>,
        make: impl Fn(usize) -> T + Sync,
    ) -> Result<(), String> {
        if !self.arguments.wants(name) {
            return Ok(());
        }
        let measured = self.load(server, name, self.arguments.connections, make)?;
        self.report.rows.push(Row {
            name,
            target,
            measured,
        });
        Ok(())
    }

    /// Each request once, however long that takes.
    fn once<T: Turn + 'static>(
        &mut self,
        server: &Server,
        name: &'static str,
        make: impl Fn(usize) -> T + Sync,
    ) -> Result<(), String> {
        if !self.arguments.wants(name) {
            return Ok(());
        }
        (self.progress)(name);
        let limits = Limits {
            warm_up: Duration::ZERO,
            length: Duration::from_secs(120),
            most: MOST,
        };
        let measured = load::run(server, self.arguments.connections, limits, make)?;
        self.report.rows.push(Row {
            name,
            target: None,
            measured,
        });
        Ok(())
    }

    fn load<T: Turn + 'static>(
        &self,
        server: &Server,
        name: &str,
        connections: usize,
        make: impl Fn(usize) -> T + Sync,
    ) -> Result<Measured, String> {
        (self.progress)(name);
        let limits = Limits {
            warm_up: WARM_UP,
            length: self.arguments.length,
            most: MOST,
        };
        load::run(server, connections, limits, make).map_err(|problem| format!("{name}: {problem}"))
    }

    fn single(&mut self, name: &'static str, value: f64, unit: &'static str, target: &'static str) {
        self.report.singles.push(Single {
            name,
            value,
            unit,
            target,
        });
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Processor and cores.
fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{model}, {cores} cores")
}
