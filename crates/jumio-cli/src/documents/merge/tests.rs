//! What merging keeps, and what it refuses to lose.

use super::*;
use crate::documents::inspect;
use crate::documents::samples::{blank_pdf, pdf_with_page, png_header, put, sample};

fn limits() -> Limits {
    Limits::for_document_type("BS")
}

fn checked(paths: &[PathBuf]) -> Vec<PageFile> {
    inspect(paths, &limits()).expect("files that pass").pages
}

fn merged(paths: &[PathBuf]) -> Result<PageFile, MergeError> {
    let folder = tempfile::tempdir().expect("a folder");
    merge(&checked(paths), &folder.path().join("merged.pdf"), &limits())
}

#[test]
fn all_kinds_become_one_pdf_that_passes_the_same_checks() {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = ["utility-bill-page-2.jpg", "bank-statement.pdf", "utility-bill.png", "print-only.pdf"];
    let jpeg = std::fs::read(sample(paths[0])).expect("a sample");
    let pages = checked(&paths.map(sample));
    let into = folder.path().join("merged.pdf");
    std::fs::write(&into, "an older file").expect("a file to replace");

    let result = merge(&pages, &into, &limits()).expect("merged");
    assert_eq!((result.media, result.pages), (Media::Pdf, Some(5)));
    let again = inspect(std::slice::from_ref(&into), &limits()).expect("passes");
    assert_eq!((again.pages.as_slice(), again.warnings.len()), ([result].as_slice(), 0));

    let bytes = std::fs::read(&into).expect("the merged file");
    assert!(bytes.windows(jpeg.len()).any(|part| part == jpeg), "the JPEG is in it, untouched");
    for leak in ["/Producer", "/Creator", "/CreationDate", "krilla", "/Encrypt"] {
        assert!(!bytes.windows(leak.len()).any(|part| part == leak.as_bytes()), "{leak}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").collect();
    assert_eq!(left.len(), 1, "no temporary file stays");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&into).expect("the merged file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn pages_keep_their_order_and_size_and_the_text_of_a_pdf() {
    let folder = tempfile::tempdir().expect("a folder");
    let into = folder.path().join("merged.pdf");
    let paths = ["utility-bill.png", "bank-statement.pdf", "utility-bill-page-2.jpg"].map(sample);
    merge(&checked(&paths), &into, &limits()).expect("merged");
    let open = |path: &Path| pdf::open(std::fs::read(path).expect("a file")).expect("a PDF");
    let (result, statement) = (open(&into), open(&paths[1]));
    let sizes: Vec<_> = result
        .pages()
        .iter()
        .map(|page| (page.media_box().width().round(), page.media_box().height().round()))
        .collect();
    assert_eq!(sizes, [(648.0, 842.0), (612.0, 792.0), (612.0, 792.0), (648.0, 842.0)]);
    for (was, is) in statement.pages().iter().zip(&result.pages()[1..]) {
        assert!(was.page_stream().is_some_and(|content| content.len() > 500));
        assert_eq!(was.page_stream(), is.page_stream());
    }
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let paths = ["utility-bill.png", "bank-statement.pdf"].map(sample);
    let digest = || merged(&paths).expect("merged").sha256;
    assert_eq!(digest(), digest());
}

#[test]
fn one_pdf_alone_is_left_alone() {
    let statement = sample("bank-statement.pdf");
    let result = merged(std::slice::from_ref(&statement)).expect("nothing to do");
    assert_eq!(result, checked(&[statement])[0]);
}

#[test]
fn what_cannot_be_carried_over_is_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, content: &[u8]| put(folder.path(), name, content);
    let annotated = |kind: &str| {
        let entry = format!("/Annots[<</Type/Annot/Subtype/{kind}/Rect[0 0 9 9]>>]");
        pdf_with_page(&entry, "").into_bytes()
    };
    let broken = pdf_with_page(
        "/Contents 4 0 R",
        "4 0 obj\n<</Length 4/Filter/ASCIIHexDecode>>\nstream\nxyz!\nendstream\nendobj",
    );
    let pieces = pdf_with_page("/Contents[4 0 R 9 0 R]", "4 0 obj\n<</Length 1>>\nstream\nq\nendstream\nendobj");
    let cases = [
        (sample("password-protected.pdf"), "Unreadable", "encrypted"),
        (put("damaged.pdf", b"%PDF-1.7\n???"), "Unreadable", "damaged"),
        (put("form.pdf", &annotated("Widget")), "Annotated", "page 1 has form fields"),
        (put("stamp.pdf", &annotated("Stamp")), "Annotated", "page 1 has form fields"),
        (put("filter.pdf", broken.as_bytes()), "BrokenPage", "page 1"),
        (put("piece.pdf", pieces.as_bytes()), "BrokenPage", "page 1"),
        (put("cut.png", &png_header(400, 400)), "BrokenImage", "cannot be decoded"),
    ];
    let good = sample("utility-bill.png");
    for (path, case, part) in cases {
        let error = merged(&[good.clone(), path.clone()]).expect_err(part);
        assert_eq!(format!("{error:?}"), case, "{error}");
        let text = error.to_string();
        let name = path.file_name().expect("a name").to_string_lossy();
        assert!(text.contains(part) && text.contains(&*name), "{text}");
    }
    let link = put("link.pdf", &annotated("Link"));
    assert_eq!(merged(&[good, link]).expect("links draw nothing").pages, Some(2));
}

#[test]
fn a_pdf_of_the_newest_version_can_be_merged() {
    let folder = tempfile::tempdir().expect("a folder");
    let newest = pdf_with_page("", "").replace("%PDF-1.4", "%PDF-2.0");
    let newest = put(folder.path(), "newest.pdf", newest);
    assert_eq!(merged(&[newest, sample("utility-bill.png")]).expect("merged").pages, Some(2));
}

#[test]
fn a_result_over_the_limit_is_not_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let into = folder.path().join("merged.pdf");
    let pages = checked(&["utility-bill.png", "bank-statement.pdf"].map(sample));
    let tight = [
        (Limits { max_total_bytes: 1000, ..limits() }, "total-size"),
        (Limits { max_pages: 2, ..limits() }, "total-pages"),
    ];
    for (limits, rule) in tight {
        let Err(MergeError::Refused(refusals)) = merge(&pages, &into, &limits) else {
            panic!("over the limit: {rule}");
        };
        let refusal = refusals.iter().next().expect("one refusal");
        assert_eq!((refusal.reason.rule(), &refusal.files), (rule, &vec![into.clone()]));
        assert!(!into.exists());
    }
}

#[test]
fn a_file_that_changed_or_went_away_after_the_checks_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = put(folder.path(), "page.pdf", blank_pdf(1));
    let pages = checked(&[page.clone(), sample("utility-bill.png")]);
    let into = folder.path().join("merged.pdf");
    std::fs::write(&page, blank_pdf(2)).expect("another content");
    let error = merge(&pages, &into, &limits()).expect_err("changed");
    assert!(matches!(error, MergeError::Changed { .. }), "{error}");
    std::fs::remove_file(&page).expect("removed");
    let error = merge(&pages, &into, &limits()).expect_err("gone");
    assert!(matches!(error, MergeError::Read { .. }), "{error}");
    assert!(!into.exists());
}

#[test]
fn a_folder_that_is_not_there_is_a_write_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let into = folder.path().join("none/merged.pdf");
    let pages = checked(&["utility-bill.png", "bank-statement.pdf"].map(sample));
    let error = merge(&pages, &into, &limits()).expect_err("no such folder");
    assert!(matches!(error, MergeError::Write { .. }), "{error}");
}
