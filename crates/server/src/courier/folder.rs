//! Messages as files, for development: one each, in a folder that only its owner may read.
//!
//! Plain text, UTF-8: `To` and `Subject` as a mail has them, an empty line, what it says. Names sort by time.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use stepwell_core::entropy::{self, Entropy};
use stepwell_engine::courier::Undelivered;

use crate::clock::SystemClock;

/// See the module.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|error| format!("the folder {} for messages: {error}", path.display()))?;
        Ok(Self(path.to_owned()))
    }

    /// Writes one message; whoever looks sees all of it or nothing.
    pub(super) fn put(
        &self,
        to: &str,
        subject: &str,
        text: &str,
        entropy: &dyn Entropy,
    ) -> Result<(), Undelivered> {
        let name = entropy::id(entropy, SystemClock.now());
        let subject = if subject.is_empty() {
            String::new()
        } else {
            format!("Subject: {subject}\n")
        };
        self.write(&name, &format!("To: {to}\n{subject}\n{text}\n"))
            .map_err(|error| Undelivered::Unavailable(error.to_string()))
    }

    fn write(&self, name: &str, content: &str) -> io::Result<()> {
        let half = self.0.join(format!(".{name}"));
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&half)?;
        file.write_all(content.as_bytes())?;
        fs::rename(half, self.0.join(format!("{name}.txt")))
    }
}
