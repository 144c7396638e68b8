//! What is wrong with a configuration, and where. All of it is told at once.

use std::fmt;

use super::node::Origin;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it was written.
    pub origin: Origin,
    /// Which rule was broken and how to mend it.
    pub message: String,
}

/// Everything that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The file that was read, as named on the command line.
    pub file: Option<String>,
    /// At least one, in the order of the file, then of the environment.
    pub all: Vec<Problem>,
}

impl Problems {
    /// Each problem as one line: `stepwell.toml:12:3: …`.
    pub fn lines(&self) -> Vec<String> {
        self.all
            .iter()
            .map(|problem| match &problem.origin {
                Origin::Default => problem.message.clone(),
                origin => format!(
                    "{}: {}",
                    origin.shown(self.file.as_deref()),
                    problem.message
                ),
            })
            .collect()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().join("\n"))
    }
}

impl std::error::Error for Problems {}
