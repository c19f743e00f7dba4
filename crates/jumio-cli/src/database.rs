//! Where the command keeps what must survive it: the database of flows, the key that seals it, the built-in simulator's
//! state, and merged files. All of it beside one another, and open to their owner alone.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use jumio_flow::{FlowKey, StoreError};
use jumio_store::{KeyFile, Sealed, Sqlite};

use crate::exit_code::Exit;
use crate::stop::Stop;

/// The files of one database.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    path: PathBuf,
    /// Whether the path was chosen, so that it has to be named again.
    chosen: bool,
}

impl Database {
    /// The chosen file, or the one in the platform's data folder.
    pub(crate) fn locate(chosen: Option<&Path>) -> Result<Self, Stop> {
        let path = match chosen {
            Some(path) => path.to_owned(),
            None => {
                let folders = etcetera::base_strategy::choose_native_strategy().map_err(|_| {
                    Stop::bad_input("this machine does not say where your data folder is")
                        .advise("name a database with --db")
                })?;
                folders.data_dir().join("jumio").join("flows.db")
            }
        };
        let path = std::path::absolute(path).map_err(|error| Stop::bad_input(format!("--db: {error}")))?;
        if path.file_name().is_none() || path.is_dir() {
            return Err(Stop::bad_input(format!("--db: {} is a folder", path.display())).advise("name a file in it"));
        }
        Ok(Self { path, chosen: chosen.is_some() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// The option that names this database again; empty for the default one.
    pub(crate) fn option(&self) -> String {
        if !self.chosen {
            return String::new();
        }
        let path = self.path.display().to_string();
        let plain = path.chars().all(|c| c.is_alphanumeric() || "/\\:._-+@,".contains(c));
        if plain { format!(" --db {path}") } else { format!(" --db '{}'", path.replace('\'', r"'\''")) }
    }

    /// Opens the database; makes it, its folder and its key on first use.
    pub(crate) async fn open(&self) -> Result<Sqlite, Stop> {
        let key_path = self.beside("key");
        let exists = self.path.metadata().is_ok_and(|file| file.len() > 0);
        if exists && !is_sqlite(&self.path) {
            let message = format!("{} is a file of another kind, not a database of this command", self.path.display());
            return Err(Stop::new(Exit::Internal, message).advise("name another file with --db"));
        }
        let key = if exists { KeyFile::open(&key_path) } else { KeyFile::open_or_create(&key_path) };
        let key = key.map_err(|error| self.failed(&error))?;
        match Sqlite::open(&self.path, Sealed::new(&key)).await {
            // A command that was updated brings its own database along; nobody else works on it.
            Err(StoreError::OlderSchema { .. }) => Sqlite::migrate(&self.path, Sealed::new(&key)).await,
            opened => opened,
        }
        .map_err(|error| self.failed(&error))
    }

    /// Held while it is looked up whether a document is under way already, and a new flow is added: two commands that start
    /// at once must not both find nothing.
    pub(crate) fn lock(&self) -> Result<File, Stop> {
        let path = self.beside("lock");
        let failed = |error: io::Error| Stop::new(Exit::Internal, format!("{}: {error}", path.display()));
        let file = private_file(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }

    /// The built-in simulator's state.
    pub(crate) fn simulator_folder(&self) -> PathBuf {
        self.beside("simulator")
    }

    /// Where access tokens are kept for the next command.
    pub(crate) fn token_folder(&self) -> PathBuf {
        self.beside("tokens")
    }

    /// Where the merged file of a flow goes.
    pub(crate) fn merged_file(&self, key: &FlowKey) -> Result<PathBuf, Stop> {
        let folder = self.beside("files");
        private_folder(&folder).map_err(|error| Stop::new(Exit::Internal, format!("{}: {error}", folder.display())))?;
        Ok(folder.join(format!("{key}.pdf")))
    }

    /// Removes the merged file of a flow, if it had one. Call it when the flow is over: a person's document should not lie
    /// about.
    pub(crate) fn discard_merged(&self, key: &FlowKey) {
        // One that cannot be removed now is removed by nobody's fault later; the flow's own end is not changed by it.
        let _ = fs::remove_file(self.beside("files").join(format!("{key}.pdf")));
        let _ = fs::remove_dir(self.beside("files"));
    }

    /// The flows whose merged files are still there.
    pub(crate) fn merged(&self) -> Vec<FlowKey> {
        let Ok(entries) = fs::read_dir(self.beside("files")) else { return Vec::new() };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.filter_map(|name| name.strip_suffix(".pdf").map(FlowKey::new)).collect()
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".");
        name.push(ending);
        self.path.with_file_name(name)
    }

    fn failed(&self, error: &(dyn std::error::Error + 'static)) -> Stop {
        let message = crate::stop::with_causes(error);
        Stop::new(Exit::Internal, format!("the database {} cannot be used: {message}", self.path.display()))
    }
}

/// Whether a file begins as every SQLite database does. One that cannot be read is left to SQLite, which says why.
fn is_sqlite(path: &Path) -> bool {
    let mut head = [0; 16];
    match File::open(path).and_then(|mut file| io::Read::read_exact(&mut file, &mut head)) {
        Ok(()) => head == *b"SQLite format 3\0",
        Err(error) => error.kind() != io::ErrorKind::UnexpectedEof,
    }
}

#[cfg(unix)]
fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_stands_beside_the_database() {
        let database = Database::locate(Some(Path::new("/data/my flows.db"))).unwrap();
        assert_eq!(database.simulator_folder(), Path::new("/data/my flows.db.simulator"));
        assert_eq!(database.option(), " --db '/data/my flows.db'");
        assert_eq!(Database::locate(Some(Path::new("/data/f.db"))).unwrap().option(), " --db /data/f.db");
        assert_eq!(Database::locate(None).unwrap().option(), "");
    }

    #[test]
    fn a_folder_is_no_database() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Database::locate(Some(folder.path())).unwrap_err().exit, Exit::BadInput);
    }

    #[tokio::test]
    async fn a_database_keeps_its_key_and_misses_it() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::locate(Some(&folder.path().join("new/f.db"))).unwrap();
        drop(database.open().await.unwrap());
        drop(database.open().await.unwrap());
        drop(database.lock().unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(database.path()), 0o600);
            assert_eq!(mode(&database.beside("key")), 0o600);
            assert_eq!(mode(&database.beside("lock")), 0o600);
            assert_eq!(mode(&folder.path().join("new")), 0o700);
        }
        fs::remove_file(database.beside("key")).unwrap();
        let stop = database.open().await.unwrap_err();
        assert!(stop.exit == Exit::Internal && stop.messages[0].contains("key file"), "{stop:?}");
    }

    #[test]
    fn merged_files_go_when_they_are_done() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::locate(Some(&folder.path().join("f.db"))).unwrap();
        let key = FlowKey::new("k");
        fs::write(database.merged_file(&key).unwrap(), "%PDF").unwrap();
        assert_eq!(database.merged(), [FlowKey::new("k")]);
        database.discard_merged(&key);
        assert!(!database.beside("files").exists());
    }
}
