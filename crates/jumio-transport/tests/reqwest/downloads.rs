//! Downloads over a real connection that breaks: whole under their name, or not there at all.

use std::path::Path;
use std::time::Duration;

use jumio_model::api::GetPart;
use jumio_model::endpoint::{BaseUrl, Site, UserAgent};
use jumio_model::{AccountId, CredentialId};
use jumio_transport::{CallError, CallOptions, Client, Retry, RetryPolicy, Transport, TransportErrorKind as Kind};
use tokio::io::AsyncWriteExt as _;

use crate::proxy::{Plan, Proxy, Then};
use crate::server::Server;
use crate::transport;

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 300000\r\n\r\n";
const LENGTH: usize = 300_000;

fn picture() -> Vec<u8> {
    (0..LENGTH).map(|at| (at % 251) as u8).collect()
}

async fn service() -> Server {
    Server::start(|mut stream, requests| async move {
        while requests.read_next(&mut stream).await {
            if stream.write_all(&[HEAD.as_bytes(), &picture()].concat()).await.is_err() {
                return;
            }
        }
    })
    .await
}

fn client(url: &str, transport: impl Transport + 'static) -> Client {
    Client::new(Site::at(BaseUrl::parse(url).unwrap(), UserAgent::new("Acme KYC/1.0").unwrap()), transport)
}

fn part() -> GetPart {
    GetPart::new(AccountId::from("a"), CredentialId::from("c"), "1")
}

fn names(folder: &Path) -> Vec<String> {
    folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_download_that_breaks_at_any_byte_leaves_nothing_and_a_second_attempt_brings_it_whole() {
    let server = service().await;
    let points = [0, 1, HEAD.len() - 1, HEAD.len(), HEAD.len() + 1, HEAD.len() + 150_000, HEAD.len() + LENGTH - 1];
    for at in points {
        for then in [Then::Close, Then::Reset] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("page.png");
            let broken_first =
                Proxy::before(
                    server.address,
                    move |number| if number == 0 { Plan::down(at, then) } else { Plan::NONE },
                );
            let proxy = broken_first.await;
            let error = client(&proxy.url(""), transport()).download(&part(), &path).await.unwrap_err();
            let CallError::Transport(error) = error else { panic!("{at} {then:?}: {error}") };
            assert_eq!(error.kind(), Kind::Interrupted, "{at} {then:?}");
            assert_eq!(names(folder.path()), [""; 0], "{at} {then:?}");

            let proxy = Proxy::before(
                server.address,
                move |number| if number == 0 { Plan::down(at, then) } else { Plan::NONE },
            )
            .await;
            let at_once = RetryPolicy::default().with_bases(Duration::ZERO, Duration::ZERO);
            let retry = Retry::new(transport()).with_policy(at_once);
            let downloaded = client(&proxy.url(""), retry).download(&part(), &path).await.unwrap();
            assert_eq!((downloaded.bytes, proxy.connections()), (LENGTH as u64, 2));
            assert!(std::fs::read(&path).unwrap() == picture(), "{at} {then:?}");
            assert_eq!(names(folder.path()), ["page.png"]);
        }
    }
}

/// Proves M4.
#[tokio::test]
async fn a_download_over_its_ceiling_leaves_nothing() {
    let server = service().await;
    let folder = tempfile::tempdir().unwrap();
    let options = CallOptions::new().with_reply_ceiling(LENGTH as u64 - 1);
    let client = client(&server.url(""), transport());
    let error = client.download_with(&part(), folder.path().join("x"), options).await.unwrap_err();
    assert!(matches!(&error, CallError::Transport(error) if error.kind() == Kind::TooLarge), "{error}");
    assert_eq!(names(folder.path()), [""; 0]);
}
