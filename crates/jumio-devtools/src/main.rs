//! The repository's own tasks that need the types: `cargo xtask` runs this program, and depends on no crate of ours itself.
//!
//! - `schemas` prints what `cargo xtask codegen` writes to `docs/reference/schema`
//! - `fixtures try` and `fixtures add` look at anybody's payloads
//! - `bench` reads replies in several ways and counts what it costs
//! - `public-api` lists what a crate offers, from what rustdoc says of it
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "its output is what it is for")]

mod bench;
mod fixtures;
mod kinds;
mod openapi;
mod payloads;
mod public_api;
mod schemas;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::ValueExt as _;

fn main() -> ExitCode {
    match run(lexopt::Parser::from_env()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Runs the task that the arguments name; says whether all is well.
fn run(mut args: lexopt::Parser) -> Result<bool> {
    let task = match args.next()? {
        Some(lexopt::Arg::Value(task)) => task.string()?,
        Some(other) => return Err(other.unexpected().into()),
        None => bail!("say what to do: schemas, fixtures, bench, public-api"),
    };
    match task.as_str() {
        "schemas" => {
            println!("{}", serde_json::Value::Object(schemas::files()));
            Ok(true)
        }
        "fixtures" => fixtures::run(args),
        "bench" => bench::run(args),
        "public-api" => public_api::run(args),
        other => bail!("no task is called {other:?}; there are schemas, fixtures, bench, public-api"),
    }
}
