//! `docs/cli.md` says what the commands are.

use clap::CommandFactory as _;

use super::super::args::Cli;
use super::super::failure::Code;

const MANUAL: &str = include_str!("../../../../../docs/cli.md");

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn the_manual_names_every_command_and_every_option() {
    fn walk(command: &clap::Command, path: &str) {
        let name = format!("{path} {}", command.get_name())
            .trim_start()
            .to_owned();
        if !command.has_subcommands() {
            assert!(MANUAL.contains(&format!("`{name}")), "{name} is missing");
        }
        for option in command.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(
                MANUAL.contains(&format!("`--{option}")),
                "--{option} of {name} is missing"
            );
        }
        for below in command.get_subcommands() {
            walk(below, &name);
        }
    }
    walk(&Cli::command(), "");
}

#[test]
fn the_manual_names_every_exit_code() {
    for code in [
        Code::Failed,
        Code::Usage,
        Code::NotFound,
        Code::Conflict,
        Code::Unavailable,
    ] {
        let row = format!("| {} | `{}` |", code as u8, code.name());
        assert!(MANUAL.contains(&row), "{row} is missing");
    }
}
