//! Files that are read whole: never further than a bound, and complained about by name.
//!
//! What a file is for, and how long it may be, is said by whoever reads it.

use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Why a file was not read, in words that begin with its name.
#[derive(Clone, Debug)]
pub(crate) struct Unread {
    message: String,
    /// There is no such file.
    pub(crate) missing: bool,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Unread> for String {
    fn from(unread: Unread) -> Self {
        unread.message
    }
}

/// The content of a file of at most `most` bytes.
pub(crate) fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, Unread> {
    let name = path.display();
    let file = File::open(path).map_err(|error| Unread {
        message: format!("{name} cannot be read: {error}"),
        missing: error.kind() == ErrorKind::NotFound,
    })?;
    if file.metadata().is_ok_and(|found| found.is_dir()) {
        return Err(other(format!("{name} is not a file")));
    }
    stream(file, &name, most)
}

/// The text of a file of at most `most` bytes.
pub(crate) fn text(path: &Path, most: u64) -> Result<String, Unread> {
    in_utf8(bytes(path, most)?, &path.display())
}

/// A text of at most `most` bytes from something that is open already.
pub(crate) fn text_from(from: impl Read, name: &str, most: u64) -> Result<String, Unread> {
    in_utf8(stream(from, &name, most)?, &name)
}

/// A text without the end of its last line.
pub(crate) fn line(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

fn stream(from: impl Read, name: &dyn fmt::Display, most: u64) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    from.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| other(format!("{name} cannot be read: {error}")))?;
    if bytes.len() as u64 > most {
        let (most, unit) = match most {
            most if most % 1024 == 0 => (most / 1024, "KiB"),
            most => (most, "bytes"),
        };
        return Err(other(format!("{name} is larger than {most} {unit}")));
    }
    Ok(bytes)
}

fn in_utf8(bytes: Vec<u8>, name: &dyn fmt::Display) -> Result<String, Unread> {
    String::from_utf8(bytes).map_err(|_| other(format!("{name} is no text in UTF-8")))
}

fn other(message: String) -> Unread {
    Unread {
        message,
        missing: false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_further_than_its_bound() {
        let endless = std::io::repeat(b'a');
        let told = text_from(endless, "it", 2048).unwrap_err();
        assert_eq!(told.to_string(), "it is larger than 2 KiB");
        assert_eq!(text_from(&b"12345"[..], "it", 5).unwrap(), "12345");
        assert!(text_from(&b"123456"[..], "it", 5).is_err());
    }

    #[test]
    fn what_cannot_be_read_is_told_by_its_name() {
        let told = bytes(Path::new("/nowhere/a"), 9).unwrap_err();
        assert!(told.missing && told.to_string().starts_with("/nowhere/a cannot be read: "));
        let told = bytes(&std::env::temp_dir(), 9).unwrap_err();
        assert!(!told.missing && told.to_string().ends_with("is not a file"));
        let told = text_from(&b"\xff"[..], "it", 9).unwrap_err();
        assert_eq!(told.to_string(), "it is no text in UTF-8");
    }

    #[test]
    fn the_end_of_the_last_line_is_no_part_of_a_secret() {
        assert_eq!(line("a\r\n"), "a");
        assert_eq!(line("a\n\n"), "a\n");
        assert_eq!(line(" a "), " a ");
    }
}
