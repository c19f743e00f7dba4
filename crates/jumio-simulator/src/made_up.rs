//! Parts that nobody uploaded: what a person with a phone would have handed in, and the picture that Jumio would have made of
//! a PDF. Their content is the simulator's own and the same for all.

use crate::credential::{Category, Credential, Part};
use crate::derived;
use crate::media::Media;

/// A JPEG of one grey pixel.
pub(crate) const JPEG: &[u8] = include_bytes!("made_up/grey.jpg");

/// The pictures of a liveness check, in the order in which they were seen.
// behavior: a FACEMAP has the part FACEMAP without an address and LIVENESS_1..6, listed as 1, 3, 2, 5, 4, 6 | vocabulary 2, 8.4 | observed
const FACEMAP: &[&str] =
    &["FACEMAP", "LIVENESS_1", "LIVENESS_3", "LIVENESS_2", "LIVENESS_5", "LIVENESS_4", "LIVENESS_6"];

/// Hands in what a person would for this credential. What was uploaded stays, and DATA is not for persons.
pub(crate) fn hand_in(credential: &mut Credential, execution: &str) {
    let classifiers: &[&str] = match credential.category {
        Category::Data => &[],
        Category::Document => &["1"],
        Category::Id => &["FRONT", "BACK"],
        Category::Selfie => &["FACE"],
        Category::Facemap => FACEMAP,
    };
    if !credential.parts.is_empty() {
        return;
    }
    let part = |classifier: &&str| Part {
        id: derived::id(execution, &format!("{}/{classifier}", credential.id)),
        classifier: (*classifier).to_owned(),
        media: Media::Jpeg,
        size: JPEG.len() as u64,
        pages: 1,
        made_up: true,
    };
    credential.parts = classifiers.iter().map(part).collect();
}
