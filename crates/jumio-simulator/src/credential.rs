//! Credentials: what kinds there are, what was asked of one, and what was uploaded to it. No I/O, no rules of when.

use jumio_model::DocumentType;
use serde::{Deserialize, Serialize};

use crate::media::Media;

/// Which credential (vocabulary 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Category {
    Data,
    Document,
    Id,
    Selfie,
    Facemap,
}

impl Category {
    pub(crate) const ALL: [Self; 5] = [Self::Data, Self::Document, Self::Id, Self::Selfie, Self::Facemap];

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Data => "DATA",
            Self::Document => "DOCUMENT",
            Self::Id => "ID",
            Self::Selfie => "SELFIE",
            Self::Facemap => "FACEMAP",
        }
    }

    pub(crate) fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.text() == text)
    }

    /// The parts that can be uploaded by their classifier.
    // behavior: ID takes FRONT and BACK, SELFIE takes FACE, DATA takes PREPARED_DATA; FACEMAP cannot be uploaded by API | protocol 4.1, vocabulary 2 | documented
    pub(crate) fn classifiers(self) -> &'static [&'static str] {
        match self {
            Self::Data => &["PREPARED_DATA"],
            Self::Id => &["FRONT", "BACK"],
            Self::Selfie => &["FACE"],
            Self::Document | Self::Facemap => &[],
        }
    }
}

/// How a credential may be handed in (protocol 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Channels {
    pub(crate) web: bool,
    pub(crate) api: bool,
    pub(crate) sdk: bool,
}

impl Channels {
    pub(crate) const API: Self = Self { web: false, api: true, sdk: false };

    /// As in the samples: `WEB`, `API`, `SDK` in this order.
    pub(crate) fn texts(self) -> Vec<&'static str> {
        let named = [("WEB", self.web), ("API", self.api), ("SDK", self.sdk)];
        named.into_iter().filter_map(|(name, allowed)| allowed.then_some(name)).collect()
    }
}

/// `country` or `type` of a credential, as asked for (protocol 3.2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Preset {
    /// `DEFINED`, `RECOMMENDED` or `OPTIONAL`, where it was said.
    pub(crate) predefined_type: Option<String>,
    pub(crate) values: Vec<String>,
}

impl Preset {
    /// The first value, or the only one.
    pub(crate) fn first(&self) -> Option<&str> {
        self.values.first().map(String::as_str)
    }
}

/// One credential of a transaction with what was uploaded to it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Credential {
    pub(crate) id: String,
    pub(crate) category: Category,
    pub(crate) label: Option<String>,
    /// Whether the workflow cannot do without it.
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) channels: Channels,
    #[serde(default)]
    pub(crate) country: Preset,
    #[serde(default)]
    pub(crate) kind: Preset,
    pub(crate) parts: Vec<Part>,
}

impl Credential {
    pub(crate) fn size(&self) -> u64 {
        self.parts.iter().map(|part| part.size).sum()
    }

    /// Pages of all parts but the one with this classifier.
    pub(crate) fn pages_beside(&self, classifier: &str) -> u32 {
        let others = self.parts.iter().filter(|part| part.classifier != classifier);
        others.fold(0, |sum, part| sum.saturating_add(part.pages))
    }

    pub(crate) fn part(&self, classifier: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.classifier == classifier)
    }

    /// Pages that a document of this type may have.
    // behavior: a document has at most 30 images or PDF pages, a credit card and its statement 2; each page of a PDF counts | protocol 4.2 | documented
    pub(crate) fn most_pages(&self) -> u32 {
        let info = self.kind.first().and_then(|kind| DocumentType::from(kind).info());
        info.map_or(30, |info| info.max_pages)
    }

    /// The country of a single value, where one was asked for.
    pub(crate) fn country(&self) -> Option<&str> {
        self.country.first()
    }
}

/// One uploaded part. The bytes are kept elsewhere, under the credential's id and the classifier.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) id: String,
    pub(crate) classifier: String,
    pub(crate) media: Media,
    pub(crate) size: u64,
    /// So many it counts as; a picture is one.
    #[serde(default = "one")]
    pub(crate) pages: u32,
    /// Whether nobody uploaded it: the content is the simulator's own.
    #[serde(default)]
    pub(crate) made_up: bool,
}

fn one() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::{Category, Channels};

    #[test]
    fn texts_go_both_ways() {
        for category in Category::ALL {
            assert_eq!(Category::of(category.text()), Some(category));
        }
        assert_eq!(Category::of("document"), None);
        let all = Channels { web: true, api: true, sdk: true };
        assert_eq!(all.texts(), ["WEB", "API", "SDK"]);
        assert_eq!(Channels::API.texts(), ["API"]);
    }
}
