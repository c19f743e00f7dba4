//! The codec that seals states: XChaCha20-Poly1305 with a random nonce.
//!
//! A sealed state is: form (1 byte), number of the key (1 byte), nonce (24 bytes), ciphertext with its tag. Form, number and
//! the flow's key are authenticated along, so a state moved to another flow does not open. In the second form the state was
//! packed first; the first one is still opened, and sealing anew brings it to the second.

mod pack;

use std::fmt;

use chacha20poly1305::aead::{Aead as _, Generate as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use jumio_flow::{CodecError, FlowKey, StateCodec};

use crate::KeyFile;

const FORM: u8 = 2;
const UNPACKED_FORM: u8 = 1;
const NONCE: usize = 24;

/// Seals states with a key. Silent in `Debug`, wiped from memory when dropped.
///
/// ```
/// use jumio_flow::{CodecError, FlowKey, StateCodec};
/// use jumio_store::Sealed;
///
/// let (mine, theirs) = (Sealed::with_key(1, &[7; 32]), Sealed::with_key(1, &[8; 32]));
/// let flow = FlowKey::new("order-17");
/// let sealed = mine.seal(&flow, b"a token")?;
/// assert_eq!(mine.open(&flow, &sealed)?, b"a token");
/// assert_eq!(theirs.open(&flow, &sealed), Err(CodecError::Open));
/// assert_eq!(mine.open(&FlowKey::new("order-18"), &sealed), Err(CodecError::Open));
/// # Ok::<(), CodecError>(())
/// ```
#[derive(Clone)]
pub struct Sealed {
    number: u8,
    cipher: XChaCha20Poly1305,
    /// Keys that only open.
    older: Vec<(u8, XChaCha20Poly1305)>,
}

impl Sealed {
    /// With the key of a file.
    pub fn new(file: &KeyFile) -> Self {
        let older = file.older.iter().map(|(number, key)| (*number, XChaCha20Poly1305::new((&**key).into()))).collect();
        Self { older, ..Self::with_key(file.number, &file.key) }
    }

    /// With a key from elsewhere: 32 bytes, all of them random. The number tells keys apart when there is more than one.
    pub fn with_key(number: u8, key: &[u8; 32]) -> Self {
        Self { number, cipher: XChaCha20Poly1305::new(key.into()), older: Vec::new() }
    }

    /// Adds a key that opens what was sealed with it, and seals nothing any more. With `reseal` of a store, nothing needs it
    /// after a while.
    #[must_use]
    pub fn and_older(mut self, number: u8, key: &[u8; 32]) -> Self {
        self.older.push((number, XChaCha20Poly1305::new(key.into())));
        self
    }

    fn cipher(&self, number: u8) -> Option<&XChaCha20Poly1305> {
        if number == self.number {
            return Some(&self.cipher);
        }
        self.older.iter().find(|(older, _)| *older == number).map(|(_, cipher)| cipher)
    }
}

impl StateCodec for Sealed {
    fn seal(&self, key: &FlowKey, state: &[u8]) -> Result<Vec<u8>, CodecError> {
        let nonce = XNonce::try_generate().map_err(|_| CodecError::Seal)?;
        let aad = associated(FORM, self.number, key);
        let payload = Payload { msg: &pack::pack(state), aad: &aad };
        let ciphertext = self.cipher.encrypt(&nonce, payload).map_err(|_| CodecError::Seal)?;
        let mut sealed = Vec::with_capacity(2 + NONCE + ciphertext.len());
        sealed.extend([FORM, self.number]);
        sealed.extend_from_slice(&nonce);
        sealed.extend(ciphertext);
        Ok(sealed)
    }

    fn open(&self, key: &FlowKey, sealed: &[u8]) -> Result<Vec<u8>, CodecError> {
        let (&form, rest) = sealed.split_first().ok_or(CodecError::Open)?;
        if ![UNPACKED_FORM, FORM].contains(&form) {
            return Err(CodecError::UnknownForm);
        }
        let (&number, rest) = rest.split_first().ok_or(CodecError::Open)?;
        let cipher = self.cipher(number).ok_or(CodecError::Open)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(CodecError::Open)?;
        let aad = associated(form, number, key);
        let payload = Payload { msg: ciphertext, aad: &aad };
        let opened = cipher.decrypt(nonce.into(), payload).map_err(|_| CodecError::Open)?;
        if form == UNPACKED_FORM { Ok(opened) } else { pack::unpack(&opened).ok_or(CodecError::Open) }
    }

    fn is_current(&self, sealed: &[u8]) -> bool {
        sealed.starts_with(&[FORM, self.number])
    }
}

fn associated(form: u8, number: u8, key: &FlowKey) -> Vec<u8> {
    [b"jumio-flow-state".as_slice(), &[form, number], key.as_str().as_bytes()].concat()
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

#[cfg(test)]
mod tests {
    use jumio_flow::{FlowKey, StateCodec as _};

    use super::{FORM, Sealed};

    /// Sealed in the first form, with this key: what was written before there was a second one.
    const FIRST: &str = "0101090909090909090909090909090909090909090909090909c55094ef0ed9100d9a30320d15d66f749b8222b5ac7ef2a8e399427025";

    #[test]
    fn the_first_form_opens_and_is_sealed_anew_in_the_second() {
        let (codec, flow) = (Sealed::with_key(1, &[7; 32]), FlowKey::new("order-17"));
        let bytes =
            FIRST.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap());
        let first: Vec<u8> = bytes.collect();
        assert!(!codec.is_current(&first));
        let state = codec.open(&flow, &first).unwrap();
        assert_eq!(state, br#"{"version":1}"#);
        let second = codec.seal(&flow, &state).unwrap();
        assert!(codec.is_current(&second) && second[0] == FORM);
        assert_eq!(codec.open(&flow, &second).unwrap(), state);
    }
}
