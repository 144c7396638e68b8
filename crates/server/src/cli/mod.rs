//! The command line: from arguments to an exit code. Each command is a file with one function.

pub mod args;
mod audit;
mod client;
mod client_admin;
pub mod client_args;
mod config;
mod demo;
pub mod failure;
mod input;
mod keys;
mod lost;
mod migrate;
pub mod output;
mod people;
mod private_file;
mod provider;
mod serve;
mod slow;
mod templates;
#[cfg(test)]
mod tests;
mod text;
mod user;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser as _;

use args::{AuditCommand, Cli, ClientCommand, Command, UserCommand};
use failure::Failure;
use output::Output;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misunderstood(&error),
    };
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let json = cli.global.json;
    let result = run(cli, &mut Output::new(json, &mut out, &mut err));
    let Err(failure) = result else {
        return ExitCode::SUCCESS;
    };
    for message in &failure.messages {
        let _ = writeln!(err, "stepwell: {message}");
    }
    if json {
        let _ = writeln!(out, "{}", failure.json());
    }
    ExitCode::from(failure.code as u8)
}

/// Help and version are answers; anything else is a usage failure, which scripts get as JSON too.
fn misunderstood(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
        let _ = writeln!(io::stdout(), "{}", Failure::usage(said(error)).json());
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// What is wrong, on one line: the first paragraph, which names options on lines of their own.
fn said(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().take_while(|line| !line.trim().is_empty());
    let words: Vec<&str> = lines.map(str::trim).collect();
    words.join(" ").trim_start_matches("error: ").to_owned()
}

/// Runs one command.
///
/// # Errors
/// What went wrong, with the exit code for it.
pub fn run(cli: Cli, output: &mut Output<'_>) -> Result<(), Failure> {
    let global = &cli.global;
    let loaded = || config::load(global).map(|loaded| loaded.config);
    match cli.command {
        Command::Demo(args) => demo::run(&args, output),
        Command::Serve => serve::run(&loaded()?, output),
        Command::Migrate(args) => migrate::run(args, &loaded()?, output),
        Command::Config(command) => config::run(command, global, output),
        Command::Templates(args) => templates::run(&args, &loaded()?, output),
        Command::User(UserCommand::Create(args)) => user::create(args, &loaded()?, output),
        Command::User(UserCommand::Lock(args)) => lost::lock(&args, &loaded()?, output),
        Command::User(UserCommand::Unlock(args)) => lost::unlock(&args, &loaded()?, output),
        Command::User(UserCommand::ResetFactor(args)) => lost::reset(&args, &loaded()?, output),
        Command::User(UserCommand::Link(args)) => people::link(&args, &loaded()?, output),
        Command::User(UserCommand::List) => people::list(&loaded()?, output),
        Command::User(UserCommand::Show(args)) => people::show(&args, &loaded()?, output),
        Command::Client(ClientCommand::Create(args)) => client::create(*args, &loaded()?, output),
        Command::Client(ClientCommand::List) => client::list(&loaded()?, output),
        Command::Client(ClientCommand::Show(args)) => client_admin::show(&args, &loaded()?, output),
        Command::Client(ClientCommand::Disable(args)) => {
            client_admin::switch(&args, false, &loaded()?, output)
        }
        Command::Client(ClientCommand::Enable(args)) => {
            client_admin::switch(&args, true, &loaded()?, output)
        }
        Command::Client(ClientCommand::RotateSecret(args)) => {
            client_admin::rotate_secret(&args, &loaded()?, output)
        }
        Command::Keys(command) => keys::run(command, loaded, output),
        Command::Audit(AuditCommand::Verify(args)) => audit::run(&args, &loaded()?, output),
    }
}
