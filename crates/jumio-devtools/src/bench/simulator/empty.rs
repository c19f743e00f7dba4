//! The rival: an axum server with one route that does nothing.

use std::net::TcpListener;

use anyhow::Result;
use axum::Router;
use axum::routing::get;
use axum::serve::ListenerExt as _;

/// Starts it on a thread of its own, as the simulator runs, and gives its address. It ends with the process.
pub(super) fn start() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = format!("http://{}", listener.local_addr()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            // As the simulator does, so that neither waits for a fuller packet.
            let listener = listener.tap_io(|stream| {
                let _ = stream.set_nodelay(true);
            });
            let _ = axum::serve(listener, Router::new().route("/", get(async || ""))).await;
        });
    });
    Ok(address)
}
