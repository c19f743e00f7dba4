//! What is read: the retrieval that the Doc Proof quickstart prints, and two of an ID verification, made up here in the
//! shape that is documented (protocol 7.2 to 7.5), about nobody.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

/// A reply to read.
pub(super) struct Document {
    pub(super) name: &'static str,
    pub(super) text: Vec<u8>,
}

impl Document {
    pub(super) fn all() -> Result<Vec<Self>> {
        let quickstart = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/documented/get_details/reply.json");
        let text = std::fs::read(&quickstart).context("cannot read the quickstart's retrieval")?;
        Ok(vec![
            Self { name: "quickstart", text },
            Self { name: "id-6k", text: id_verification(1) },
            Self { name: "id-20k", text: id_verification(4) },
        ])
    }

    pub(super) fn named(name: &str) -> Result<Self> {
        match Self::all()?.into_iter().find(|document| document.name == name) {
            Some(document) => Ok(document),
            None => bail!("no document is called {name:?}"),
        }
    }
}

fn id(of: usize) -> String {
    format!("{of:08}-1111-4111-8111-{of:012}")
}

/// One run of a capability on these credentials.
fn run(of: usize, categories: &[&str], label: &str, data: Option<Value>) -> Value {
    let credentials: Vec<Value> =
        categories.iter().enumerate().map(|(at, category)| json!({"id": id(at + 1), "category": category})).collect();
    let mut run = json!({
        "id": id(of),
        "credentials": credentials,
        "decision": {"type": "PASSED", "details": {"label": label}},
    });
    if let (Some(data), Some(members)) = (data, run.as_object_mut()) {
        members.insert("data".to_owned(), data);
    }
    run
}

fn extracted(of: usize) -> Value {
    json!({
        "type": "DRIVING_LICENSE",
        "subType": "REGULAR_DRIVING_LICENSE",
        "issuingCountry": "USA",
        "firstName": "JANE",
        "lastName": format!("DOE{of}"),
        "dateOfBirth": "1990-01-31",
        "expiryDate": "2031-01-31",
        "issuingDate": "2021-01-31",
        "documentNumber": "EXAMPLE123456",
        "state": "IL",
        "placeOfBirth": "SPRINGFIELD",
        "nationality": "USA",
        "currentAge": "35",
        "personalNumber": "EXAMPLE-PERSONAL-NUMBER-1",
        "issuingAuthority": "EXAMPLE DEPARTMENT OF MOTOR VEHICLES",
        "issuingPlace": "SPRINGFIELD, ILLINOIS",
        "dateOfBirthParts": {"year": "1990", "month": "01", "day": "31"},
        "expiryDateParts": {"year": "2031", "month": "01", "day": "31"},
        "issuingDateParts": {"year": "2021", "month": "01", "day": "31"},
        "fathersName": "JOHN EXAMPLE DOE",
        "mothersName": "JOAN EXAMPLE DOE",
        "remarks": "EXAMPLE REMARKS AS PRINTED ON THE BACK OF THE CARD",
        "documentIdentificationNumber": "EXAMPLE-DOCUMENT-IDENTIFICATION-NUMBER",
        "gender": "F",
        "address": {
            "line1": "1 EXAMPLE STREET",
            "city": "SPRINGFIELD",
            "subdivision": "IL",
            "postalCode": "62701",
            "country": "USA",
            "formattedAddress": "1 EXAMPLE STREET, SPRINGFIELD, IL 62701, USA"
        }
    })
}

/// A retrieval of an ID verification in which each capability ran `runs` times.
fn id_verification(runs: usize) -> Vec<u8> {
    let base = format!("https://retrieval.amer-1.jumio.ai/api/v1/accounts/{}", id(90));
    let part = |credential: usize, classifier: &str| {
        json!({
            "classifier": classifier,
            "href": format!("{base}/credentials/{}/parts/{classifier}", id(credential)),
        })
    };
    let mut credentials = Vec::new();
    for of in 0..runs {
        credentials.push(json!({
            "id": id(of * 3 + 1), "category": "ID",
            "parts": [part(of * 3 + 1, "FRONT"), part(of * 3 + 1, "BACK")],
        }));
        credentials.push(json!({
            "id": id(of * 3 + 2), "category": "SELFIE",
            "parts": [part(of * 3 + 2, "FACE"), part(of * 3 + 2, "LIVENESS_1"), part(of * 3 + 2, "LIVENESS_2"),
                part(of * 3 + 2, "LIVENESS_3")],
        }));
        credentials.push(json!({
            "id": id(of * 3 + 3), "category": "FACEMAP",
            "parts": [part(of * 3 + 3, "FACEMAP"), part(of * 3 + 3, "LIVENESS_1")],
        }));
    }
    let all = ["ID", "SELFIE", "FACEMAP"];
    let each = |make: &dyn Fn(usize) -> Value| -> Value { (0..runs).map(make).collect() };
    let capabilities = json!({
        "usability": each(&|of| run(of * 10 + 1, &all, "OK", None)),
        "imageChecks": each(&|of| run(of * 10 + 2, &all, "OK", Some(json!({
            "faceSearchFindings": {"status": "DONE", "findings": []}
        })))),
        "extraction": each(&|of| run(of * 10 + 3, &["ID"], "OK", Some(extracted(of)))),
        "dataChecks": each(&|of| run(of * 10 + 4, &["ID"], "OK", None)),
        "similarity": each(&|of| run(of * 10 + 5, &["ID", "SELFIE"], "MATCH", Some(json!({"similarity": "MATCH"})))),
        "liveness": each(&|of| run(of * 10 + 6, &["ID", "SELFIE", "FACEMAP"], "OK", Some(json!({
            "type": "IPROOV_STANDARD", "predictedAge": 33, "ageConfidenceRange": "TRUE"
        })))),
        "watchlistScreening": each(&|of| run(of * 10 + 7, &["ID"], "OK", Some(json!({
            "searchId": "1234567890", "searchDate": "2025-01-02T03:04:05.000Z", "searchResults": 0,
            "searchReference": "1735787045-EXAMPLE",
            "searchResultUrl": "https://app.example.com/public/search/1735787045-EXAMPLE/1a2b3c4d5e6f",
            "searchStatus": "SUCCESS"
        })))),
    });
    let details = json!({
        "workflow": {
            "id": id(91), "status": "PROCESSED", "definitionKey": "10013",
            "userReference": "user-1", "customerInternalReference": "transaction-1234",
        },
        "account": {"id": id(90)},
        "createdAt": "2025-01-02T03:04:05.678Z",
        "startedAt": "2025-01-02T03:04:07.678Z",
        "completedAt": "2025-01-02T03:05:05.678Z",
        "credentials": credentials,
        "decision": {"type": "PASSED", "details": {"label": "PASSED"}, "risk": {"score": 12.5}},
        "steps": {"href": format!("{base}/workflow-executions/{}/steps", id(91))},
        "capabilities": capabilities,
    });
    details.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use jumio_model::{Raw, WorkflowDetails};

    use super::Document;

    #[test]
    fn the_documents_are_of_the_sizes_they_are_called_by_and_understood() {
        for (document, (least, most)) in
            Document::all().unwrap().iter().zip([(500, 2_000), (5_500, 6_500), (19_000, 21_000)])
        {
            let size = document.text.len();
            assert!((least..=most).contains(&size), "{}: {size} bytes", document.name);
            let details: Raw<WorkflowDetails> = jumio_model::from_slice(&document.text).unwrap();
            assert_eq!(details.unknowns(), [], "{}", document.name);
        }
    }
}
