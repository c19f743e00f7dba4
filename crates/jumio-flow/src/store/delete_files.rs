//! A guard of the purge that deletes a flow's files before the flow goes: afterwards nobody knows where they lie.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;

use super::purge::PurgeGuard;
use super::record::FlowRecord;
use crate::driver::keep_files::{run, sync_folder};
use crate::machine::Plan;

/// Deletes the files that flows kept ([`kept`](crate::machine::Flow::kept), and those of every transaction in
/// [`replaced`](crate::machine::Flow::replaced)), and each transaction's folder that is empty then. A file that is gone already is no
/// error; one that cannot be deleted keeps its flow until the next pass.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use jumio_flow::{DeleteFiles, MemoryStore, Purge};
///
/// let store = Arc::new(MemoryStore::new()); // the one that the flows are in
/// let month = Duration::from_secs(30 * 24 * 60 * 60);
/// let purge = Purge::new(store, month).guard(DeleteFiles::kept().and_uploads());
/// ```
#[derive(Clone, Default)]
pub struct DeleteFiles {
    uploads: bool,
    first: Option<Arc<dyn PurgeGuard>>,
}

impl DeleteFiles {
    /// Deletes what was kept.
    pub fn kept() -> Self {
        Self::default()
    }

    /// Deletes the pages that were uploaded, too: they belong to the flow alone.
    #[must_use]
    pub fn and_uploads(mut self) -> Self {
        self.uploads = true;
        self
    }

    /// Asks this guard first, such as one for legal holds: nothing is deleted of a flow that it keeps.
    #[must_use]
    pub fn once_allowed_by(mut self, guard: impl PurgeGuard + 'static) -> Self {
        self.first = Some(Arc::new(guard));
        self
    }

    fn files_of(&self, record: &FlowRecord) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let flow = &record.flow;
        let replaced = flow.replaced().iter().map(|replaced| &replaced.kept);
        let kept = std::iter::once(flow.kept()).chain(replaced).flat_map(|kept| &kept.files);
        let kept = kept.map(|file| file.path.clone()).collect();
        let uploads = match &flow.spec().plan {
            Plan::Upload { pages, .. } if self.uploads => pages.iter().map(|page| page.path.clone()).collect(),
            _ => Vec::new(),
        };
        (kept, uploads)
    }
}

#[async_trait]
impl PurgeGuard for DeleteFiles {
    async fn may_go(&self, record: &FlowRecord) -> Result<bool, Box<dyn Error + Send + Sync>> {
        if let Some(first) = &self.first
            && !first.may_go(record).await?
        {
            return Ok(false);
        }
        let (kept, uploads) = self.files_of(record);
        let deleted = run(move || {
            kept.iter().chain(&uploads).try_for_each(|file| delete(file))?;
            kept.iter().filter_map(|file| file.parent()).try_for_each(delete_empty)
        });
        // A path may name a person.
        deleted.await.map_err(|error| format!("its files cannot be deleted ({}); see to the disk", error.kind()))?;
        Ok(true)
    }
}

/// Deletes a file, so that it stays deleted after a power cut.
fn delete(file: &Path) -> io::Result<()> {
    match std::fs::remove_file(file) {
        Ok(()) => file.parent().map_or(Ok(()), sync_folder),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Deletes a transaction's folder, with what a download that was cut off left there, unless something of the application's own
/// is in it.
fn delete_empty(folder: &Path) -> io::Result<()> {
    let inside = match std::fs::read_dir(folder) {
        Ok(inside) => inside.collect::<io::Result<Vec<_>>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let inside = inside.iter().map(std::fs::DirEntry::path);
    inside.filter(|path| path.extension().is_some_and(|end| end == "part")).try_for_each(|path| delete(&path))?;
    match std::fs::remove_dir(folder) {
        Ok(()) => folder.parent().map_or(Ok(()), sync_folder),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => Ok(()),
        Err(error) => Err(error),
    }
}
