//! Whether this node should get requests, and what is missing when not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use stepwell_engine::Engine;

/// One check of `/ready`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// `database`, `migrations`, `keys` or `draining`.
    pub name: &'static str,
    /// Whether it passed.
    pub ok: bool,
    /// What is wrong, when something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The answer of `/ready`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether every check passed.
    pub ready: bool,
    /// Every check.
    pub checks: Vec<Check>,
}

/// This node's health. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Health {
    engine: Arc<Engine>,
    draining: Arc<AtomicBool>,
    migrated: Arc<AtomicBool>,
}

impl Health {
    /// The health of a node that runs `engine`.
    pub fn of(engine: Arc<Engine>) -> Self {
        Self {
            engine,
            draining: Arc::default(),
            migrated: Arc::default(),
        }
    }

    /// From now on `/ready` says no.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Asks the database; it may take seconds when the database is away, so not on an event loop.
    pub fn report(&self) -> Report {
        let keys = self.engine.list_keys();
        let migrations = if keys.is_ok() { self.pending() } else { None };
        let signing = keys
            .as_ref()
            .map(|keys| keys.iter().any(|key| key.status == "current"));
        let checks = vec![
            check(
                "database",
                signing.as_ref().map(|_| ()).map_err(ToString::to_string),
            ),
            check("migrations", applied(migrations)),
            check("keys", current(signing.ok())),
            check(
                "draining",
                if self.draining.load(Ordering::Relaxed) {
                    Err("this node is going away".to_owned())
                } else {
                    Ok(())
                },
            ),
        ];
        Report {
            ready: checks.iter().all(|check| check.ok),
            checks,
        }
    }

    /// Asking takes the lock of a write, so once nothing was missing it is not asked again.
    fn pending(&self) -> Option<Vec<String>> {
        if self.migrated.load(Ordering::Relaxed) {
            return Some(Vec::new());
        }
        let pending = self.engine.db().pending_migrations().ok()?;
        self.migrated.store(pending.is_empty(), Ordering::Relaxed);
        Some(pending)
    }
}

fn check(name: &'static str, found: Result<(), String>) -> Check {
    Check {
        name,
        ok: found.is_ok(),
        reason: found.err(),
    }
}

fn applied(pending: Option<Vec<String>>) -> Result<(), String> {
    match pending {
        None => Err("not known: the database cannot be asked".to_owned()),
        Some(pending) if pending.is_empty() => Ok(()),
        Some(pending) => Err(format!(
            "pending: {}; run `stepwell migrate`",
            pending.join(", ")
        )),
    }
}

fn current(signing: Option<bool>) -> Result<(), String> {
    match signing {
        None => Err("not known: the database cannot be asked".to_owned()),
        Some(true) => Ok(()),
        Some(false) => {
            Err("there is no current signing key; run `stepwell keys rotate`".to_owned())
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
