//! What nobody outside knows about Jumio (protocol 12), or what its sources tell in two ways: each open question with its
//! plausible answers, of which one is played. The questions themselves stand in `questions.rs`.
//!
//! ```
//! use jumio_simulator::Variant;
//! use jumio_simulator::variants::SecondFinalize;
//!
//! let variant: Variant = "second-finalize=conflict".parse()?;
//! assert_eq!(variant, SecondFinalize::Conflict.into());
//! assert_eq!(variant.to_string(), "second-finalize=conflict");
//! # Ok::<(), jumio_simulator::UnknownVariant>(())
//! ```

mod questions;

pub use questions::*;

/// An open question with its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// How options and scenario files call it.
    pub name: &'static str,
    /// What is asked.
    pub asks: &'static str,
    /// Where the reference says that it is open.
    pub source: &'static str,
    /// The answers, each with what it means; the first one is played where nothing else was chosen.
    pub answers: &'static [(&'static str, &'static str)],
}

/// A variant that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownVariant {
    /// The text is not `question=answer`.
    #[error("{0:?} is not a variant; write question=answer, such as second-finalize=conflict")]
    Form(String),
    /// There is no such question.
    #[error("there is no open question {0:?}; there are {known}", known = names().join(", "))]
    Question(String),
    /// The question has no such answer.
    #[error("{question} has no answer {answer:?}; it has {}", .known.join(", "))]
    Answer {
        /// The question.
        question: &'static str,
        /// What was written.
        answer: String,
        /// The answers that it has.
        known: Vec<&'static str>,
    },
}

fn names() -> Vec<&'static str> {
    Variant::QUESTIONS.iter().map(|question| question.name).collect()
}

impl Variant {
    /// The variant with this answer to this question.
    ///
    /// # Errors
    ///
    /// [`UnknownVariant`] with what there is instead.
    pub fn named(question: &str, answer: &str) -> Result<Self, UnknownVariant> {
        let Some(known) = Self::QUESTIONS.iter().find(|known| known.name == question) else {
            return Err(UnknownVariant::Question(question.to_owned()));
        };
        Self::all().find(|variant| variant.question() == known.name && variant.answer() == answer).ok_or_else(|| {
            UnknownVariant::Answer {
                question: known.name,
                answer: answer.to_owned(),
                known: known.answers.iter().map(|(name, _)| *name).collect(),
            }
        })
    }

    /// Every answer to every question.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::EVERY.iter().copied()
    }
}

impl std::fmt::Display for Variant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.question(), self.answer())
    }
}

impl std::str::FromStr for Variant {
    type Err = UnknownVariant;

    fn from_str(text: &str) -> Result<Self, UnknownVariant> {
        let (question, answer) = text.split_once('=').ok_or_else(|| UnknownVariant::Form(text.to_owned()))?;
        Self::named(question.trim(), answer.trim())
    }
}

/// Writes the questions: an enumeration for each, [`Variant`] over all of them, and the set that is played.
macro_rules! ask {
    ($(
        $(#[doc = $asks:literal])+
        $field:ident: $kind:ident = $name:literal, $source:literal {
            $(#[doc = $first_doc:literal])+
            $first:ident = $first_text:literal,
            $( $(#[doc = $doc:literal])+ $value:ident = $text:literal, )+
        }
    )+) => {
        $(
            $(#[doc = $asks])+
            #[doc = concat!("\n\nOpen: ", $source, ". In options and scenario files: `", $name, "`.")]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
            #[non_exhaustive]
            pub enum $kind {
                $(#[doc = $first_doc])+
                #[doc = concat!("\n\n`", $first_text, "`, the default.")]
                #[default]
                #[serde(rename = $first_text)]
                $first,
                $(
                    $(#[doc = $doc])+
                    #[doc = concat!("\n\n`", $text, "`.")]
                    #[serde(rename = $text)]
                    $value,
                )+
            }

            impl From<$kind> for Variant {
                fn from(answer: $kind) -> Self {
                    Self::$kind(answer)
                }
            }
        )+

        /// One answer to one open question; as text `question=answer`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Variant {
            $( $(#[doc = $asks])+ $kind($kind), )+
        }

        impl Variant {
            /// Every open question.
            pub const QUESTIONS: &'static [Question] = &[
                $( Question {
                    name: $name,
                    asks: concat!($($asks),+).trim_ascii(),
                    source: $source,
                    answers: &[
                        ($first_text, concat!($($first_doc),+).trim_ascii()),
                        $( ($text, concat!($($doc),+).trim_ascii()), )+
                    ],
                }, )+
            ];

            pub(super) const EVERY: &'static [Self] = &[
                $( Self::$kind($kind::$first), $( Self::$kind($kind::$value), )+ )+
            ];

            /// The name of the question.
            pub fn question(self) -> &'static str {
                match self {
                    $( Self::$kind(_) => $name, )+
                }
            }

            /// The name of the answer.
            pub fn answer(self) -> &'static str {
                match self {
                    $(
                        Self::$kind($kind::$first) => $first_text,
                        $( Self::$kind($kind::$value) => $text, )+
                    )+
                }
            }
        }

        /// The answers that are played.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub(crate) struct Variants {
            $( pub(crate) $field: $kind, )+
        }

        impl Variants {
            /// Takes this answer in place of the one so far.
            pub(crate) fn set(&mut self, variant: Variant) {
                match variant {
                    $( Variant::$kind(answer) => self.$field = answer, )+
                }
            }
        }
    };
}

use ask;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{SecondFinalize, UnknownVariant, Variant, Variants};

    #[test]
    fn text_goes_both_ways_for_every_answer() {
        for variant in Variant::all() {
            assert_eq!(variant.to_string().parse(), Ok(variant));
        }
        let names: BTreeSet<_> = Variant::QUESTIONS.iter().map(|question| question.name).collect();
        assert_eq!(names.len(), Variant::QUESTIONS.len());
    }

    #[test]
    fn a_wrong_one_is_told_what_there_is() {
        let said = |text: &str| text.parse::<Variant>().unwrap_err().to_string();
        assert!(said("second-finalize").contains("question=answer"));
        assert!(said("third-finalize=x").contains("second-finalize"));
        assert!(said("second-finalize=x").contains("conflict"));
        assert_eq!(Variant::named("x", "y"), Err(UnknownVariant::Question("x".to_owned())));
    }

    #[test]
    fn the_first_answer_is_played_until_another_is_set() {
        let mut played = Variants::default();
        for question in Variant::QUESTIONS {
            let first = Variant::named(question.name, question.answers[0].0).unwrap();
            let mut same = played;
            same.set(first);
            assert_eq!(same, played, "{}", question.name);
        }
        played.set(SecondFinalize::Conflict.into());
        assert_eq!(played.second_finalize, SecondFinalize::Conflict);
    }
}
