//! A PostgreSQL server for tests and benchmarks: in a temporary folder, on a socket in it, as a user without rights, gone
//! afterwards.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use crate::process;
use crate::test::install;

/// Names the server to the programs that need it.
pub(crate) const URL: &str = "JUMIO_TEST_POSTGRES_URL";

/// Root must not run it, and Debian's package makes this user.
const USER: &str = "postgres";

/// A running server; stopped when dropped.
pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
}

impl Server {
    /// Installs PostgreSQL where we may, and starts it.
    pub(crate) fn start() -> Result<Self> {
        install::ensure(&["sh", "-c", FIND], &["postgresql"])?;
        let found = process::output(process::at_root("sh").args(["-c", FIND]))?;
        let programs = PathBuf::from(found.trim());
        let folder = tempfile::Builder::new().prefix("pg").tempdir().context("cannot make a temporary folder")?;
        let server = Self { folder, programs };
        if install::is_root() {
            process::output(process::at_root("chown").arg(USER).arg(server.folder.path()))?;
        }
        let data = server.folder.path().join("data");
        // Not synced while it is made; what is written later is, as in production.
        let mut initdb = server.program("initdb");
        process::output(initdb.arg("-D").arg(&data).args(["-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]))?;
        let options =
            format!("-c listen_addresses= -c max_connections=300 -c unix_socket_directories={}", server.socket());
        let mut start = server.program("pg_ctl");
        start.arg("-D").arg(&data).arg("-l").arg(server.folder.path().join("log")).args(["-w", "-o", &options]);
        // Its output is the server's, which outlives the command: nothing may wait for the end of it.
        let status = start.arg("start").stdout(std::process::Stdio::null()).status().context("cannot start pg_ctl")?;
        if !status.success() {
            let log = std::fs::read_to_string(server.folder.path().join("log")).unwrap_or_default();
            bail!("PostgreSQL does not start ({status}):\n{log}");
        }
        Ok(server)
    }

    /// Where it is reached.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{USER}@localhost/postgres?host={}", self.socket())
    }

    fn socket(&self) -> &str {
        self.folder.path().to_str().unwrap_or_default()
    }

    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if install::is_root() {
            let mut command = process::at_root("runuser");
            command.args(["-u", USER, "--"]).arg(program);
            command
        } else {
            process::at_root(program)
        };
        command.current_dir(Path::new("/"));
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.arg("-D").arg(self.folder.path().join("data")).args(["-m", "immediate", "-w", "stop"]);
        // A server that ended by itself cannot be stopped; there is nothing to do about either.
        let _ = process::output(&mut stop);
    }
}

/// Prints the folder of the newest server's programs: Debian keeps them out of the path.
const FIND: &str = "found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z \"$found\" ]; then found=$(dirname \"$(command -v initdb)\") || exit 1; fi
test -x \"$found/initdb\" && echo \"$found\"";
