//! How many pages a PDF has. Only for that does an upload lie in memory as a whole: one at a time, of at most 15 MB.

use std::path::Path;
use std::{fs, io};

use hayro_syntax::Pdf;
use tokio::sync::Semaphore;
use tokio::task;

/// One for the whole process, since its memory is one.
static TURN: Semaphore = Semaphore::const_new(1);

/// The pages of the PDF in this file.
pub(crate) async fn count(path: &Path) -> io::Result<u32> {
    let path = path.to_owned();
    let turn = TURN.acquire().await;
    let counted = task::spawn_blocking(move || {
        // Held until the file is out of memory, even if the caller is gone by then.
        let _turn = turn;
        fs::read(path).map(of)
    });
    // A file that makes the parser fall over could not be read.
    counted.await.unwrap_or(Ok(1))
}

// behavior: a PDF that cannot be read, such as one behind a password, is taken and counts as one page: which ones Jumio cannot read is not known | protocol 4.2 | chosen
fn of(pdf: Vec<u8>) -> u32 {
    let pages = Pdf::new(pdf).map_or(1, |pdf| pdf.pages().len());
    u32::try_from(pages).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::count;

    #[tokio::test]
    async fn pages_are_counted_where_they_can_be() {
        let documents = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/documents");
        for (file, pages) in
            [("bank-statement.pdf", 2), ("print-only.pdf", 1), ("password-protected.pdf", 1), ("utility-bill.png", 1)]
        {
            assert_eq!(count(format!("{documents}/{file}").as_ref()).await.unwrap(), pages, "{file}");
        }
        assert!(count("no such file".as_ref()).await.is_err());
    }
}
