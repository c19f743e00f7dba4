//! Files of a result on our disk: where they lie, that they are synced, and their digests.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jumio_model::WorkflowExecutionId;
use jumio_transport::Downloaded;
use sha2::{Digest as _, Sha256};

use crate::machine::KeptFile;

/// The folder of a transaction below the one that the application named. Made with mode 0700, since papers of people lie in
/// it, and every name on the way that was not there before is synced, and its own in any case: whoever made it may have been killed
/// before that.
pub(crate) async fn folder_of(below: &Path, execution: &WorkflowExecutionId) -> io::Result<PathBuf> {
    let folder = below.join(plain(execution.as_str()));
    let made = folder.clone();
    run(move || {
        let missing: Vec<&Path> =
            made.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&made)?;
        let own = made.parent();
        missing.iter().filter_map(|path| path.parent()).chain(own).try_for_each(sync_folder)
    })
    .await?;
    Ok(folder)
}

/// Makes a name of ours of a text of Jumio's: letters, digits, `-` and `_`, and never a way out of the folder.
pub(crate) fn plain(text: &str) -> String {
    let kept = text.chars().take(64).map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' });
    let name: String = kept.collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

/// Makes sure that a downloaded file and its name survive a power cut, and takes its digest.
pub(crate) async fn seal(path: PathBuf, downloaded: &Downloaded) -> io::Result<KeptFile> {
    let content_type = downloaded.content_type.as_ref().and_then(|value| value.to_str().ok()).map(str::to_owned);
    let bytes = downloaded.bytes;
    let sealed = path.clone();
    let sha256 = run(move || {
        let mut file = File::open(&sealed)?;
        let digest = digest_of(&mut file)?;
        file.sync_all()?;
        sealed.parent().map_or(Ok(()), sync_folder)?;
        Ok(digest)
    })
    .await?;
    Ok(KeptFile::new(path, bytes, sha256, content_type))
}

/// The digest of everything from here to the file's end.
pub(crate) fn digest_of(file: &mut File) -> io::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            read => hasher.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // The parent of a name without one is the present folder.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Runs what waits for the disk where it keeps nobody waiting.
pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(io::Error::other("the work was cut off")))
}
