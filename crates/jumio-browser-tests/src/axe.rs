//! The accessibility rules of axe-core, run in the page. The library is a file that `cargo xtask test browser` installs.

use std::env;
use std::sync::LazyLock;

use serde_json::Value;
use thirtyfour::WebDriver;

/// Where the library is.
const VARIABLE: &str = "JUMIO_AXE_CORE";

static LIBRARY: LazyLock<String> = LazyLock::new(|| {
    let path = env::var_os(VARIABLE).unwrap_or_else(|| {
        panic!(
            "{VARIABLE} does not name axe-core's script; `cargo xtask test browser` installs it and says where it is"
        )
    });
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
});

/// All rules, best practices too; what cannot be decided by a machine is not a violation.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
        ({ violations, passes }) => done({
            passes: passes.length,
            violations: violations.map(({ id, help, nodes }) =>
                `${id}: ${help}: ${nodes.map((node) => node.html).join(' | ')}`),
        }),
        (error) => done({ passes: 0, violations: [String(error)] }),
    );";

pub(crate) async fn check(web: &WebDriver, state: &str) {
    web.execute(LIBRARY.as_str(), Vec::new()).await.expect("axe-core loads");
    let outcome = web.execute_async(RUN, Vec::new()).await.expect("axe-core runs").json().clone();
    let violations = outcome["violations"].as_array().cloned().unwrap_or_default();
    let lines: Vec<_> = violations.iter().filter_map(Value::as_str).collect();
    assert!(lines.is_empty(), "{state}: {}", lines.join("\n"));
    assert!(outcome["passes"].as_u64() > Some(5), "{state}: axe-core looked at nothing: {outcome}");
}
