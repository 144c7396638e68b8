//! The files that a configuration names: where a relative path counts from, and whether they are there.
//!
//! Reading a configuration opens only those that are part of what is checked, the logo and certificates for
//! attestation. `config check` looks at the rest, so that nothing is missing at the start.

use std::fs::File;
use std::path::Path;

use stepwell_store::DatabaseUrl;

use super::gather::Gathered;
use super::key::{Key, Kind};
use super::node::{Node, Value};
use super::problem::Problem;
use super::{Config, MailWay, Origin};
use crate::courier;

/// Makes a relative path that stands in a configuration file count from the folder of that file.
pub(crate) fn rebase(key: &Key, node: &mut Node, folder: &Path) {
    match (key.kind, &mut node.value) {
        (Kind::File(_), Value::Text(text)) => join(folder, text),
        (Kind::Files, Value::List(items)) => {
            for item in items {
                if let Value::Text(text) = &mut item.value {
                    join(folder, text);
                }
            }
        }
        (_, Value::Text(text)) if key.path == "database_url" => {
            if let Ok(DatabaseUrl::Sqlite(file)) = text.parse()
                && file.is_relative()
            {
                *text = DatabaseUrl::sqlite(folder.join(file)).to_string();
            }
        }
        _ => {}
    }
}

fn join(folder: &Path, text: &mut String) {
    if !text.is_empty() {
        *text = folder.join(&*text).display().to_string();
    }
}

/// What is missing of what the configuration names.
pub(crate) fn missing(config: &Config, gathered: &Gathered) -> Vec<Problem> {
    let checks = [
        ("seal.key_file", config.seal.check()),
        ("database_url", database(config.database_url.expose())),
        ("mail.ca_file", authority(config)),
    ];
    let problems = checks.into_iter().filter_map(|(path, found)| {
        let origin = gathered.get(path).map(|node| node.origin.clone());
        Some(Problem {
            origin: origin.unwrap_or(Origin::Default),
            message: found.err()?,
        })
    });
    problems.collect()
}

/// The certificate that a mail server is trusted by.
fn authority(config: &Config) -> Result<(), String> {
    match config.mail.as_ref().map(|mail| &mail.way) {
        Some(MailWay::Smtp(smtp)) => match &smtp.ca_file {
            Some(path) => courier::certificate(path).map(drop),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// A database that is not there yet is made at the first start, but not its folder.
fn database(url: &str) -> Result<(), String> {
    let Ok(DatabaseUrl::Sqlite(file)) = url.parse() else {
        return Ok(());
    };
    if file.exists() {
        return match File::open(&file) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!(
                "database_url: {} cannot be read: {error}",
                file.display()
            )),
        };
    }
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    match folder {
        Some(folder) if !folder.is_dir() => Err(format!(
            "database_url: there is no folder {} for the database; make it, or name another file",
            folder.display()
        )),
        _ => Ok(()),
    }
}
