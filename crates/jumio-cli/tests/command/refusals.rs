//! What is refused before anything is sent.

use crate::support::Jumio;

const JOB: &str = "prove bank-statement.pdf --type BS --country USA";

#[test]
fn unknown_words_get_the_nearest_ones() {
    let jumio = Jumio::new();
    let ran = jumio.run("prove bank-statement.pdf --type BSS --country Germny --simulator");
    ran.ends(2).tells(&["`BSS` is no document type", "BS (Bank statement)", "`Germny` is no country", "DEU (Germany)"]);
    assert!(ran.stderr.lines().all(|line| line.starts_with("SIMULATED")) && ran.stdout.is_empty(), "{ran:?}");

    let object = jumio.run("prove bank-statement.pdf --type BSS --country USA --simulator --json");
    object.ends(2);
    let object = object.json();
    assert_eq!((&object["exit_code"], &object["exit"]), (&2.into(), &"bad_input".into()));
    assert!(object["what_to_do"].as_str().unwrap().contains("BS (Bank statement)"));
}

#[test]
fn every_refusal_of_every_file_is_told() {
    let jumio = Jumio::new();
    let put = |name: &str, content: &[u8]| {
        let path = jumio.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let (empty, text) = (put("empty.pdf", b""), put("text.pdf", b"no PDF at all"));
    let line = format!("prove {empty} {text} no-such.pdf --type BS --country USA --simulator");
    let ran = jumio.run(&line);
    ran.ends(2).tells(&["empty.pdf", "must not be empty", "text.pdf", "plain text", "no-such.pdf", "no such file"]);
    assert!(!jumio.database().exists(), "a refusal needs no database");

    let object = jumio.run(&format!("{line} --json")).json();
    let rules: Vec<_> =
        object["error"]["refusals"].as_array().unwrap().iter().map(|refusal| &refusal["rule"]).collect();
    assert_eq!(rules, ["not-empty", "format", "exists"]);
}

#[test]
fn a_file_that_cannot_be_counted_is_sent_with_a_warning() {
    let ran = Jumio::new().run("prove password-protected.pdf --type BS --country USA --simulator");
    ran.ends(0);
    assert!(ran.stderr.contains("warning:") && ran.stderr.contains("could not be counted"), "{}", ran.stderr);
}

#[test]
fn options_that_cannot_be_used() {
    let jumio = Jumio::new();
    for (options, words) in [
        ("", ["--simulator", "--region"]),
        ("--region mars", ["us (amer-1)", "eu (emea-1)"]),
        ("--base-url http://jumio.example.com", ["plain http", "--base-url"]),
        ("--base-url https://me:hunter2@jumio.example.com", ["user part", "--base-url"]),
        ("--simulator --token-lifetime 4m", ["tokenLifetime", "between 5m and 60d"]),
        ("--simulator --reference a/b", ["customerInternalReference", "--reference"]),
        ("--simulator --callback-url http://kyc.example.com/cb", ["callbackUrl", "polling"]),
        ("--simulator --existing-account ../1", ["--existing-account", "no id"]),
        ("--simulator --workflow a;b", ["--workflow", "10170"]),
        ("--simulator --wait soon", ["--wait", "soon"]),
        ("--simulator --prepared-data bank-statement.pdf", ["--prepared-data", "UTF-8"]),
    ] {
        for json in ["", " --json"] {
            let ran = jumio.run(&format!("{JOB} {options}{json}"));
            ran.ends(2).tells(&words);
            assert!(!ran.text().contains("hunter2"), "{ran:?}");
            if !json.is_empty() {
                assert_eq!(ran.json()["exit_code"], 2, "{ran:?}");
            }
        }
    }
}

#[test]
fn what_is_missing_for_a_real_place_is_named() {
    let jumio = Jumio::new();
    let run = |variables: &[(&str, &str)], line: &str| {
        crate::support::finish(jumio.command(line).envs(variables.iter().copied()).spawn().unwrap())
    };
    let line = format!("{JOB} --region eu");
    run(&[], &line).ends(2).tells(&["JUMIO_USER_AGENT"]);
    let agent = ("JUMIO_USER_AGENT", "Acme KYC/1.0");
    run(&[agent], &line).ends(2).tells(&["JUMIO_CLIENT_ID is not set", "--client-secret-file"]);
    let id = ("JUMIO_CLIENT_ID", "id");
    run(&[agent, id], &line).ends(2).tells(&["JUMIO_CLIENT_SECRET is not set"]);
    let secret = ("JUMIO_CLIENT_SECRET", "hunter2\n");
    let ran = run(&[agent, id, secret], &line);
    ran.ends(2).tells(&["the client secret is empty or has a line break"]);
    assert!(!ran.text().contains("hunter2"));
    run(&[agent, id], &format!("{line} --client-secret-file no-such-file")).ends(2).tells(&["no-such-file"]);
}
