//! Where the sealing key comes from: a value, a file, or a command's output.
//!
//! The key is fetched only by commands that need it, never by reading the configuration.

use std::path::Path;
use std::process::{Command, Stdio};

use stepwell_core::secret::Secret;
use stepwell_engine::seal::{SealKey, SealingKeys};

use super::environment::contents;
use super::read::Reader;

/// The configured source of the sealing keys.
#[derive(Clone, Debug, Default)]
pub struct SealSource {
    current: Option<From>,
    older: Vec<SealKey>,
}

#[derive(Clone, Debug)]
enum From {
    Key(Box<SealKey>),
    File(String),
    Command(String),
}

/// What to say where there is no key.
pub const NO_KEY: &str = "there is no sealing key, which protects signing keys and authenticator secrets in the database; \
     make one with `stepwell keys generate-seal --out stepwell.seal` and set seal.key_file = \"stepwell.seal\" \
     (or STEPWELL__SEAL__KEY_FILE)";

impl SealSource {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        // As everywhere the environment wins over the file, whichever of the three ways each takes.
        let ways = ["seal.key", "seal.key_file", "seal.key_command"];
        let over = ways.iter().any(|path| reader.is_from_environment(path));
        let mut take = |path: &str| {
            reader
                .text(path)
                .filter(|_| !over || reader.is_from_environment(path))
        };
        let key = take("seal.key").map(Secret::new);
        let file = take("seal.key_file");
        let command = take("seal.key_command");
        if [key.is_some(), file.is_some(), command.is_some()]
            .into_iter()
            .filter(|given| *given)
            .count()
            > 1
        {
            let path = if command.is_some() {
                "seal.key_command"
            } else {
                "seal.key_file"
            };
            reader.refuse(path, "seal.key, seal.key_file and seal.key_command are three ways to give one key; keep one");
        }
        let key = key.and_then(|key| match SealKey::parse(key.expose()) {
            Ok(key) => Some(From::Key(Box::new(key))),
            Err(error) => {
                reader.refuse("seal.key", format!("seal.key: {error}"));
                None
            }
        });
        let older = older(reader);
        Self {
            current: key.or(file.map(From::File)).or(command.map(From::Command)),
            older,
        }
    }

    /// Whether a key is configured at all.
    pub fn is_configured(&self) -> bool {
        self.current.is_some()
    }

    /// Looks whether a key that lies in a file can be had. A command is not run for it.
    ///
    /// # Errors
    /// As [`Self::fetch`].
    pub(crate) fn check(&self) -> Result<(), String> {
        match &self.current {
            Some(From::File(_)) => self.fetch().map(drop),
            None | Some(From::Key(_) | From::Command(_)) => Ok(()),
        }
    }

    /// Fetches the keys: reads the file, or runs the command.
    ///
    /// # Errors
    /// One sentence that says what is missing and how to mend it.
    pub fn fetch(&self) -> Result<SealingKeys, String> {
        let key = match &self.current {
            None => return Err(NO_KEY.to_owned()),
            Some(From::Key(key)) => {
                return Ok(SealingKeys::new((**key).clone(), self.older.clone()));
            }
            Some(From::File(path)) => {
                let text = contents(path)
                    .map(Secret::new)
                    .map_err(|error| format!("seal.key_file: {error}{}", how_to_make(path)))?;
                SealKey::parse(text.expose())
                    .map_err(|error| format!("seal.key_file {path}: {error}"))?
            }
            Some(From::Command(command)) => {
                let text = output(command).map_err(|error| format!("seal.key_command: {error}"))?;
                SealKey::parse(text.expose())
                    .map_err(|error| format!("seal.key_command: {error}"))?
            }
        };
        Ok(SealingKeys::new(key, self.older.clone()))
    }
}

fn how_to_make(path: &str) -> String {
    if Path::new(path).exists() {
        return String::new();
    }
    format!("; make one with `stepwell keys generate-seal --out {path}`")
}

fn older(reader: &mut Reader) -> Vec<SealKey> {
    let mut found = Vec::new();
    for (text, _) in reader.list("seal.older_keys") {
        match SealKey::parse(&text) {
            Ok(key) => found.push(key),
            Err(error) => reader.refuse("seal.older_keys", format!("seal.older_keys: {error}")),
        }
    }
    found
}

/// What a shell command writes; its errors go to our own standard error.
fn output(command: &str) -> Result<Secret, String> {
    let output = Command::new("/bin/sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("/bin/sh cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(format!("the command ended with {}", output.status));
    }
    String::from_utf8(output.stdout)
        .map(Secret::new)
        .map_err(|_| "the command wrote no text".to_owned())
}
