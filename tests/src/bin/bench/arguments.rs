//! The options of `bench`.

use std::time::Duration;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Measures the release build of stepwell: cargo run --release -p stepwell-tests --bin bench -- [options]

  --seconds N       how long each measurement runs (default 5)
  --connections C   connections that are kept open (default 16; sign-ins take at most 8)
  --database URL    an empty database to run on (default: a SQLite file in a temporary folder)
  --only NAME       only measurements whose name begins with NAME; may be repeated
  --hash-only       only the password hash, which sign-ins are held against
  --json            print JSON instead of a table

STEPWELL_TEST_BINARY names another binary to measure.
";

/// What the command line asked for.
#[derive(Debug)]
pub(crate) enum Asked {
    /// The help text.
    Help,
    /// A run.
    Run(Arguments),
}

/// One run.
#[derive(Debug, Clone)]
pub(crate) struct Arguments {
    /// Length of each measurement.
    pub(crate) length: Duration,
    /// Connections kept open.
    pub(crate) connections: usize,
    /// A database to use instead of a SQLite file.
    pub(crate) database: Option<String>,
    /// Beginnings of names; empty for everything.
    pub(crate) only: Vec<String>,
    /// JSON instead of a table.
    pub(crate) json: bool,
}

impl Arguments {
    /// Reads the command line.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Asked, String> {
        let mut read = Self {
            length: Duration::from_secs(5),
            connections: 16,
            database: None,
            only: Vec::new(),
            json: false,
        };
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .ok_or_else(|| format!("{word} needs a value; see --help"))
            };
            match word.as_str() {
                "--help" | "-h" => return Ok(Asked::Help),
                "--json" => read.json = true,
                "--hash-only" => read.only.push("hash".to_owned()),
                "--seconds" => {
                    read.length = Duration::from_secs(number(&word, &value()?, 1..=600)?)
                }
                "--connections" => {
                    let count = number(&word, &value()?, 1..=256)?;
                    read.connections =
                        usize::try_from(count).map_err(|problem| problem.to_string())?;
                }
                "--database" => read.database = Some(value()?),
                "--only" => read.only.push(value()?),
                _ => return Err(format!("{word} is no option; see --help")),
            }
        }
        Ok(Asked::Run(read))
    }

    /// Whether a measurement of this name was asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.is_empty()
            || self
                .only
                .iter()
                .any(|begin| name.starts_with(begin.as_str()))
    }

    /// Whether any measurement was asked for whose name begins with `group`.
    pub(crate) fn wants_any_of(&self, group: &str) -> bool {
        self.wants(group) || self.only.iter().any(|begin| begin.starts_with(group))
    }
}

fn number(option: &str, text: &str, range: std::ops::RangeInclusive<u64>) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        format!(
            "{option} is a number from {} to {}, not {text}",
            range.start(),
            range.end()
        )
    })
}
