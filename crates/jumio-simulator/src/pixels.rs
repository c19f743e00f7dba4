//! How large a picture is, read from its first bytes; no picture is decoded.

/// How many bytes [`of`] needs to see. A photo's frame header comes behind its metadata: a preview and a colour profile, of
/// 64 KiB at most in each segment.
// behavior: the size of a JPEG with more than 256 KiB of metadata is not checked | protocol 4.2 | chosen
pub(crate) const HEAD: usize = 256 * 1024;

/// Width and height.
pub(crate) type Pixels = (u32, u32);

/// The longest side must have more than this.
pub(crate) const LEAST: u32 = 300;
/// No side may have more than this.
pub(crate) const MOST: u32 = 8000;

/// The size of a PNG or JPEG, where it can be told from this start of it.
pub(crate) fn of(head: &[u8]) -> Option<Pixels> {
    if head.starts_with(b"\x89PNG\r\n\x1a\n") { png(head) } else { jpeg(head) }
}

/// The first chunk of a PNG is its header (W3C PNG, 11.2.1).
fn png(head: &[u8]) -> Option<Pixels> {
    if head.get(12..16)? != b"IHDR" {
        return None;
    }
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    Some((number(16)?, number(20)?))
}

/// The first frame header of a JPEG (ITU T.81, B.2.2): segments are walked until it comes.
fn jpeg(head: &[u8]) -> Option<Pixels> {
    let number = |at: usize| Some(u16::from_be_bytes(head.get(at..at + 2)?.try_into().ok()?));
    let mut at = 2;
    loop {
        if *head.get(at)? != 0xFF {
            return None;
        }
        match *head.get(at + 1)? {
            // Fill bytes before a marker.
            0xFF => at += 1,
            // SOF0 to SOF15 without the tables that share the range.
            marker @ 0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                return Some((number(at + 7)?.into(), number(at + 5)?.into()));
            }
            _ => at += 2 + usize::from(number(at + 2)?),
        }
    }
}

/// Whether a picture may be so large.
pub(crate) fn are_fine((width, height): Pixels) -> bool {
    let longest = width.max(height);
    longest > LEAST && longest <= MOST
}

#[cfg(test)]
mod tests {
    use super::{are_fine, of};

    #[test]
    fn sizes_are_read() {
        assert_eq!(of(crate::made_up::JPEG), Some((8, 8)));
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend_from_slice(&[0, 0, 3, 232, 0, 0, 5, 20]);
        assert_eq!(of(&png), Some((1000, 1300)));
        for unreadable in
            [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..], b"\xFF\xD8\xFF", b"\xFF\xD8\xFF\xE0\x00\x10JFIF", b""]
        {
            assert_eq!(of(unreadable), None);
        }
    }

    #[test]
    fn limits() {
        for (pixels, fine) in [((300, 20), false), ((301, 1), true), ((8000, 8000), true), ((1, 8001), false)] {
            assert_eq!(are_fine(pixels), fine, "{pixels:?}");
        }
    }
}
