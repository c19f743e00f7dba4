//! Paths that leave the folder that they begin with.

use crate::host::{self, CLIMBING};

/// Whether some server could read the path as leaving the folder that it begins with: a segment of one or two dots, up to a slash,
/// a backslash or a parameter, each as it is or encoded. Every call that carries a credential asks this, so nothing is copied.
pub(super) fn climbs(path: &str) -> bool {
    // Hardly a path has anything that such a segment needs.
    let innocent = path.starts_with('/') && host::kinds_in(path) & CLIMBING == 0;
    !innocent && climbs_somewhere(path.as_bytes())
}

fn climbs_somewhere(path: &[u8]) -> bool {
    let mut rest = path;
    // How many dots the segment has so far; none once it has anything else.
    let mut dots = Some(0);
    while let Some((byte, after)) = decoded(rest) {
        let of_dots = matches!(dots, Some(1 | 2));
        dots = match byte {
            b'/' | b'\\' | b';' if of_dots => return true,
            b'/' | b'\\' => Some(0),
            b'.' => dots.map(|dots| dots + 1),
            _ => None,
        };
        rest = after;
    }
    matches!(dots, Some(1 | 2))
}

/// The next byte, and what comes after it.
fn decoded(text: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    match text {
        [b'%', high, low, rest @ ..] => match digit(*high).zip(digit(*low)) {
            Some((high, low)) => Some((u8::try_from(high * 16 + low).unwrap_or(b'%'), rest)),
            None => Some((b'%', text.get(1..)?)),
        },
        [first, rest @ ..] => Some((*first, rest)),
        [] => None,
    }
}
