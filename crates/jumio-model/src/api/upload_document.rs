//! `POST …/credentials/{credentialId}/parts` on the api host: one page or file of a document (protocol 4.1).

use super::upload_file::file_upload;

file_upload! {
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
    UploadDocument = "upload_document", POST
        "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}/credentials/{credentialId}/parts";
}
