//! `docs/cli.md` says what the commands are.

use std::collections::BTreeSet;

use clap::CommandFactory as _;

use super::super::args::Cli;
use super::super::failure::Code;

const MANUAL: &str = include_str!("../../../../../docs/cli.md");

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

/// Every command that does something, by its whole name, and every long option.
fn there_are() -> (BTreeSet<String>, BTreeSet<String>) {
    fn walk(
        command: &clap::Command,
        path: &str,
        commands: &mut BTreeSet<String>,
        options: &mut BTreeSet<String>,
    ) {
        let name = format!("{path} {}", command.get_name())
            .trim_start()
            .to_owned();
        let long = command.get_arguments().filter_map(clap::Arg::get_long);
        options.extend(long.map(str::to_owned));
        for below in command.get_subcommands() {
            walk(below, &name, commands, options);
        }
        if !command.has_subcommands() {
            commands.insert(name);
        }
    }
    let (mut commands, mut options) = (BTreeSet::new(), BTreeSet::new());
    walk(&Cli::command(), "", &mut commands, &mut options);
    (commands, options)
}

/// The commands that the manual explains: what begins a paragraph in bold, without what stands for a value.
fn explained() -> BTreeSet<String> {
    let begun = MANUAL.lines().filter_map(|line| line.strip_prefix("**`"));
    begun
        .map(|line| {
            let command = line.split('`').next().unwrap();
            let words = command.split(' ');
            let words: Vec<_> = words
                .take_while(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
                .collect();
            words.join(" ")
        })
        .collect()
}

/// The long options that the manual names, wherever.
fn named() -> BTreeSet<String> {
    let whole = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '-');
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    MANUAL
        .split("--")
        .skip(1)
        .map(whole)
        .filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
        .collect()
}

#[test]
fn the_manual_names_every_command_and_every_option_and_none_that_is_gone() {
    let (commands, options) = there_are();
    assert_eq!(explained(), commands);
    let named = named();
    // These clap brings along.
    let own = |name: &&String| !["help", "version"].contains(&name.as_str());
    let missing: Vec<_> = options.difference(&named).filter(own).collect();
    let gone: Vec<_> = named.difference(&options).filter(own).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "missing: {missing:?}; gone: {gone:?}"
    );
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
