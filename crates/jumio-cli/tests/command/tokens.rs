//! An access token lasts for more than one command.

use crate::support::{Jumio, simulator};

const JOB: &str = "prove bank-statement.pdf --type BS --country USA --again";

#[test]
fn commands_share_a_token_unless_told_otherwise() {
    let simulator = simulator(|builder| builder);
    let jumio = Jumio::new();
    let tokens = || simulator.requests().of("token").count();
    for expected in [1, 1, 1] {
        jumio.run_at(&simulator, JOB).ends(0);
        assert_eq!(tokens(), expected);
    }
    jumio.run_at(&simulator, &format!("{JOB} --no-token-file")).ends(0);
    assert_eq!(tokens(), 2);

    let folder = jumio.folder.path().join("flows.db.tokens");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        for file in std::fs::read_dir(&folder).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }
    // A broken file costs a call and nothing more.
    for file in std::fs::read_dir(&folder).unwrap() {
        std::fs::write(file.unwrap().path(), "broken").unwrap();
    }
    jumio.run_at(&simulator, JOB).ends(0);
    assert_eq!(tokens(), 3);

    let other = Jumio::new();
    other.run("prove bank-statement.pdf --type BS --country USA --simulator").ends(0);
    assert!(!other.folder.path().join("flows.db.tokens").exists(), "the built-in simulator's token is of no use");
}
