//! The stand-in for the person's mailbox: what the provider's file transport put into its folder.
//!
//! Reads only, and only the newest few. One text file is one message: lines of headers, an empty line, the text.

use std::cmp::Reverse;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Messages that the page shows.
const SHOWN: usize = 20;
/// The most that is read of one message, in bytes.
const LONGEST: u64 = 16 * 1024;

/// One message, as the page shows it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) paragraphs: Vec<String>,
}

/// The newest messages first; none where there is no folder.
pub(crate) fn newest(folder: &Path) -> Vec<Mail> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    // Names sort by time. What begins with a dot is half written.
    let is_message = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ending == "txt")
            && path
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| !name.starts_with('.'))
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(is_message)
        .collect();
    paths.sort_by_key(|path| Reverse(path.clone()));
    paths
        .iter()
        .take(SHOWN)
        .filter_map(|path| Some(parsed(&text(path)?)))
        .collect()
}

fn text(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path)
        .ok()?
        .take(LONGEST)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn parsed(text: &str) -> Mail {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim().to_owned())
            .unwrap_or_default()
    };
    let paragraphs = body.split("\n\n").map(|part| part.trim().to_owned());
    Mail {
        to: header("To:"),
        subject: header("Subject:"),
        paragraphs: paragraphs.filter(|part| !part.is_empty()).collect(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_message_comes_first_and_half_written_ones_not_at_all() {
        let folder = std::env::temp_dir().join(format!("stepwell-inbox-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let put = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
        put(
            "1.txt",
            "To: a@example.com\nSubject: First\n\nOne\n\nTwo\nlines\n",
        );
        put("2.txt", "To: a@example.com\nSubject: Second\n\nThree\n");
        put(".3", "To: half");
        put(".4.txt", "To: half");
        let found = newest(&folder);
        fs::remove_dir_all(&folder).unwrap();
        let subjects: Vec<_> = found.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(subjects, ["Second", "First"]);
        assert_eq!(found[1].paragraphs, ["One", "Two\nlines"]);
        assert_eq!(newest(&folder), [], "a folder that is gone is an empty one");
    }
}
