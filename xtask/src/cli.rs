//! What can be typed after `cargo xtask`. It only reads arguments; each command is its own module.

use std::ffi::OsString;

use anyhow::{Result, bail};
use lexopt::{Arg, ValueExt as _};

use crate::check::Check;
use crate::ci::Step;
use crate::soak::Length;
use crate::test::Group;

/// Printed by `cargo xtask help` and after a mistyped command.
pub(crate) const HELP: &str = "\
cargo xtask COMMAND

  codegen [--check]         write the generated vocabularies from fixtures/vocabulary; --check only compares
  check NAME…               one or more of: layers, msrv, fixtures, tidy, codegen, simulator, features,
                            public-api, requirements, all
    check requirements --write
                            write docs/reference/requirements.md from the tests that name a promise
    check msrv --write      write the computed rust-version into each Cargo.toml
    check simulator --write write docs/reference/simulator-behaviors.md from the simulator's code
    check public-api --bless
                            write docs/reference/public-api from what the model offers now
  test [GROUP…] [--list]    everything a change must pass, or only the named groups
  ci [STEP…]                what CI runs: format, clippy, docs, deny (dependency policy), test
  soak [PART…] [--tenth | --kills N]
                            the tests that kill processes or run for long, at full length (hours), a tenth of it, or with N kills
  fixtures try --kind KIND FILE…
                            what the model makes of anybody's payload; `fixtures --help` says more
  fixtures add …            the same, and makes it anonymous, adds it to fixtures/ and writes its snapshot
  bench model               whether the model is as fast as promised, beside its rivals; needs valgrind
  bench transport           what a call and an upload cost, beside reqwest by hand and others; needs valgrind
  bench auth                what a token costs, beside locks; needs valgrind
  bench build               what a cold build of the default client costs, beside reqwest with its defaults
  fuzz [TARGET…] [--seconds N]
                            the fuzz targets, N seconds each (60); needs a nightly Rust and cargo-fuzz
  screenshots               the pictures of the simulator's pages in docs/images, taken anew; needs Chromium
  bench simulator           whether the simulator is fast enough, beside an empty axum server
  live --region REGION      one Doc Proof with the credentials of JUMIO_CLIENT_ID and JUMIO_CLIENT_SECRET: it may be
                            charged, and writes down what it settles of the open questions; `live --help` says more
  bench flow                what keeping flows costs, beside the bare databases; starts a PostgreSQL server
  bench callback            how fast the door is, beside an axum server that does nothing
  help                      this text";

/// One command with its arguments.
pub(crate) enum Command {
    Help,
    Codegen {
        check: bool,
    },
    Check {
        checks: Vec<Check>,
        write: bool,
    },
    Test {
        groups: Vec<Group>,
    },
    TestList,
    Screenshots,
    Ci {
        steps: Vec<Step>,
    },
    Soak {
        parts: Vec<String>,
        length: Length,
    },
    /// Read by `jumio-devtools`, as it came.
    Fixtures {
        args: Vec<OsString>,
    },
    /// As `Fixtures`.
    Bench {
        args: Vec<OsString>,
    },
    /// Read by the script, as it came.
    Live {
        args: Vec<OsString>,
    },
    Fuzz {
        targets: Vec<String>,
        seconds: u64,
    },
}

/// Reads the command line.
pub(crate) fn parse(mut args: lexopt::Parser) -> Result<Command> {
    let mut words = Vec::new();
    let mut flags = Vec::new();
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Value(word) if words.is_empty() && word == "fixtures" => {
                return Ok(Command::Fixtures { args: args.raw_args()?.collect() });
            }
            Arg::Value(word) if words.is_empty() && word == "live" => {
                return Ok(Command::Live { args: args.raw_args()?.collect() });
            }
            Arg::Value(word) if words.is_empty() && word == "bench" => {
                return Ok(Command::Bench { args: args.raw_args()?.collect() });
            }
            Arg::Value(word) if words.is_empty() && word == "fuzz" => return fuzz(args),
            Arg::Value(word) if words.is_empty() && word == "soak" => return soak(args),
            Arg::Value(word) => words.push(word.to_string_lossy().into_owned()),
            Arg::Long(flag) => flags.push(format!("--{flag}")),
            Arg::Short(flag) => flags.push(format!("-{flag}")),
        }
    }
    if flags.iter().any(|flag| flag == "--help" || flag == "-h") {
        return Ok(Command::Help);
    }
    let Some((name, rest)) = words.split_first() else {
        return Ok(Command::Help);
    };
    let mut flag = |wanted: &str| {
        let before = flags.len();
        flags.retain(|flag| flag != wanted);
        flags.len() < before
    };
    let command = match name.as_str() {
        "help" => Command::Help,
        "codegen" if rest.is_empty() => Command::Codegen { check: flag("--check") },
        "check" => {
            let checks = Check::named(rest)?;
            let has_page =
                [Check::Msrv, Check::Simulator, Check::Requirements].iter().any(|check| checks.contains(check));
            let write = (has_page && flag("--write")) || (checks.contains(&Check::PublicApi) && flag("--bless"));
            Command::Check { checks, write }
        }
        "test" if flag("--list") => Command::TestList,
        "test" => Command::Test { groups: Group::named(rest)? },
        "screenshots" if rest.is_empty() => Command::Screenshots,
        "ci" => Command::Ci { steps: Step::named(rest)? },
        _ => bail!("no such command: {}", words.join(" ")),
    };
    match flags.first() {
        Some(unknown) => bail!("`{name}` takes no {unknown}"),
        None => Ok(command),
    }
}

/// What follows `fuzz`, whose flag has a value.
fn fuzz(mut args: lexopt::Parser) -> Result<Command> {
    let mut targets = Vec::new();
    let mut seconds = crate::fuzz::SECONDS;
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Value(target) => targets.push(target.string()?),
            Arg::Long("seconds") => seconds = args.value()?.parse()?,
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Fuzz { targets, seconds })
}

/// What follows `soak`, one of whose flags has a value; the last one counts.
fn soak(mut args: lexopt::Parser) -> Result<Command> {
    let (mut parts, mut length) = (Vec::new(), Length::Full);
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Value(part) => parts.push(part.string()?),
            Arg::Long("tenth") => length = Length::Tenth,
            Arg::Long("kills") => length = Length::Kills(args.value()?.parse()?),
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Soak { parts, length })
}

#[cfg(test)]
mod tests {
    use super::{Command, Length, parse};
    use crate::check::Check;

    fn parsed(args: &[&str]) -> anyhow::Result<Command> {
        parse(lexopt::Parser::from_args(args))
    }

    #[test]
    fn commands_are_read() {
        assert!(matches!(parsed(&[]).unwrap(), Command::Help));
        assert!(matches!(parsed(&["codegen", "--check"]).unwrap(), Command::Codegen { check: true }));
        assert!(matches!(parsed(&["test", "--list"]).unwrap(), Command::TestList));
        let Command::Check { checks, write } = parsed(&["check", "msrv", "--write"]).unwrap() else { panic!() };
        assert_eq!((checks, write), (vec![Check::Msrv], true));
        let Command::Fixtures { args } = parsed(&["fixtures", "try", "--kind", "details", "a b.json"]).unwrap() else {
            panic!()
        };
        assert_eq!(args, ["try", "--kind", "details", "a b.json"]);
        let Command::Fuzz { targets, seconds } = parsed(&["fuzz", "--seconds", "5", "details"]).unwrap() else {
            panic!()
        };
        assert_eq!((targets, seconds), (vec!["details".to_owned()], 5));
        for (args, expected) in [
            (&["soak", "writer"][..], Length::Full),
            (&["soak", "writer", "--tenth"], Length::Tenth),
            (&["soak", "writer", "--kills", "7"], Length::Kills(7)),
        ] {
            let Command::Soak { parts, length } = parsed(args).unwrap() else { panic!() };
            assert_eq!((parts, length), (vec!["writer".to_owned()], expected));
        }
    }

    #[test]
    fn mistakes_are_refused() {
        for args in [
            &["chek"][..],
            &["check"],
            &["check", "layer"],
            &["test", "unti"],
            &["ci", "--fast"],
            &["ci", "lint"],
            &["codegen", "x"],
            &["fuzz", "--seconds"],
            &["fuzz", "--minutes", "1"],
        ] {
            assert!(parsed(args).is_err(), "{args:?}");
        }
        assert!(parsed(&["check", "layers", "--write"]).is_err());
    }
}
