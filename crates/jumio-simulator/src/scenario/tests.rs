//! What scenario files say, and what is said of wrong ones.

use super::Scenario;

fn said(text: &str) -> String {
    Scenario::parse("s.toml", text).unwrap_err().to_string()
}

#[test]
fn each_mistake_is_named_with_its_line_and_key() {
    for (text, expected) in [
        ("about = 1", "s.toml, line 1: about: must be a string"),
        ("about = \"x\"\n= 2", "s.toml, line 2: "),
        ("\n[outcom]", "s.toml, line 2: outcom: is unknown here; there are about, callbacks, fault, outcome, reply, "),
        ("[outcome]\ndecision = \"MAYBE\"", "line 2: outcome.decision: must be one of PASSED, WARNING"),
        (
            "[outcome.labels]\nusability = \"BLURED\"",
            "line 2: outcome.labels.usability: no decision is known for BLURED",
        ),
        ("[outcome.labels]\nusability = { PASSPORT = \"OK\" }", "outcome.labels.usability.PASSPORT: is no credential"),
        ("[outcome.labels]\nusability = 7", "outcome.labels.usability: must be a table"),
        ("[timing]\nprocessing = 5", "line 2: timing.processing: must be a string"),
        ("[timing]\nprocessing = \"5\"", "line 2: timing.processing: write a whole number and one of ms"),
        ("[variants]\nsecond-finalize = \"x\"", "line 2: variants.second-finalize: second-finalize has no answer"),
        ("[variants]\nthird = \"x\"", "line 2: variants.third: there is no open question"),
        ("[workflow.20001]\ncredentials = [\"PAPER\"]", "workflow.20001.credentials: PAPER is no credential"),
        ("[workflow.20001]\ncapabilities = []", "line 1: workflow.20001.credentials: at least one"),
        ("[reply.get_part]\nwith = {}", "line 1: reply.get_part: is no call with a JSON reply"),
        ("[reply.get_details]\nwithout = [1]", "line 2: reply.get_details.without: must be a list of strings"),
        ("[[fault]]\nkind = \"reset_after\"", "line 1: fault[0]: missing field `endpoint`"),
        (
            "[[fault]]\nendpoint = \"token\"\nkind = \"x\"",
            "line 3: fault[0].kind: unknown variant `x`, expected one of",
        ),
        (
            "[[fault]]\nendpoint = \"token\"\n\n[fault.kind.failure]\nstatus = \"x\"",
            "line 5: fault[0].kind.failure.status: invalid type: string \"x\"",
        ),
        ("[callbacks]\ntimes = -1", "line 2: callbacks.times: invalid value: integer `-1`"),
        ("[callbacks]\n\nhow = 1", "line 3: callbacks.how: unknown field `how`, expected one of"),
        ("[callbacks]\ndelay = \"5\"", "line 2: callbacks.delay: \"5\": write a whole number"),
        ("[when]\nworkflow = 10026", "line 2: when.workflow: must be a string"),
    ] {
        let said = said(text);
        assert!(said.contains(expected), "{text:?}: {said}");
    }
}

#[test]
fn every_form_of_a_label_is_read() {
    let scenario = Scenario::parse(
        "labels",
        r#"
        [outcome.labels]
        usability = { ID = "BLURRED", SELFIE = { label = "HOUSE", decision = "WARNING" } }
        liveness = { label = "OWN", decision = "REJECTED" }
        similarity = "NO_MATCH"
        "#,
    )
    .unwrap();
    let read: Vec<_> = scenario
        .plan
        .verdicts
        .iter()
        .map(|verdict| (verdict.capability.as_str(), verdict.label.as_str(), verdict.decision.as_str()))
        .collect();
    let expected = [
        ("liveness", "OWN", "REJECTED"),
        ("similarity", "NO_MATCH", "REJECTED"),
        ("usability", "BLURRED", "REJECTED"),
        ("usability", "HOUSE", "WARNING"),
    ];
    assert_eq!(read, expected);
}
