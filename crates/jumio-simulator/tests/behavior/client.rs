//! A client that writes its requests by hand, and the transactions that it starts.

use std::io;

use serde_json::{Value, json};

pub(crate) use crate::wire::{PDF, Reply, exchange};

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR";
pub(crate) const JPEG: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00";

/// One request: the method, the URL or path, header lines, the body.
pub(crate) fn call(base: &str, method: &str, url: &str, headers: &[&str], body: &[u8]) -> Reply {
    try_call(base, method, url, headers, body).unwrap()
}

pub(crate) fn try_call(base: &str, method: &str, url: &str, headers: &[&str], body: &[u8]) -> io::Result<Reply> {
    let path = url.strip_prefix(base).unwrap_or(url);
    let host = base.strip_prefix("http://").unwrap_or(base);
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Acme Tests/1.0\r\n\
         Connection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for header in headers {
        request += header;
        request += "\r\n";
    }
    request += "\r\n";
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    exchange(base, &bytes)
}

/// A multipart body with one file in the field of this name; goes with [`FORM`].
pub(crate) fn form(field: &str, content: &[u8]) -> Vec<u8> {
    let mut body = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"page.bin\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--XX--\r\n");
    body
}

/// A whole PDF of so many empty pages, and of at least so many bytes. Readers find the pages from its end.
pub(crate) fn pdf_of(pages: usize, size: usize) -> Vec<u8> {
    let kids: String = (0..pages).map(|page| format!("{} 0 R ", page + 3)).collect();
    let mut objects =
        vec!["<</Type/Catalog/Pages 2 0 R>>".to_owned(), format!("<</Type/Pages/Kids[{kids}]/Count {pages}>>")];
    objects.resize(pages + 2, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_owned());
    let with = |filler: usize| {
        let mut file = format!("%PDF-1.4\n{}\n", " ".repeat(filler));
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
        for (index, object) in objects.iter().enumerate() {
            table += &format!("{:010} 00000 n \n", file.len());
            file += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
        }
        let (start, size) = (file.len(), objects.len() + 1);
        // Ten digits, so that every file ends alike.
        file += &format!("{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start:010}\n%%EOF\n");
        file.into_bytes()
    };
    let least = with(0).len();
    with(size.saturating_sub(least))
}

pub(crate) const FORM: &str = "Content-Type: multipart/form-data; boundary=XX";
pub(crate) const JSON: &str = "Content-Type: application/json";

/// The request of the quickstart, with its trailing comma removed.
pub(crate) fn order() -> Value {
    json!({
        "customerInternalReference": "transaction_1234",
        "workflowDefinition": {
            "key": 10170,
            "credentials": [{
                "category": "DOCUMENT",
                "country": { "predefinedType": "DEFINED", "values": ["USA"] },
                "type": { "predefinedType": "DEFINED", "values": ["BS"] },
            }],
        },
    })
}

/// A client that has a token and speaks bytes.
pub(crate) struct Client {
    pub(crate) base: String,
    /// The whole `Authorization` line with the access token.
    pub(crate) access: String,
}

impl Client {
    pub(crate) fn new(base: &str, id: &str, secret: &str) -> Self {
        let body = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let form = "Content-Type: application/x-www-form-urlencoded";
        let reply = call(base, "POST", "/oauth2/token", &[form], body.as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.text());
        let token = reply.json()["access_token"].as_str().unwrap().to_owned();
        Self { base: base.to_owned(), access: format!("Authorization: Bearer {token}") }
    }

    pub(crate) fn create(&self, order: &Value) -> Started {
        let reply = self.post_account(order);
        assert_eq!(reply.status, 200, "{}", reply.text());
        Started::of(&self.base, &reply.json())
    }

    pub(crate) fn post_account(&self, order: &Value) -> Reply {
        let body = order.to_string();
        let headers = [self.access.as_str(), JSON];
        call(&self.base, "POST", "/api/v1/accounts", &headers, body.as_bytes())
    }

    pub(crate) fn get(&self, url: &str) -> Reply {
        call(&self.base, "GET", url, &[&self.access], b"")
    }

    pub(crate) fn status(&self, started: &Started) -> String {
        let reply = self.get(&format!("{}/status", started.execution_url));
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["workflowExecution"]["status"].as_str().unwrap().to_owned()
    }
}

/// A transaction as its account reply tells it.
pub(crate) struct Started {
    base: String,
    pub(crate) account: String,
    pub(crate) execution: String,
    pub(crate) execution_url: String,
    pub(crate) document: String,
    pub(crate) document_url: String,
    pub(crate) prepared_url: String,
    pub(crate) web: String,
    /// The whole `Authorization` line with the transaction token.
    pub(crate) transaction: String,
}

impl Started {
    pub(crate) fn of(base: &str, reply: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let credentials = &reply["workflowExecution"]["credentials"];
        let (data, document) = (&credentials[0], &credentials[1]);
        Self {
            base: base.to_owned(),
            account: text(&reply["account"]["id"]),
            execution: text(&reply["workflowExecution"]["id"]),
            execution_url: text(&document["api"]["workflowExecution"]),
            document: text(&document["id"]),
            document_url: text(&document["api"]["parts"]["document"]),
            prepared_url: text(&data["api"]["parts"]["prepared_data"]),
            web: text(&reply["web"]["href"]),
            transaction: format!("Authorization: Bearer {}", document["api"]["token"].as_str().unwrap()),
        }
    }

    pub(crate) fn upload(&self, content: &[u8]) -> Reply {
        let headers = [self.transaction.as_str(), FORM];
        call(&self.base, "POST", &self.document_url, &headers, &form("file", content))
    }

    pub(crate) fn finalize(&self) -> Reply {
        call(&self.base, "PUT", &self.execution_url, &[&self.transaction], b"")
    }
}
