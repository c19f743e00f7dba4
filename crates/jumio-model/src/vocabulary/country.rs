//! What is known of a country beside its code: the two-letter code, and the states that an address may name.

use super::Country;
use super::generated::subdivisions::SUBDIVISIONS;

/// What the reference says of a country code (vocabulary 6). How sure: ISO 3166-1, and the same 250 codes in the web
/// client.
///
/// ```
/// assert_eq!(jumio_model::Country::DEU.info().unwrap().alpha2, Some("DE"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CountryInfo {
    /// ISO 3166-1 alpha-2, where there is one.
    pub alpha2: Option<&'static str>,
}

/// A state, province or territory of the three countries where Jumio asks for its code: Australia, Canada and the United
/// States (vocabulary 6).
///
/// This is a list to look codes up in, not a type of the wire: there `state` is a code for these three countries and any
/// text elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subdivision {
    /// The country's alpha-3 code.
    pub country: &'static str,
    /// The whole ISO 3166-2 code, `US-IL`.
    pub iso_3166_2: &'static str,
    /// The part of it that Jumio uses, `IL`. Two countries may share one.
    pub code: &'static str,
    /// The name, in English and, for Canada, in French.
    pub name: &'static str,
}

impl Subdivision {
    /// Every subdivision that the reference lists.
    pub const KNOWN: &'static [Self] = SUBDIVISIONS;

    /// The subdivision of this country with this code.
    ///
    /// ```
    /// use jumio_model::Country;
    /// use jumio_model::vocabulary::Subdivision;
    ///
    /// assert_eq!(Subdivision::find(&Country::AUS, "WA").map(|found| found.name), Some("Western Australia"));
    /// assert_eq!(Subdivision::find(&Country::USA, "WA").map(|found| found.name), Some("Washington"));
    /// ```
    pub fn find(country: &Country, code: &str) -> Option<&'static Self> {
        Self::KNOWN.iter().find(|known| known.country == country.as_str() && known.code == code)
    }
}

impl Country {
    /// The country with this ISO 3166-1 alpha-2 code, in capitals. Some risk signals take these (vocabulary 4.4).
    ///
    /// ```
    /// use jumio_model::Country;
    ///
    /// assert_eq!(Country::from_alpha2("DE"), Some(Country::DEU));
    /// assert_eq!(Country::from_alpha2("DEU"), None);
    /// ```
    pub fn from_alpha2(code: &str) -> Option<Self> {
        let has_code = |country: &Self| country.info().is_some_and(|info| info.alpha2 == Some(code));
        Self::known().map(|(country, _)| country).find(has_code)
    }

    /// Whether Jumio wants the code of a state with this country (`userLocation.state`, vocabulary 6). It is mandatory for
    /// the United States alone.
    pub fn has_subdivisions(&self) -> bool {
        Subdivision::KNOWN.iter().any(|known| known.country == self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Country, Subdivision};

    #[test]
    fn every_subdivision_belongs_to_a_country_and_is_found() {
        for known in Subdivision::KNOWN {
            let country = Country::from(known.country);
            let alpha2 = country.info().and_then(|info| info.alpha2).unwrap();
            assert_eq!(known.iso_3166_2, format!("{alpha2}-{}", known.code));
            assert_eq!(Subdivision::find(&country, known.code), Some(known));
            assert!(country.has_subdivisions());
        }
        assert!(!Country::DEU.has_subdivisions());
        assert_eq!(Subdivision::find(&Country::CAN, "WA"), None);
    }
}
