//! Instructions and allocations of one reading, one call, one look, by valgrind: this program is run under it twice, with two
//! numbers of them, and the difference is what one costs. So the start of the program does not count.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

const FEW: u64 = 20;
const MANY: u64 = 120;

/// What one costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub(super) instructions: u64,
    /// A buffer that grows counts each time.
    pub(super) allocations: u64,
}

/// Of what `bench` does with these words; the number of times is added to them.
pub(super) fn measure(words: &[&str]) -> Result<Counts> {
    Ok(Counts {
        instructions: each("--tool=callgrind", "Collected :", words)?,
        allocations: each("--tool=memcheck", "total heap usage:", words)?,
    })
}

fn each(tool: &str, marker: &str, words: &[&str]) -> Result<u64> {
    let few = total(tool, marker, words, FEW)?;
    let many = total(tool, marker, words, MANY)?;
    // The last one is rounded, not cut: hash seeds and the like make a difference of less than one for each.
    Ok((many.saturating_sub(few) + (MANY - FEW) / 2) / (MANY - FEW))
}

fn total(tool: &str, marker: &str, words: &[&str], times: u64) -> Result<u64> {
    let program = std::env::current_exe()?;
    let mut valgrind = Command::new("valgrind");
    valgrind.arg(tool);
    if tool.contains("callgrind") {
        valgrind.arg("--callgrind-out-file=/dev/null");
    }
    // To valgrind a copy by one string instruction is as many instructions as it has bytes. Copied by the loop that is used for
    // anything smaller, a text costs what it costs.
    valgrind.env("GLIBC_TUNABLES", "glibc.cpu.x86_rep_movsb_threshold=1073741824");
    valgrind.arg(program).arg("bench").args(words).arg(times.to_string());
    let output = valgrind.output().context("cannot start valgrind; install it (`apt-get install valgrind`)")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("valgrind {tool} failed on {}: {said}", words.join(" "));
    }
    number(&said, marker).with_context(|| format!("valgrind {tool} did not say {marker:?}"))
}

/// The first number after the marker: valgrind writes `12,345`.
fn number(text: &str, marker: &str) -> Option<u64> {
    let rest = text.split_once(marker)?.1.trim_start();
    let digits: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn what_valgrind_says_is_read() {
        assert_eq!(number("==7== Collected : 1234567\n", "Collected :"), Some(1_234_567));
        assert_eq!(number("==7==   total heap usage: 1,234 allocs, 1,233 frees", "total heap usage:"), Some(1234));
        assert_eq!(number("nothing", "Collected :"), None);
    }
}
