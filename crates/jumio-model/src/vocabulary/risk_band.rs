//! What a risk score means by Jumio's default bands.

/// The band of a risk score, by the default bands (protocol 7.4, vocabulary 5): 0–30, 31–70, 71–100, and -1. How sure:
/// documented.
///
/// A tenant can move the bands, and the decision need not follow them (a single rejected capability was seen to give
/// `REJECTED` with 80). So this says how to read a number, and never what was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RiskBand {
    /// -1: nothing ran.
    NotExecuted,
    /// 0 to 30.
    Passed,
    /// Above 30, to 70.
    Warning,
    /// Above 70, to 100.
    Rejected,
}

impl RiskBand {
    /// The band of this score; `None` for a number that no source knows as a score.
    ///
    /// The bands are printed in whole numbers and scores have fractions. Chosen: what lies between two bands counts as
    /// the graver.
    ///
    /// ```
    /// use jumio_model::vocabulary::RiskBand;
    ///
    /// assert_eq!(RiskBand::of(30.0), Some(RiskBand::Passed));
    /// assert_eq!(RiskBand::of(30.5), Some(RiskBand::Warning));
    /// assert_eq!(RiskBand::of(-1.0), Some(RiskBand::NotExecuted));
    /// assert_eq!(RiskBand::of(101.0), None);
    /// ```
    #[must_use]
    pub fn of(score: f64) -> Option<Self> {
        if score == -1.0 {
            return Some(Self::NotExecuted);
        }
        if !(0.0..=100.0).contains(&score) {
            return None;
        }
        Some(match score {
            score if score <= 30.0 => Self::Passed,
            score if score <= 70.0 => Self::Warning,
            _ => Self::Rejected,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::RiskBand;

    #[test]
    fn bands_meet_without_a_gap() {
        let cases = [
            (-0.0, Some(RiskBand::Passed)),
            (0.0, Some(RiskBand::Passed)),
            (31.0, Some(RiskBand::Warning)),
            (70.0, Some(RiskBand::Warning)),
            (70.01, Some(RiskBand::Rejected)),
            (100.0, Some(RiskBand::Rejected)),
            (-0.5, None),
            (-2.0, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ];
        for (score, band) in cases {
            assert_eq!(RiskBand::of(score), band, "{score}");
        }
    }
}
