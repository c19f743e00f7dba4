//! One token for several sources, whatever state the store is in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use super::{MemoryTokenStore, Shelf, StoredToken, TokenKey, TokenStore};
use crate::AccessToken;

fn key() -> TokenKey {
    TokenKey::new("https://auth.emea-1.jumio.ai", "id")
}

/// Gets a token through the shelf; says its text and how often it was fetched.
async fn get(shelf: &Shelf) -> (AccessToken, usize) {
    let calls = AtomicUsize::new(0);
    let token = shelf
        .get(&key(), || async {
            calls.fetch_add(1, Ordering::SeqCst);
            AccessToken::new("fetched", Some(3600))
        })
        .await;
    (token.unwrap(), calls.into_inner())
}

async fn put(store: &impl TokenStore, token: &str, age: Duration) {
    let stored = StoredToken::new(token, Duration::from_secs(3600), SystemTime::now() - age);
    store.open(&key()).await.unwrap().save(&stored).await.unwrap();
}

#[tokio::test]
async fn what_is_kept_is_used_while_it_is_worth_it() {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    for (age, kept) in [(minutes(0), true), (minutes(30), true), (minutes(53), false), (minutes(61), false)] {
        let store = MemoryTokenStore::new();
        put(&store, "kept", age).await;
        let (token, calls) = get(&Shelf::new(store)).await;
        assert_eq!((token.expose() == "kept", calls == 0), (kept, kept), "{age:?}");
        assert!(!kept || token.age() >= age);
    }
    // Fetched in what is the future by now: the clock was set back.
    let store = MemoryTokenStore::new();
    let stored = StoredToken::new("kept", minutes(60), SystemTime::now() + minutes(5));
    store.open(&key()).await.unwrap().save(&stored).await.unwrap();
    assert_eq!(get(&Shelf::new(store)).await.1, 1);
}

#[tokio::test]
async fn a_refused_token_is_not_taken_again_and_is_replaced() {
    let store = MemoryTokenStore::new();
    put(&store, "refused", Duration::from_secs(60)).await;
    let shelf = Shelf::new(store.clone());
    shelf.refuse(&AccessToken::new("refused", None).unwrap());
    assert_eq!(get(&shelf).await.0.expose(), "fetched");
    assert_eq!(get(&Shelf::new(store)).await.1, 0, "the others find the new one");
}

#[tokio::test]
async fn one_fetches_and_the_others_find_it() {
    let store = MemoryTokenStore::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (store, calls) = (store.clone(), Arc::clone(&calls));
        all.spawn(async move {
            let fetch = || async {
                calls.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                AccessToken::new("one-for-all", Some(3600))
            };
            Shelf::new(store).get(&key(), fetch).await.unwrap().expose().to_owned()
        });
    }
    assert!(all.join_all().await.iter().all(|token| token == "one-for-all"));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

/// A source that hangs in its fetch keeps its place, and the others fetch their own.
#[tokio::test(start_paused = true)]
async fn a_place_that_is_held_for_ever_costs_a_call_and_no_more() {
    let store = MemoryTokenStore::new();
    let _held = store.open(&key()).await.unwrap();
    let start = tokio::time::Instant::now();
    assert_eq!(get(&Shelf::new(store)).await.1, 1);
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}

#[test]
fn outside_a_runtime_nobody_waits_for_a_place() {
    use futures_util::FutureExt as _;

    let store = MemoryTokenStore::new();
    let held = store.open(&key()).now_or_never().unwrap().unwrap();
    assert!(store.open(&key()).now_or_never().unwrap().is_err());
    drop(held);
    assert!(store.open(&key()).now_or_never().unwrap().is_ok());
}

/// A store of one's own may be on another machine, which says what it likes.
#[tokio::test]
async fn what_a_store_says_is_one_line_of_the_log() {
    struct Liar;
    #[async_trait::async_trait]
    impl TokenStore for Liar {
        async fn open(
            &self,
            _: &TokenKey,
        ) -> Result<Box<dyn super::TokenSlot>, Box<dyn std::error::Error + Send + Sync>> {
            Err(format!("away\r\n INFO all is well\u{1b}[2J\u{202e}{}", "x".repeat(5_000)).into())
        }
    }
    #[derive(Clone, Default)]
    struct Log(Arc<std::sync::Mutex<Vec<u8>>>);
    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    // With one listener alone, what a thread without it logs first is taken to interest nobody, for good.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let logged = tracing::subscriber::set_default(subscriber);
    assert_eq!(get(&Shelf::new(Liar)).await.1, 1);
    drop(logged);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.lines().count() == 1 && text.contains("all is well") && text.len() < 1_000, "{text}");
    assert!(!text.trim_end().contains(|c: char| c.is_control() || c == '\u{202e}'), "{text}");
}

#[cfg(feature = "file-store")]
mod file {
    use std::fs;

    use super::*;
    use crate::FileTokenStore;

    fn path(folder: &std::path::Path, extension: &str) -> std::path::PathBuf {
        let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.find(|path| path.extension().is_some_and(|found| found == extension)).unwrap()
    }

    #[tokio::test]
    async fn it_outlives_the_process_and_only_its_owner_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileTokenStore::new(folder.path().join("tokens"));
        put(&store, "kept", Duration::from_secs(60)).await;
        let (token, calls) = get(&Shelf::new(FileTokenStore::new(folder.path().join("tokens")))).await;
        assert_eq!((token.expose(), calls), ("kept", 0));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;

            let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            let tokens = folder.path().join("tokens");
            assert_eq!((mode(&tokens), mode(&path(&tokens, "json"))), (0o700, 0o600));
            fs::set_permissions(path(&tokens, "json"), fs::Permissions::from_mode(0o640)).unwrap();
            assert_eq!(get(&Shelf::new(store)).await.1, 1, "others could read it");
            assert_eq!(mode(&path(&tokens, "json")), 0o600, "what replaced it is private again");
        }
    }

    #[tokio::test]
    async fn what_is_broken_or_foreign_is_ignored_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let store = FileTokenStore::new(folder.path());
        put(&store, "kept", Duration::ZERO).await;
        let path = path(folder.path(), "json");
        let good = fs::read_to_string(&path).unwrap();
        for broken in [
            String::new(),
            "{".to_owned(),
            "[]".to_owned(),
            "\0".repeat(70_000),
            good.replace("\"version\":1", "\"version\":2"),
            good.replace("emea-1", "amer-1"),
            good.replace("\"kept\"", "\"a\\nb\""),
            good.replace("3600", "-1"),
        ] {
            assert_ne!(broken, good);
            fs::write(&path, &broken).unwrap();
            let (token, calls) = get(&Shelf::new(store.clone())).await;
            assert_eq!((token.expose(), calls), ("fetched", 1), "{broken:.80}");
            assert_eq!(get(&Shelf::new(store.clone())).await.1, 0);
        }
    }

    /// Opening one waits for its other end, so each of the places is asked first.
    #[cfg(unix)]
    #[tokio::test]
    async fn a_pipe_in_the_place_of_a_file_hangs_nobody() {
        for extension in ["json", "lock"] {
            let folder = tempfile::tempdir().unwrap();
            let store = FileTokenStore::new(folder.path());
            put(&store, "kept", Duration::ZERO).await;
            let path = path(folder.path(), extension);
            fs::remove_file(&path).unwrap();
            assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
            let (token, calls) = get(&Shelf::new(store)).await;
            assert_eq!((token.expose(), calls), ("fetched", 1), "{extension}");
        }
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_costs_a_call_and_no_more() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (token, calls) = get(&Shelf::new(FileTokenStore::new(file.path().join("below a file")))).await;
        assert_eq!((token.expose(), calls), ("fetched", 1));
    }

    /// The other side of [`processes_share_one_token`]: fetches through the store, and notes each call it really makes.
    #[tokio::test]
    async fn child() {
        let Some(folder) = std::env::var_os("JUMIO_AUTH_TEST_FOLDER") else { return };
        let folder = std::path::PathBuf::from(folder);
        let fetch = || async {
            let id = std::process::id();
            fs::write(folder.join(format!("call-{id}")), "").unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
            AccessToken::new(&format!("by-{id}"), Some(3600))
        };
        let token = Shelf::new(FileTokenStore::new(folder.join("tokens"))).get(&key(), fetch).await.unwrap();
        fs::write(folder.join(format!("got-{}", std::process::id())), token.expose()).unwrap();
    }

    #[test]
    fn processes_share_one_token() {
        let folder = tempfile::tempdir().unwrap();
        let mut children: Vec<_> = (0..8)
            .map(|_| {
                std::process::Command::new(std::env::current_exe().unwrap())
                    .args(["--exact", "store::tests::file::child"])
                    .env("JUMIO_AUTH_TEST_FOLDER", folder.path())
                    .stdout(std::process::Stdio::null())
                    .spawn()
                    .unwrap()
            })
            .collect();
        assert!(children.iter_mut().all(|child| child.wait().unwrap().success()));
        let named = |start: &str| {
            let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
            names.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(start)).collect::<Vec<_>>()
        };
        let tokens: std::collections::BTreeSet<String> =
            named("got-").iter().map(|path| fs::read_to_string(path).unwrap()).collect();
        assert_eq!((named("got-").len(), tokens.len(), named("call-").len()), (8, 1, 1));
    }
}
