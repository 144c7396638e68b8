//! What commands print: text for people, or one JSON object for scripts; progress goes to standard error.

use std::io::{self, Write};

use serde_json::Value;

/// How a command answers.
#[allow(missing_debug_implementations, reason = "writers have none")]
pub struct Output<'a> {
    /// One JSON object instead of text.
    pub json: bool,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
}

impl<'a> Output<'a> {
    /// Answers on `out`, with progress and complaints on `err`.
    pub fn new(json: bool, out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        Self { json, out, err }
    }

    /// Gives the answer: `text`, or `json` on one line where scripts asked for it.
    ///
    /// # Errors
    /// When the answer cannot be written, for example into a closed pipe.
    pub fn answer(&mut self, text: &str, json: &Value) -> io::Result<()> {
        if self.json {
            writeln!(self.out, "{json}")?;
        } else {
            writeln!(self.out, "{}", text.trim_end_matches('\n'))?;
        }
        self.out.flush()
    }

    /// Says what is going on. Failing to say it stops nothing.
    pub fn progress(&mut self, text: &str) {
        let _ = writeln!(self.err, "{text}");
        let _ = self.err.flush();
    }
}
