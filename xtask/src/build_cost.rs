//! `bench build`: what a cold build of the default client costs, beside the same types with reqwest as it comes (T19). How many
//! crates it takes is held by `check layers`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::{process, workspace};

/// T19: the processor time of ours, in that of reqwest with its defaults.
const AT_MOST: f64 = 0.70;
const RUNS: usize = 2;

/// A small program and what it depends on. Both read Jumio's replies, and differ in who sends.
struct Client {
    name: &'static str,
    dependencies: &'static [(&'static str, &'static str)],
    program: &'static str,
}

const OURS: Client = Client {
    name: "ours",
    dependencies: &[
        ("jumio-model", r#"path = "{root}/crates/jumio-model", features = ["endpoint"]"#),
        ("jumio-transport", r#"path = "{root}/crates/jumio-transport", features = ["rustls-ring"]"#),
    ],
    program: "fn main() { drop((jumio_transport::ReqwestTransport::new(), jumio_model::api::GetHealth::new())); }\n",
};

const REQWEST: Client = Client {
    name: "reqwest",
    dependencies: &[
        ("jumio-model", r#"path = "{root}/crates/jumio-model", features = ["endpoint"]"#),
        ("reqwest", r#"version = "{reqwest}""#),
    ],
    program: "fn main() { drop((reqwest::Client::new(), jumio_model::api::GetHealth::new())); }\n",
};

/// Runs the benchmark. What others do at the same time hardly matters: counted is what the compilers were given.
pub(crate) fn run() -> Result<()> {
    let (mut ours, mut theirs) = (0.0, 0.0);
    for _ in 0..RUNS {
        ours += OURS.build()?;
        theirs += REQWEST.build()?;
    }
    let ratio = ours / theirs;
    let runs = RUNS as f64;
    println!("  ours {:.1} s, reqwest with its defaults {:.1} s of processor time", ours / runs, theirs / runs);
    println!("{} T19 build: {ratio:.2}, at most {AT_MOST}", if ratio <= AT_MOST { "met   " } else { "MISSED" });
    ensure!(ratio <= AT_MOST, "the default client takes longer to build than it may");
    Ok(())
}

impl Client {
    /// Builds it from nothing; gives the seconds of processor time. Getting what it is built of does not count.
    fn build(&self) -> Result<f64> {
        let folder = tempfile::tempdir()?;
        self.write(folder.path())?;
        // reqwest's defaults need crates that the workspace does without. Without a network they may all be there from before.
        let _ = process::cargo().current_dir(folder.path()).args(["fetch", "--quiet"]).status();
        let mut build = process::cargo();
        build.current_dir(folder.path()).args(["build", "--quiet", "--offline"]);
        // A cache in place of the compiler would be what is measured.
        build.env_remove("RUSTC_WRAPPER").env("CARGO_TARGET_DIR", folder.path().join("target"));
        let before = of_children()?;
        let status = build.status().context("cannot start cargo")?;
        ensure!(
            status.success(),
            "`{}` cannot be built; where its crates are not there, it takes a network",
            self.name
        );
        let seconds = of_children()? - before;
        println!("  {}: {seconds:.1} s", self.name);
        Ok(seconds)
    }

    fn write(&self, folder: &Path) -> Result<()> {
        let manifest = workspace::read("Cargo.toml")?;
        let manifest: toml::Table = toml::from_str(&manifest)?;
        let reqwest =
            manifest.get("workspace").and_then(|table| table.get("dependencies")?.get("reqwest")?.get("version"));
        let reqwest = reqwest.and_then(toml::Value::as_str).context("the workspace names no version of reqwest")?;
        let root = workspace::root().to_str().context("the path of the repository is no text")?;
        let mut text =
            String::from("[package]\nname = \"client\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n");
        for (name, from) in self.dependencies {
            text += &format!("{name} = {{ {} }}\n", from.replace("{root}", root).replace("{reqwest}", reqwest));
        }
        fs::write(folder.join("Cargo.toml"), text)?;
        // The same versions as everywhere else.
        fs::copy(workspace::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        fs::create_dir(folder.join("src"))?;
        Ok(fs::write(folder.join("src/main.rs"), self.program)?)
    }
}

/// The processor time of all programs that were started and have ended, those that they started included, as Linux counts it.
fn of_children() -> Result<f64> {
    let text = fs::read_to_string("/proc/self/stat").context("only Linux says what a build took")?;
    let ticks = children(&text).context("/proc/self/stat is of another kind")?;
    let second = process::output(process::at_root("getconf").arg("CLK_TCK"))?;
    Ok(ticks as f64 / second.trim().parse::<f64>()?)
}

/// User and system time: the 16th and the 17th number. The name, in parentheses, may hold anything.
fn children(stat: &str) -> Option<u64> {
    let mut rest = stat.rsplit_once(')')?.1.split_whitespace().skip(13);
    Some(rest.next()?.parse::<u64>().ok()? + rest.next()?.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::children;

    #[test]
    fn the_time_of_children_is_found() {
        let stat = "42 (a ) b) S 1 2 3 4 5 6 7 8 9 10 11 12 300 4000 20 0";
        assert_eq!(children(stat), Some(4300));
        assert_eq!(children("nothing"), None);
    }
}
