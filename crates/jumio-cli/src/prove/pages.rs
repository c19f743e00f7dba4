//! The document's files on their way into a flow: checked, merged where that is wanted, and kept by reference.

use std::path::PathBuf;

use indicatif::HumanBytes;
use jumio_flow::machine::Page;
use jumio_model::Media;

use crate::documents::{self, Inspected, Limits, MergeError, PageFile, inspect};
use crate::exit_code::Exit;
use crate::report::Report;
use crate::stop::{RefusedFile, Stop, with_causes};
use crate::wording::{Step, counted};

/// Checks the files; warnings are shown, refusals stop.
pub(super) async fn check(files: Vec<PathBuf>, limits: Limits, report: &Report) -> Result<Vec<PageFile>, Stop> {
    let inspected = off_thread(move || inspect(&files, &limits)).await?;
    let Inspected { pages, warnings } = inspected.map_err(|refusals| {
        let messages = refusals.iter().map(ToString::to_string).collect();
        let refused = refusals.iter().map(|refusal| RefusedFile {
            files: refusal.files.iter().map(|file| file.display().to_string()).collect(),
            rule: refusal.reason.rule(),
            limit: refusal.reason.limit(),
            found: refusal.reason.found(),
        });
        let stop = Stop { refusals: refused.collect(), ..Stop::several(Exit::BadInput, messages) };
        stop.advise("nothing was sent; mend the files and run the command again")
    })?;
    for page in &pages {
        report.step(None, &Step { name: "file", text: described(page) });
    }
    warnings.iter().for_each(|warning| report.warn(&warning.to_string()));
    Ok(pages)
}

fn described(page: &PageFile) -> String {
    let name = page.path.file_name().unwrap_or_default().to_string_lossy();
    let pages = page.pages.map_or("pages not counted".to_owned(), |count| counted(count as usize, "page", "pages"));
    format!("{name}: {}, {pages}, {}", page.media.content_type(), HumanBytes(page.bytes))
}

/// Makes one PDF of the pages.
pub(super) async fn merge(
    pages: Vec<PageFile>,
    into: PathBuf,
    limits: Limits,
    report: &Report,
) -> Result<Vec<PageFile>, Stop> {
    let count = pages.len();
    let merged = off_thread(move || documents::merge(&pages, &into, &limits)).await?;
    let merged = merged.map_err(|error| match &error {
        MergeError::Write { .. } => Stop::new(Exit::Internal, with_causes(&error)),
        _ => Stop::bad_input(with_causes(&error)),
    })?;
    if count > 1 {
        report.note(&format!("merged {count} files into one PDF"));
    }
    Ok(vec![merged])
}

/// The pages as a flow keeps them.
pub(super) fn by_reference(pages: Vec<PageFile>) -> Vec<Page> {
    let page = |page: PageFile| {
        let media = match page.media {
            documents::Media::Jpeg => Media::Jpeg,
            documents::Media::Png => Media::Png,
            documents::Media::Pdf => Media::Pdf,
        };
        Page::new(page.path, media, page.bytes, page.sha256)
    };
    pages.into_iter().map(page).collect()
}

/// Files are read and PDFs built where they hold up nobody.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Stop> {
    let failed = |_| Stop::new(Exit::Internal, "the files could not be worked on: reading them was cut off");
    tokio::task::spawn_blocking(work).await.map_err(failed)
}
