//! The files that a configuration names: where a relative path counts from, and whether they are there.
//!
//! Reading a configuration opens none of them; `config check` does, so that nothing is missing at the start.

use std::fs::File;
use std::path::Path;

use stepwell_store::DatabaseUrl;

use super::gather::Gathered;
use super::key::{Key, Kind};
use super::node::{Node, Value};
use super::problem::Problem;
use super::{Config, Origin};

/// Makes a relative path that stands in a configuration file count from the folder of that file.
pub(crate) fn rebase(key: &Key, node: &mut Node, folder: &Path) {
    let Value::Text(text) = &mut node.value else {
        return;
    };
    match key.kind {
        Kind::File(_) if !text.is_empty() => *text = folder.join(&*text).display().to_string(),
        _ if key.path == "database_url" => {
            if let Ok(DatabaseUrl::Sqlite(file)) = text.parse()
                && file.is_relative()
            {
                *text = DatabaseUrl::sqlite(folder.join(file)).to_string();
            }
        }
        _ => {}
    }
}

/// What is missing of what the configuration names.
pub(crate) fn missing(config: &Config, gathered: &Gathered) -> Vec<Problem> {
    let checks = [
        ("seal.key_file", config.seal.check()),
        ("database_url", database(config.database_url.expose())),
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
