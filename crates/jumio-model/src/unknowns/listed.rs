//! What the types keep as text although a list of its values exists, and what they keep unread: looked up, and looked into,
//! only where somebody asks what is not known.
//!
//! A type says that such a thing stands there by reading it as a newtype of a name from below. To everybody but
//! [`watch`](super::watch) that is no more than reading it.

use serde::de::{Deserialize as _, Deserializer, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::notes;
use super::watch::Watched;
use crate::capability;
use crate::vocabulary::{CapabilityName, Label, PartClassifier};

/// The data of a run of a capability.
pub(crate) const CAPABILITY_DATA: &str = "$jumio_model::CapabilityData";
/// The label of a decision.
pub(crate) const LABEL: &str = "$jumio_model::Label";
/// Which part of a credential it is.
pub(crate) const CLASSIFIER: &str = "$jumio_model::PartClassifier";

/// Whether a newtype of this name is for [`read`].
pub(super) fn is_one(newtype: &str) -> bool {
    [CAPABILITY_DATA, LABEL, CLASSIFIER].contains(&newtype)
}

/// Reads what a type keeps, and notes what of it is not known. What the type itself is given no longer matters.
pub(super) fn read<'de, D: Deserializer<'de>, V: Visitor<'de>>(
    newtype: &str,
    deserializer: D,
    visitor: Watched<V>,
) -> Result<V::Value, D::Error> {
    let value = if newtype == CAPABILITY_DATA {
        data(&Box::<RawValue>::deserialize(deserializer)?);
        Value::Null
    } else {
        let value = Value::deserialize(deserializer)?;
        if let Value::String(text) = &value {
            let known = notes::quietly(|| if newtype == LABEL { is_label(text) } else { is_classifier(text) });
            if !known {
                notes::value(text);
            }
        }
        value
    };
    visitor.visit_newtype_struct(value).map_err(serde::de::Error::custom)
}

/// Reads the data as its capability's; of a capability that is not known, the name says enough.
// Inline for the reason given in `json`.
#[inline]
fn data(text: &RawValue) {
    let names = notes::names();
    let [.., name, _] = names.as_slice() else { return };
    let name = notes::quietly(|| CapabilityName::from(name.as_str()));
    let mut json = serde_json::Deserializer::from_str(text.get());
    if capability::look_into(&name, Watched(&mut json)).is_err() {
        notes::odd();
    }
}

/// Whether a label is listed where it stands. A transaction's or a step's may be any text of the tenant's (vocabulary 0.8), and
/// nothing is listed for a capability that is not known.
fn is_label(text: &str) -> bool {
    let names = notes::names();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let [.., "capabilities", name, "decision", "details", _] = names.as_slice() else { return true };
    let capability = CapabilityName::from(*name);
    !capability.is_known() || Label::from(text).explain(&capability).is_some()
}

/// Whether it is a part that is listed, or a page.
fn is_classifier(text: &str) -> bool {
    let part = PartClassifier::from(text);
    part.is_known() || part.page().is_some()
}
