//! From what a person types to a document type or a country, and the nearest ones where there is none.
//!
//! The lists are `jumio-model`'s. A code that they do not have is refused here: a slip of the finger would open a chargeable
//! transaction that Jumio then refuses.

use std::cmp::Ordering;

use jumio_model::{Country, DocumentType};

/// How alike two texts must be (Jaro-Winkler, 0 to 1) for one to be offered in place of the other.
const ALIKE: f64 = 0.82;
/// How many are offered.
const MOST: usize = 5;

/// A text that is in no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotListed {
    /// What was typed, and for what.
    pub(crate) message: String,
    /// The nearest ones, or where to find all.
    pub(crate) advice: String,
}

/// The document type of this code or English name, in any case.
pub(crate) fn document_type(typed: &str) -> Result<DocumentType, NotListed> {
    let known: Vec<_> = DocumentType::known()
        .filter(|(code, _)| code.info().is_some_and(|info| info.requestable))
        .map(|(code, name)| Entry { keys: vec![code.as_str().to_owned()], name, code })
        .collect();
    let all = || {
        let codes: Vec<_> = known.iter().map(|entry| format!("{} ({})", entry.code.as_str(), entry.name)).collect();
        format!("the types are: {}", codes.join(", "))
    };
    find(typed, &known).ok_or_else(|| NotListed {
        message: format!("--type: `{typed}` is no document type of Jumio's"),
        advice: near(typed, &known).unwrap_or_else(all),
    })
}

/// The country of this ISO 3166-1 code (alpha-3, alpha-2) or English name, in any case.
pub(crate) fn country(typed: &str) -> Result<Country, NotListed> {
    let known: Vec<_> = Country::known()
        .map(|(code, name)| {
            let alpha2 = code.info().and_then(|info| info.alpha2);
            let keys = [code.as_str()].into_iter().chain(alpha2).map(str::to_owned).collect();
            Entry { keys, name, code }
        })
        .collect();
    find(typed, &known).ok_or_else(|| NotListed {
        message: format!("--country: `{typed}` is no country"),
        advice: near(typed, &known).unwrap_or_else(|| {
            "use the ISO 3166-1 alpha-3 code of the issuing country, such as USA, DEU or SGP".to_owned()
        }),
    })
}

struct Entry<T> {
    code: T,
    keys: Vec<String>,
    name: &'static str,
}

fn find<T: Clone>(typed: &str, known: &[Entry<T>]) -> Option<T> {
    let wanted = plain(typed);
    let by_code = known.iter().find(|entry| entry.keys.iter().any(|key| plain(key) == wanted));
    by_code.or_else(|| known.iter().find(|entry| plain(entry.name) == wanted)).map(|entry| entry.code.clone())
}

fn near<T: Clone + AsRefStr>(typed: &str, known: &[Entry<T>]) -> Option<String> {
    let wanted = plain(typed);
    let mut ranked: Vec<(f64, &Entry<T>)> = known
        .iter()
        .map(|entry| (likeness(&wanted, entry), entry))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    ranked.sort_by(|(a, _), (b, _)| b.partial_cmp(a).unwrap_or(Ordering::Equal));
    let nearest: Vec<_> =
        ranked.iter().take(MOST).map(|(_, entry)| format!("{} ({})", entry.code.text(), entry.name)).collect();
    (!nearest.is_empty()).then(|| format!("did you mean {}?", nearest.join(", ")))
}

fn likeness<T>(wanted: &str, entry: &Entry<T>) -> f64 {
    let name = plain(entry.name);
    let by_name = strsim::jaro_winkler(wanted, &name);
    // A word of the name: "korea", "statement".
    let by_word = name
        .split(' ')
        .filter(|word| word.len() > 3)
        .map(|word| 0.99 * strsim::jaro_winkler(wanted, word))
        .fold(0.0, f64::max);
    let by_key = entry.keys.iter().map(|key| match strsim::osa_distance(wanted, &plain(key)) {
        0 => 1.0,
        1 if wanted.len() > 1 => 0.9,
        _ => 0.0,
    });
    by_key.fold(by_name.max(by_word), f64::max)
}

/// Lower case, and every run of anything but letters and digits as one blank.
fn plain(text: &str) -> String {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join(" ")
}

/// A code as text.
trait AsRefStr {
    fn text(&self) -> &str;
}

impl AsRefStr for Country {
    fn text(&self) -> &str {
        self.as_str()
    }
}

impl AsRefStr for DocumentType {
    fn text(&self) -> &str {
        self.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::{country, document_type};

    #[test]
    fn codes_and_names_in_any_case() {
        for typed in ["BS", "bs", " Bank statement ", "bank-statement"] {
            assert_eq!(document_type(typed).unwrap().as_str(), "BS", "{typed}");
        }
        for (typed, code) in
            [("usa", "USA"), ("us", "USA"), ("DE", "DEU"), ("Germany", "DEU"), ("åland islands", "ALA")]
        {
            assert_eq!(country(typed).unwrap().as_str(), code, "{typed}");
        }
    }

    #[test]
    fn every_code_and_every_name_finds_itself() {
        for (code, name) in jumio_model::Country::known() {
            assert_eq!(country(code.as_str()).unwrap(), code);
            assert_eq!(country(name).unwrap(), code, "{name}");
        }
        for (code, name) in jumio_model::DocumentType::known().filter(|(code, _)| code.as_str() != "OTHER") {
            assert_eq!(document_type(code.as_str()).unwrap(), code);
            assert_eq!(document_type(name).unwrap(), code, "{name}");
        }
    }

    #[test]
    fn the_nearest_are_offered() {
        for (typed, expected) in
            [("BSS", "BS (Bank statement)"), ("bank statment", "BS (Bank statement)"), ("utility", "UB (")]
        {
            let error = document_type(typed).unwrap_err();
            assert!(error.message.contains(typed) && error.advice.contains(expected), "{typed}: {}", error.advice);
        }
        for (typed, expected) in [("UAS", "USA ("), ("Germny", "DEU ("), ("korea", "KOR ("), ("Untied States", "USA (")]
        {
            let error = country(typed).unwrap_err();
            assert!(error.advice.contains(expected), "{typed}: {}", error.advice);
        }
    }

    #[test]
    fn what_resembles_nothing_gets_the_list_or_the_rule() {
        assert!(document_type("qqqqqqqq").unwrap_err().advice.contains("WWCC (Working with children check)"));
        assert!(country("qqqqqqqq").unwrap_err().advice.contains("alpha-3"));
        // A marker that cannot be asked for.
        assert!(document_type("OTHER").is_err());
        assert!(document_type("").is_err() && country("").is_err());
    }
}
