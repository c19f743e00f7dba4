//! What a host in a URL is: this machine, an address, or a name. Judged from the text, the same way everywhere.

use std::net::IpAddr;

/// A character that parsers read differently.
pub(crate) const ODD: u8 = 1;
/// One that a segment needs with which a path leaves a folder.
pub(crate) const CLIMBING: u8 = 2;
/// One that has to be encoded in a segment.
pub(crate) const RESERVED: u8 = 4;

/// What is to be said of each byte. Every URL of every call is looked at: a table is a third of what comparing costs.
static KINDS: [u8; 256] = kinds();

const fn kinds() -> [u8; 256] {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < kinds.len() {
        // Below 256, as the length of the table says.
        #[expect(clippy::cast_possible_truncation, clippy::indexing_slicing, reason = "const, and within the table")]
        {
            kinds[byte] = kinds_of(byte as u8);
        }
        byte += 1;
    }
    kinds
}

const fn kinds_of(byte: u8) -> u8 {
    let odd = !byte.is_ascii_graphic() || matches!(byte, b'\\' | b'<' | b'>' | b'"' | b'`');
    let climbing = matches!(byte, b'.' | b'%' | b'\\');
    let reserved = !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_' | b'.' | b'~');
    (if odd { ODD } else { 0 }) | (if climbing { CLIMBING } else { 0 }) | (if reserved { RESERVED } else { 0 })
}

/// Of which kinds a text has any.
pub(crate) fn kinds_in(text: &str) -> u8 {
    match kinds_in_words(text.as_bytes()) {
        Some(kinds) => kinds,
        None => text.bytes().fold(0, |kinds, byte| kinds | KINDS.get(usize::from(byte)).copied().unwrap_or(ODD)),
    }
}

/// The same, where all is letters, digits, `-`, `_` and `/`, and there are 16 of them: what nearly every path is. Sixteen at a time
/// with what each processor has, which is a third of what looking each up costs.
fn kinds_in_words(text: &[u8]) -> Option<u8> {
    const OTHER: u8 = 1 << 7;
    let of = |byte: u8| {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let digit_or_slash = byte.wrapping_sub(b'/') < 11;
        let word = letter | digit_or_slash | (byte == b'-') | (byte == b'_');
        (if word { 0 } else { OTHER }) | (if byte == b'/' { RESERVED } else { 0 })
    };
    // The last sixteen once more, in place of what is left over.
    let last = text.last_chunk::<16>()?;
    let mut kinds = [0; 16];
    let mut look = |sixteen: &[u8; 16]| kinds.iter_mut().zip(sixteen).for_each(|(kinds, byte)| *kinds |= of(*byte));
    text.as_chunks::<16>().0.iter().for_each(&mut look);
    look(last);
    let kinds = kinds.iter().fold(0, |all, kinds| all | kinds);
    (kinds & OTHER == 0).then_some(kinds)
}

/// Whether a URL has only characters on whose meaning all parsers agree.
pub(crate) fn is_plain(url: &str) -> bool {
    kinds_in(url) & ODD == 0
}

/// [`is_plain`] where it is asked of a constant.
#[cfg(feature = "endpoint")]
pub(crate) const fn is_plain_constant(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        if kinds_of(*byte) & ODD != 0 {
            return false;
        }
        rest = after;
    }
    true
}

/// Whether `host[:port]` names this machine, and nothing else stands in it.
pub(crate) fn is_loopback(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port_is_fine = match port.strip_prefix(':') {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => port.is_empty(),
    };
    port_is_fine && (host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()))
}

/// Whether a host is an address to some resolver: its last label is a number, in whatever form it is written.
pub(crate) fn is_ip(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    let last = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    host.starts_with('[')
        || last.bytes().all(|byte| byte.is_ascii_digit())
        || last.get(..2).is_some_and(|two| two.eq_ignore_ascii_case("0x"))
}

#[cfg(test)]
mod tests {
    use super::{CLIMBING, ODD, RESERVED, is_plain_constant, kinds_in, kinds_of};

    #[test]
    fn one_character_is_found_wherever_it_stands() {
        for (character, kinds) in [
            (' ', ODD | RESERVED),
            ('\\', ODD | RESERVED | CLIMBING),
            ('.', CLIMBING),
            ('%', CLIMBING | RESERVED),
            ('/', RESERVED),
            ('~', 0),
            ('é', ODD | RESERVED),
        ] {
            assert_eq!(kinds_in(&character.to_string()), kinds, "{character}");
        }
        for character in ('\0'..='\x7f').chain(['é', '\u{2028}']) {
            let kinds = character.to_string().bytes().fold(0, |kinds, byte| kinds | kinds_of(byte));
            for length in [15, 16, 17, 31, 32, 33, 48] {
                for place in 0..length {
                    let around = |count: usize| "aZ09-_mM".chars().cycle().take(count).collect::<String>();
                    let text = format!("{}{character}{}", around(place), around(length - place - 1));
                    assert_eq!(kinds_in(&text), kinds, "{text}");
                    assert_eq!(is_plain_constant(&text), kinds & ODD == 0, "{text}");
                }
            }
        }
    }
}
