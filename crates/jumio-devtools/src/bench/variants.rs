//! The ways to read a reply that are compared.

use std::hint::black_box;

use anyhow::{Result, bail};
use jumio_model::{Raw, WorkflowDetails};
use serde_json::Value;
use serde_json::value::RawValue;
use sonic_rs::OwnedLazyValue;

use super::lean::LeanDetails;

/// One way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    /// What the README shows: typed, with the text beside it.
    Raw,
    /// The same type without the text.
    Typed,
    /// Types of the same shape as a derive makes them, that fall over at the first odd value.
    Lean,
    /// What everybody starts with.
    Value,
    /// The same type by another parser, without the JSON path in its errors. What capabilities read it cannot lend as text:
    /// that is read as a value, and written again.
    Sonic,
    /// What a derive makes, by that other parser, which lends its text in its own way: its best.
    SonicLean,
}

impl Variant {
    pub(super) const ALL: [Self; 6] = [Self::Value, Self::Raw, Self::Typed, Self::Lean, Self::Sonic, Self::SonicLean];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Typed => "typed",
            Self::Lean => "lean-derive",
            Self::Value => "value",
            Self::Sonic => "sonic-typed",
            Self::SonicLean => "sonic-lean",
        }
    }

    pub(super) fn named(name: &str) -> Result<Self> {
        match Self::ALL.into_iter().find(|variant| variant.name() == name) {
            Some(variant) => Ok(variant),
            None => bail!("no variant is called {name:?}"),
        }
    }

    /// Reads the document once; the result is dropped, which is part of its price.
    pub(super) fn read(self, text: &[u8]) {
        let text = black_box(text);
        let read = match self {
            Self::Raw => black_box(jumio_model::from_slice::<Raw<WorkflowDetails>>(text)).is_ok(),
            Self::Typed => black_box(jumio_model::from_slice::<WorkflowDetails>(text)).is_ok(),
            Self::Lean => black_box(serde_json::from_slice::<LeanDetails<Box<RawValue>>>(text)).is_ok(),
            Self::Value => black_box(serde_json::from_slice::<Value>(text)).is_ok(),
            Self::Sonic => black_box(sonic_rs::from_slice::<WorkflowDetails>(text)).is_ok(),
            Self::SonicLean => black_box(sonic_rs::from_slice::<LeanDetails<OwnedLazyValue>>(text)).is_ok(),
        };
        assert!(read, "{self:?} does not read the document");
    }
}
