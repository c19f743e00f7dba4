//! The commands of `README.md`, typed as printed, must print what the README shows.
//!
//! A fenced `sh` block is run when it holds a `cargo run --release …` command; the `text` block that follows it, before
//! the next `sh` block, is what must come. Other blocks (the README also says how to run these tests) are left alone.

use std::process::{Child, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::expect::Expectation;
use crate::{process, workspace};

/// How the commands that are tried begin.
const TRIED: &str = "cargo run --release ";
/// A server: it does not end by itself, so it is ended when all that the README shows has come.
const SERVER: &str = "-p jumio-simulator";

/// A command that prints nothing for so long hangs. The longest single crate compiles in a small part of it.
const SILENCE: Duration = Duration::from_secs(600);

/// A command with the output that the README shows for it.
#[derive(Debug, PartialEq, Eq)]
struct Example {
    command: String,
    shown: String,
}

/// Runs every example of the README.
pub(super) fn run() -> Result<()> {
    let examples = examples(&workspace::read("README.md")?);
    if examples.is_empty() {
        bail!("README.md has no `sh` block with a `{}…` command; it must show one", TRIED.trim_end());
    }
    for example in &examples {
        try_out(example)?;
    }
    println!("readme: ok ({} commands)", examples.len());
    Ok(())
}

/// Every command that is tried. Where a block holds several, the shown output belongs to the last.
fn examples(readme: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut last_was_tried = false;
    for (language, block) in fenced(readme) {
        match language.as_str() {
            "sh" => {
                let commands: Vec<String> =
                    commands(&block).into_iter().filter(|line| line.starts_with(TRIED)).collect();
                last_was_tried = !commands.is_empty();
                found.extend(commands.into_iter().map(|command| Example { command, shown: String::new() }));
            }
            "text" if last_was_tried => {
                if let Some(example) = found.last_mut() {
                    example.shown = block;
                }
                last_was_tried = false;
            }
            _ => {}
        }
    }
    found
}

/// The fenced blocks: language and content.
pub(super) fn fenced(markdown: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in markdown.lines() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(language)) => open = Some((language.trim().to_owned(), String::new())),
            (None, None) => {}
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    found
}

/// The commands of a block, lines that end in a backslash joined, comments left out.
fn commands(block: &str) -> Vec<String> {
    let joined = block.replace("\\\n", " ");
    let lines = joined.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// Runs one example with a data folder of its own and no Jumio settings of whoever runs this.
fn try_out(example: &Example) -> Result<()> {
    println!("$ {}", example.command);
    let data = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut shell = process::at_root("sh");
    // `exec` makes the command the child itself, so that ending a server ends it and not only its shell.
    shell.arg("-c").arg(format!("exec {} 2>&1", example.command));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("JUMIO_")) {
        shell.env_remove(name);
    }
    for folder in ["XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        shell.env(folder, data.path().join(folder.to_lowercase()));
    }
    let mut child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start sh")?;
    let outcome = watch(example, &mut child);
    if outcome.is_err() {
        // Most likely it has ended already; then there is nothing to end.
        let _ = child.kill();
        let _ = child.wait();
    }
    outcome
}

/// Reads what the command prints until it ends or, for a server, until all has come.
fn watch(example: &Example, child: &mut Child) -> Result<()> {
    let command = &example.command;
    let mut expected = Expectation::new(&example.shown);
    let server = command.contains(SERVER);
    if server && expected.len() == 0 {
        bail!("`{command}` does not end by itself; show in a `text` block what it prints");
    }
    let lines = process::lines(child.stdout.take().context("the command has no output")?);
    let mut warning = None;
    loop {
        match lines.recv_timeout(SILENCE) {
            Ok(line) => {
                println!("  {line}");
                expected.saw(&line);
                if line.starts_with("warning: ") {
                    warning.get_or_insert(line);
                }
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                bail!("`{command}` printed nothing for {} s", SILENCE.as_secs())
            }
        }
        if server && expected.missing().is_none() {
            child.kill()?;
            break;
        }
    }
    let status = child.wait()?;
    // Built with fewer features than anything else here: what only this build warns of is what everybody sees first.
    if let Some(warning) = warning {
        bail!("`{command}` greets a new user with a warning: {}", warning.trim());
    }
    if let Some(missing) = expected.missing() {
        bail!("`{command}` did not print what README.md shows; the first line that is missing: {missing}");
    }
    if !server && !status.success() {
        bail!("`{command}` failed ({status})");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Example, examples, try_out};

    fn tried(command: &str, shown: &str) -> Result<(), String> {
        let example = Example { command: command.to_owned(), shown: shown.to_owned() };
        try_out(&example).map_err(|error| error.to_string())
    }

    #[test]
    #[cfg(unix)]
    fn the_output_and_the_ending_both_count() {
        assert_eq!(tried("printf 'noise\\nid 7\\n'", "id …\n"), Ok(()));
        let warned = tried("printf 'warning: odd\\nid 7\\n'", "id …\n").unwrap_err();
        assert!(warned.ends_with("warning: odd"), "{warned}");
        let missing = tried("printf 'id 7\\n'", "name …\n").unwrap_err();
        assert!(missing.ends_with("missing: name …"), "{missing}");
        let failed = tried("sh -c 'echo id 7; exit 3'", "id …\n").unwrap_err();
        assert!(failed.contains("failed (exit status: 3)"), "{failed}");
    }

    #[test]
    #[cfg(unix)]
    fn a_server_is_ended_when_all_has_come() {
        assert_eq!(tried("sh -c 'echo ready; exec sleep 600' -p jumio-simulator", "ready\n"), Ok(()));
        let silent = tried("sh -c 'echo ready; exec sleep 600' -p jumio-simulator", "").unwrap_err();
        assert!(silent.contains("show in a `text` block"), "{silent}");
    }

    #[test]
    #[cfg(unix)]
    fn a_command_has_a_data_folder_of_its_own() {
        assert_eq!(tried("sh -c 'echo \"$XDG_DATA_HOME\"'", "…/xdg_data_home\n"), Ok(()));
    }

    #[test]
    fn commands_are_taken_with_the_output_that_follows() {
        let readme = "\
# Title

```sh
git clone somewhere
cargo run --release -p jumio-cli -- \\
    prove a.pdf
```

It prints:

```text
one
two
```

```sh
cargo xtask test
```

```text
not tried
```
";
        let expected = Example {
            command: "cargo run --release -p jumio-cli -- prove a.pdf".to_owned(),
            shown: "one\ntwo\n".to_owned(),
        };
        assert_eq!(examples(readme), [expected]);
    }

    #[test]
    fn a_readme_without_commands_has_no_examples() {
        assert!(examples("```rust\nfn main() {}\n```\n").is_empty());
    }
}
