//! How much one document may be: the numbers of protocol 4.2, and which of them holds where sources differ.

/// The limits that [`inspect`](fn@super::inspect) enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// All files together, in bytes.
    pub(crate) max_total_bytes: u64,
    /// Images and PDF pages together.
    pub(crate) max_pages: u32,
    /// The longest side of an image must be *over* this many pixels.
    pub(crate) longest_side_over: u32,
    /// No side of an image may be over this many pixels.
    pub(crate) max_side: u32,
}

impl Limits {
    /// The limits for a document type by its code (vocabulary 3.1), such as `BS`.
    pub(crate) fn for_document_type(code: &str) -> Self {
        Self {
            // Pages of different age say 5, 10 and 15 MB; the newest say 15. "15 MB" can be read as
            // 15 000 000 or as 15 728 640 bytes. The one exact number that Jumio itself uses is the default
            // of its Web SDK, between the two, so that is what is refused here.
            max_total_bytes: 15_485_760,
            // One source gives the two pages to credit cards, another to credit card statements (vocabulary
            // lists CC with 2 and CCS with 30 and marks the conflict). The stricter reading holds for both:
            // a refusal here costs nothing, a started transaction that Jumio refuses is charged.
            max_pages: match code {
                "CC" | "CCS" => 2,
                _ => 30,
            },
            longest_side_over: 300,
            max_side: 8000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_cards_and_their_statements_have_two_pages_and_all_else_thirty() {
        for (code, pages) in [("BS", 30), ("CC", 2), ("CCS", 2), ("CCX", 30), ("UB", 30)] {
            assert_eq!(Limits::for_document_type(code).max_pages, pages, "{code}");
        }
    }
}
