//! Every rule, from both sides of its limit.

use fs::File;

use super::*;
use crate::documents::Unreadable;
use crate::documents::samples::{blank_pdf, jpeg_header, png_header, put, sample};

fn limits() -> Limits {
    Limits::for_document_type("BS")
}

/// Rule names, or "ok" with the number of warnings.
fn outcome(paths: &[PathBuf], limits: &Limits) -> String {
    match inspect(paths, limits) {
        Ok(inspected) => format!("ok {}", inspected.warnings.len()),
        Err(refusals) => {
            let rules: Vec<_> = refusals.iter().map(|refusal| refusal.reason.rule()).collect();
            rules.join(" ")
        }
    }
}

#[test]
fn sample_documents_pass() {
    let paths = ["bank-statement.pdf", "utility-bill.png", "utility-bill-page-2.jpg"].map(sample);
    let inspected = inspect(&paths, &limits()).expect("the samples are fine");
    assert_eq!(inspected.warnings, []);
    let media: Vec<_> = inspected.pages.iter().map(|page| (page.media, page.pages)).collect();
    assert_eq!(media, [(Media::Pdf, Some(2)), (Media::Png, Some(1)), (Media::Jpeg, Some(1))]);
    for (page, path) in inspected.pages.iter().zip(&paths) {
        let content = fs::read(path).expect("a sample");
        assert!(page.path.is_absolute());
        assert_eq!(page.bytes, content.len() as u64);
        assert_eq!(page.sha256, <[u8; 32]>::from(Sha256::digest(&content)));
        assert!(page.bytes < 60_000, "samples stay small");
    }
}

#[test]
fn one_file_by_rule() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let put = |name: &str, content: &[u8]| put(at, name, content);
    let png = fs::read(sample("utility-bill.png")).expect("a sample");
    let mut late_header = vec![b'\n'; 1000];
    late_header.extend(blank_pdf(3));

    let cases = [
        (at.join("missing.pdf"), "exists"),
        (at.to_owned(), "regular-file"),
        (put("empty.pdf", b""), "not-empty"),
        (put("plain.pdf", b"just words"), "format"),
        (put("heic.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"), "format"),
        (put("noise.png", &[0x9c, 0x81, 0xff, 0x02]), "format"),
        // The name does not matter, in either direction.
        (put("is-a-png.pdf", &png), "ok 0"),
        (put("is-a-pdf.jpeg", &blank_pdf(1)), "ok 0"),
        (put("no-extension", &blank_pdf(1)), "ok 0"),
        (put("late-header.pdf", &late_header), "ok 0"),
        (put("cut.png", &png_header(1000, 1000)[..14]), "image-header"),
        (put("cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF"), "image-header"),
        (put("small.png", &png_header(300, 300)), "image-min-size"),
        (put("small.jpg", &jpeg_header(200, 300)), "image-min-size"),
        (put("just-enough.png", &png_header(301, 10)), "ok 0"),
        (put("just-enough.jpg", &jpeg_header(10, 301)), "ok 0"),
        (put("largest.png", &png_header(8000, 8000)), "ok 0"),
        (put("wide.png", &png_header(8001, 400)), "image-max-size"),
        (put("high.jpg", &jpeg_header(400, 8001)), "image-max-size"),
        (put("thirty.pdf", &blank_pdf(30)), "ok 0"),
        (put("thirty-one.pdf", &blank_pdf(31)), "total-pages"),
        (put("damaged.pdf", b"%PDF-1.7\nnothing of use"), "ok 1"),
        (sample("password-protected.pdf"), "ok 1"),
        (sample("print-only.pdf"), "ok 0"),
    ];
    for (path, expected) in cases {
        assert_eq!(outcome(std::slice::from_ref(&path), &limits()), expected, "{}", path.display());
    }
}

#[test]
fn no_file_at_all_is_refused() {
    assert_eq!(outcome(&[], &limits()), "files-given");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_opened_is_unreadable_and_a_pipe_does_not_block() {
    let folder = tempfile::tempdir().expect("a folder");
    let circle = folder.path().join("circle.pdf");
    std::os::unix::fs::symlink(&circle, &circle).expect("a link to itself");
    let below_a_file = sample("utility-bill.png").join("page.pdf");
    for path in [circle, below_a_file] {
        assert_eq!(outcome(std::slice::from_ref(&path), &limits()), "readable");
    }
    let socket = folder.path().join("socket.pdf");
    let _listening = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
    assert_eq!(outcome(&[socket, "/dev/zero".into()], &limits()), "regular-file regular-file");
}

#[test]
fn size_counts_all_files_together_and_a_huge_file_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let of_length = |name: &str, len: u64| {
        let path = put_header(folder.path(), name);
        let file = File::options().write(true).open(&path).expect("the file just made");
        file.set_len(len).expect("a sparse file");
        path
    };
    let max = limits().max_total_bytes;
    let whole = of_length("whole.png", max);
    assert_eq!(outcome(std::slice::from_ref(&whole), &limits()), "ok 0");
    let over = of_length("over.png", max + 1);
    assert_eq!(outcome(&[over], &limits()), "total-size");

    let (half, rest) = (of_length("half.png", max / 2 - 1), of_length("rest.png", max / 2 + 1));
    assert_eq!(outcome(&[half.clone(), rest.clone()], &limits()), "ok 0");
    let refusals = inspect(&[half, rest, sample("utility-bill.png")], &limits()).expect_err("over");
    let refusal = refusals.iter().next().expect("one refusal");
    assert_eq!(refusal.files.len(), 3);
    assert_eq!(refusal.reason.limit(), "at most 15485760 bytes (15.5 MB) for all files of the document together");

    // A terabyte: reading it would not end.
    let endless = of_length("endless.png", 1 << 40);
    assert_eq!(outcome(&[endless], &limits()), "total-size");
}

fn put_header(folder: &Path, name: &str) -> PathBuf {
    put(folder, name, png_header(1000, 1000))
}

#[test]
fn pages_count_all_files_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let image = put_header(folder.path(), "image.png");
    let one = put(folder.path(), "one.pdf", blank_pdf(1));
    let many = put(folder.path(), "many.pdf", blank_pdf(29));
    let unknown = put(folder.path(), "unknown.pdf", b"%PDF-1.7\n???");
    let statement = sample("bank-statement.pdf");

    let cases: [(&str, &[&PathBuf], &str); 9] = [
        ("BS", &[&many, &one], "ok 0"),
        ("BS", &[&many, &image], "ok 0"),
        ("BS", &[&many, &one, &image], "total-pages"),
        ("BS", &[&many, &unknown], "ok 1"),
        // Whatever it is, it has a page.
        ("BS", &[&many, &one, &unknown], "total-pages"),
        ("CC", &[&statement], "ok 0"),
        ("CC", &[&one, &image], "ok 0"),
        ("CC", &[&statement, &image], "total-pages"),
        ("CCS", &[&statement, &image], "total-pages"),
    ];
    for (code, files, expected) in cases {
        let files: Vec<_> = files.iter().map(|file| (*file).clone()).collect();
        assert_eq!(outcome(&files, &Limits::for_document_type(code)), expected, "{code} {files:?}");
    }
}

#[test]
fn everything_wrong_is_said_at_once_with_file_limit_and_finding() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let paths = [
        at.join("missing.pdf"),
        put(at, "small.png", png_header(200, 100)),
        put(at, "word.pdf", "words"),
        put(at, "three.pdf", blank_pdf(3)),
    ];
    let refusals = inspect(&paths, &Limits::for_document_type("CC")).expect_err("all bad");
    let lines: Vec<_> =
        refusals.iter().map(|refusal| refusal.to_string().replace(&*at.to_string_lossy(), "dir")).collect();
    let all = "dir/small.png + dir/word.pdf + dir/three.pdf";
    assert_eq!(
        lines,
        [
            "dir/missing.pdf: the file must exist; found: no such file".to_owned(),
            "dir/small.png: longest side over 300 px; found: 200 x 100 px".to_owned(),
            "dir/word.pdf: must be JPEG, PNG or PDF by its content; found: plain text".to_owned(),
            format!("{all}: at most 2 pages for all files of the document together; found: 4 pages"),
        ]
    );
    assert!(!refusals.to_string().contains('\n'));
    assert!(!format!("{refusals:?}").contains("small.png"));
}

#[test]
fn warnings_say_what_could_not_be_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let png = sample("utility-bill.png");
    let copy = folder.path().join("copy.png");
    fs::copy(&png, &copy).expect("a copy");
    let damaged = put(folder.path(), "damaged.pdf", b"%PDF-1.7\n???");
    let locked = sample("password-protected.pdf");

    let paths = [png.clone(), copy.clone(), damaged.clone(), locked.clone()];
    let inspected = inspect(&paths, &limits()).expect("only warnings");
    assert_eq!(inspected.pages.len(), 4);
    let not_counted = |file, why| Warning::PagesNotCounted { file, why, max_pages: 30 };
    assert_eq!(
        inspected.warnings,
        [
            Warning::SameContent { file: copy, earlier: png },
            not_counted(damaged, Unreadable::Damaged),
            not_counted(locked, Unreadable::Encrypted),
        ]
    );
    let text = inspected.warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for part in ["same content as", "at most 30 pages", "encrypted", "damaged or in a form"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!format!("{:?}", inspected).contains("copy.png"));
}

#[test]
fn a_file_name_cannot_steer_the_terminal() {
    let refusals = inspect(&["red\u{1b}[31m\n.pdf".into()], &limits()).expect_err("missing");
    let text = refusals.to_string();
    assert!(text.contains(r"red\u{1b}[31m\n.pdf"), "{text}");
}
