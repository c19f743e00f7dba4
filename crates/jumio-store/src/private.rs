//! Files and folders that belong to their owner alone. On systems without Unix modes they get what the folder gives.

#[cfg(feature = "sqlite")]
use std::fs::OpenOptions;
use std::fs::{DirBuilder, File};
use std::io;
use std::path::Path;

/// Makes the file, readable and writable by its owner alone. One that exists is closed to everybody else.
#[cfg(feature = "sqlite")]
pub(crate) fn create_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => {
            file.sync_all()?;
            sync_folder_of(path)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => close_to_others(path),
        Err(error) => Err(error),
    }
}

#[cfg(all(feature = "sqlite", unix))]
fn close_to_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut permissions = std::fs::metadata(path)?.permissions();
    if permissions.mode() & 0o077 == 0 {
        return Ok(());
    }
    permissions.set_mode(permissions.mode() & !0o077);
    std::fs::set_permissions(path, permissions)
}

#[cfg(all(feature = "sqlite", not(unix)))]
fn close_to_others(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes the folder of this file and those above it where they are missing, open to their owner alone.
pub(crate) fn create_folder_of(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder_of(path))
}

/// Makes a new file's name durable: without it a power loss may keep the file and lose its name.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder_of(path))?.sync_all() } else { Ok(()) }
}

/// The folder that a file stands in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
