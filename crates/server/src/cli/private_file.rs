//! Files with secrets: made for their owner alone (mode 0600), never world-readable even for a moment.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::failure::{Code, Failure};

/// Writes a new file.
///
/// # Errors
/// Where it exists already (exit code 4): a key is never overwritten.
pub(super) fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let opened = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::new(
            Code::Conflict,
            format!("{} exists already and is not overwritten", path.display()),
        ),
        _ => Failure::failed(format!("{} cannot be written: {error}", path.display())),
    })?;
    finish(&mut file, path, text)
}

/// Writes a file whole: readers see the old text or the new one.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let beside = path.with_extension("new");
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside);
    let mut file = opened.map_err(|error| {
        Failure::failed(format!("{} cannot be written: {error}", beside.display()))
    })?;
    finish(&mut file, &beside, text)?;
    std::fs::rename(&beside, path)
        .map_err(|error| Failure::failed(format!("{} cannot be written: {error}", path.display())))
}

fn finish(file: &mut std::fs::File, path: &Path, text: &str) -> Result<(), Failure> {
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| Failure::failed(format!("{} cannot be written: {error}", path.display())))
}
