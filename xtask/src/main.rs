//! The repository's own tasks, run as `cargo xtask COMMAND`.
//!
//! It generates, checks and tests; it holds nothing that the crates need at run time and depends on none of them, so a
//! broken crate cannot stop the task that would mend it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to its terminal")]

mod browser;
mod build_cost;
mod check;
mod ci;
mod cli;
mod codegen;
mod devtools;
mod fuzz;
mod live;
mod postgres;
mod process;
mod report;
mod soak;
mod test;
mod workspace;

use std::process::ExitCode;

use cli::Command;

fn main() -> ExitCode {
    let command = match cli::parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(error) => {
            eprintln!("error: {error:#}\n\n{}", cli::HELP);
            return ExitCode::from(2);
        }
    };
    let outcome = match command {
        Command::Help => {
            println!("{}", cli::HELP);
            return ExitCode::SUCCESS;
        }
        Command::Screenshots => browser::screenshots(),
        Command::Codegen { check } => codegen::run(check),
        Command::Check { checks, write } => check::run(&checks, write),
        Command::Test { groups } => test::run(&groups),
        Command::TestList => {
            test::list();
            Ok(())
        }
        Command::Ci { steps } => ci::run(&steps),
        Command::Soak { parts, length } => soak::run(&parts, length),
        Command::Fixtures { args } => devtools::fixtures(&args),
        Command::Bench { args } => devtools::bench(&args),
        Command::Live { args } => live::run(&args),
        Command::Fuzz { targets, seconds } => fuzz::run(&targets, seconds),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
