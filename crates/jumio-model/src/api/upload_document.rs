//! `POST …/credentials/{credentialId}/parts` on the api host: one page or file of a document (protocol 4.1).

#[cfg(feature = "endpoint")]
pub use with_endpoint::UploadDocument;

#[cfg(feature = "endpoint")]
mod with_endpoint {
    use crate::endpoint::{Access, Boundary, Content, Endpoint, FilePart, Repeat, Role, Target};
    use crate::{Raw, TransactionToken, UploadReply};

    /// Adds one file to the document (protocol 4.1, 4.2). Never to be sent again in doubt: a second copy may become a
    /// second page (protocol 9.4).
    ///
    /// Goes to the URL that the account reply names (`parts.document`), verbatim. It has no classifier, and PUT there
    /// is answered with 405 (seen). One file per call; repeated calls for several pages are implied by the numbered
    /// parts of the details and shown in no sample. Limits differ by page; the newest are 15 MB in total and 30 images
    /// or PDF pages, 2 for a credit card.
    ///
    /// ```
    /// use jumio_model::api::UploadDocument;
    /// use jumio_model::endpoint::{Boundary, FilePart, Segment};
    /// use jumio_model::{Media, TransactionToken};
    ///
    /// let file = FilePart::new(Segment::Bytes("%PDF-".into()), Media::Pdf);
    /// let token = TransactionToken::new("TRANSACTION_TOKEN");
    /// let boundary = Boundary::new([7; 16]); // random bytes, in earnest
    /// let call = UploadDocument::new("https://api.emea-1.jumio.ai/x/parts", token, file, boundary);
    /// ```
    #[derive(Debug, Clone)]
    #[non_exhaustive]
    pub struct UploadDocument {
        href: String,
        token: TransactionToken,
        file: FilePart,
        boundary: Boundary,
    }

    impl UploadDocument {
        /// The call: the part URL and token of the DOCUMENT credential, the file, and a random boundary.
        pub fn new(href: impl Into<String>, token: TransactionToken, file: FilePart, boundary: Boundary) -> Self {
            Self { href: href.into(), token, file, boundary }
        }
    }

    impl Endpoint for UploadDocument {
        const NAME: &'static str = "upload_document";
        const METHOD: http::Method = http::Method::POST;
        const PATH: &'static str =
            "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}/credentials/{credentialId}/parts";
        const ROLE: Role = Role::Api;
        const ACCESS: Access = Access::TransactionToken;
        const REPEAT: Repeat = Repeat::Once;
        type Reply = Raw<UploadReply>;

        fn target(&self) -> Target<'_> {
            Target::Href(&self.href)
        }

        fn body(&self) -> Result<Option<Content>, crate::InvalidRequest> {
            self.file.to_form(&self.boundary).map(Some)
        }

        fn transaction_token(&self) -> Option<&TransactionToken> {
            Some(&self.token)
        }

        fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
            crate::api::upload::decode_or_empty(body)
        }
    }
}
