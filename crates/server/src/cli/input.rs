//! What commands read: small files and standard input, bounded and complained about by name.

use std::io::{IsTerminal, Read};
use std::path::Path;

use stepwell_core::secret::Secret;

use super::failure::{Code, Failure};

/// Nothing that a command reads is longer.
const LONGEST: u64 = 256 * 1024;

/// The text of a file.
pub(super) fn file(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let opened = std::fs::File::open(path).map_err(|error| {
        let code = if error.kind() == std::io::ErrorKind::NotFound {
            Code::NotFound
        } else {
            Code::Failed
        };
        Failure::new(code, format!("{shown} cannot be read: {error}"))
    })?;
    text(opened, &shown.to_string())
}

/// A JSON document from a file.
pub(super) fn json(path: &Path) -> Result<serde_json::Value, Failure> {
    serde_json::from_str(&file(path)?)
        .map_err(|error| Failure::usage(format!("{} is not JSON: {error}", path.display())))
}

/// A password from a file, without the newline at its end.
pub(super) fn secret_file(path: &Path) -> Result<Secret, Failure> {
    Ok(Secret::new(one_line(&file(path)?)))
}

/// A password from standard input, without the newline at its end.
pub(super) fn secret_stdin() -> Result<Secret, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        return Err(Failure::usage(
            "--password-stdin reads a pipe, so that the password is not shown while it is typed; use --password-file, or pipe it in",
        ));
    }
    Ok(Secret::new(one_line(&text(
        input.lock(),
        "standard input",
    )?)))
}

fn one_line(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

fn text(from: impl Read, name: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = from.take(LONGEST + 1).read_to_string(&mut text);
    match read {
        Ok(_) if text.len() as u64 > LONGEST => Err(Failure::usage(format!(
            "{name} is longer than {LONGEST} bytes"
        ))),
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::failed(format!(
            "{name} cannot be read as text: {error}"
        ))),
    }
}
