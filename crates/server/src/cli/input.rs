//! What commands read: small files and standard input, bounded and complained about by name.

use std::io::IsTerminal;
use std::path::Path;

use stepwell_core::secret::Secret;

use super::failure::{Code, Failure};
use crate::whole_file::{self, Unread};

/// Nothing that a command reads is longer.
const LONGEST: u64 = 256 * 1024;

/// The text of a file.
pub(super) fn file(path: &Path) -> Result<String, Failure> {
    whole_file::text(path, LONGEST).map_err(unread)
}

/// A JSON document from a file.
pub(super) fn json(path: &Path) -> Result<serde_json::Value, Failure> {
    serde_json::from_str(&file(path)?)
        .map_err(|error| Failure::usage(format!("{} is not JSON: {error}", path.display())))
}

/// A password from a file, without the newline at its end.
pub(super) fn secret_file(path: &Path) -> Result<Secret, Failure> {
    Ok(Secret::new(whole_file::line(&file(path)?)))
}

/// A password from standard input, without the newline at its end.
pub(super) fn secret_stdin() -> Result<Secret, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        return Err(Failure::usage(
            "--password-stdin reads a pipe, so that the password is not shown while it is typed; use --password-file, or pipe it in",
        ));
    }
    let text = whole_file::text_from(input.lock(), "standard input", LONGEST).map_err(unread)?;
    Ok(Secret::new(whole_file::line(&text)))
}

fn unread(why: Unread) -> Failure {
    let code = if why.missing {
        Code::NotFound
    } else {
        Code::Failed
    };
    Failure::new(code, why.to_string())
}
