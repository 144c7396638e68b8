//! `bench`: how much server CPU a request costs, how many a second are answered, how fast the server
//! starts and how much memory it holds idle. docs/benchmarks.md says how to read the figures.
//!
//! It measures the release binary from outside, as a client would. It judges nothing: targets are
//! printed beside the figures, and an answer with an unexpected status ends the run.
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark reads real clocks and starts real processes"
)]

mod arguments;
mod hash;
mod http;
mod load;
mod party;
mod report;
mod server;
mod sign_in;
mod suite;
mod work;

use std::io::Write;
use std::process::ExitCode;

use arguments::{Arguments, Asked};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "bench: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let arguments = match Arguments::parse(std::env::args().skip(1))? {
        Asked::Help => return say(arguments::HELP),
        Asked::Run(arguments) => arguments,
    };
    let progress = |text: &str| {
        let _ = writeln!(std::io::stderr(), "bench: {text}");
    };
    let report = suite::run(&arguments, &progress)?;
    let text = if arguments.json {
        report.to_json()
    } else {
        report.to_table()
    };
    say(&text)
}

fn say(text: &str) -> Result<(), String> {
    writeln!(std::io::stdout(), "{}", text.trim_end()).map_err(|problem| problem.to_string())
}
