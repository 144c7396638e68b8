//! The command line: from arguments to an exit code. Each command is a file with one function.

pub mod args;
pub mod client_args;
mod config;
pub mod failure;
pub mod output;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command};
use failure::Failure;
use output::Output;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let json = cli.global.json;
    let result = run(cli, &mut Output::new(json, &mut out, &mut err));
    let Err(failure) = result else { return ExitCode::SUCCESS };
    for message in &failure.messages {
        let _ = writeln!(err, "stepwell: {message}");
    }
    if json {
        let _ = writeln!(out, "{}", failure.json());
    }
    ExitCode::from(failure.code as u8)
}

/// Runs one command.
///
/// # Errors
/// What went wrong, with the exit code for it.
pub fn run(cli: Cli, output: &mut Output<'_>) -> Result<(), Failure> {
    match cli.command {
        Command::Config(command) => config::run(command, &cli.global, output),
        _ => Err(Failure::failed("this command is not there yet")),
    }
}
