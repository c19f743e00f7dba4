//! The hosted page's texts, one JSON file for each language, and which language a locale gets.

use std::sync::LazyLock;

use serde_json::Value;

static ENGLISH: LazyLock<Value> = LazyLock::new(|| parse(include_str!("texts/en.json")));
static GERMAN: LazyLock<Value> = LazyLock::new(|| parse(include_str!("texts/de.json")));
static ARABIC: LazyLock<Value> = LazyLock::new(|| parse(include_str!("texts/ar.json")));

/// A language that the page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
    Arabic,
}

impl Language {
    /// The language of a locale such as `de`, `de-AT` or `de_AT`; English for all that the page does not speak and where
    /// there is none.
    // behavior: locale takes - or _ as separator, `en` is the default | protocol 10.5 | documented
    // behavior: the page speaks English, German and Arabic; any other locale gets English | protocol 10.5 | chosen
    pub(crate) fn of(locale: Option<&str>) -> Self {
        let language = locale.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "de" => Self::German,
            "ar" => Self::Arabic,
            _ => Self::English,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Arabic => "ar",
        }
    }

    pub(crate) fn texts(self) -> &'static Value {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
            Self::Arabic => &ARABIC,
        }
    }
}

/// The files are part of the program and a test reads each.
fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jumio_model::DocumentType;
    use serde_json::Value;

    use super::Language;

    /// Each text's path with the values that it takes.
    fn shape(value: &Value, path: &str, into: &mut BTreeMap<String, Vec<String>>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    shape(value, &format!("{path}/{name}"), into);
                }
            }
            Value::String(text) => {
                assert!(!text.is_empty(), "{path}");
                let mut values: Vec<_> =
                    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect();
                values.sort();
                into.insert(path.to_owned(), values);
            }
            other => panic!("{path}: {other}"),
        }
    }

    #[test]
    fn every_language_says_everything() {
        let shapes = [Language::English, Language::German, Language::Arabic].map(|language| {
            let mut texts = BTreeMap::new();
            shape(language.texts(), "", &mut texts);
            texts
        });
        assert!(shapes[0].len() > 60, "{}", shapes[0].len());
        assert_eq!(shapes[0], shapes[1]);
        assert_eq!(shapes[0], shapes[2]);
    }

    #[test]
    fn every_document_type_has_a_name() {
        for (kind, name) in DocumentType::known().filter(|(kind, _)| kind.info().is_some_and(|info| info.requestable)) {
            assert_eq!(Language::English.texts()["document_types"][kind.as_str()], name);
        }
    }

    #[test]
    fn locales_find_their_language() {
        let expected = [("de", "de"), ("DE_at", "de"), ("ar-EG", "ar"), ("en-GB", "en"), ("fr", "en"), ("", "en")];
        for (locale, language) in expected {
            assert_eq!(Language::of(Some(locale)).code(), language, "{locale}");
        }
        assert_eq!(Language::of(None), Language::English);
        assert_eq!(Language::Arabic.texts()["direction"], "rtl");
    }
}
