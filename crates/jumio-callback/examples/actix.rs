//! The receiver in actix-web, which is neither tower nor axum: `Receiver::receive` is all it takes. Limits of size and time are
//! actix-web's own, and are set here; so is that every refusal is the same bare 404.
//!
//! `cargo run -p jumio-callback --example actix`, then
//! `curl -i -d '{"workflowExecution":{"id":"w","status":"PROCESSED"}}' http://127.0.0.1:8080/jumio/5ecre7`.

#![allow(clippy::print_stdout, reason = "an example shows what came")]

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::{self, Bytes, Data, Path, PayloadConfig, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use async_trait::async_trait;
use jumio_callback::{Accepted, Answer, BODY_LIMIT, Knock, Notification, Receiver, Sink, SinkError};

/// Stands for the flows, or for a table of yours: it must be durable when it returns.
#[derive(Debug, Clone)]
struct Print;

#[async_trait]
impl Sink for Print {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        // A key that nobody was given; a store looks it up.
        if notification.key.as_deref() != Some("5ecre7") {
            return Ok(Accepted::NotForUs);
        }
        println!("a hint: {}", notification.identity());
        Ok(Accepted::New)
    }
}

/// `POST /jumio/{key}`.
async fn with_key(
    receiver: Data<Receiver<Print>>,
    request: HttpRequest,
    key: Path<String>,
    body: Result<Bytes, actix_web::Error>,
) -> HttpResponse {
    // A body that is too long, or did not come.
    let Ok(body) = body else { return respond(Answer::Refused) };
    let mut knock = Knock::new(&body).with_key(Some(&key));
    if let Some(peer) = request.peer_addr() {
        knock = knock.from_peer(peer.ip());
    }
    respond(receiver.receive(knock).await)
}

async fn refuse() -> HttpResponse {
    respond(Answer::Refused)
}

fn respond(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(answer.status().as_u16()).unwrap_or_default());
    if let Some(wait) = answer.retry_after() {
        response.insert_header((RETRY_AFTER, wait.as_secs()));
    }
    response.finish()
}

fn routes(config: &mut ServiceConfig) {
    config
        .app_data(Data::new(Receiver::new(Print)))
        .app_data(PayloadConfig::new(BODY_LIMIT))
        .service(web::resource("/jumio/{key}").route(web::post().to(with_key)).default_service(web::to(refuse)))
        .default_service(web::to(refuse));
}

fn main() -> std::io::Result<()> {
    actix_web::rt::System::new().block_on(async {
        HttpServer::new(|| App::new().configure(routes))
            .client_request_timeout(Duration::from_secs(5))
            .max_connections(1024)
            .bind("127.0.0.1:8080")?
            .run()
            .await
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::{self, TestRequest};

    use super::*;

    #[test]
    fn it_answers_as_the_receiver_says() {
        actix_web::rt::System::new().block_on(async {
            let app = test::init_service(App::new().configure(routes)).await;
            let body = r#"{"workflowExecution":{"id":"w"}}"#;
            let too_long = " ".repeat(BODY_LIMIT) + body;
            for (method, path, body, expected) in [
                ("POST", "/jumio/5ecre7", body, 200),
                ("POST", "/jumio/guess", body, 404),
                ("POST", "/jumio", body, 404),
                ("GET", "/jumio/5ecre7", "", 404),
                ("POST", "/jumio/5ecre7", "no json", 404),
                ("POST", "/jumio/5ecre7", too_long.as_str(), 404),
            ] {
                let method = method.parse().unwrap();
                let request = TestRequest::default().method(method).uri(path).set_payload(body.to_owned()).to_request();
                let response = test::call_service(&app, request).await;
                assert_eq!(response.status().as_u16(), expected, "{path} {}", body.len());
            }
        });
    }
}
