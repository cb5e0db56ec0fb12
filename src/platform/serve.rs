//! The server around the methods: request ids, one log line a request, time limits, panics that become a plain 500,
//! and the accept loop with its bound on connections and its graceful end. It knows no method.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;

use crate::platform::core::Platform;
use crate::platform::error::{PlatformError, Refusal};
use crate::platform::routes::{self, SeenCaller, SeenRefusal};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// All methods with everything around them; works without a socket too.
pub fn app(platform: Arc<Platform>) -> Router {
    routes::router(Arc::clone(&platform))
        .layer(CatchPanicLayer::custom(
            |_panic: Box<dyn std::any::Any + Send>| {
                Refusal::Broken("a method panicked".to_owned()).into_response()
            },
        ))
        .layer(middleware::from_fn_with_state(platform, observe))
}

/// Gives the request an id and a time limit, and writes the log line: no token, no body, no query.
async fn observe(State(platform): State<Arc<Platform>>, request: Request<Body>, next: Next) -> Response {
    let begun = Instant::now();
    let id = platform.config().ids.request();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let mut response = match tokio::time::timeout(platform.config().limits.request, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::TooSlow.into_response(),
    };
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let user = response
        .extensions()
        .get::<SeenCaller>()
        .map_or("-", |caller| caller.0.as_str());
    let why = response
        .extensions()
        .get::<SeenRefusal>()
        .map_or("", |refusal| refusal.0.as_str());
    match status {
        500.. => {
            tracing::error!(target: "swarmform::platform", id, %method, path, status, ms, user, why, "request")
        }
        _ => {
            tracing::info!(target: "swarmform::platform", id, %method, path, status, ms, user, why, "request")
        }
    }
    response
}

/// Serves until `shutdown` is ready, then lets running requests end (at most [`crate::platform::Limits::grace`]),
/// ends hijacked streams, and closes the platform with everything on the disk.
///
/// # Errors
/// If the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    platform: Arc<Platform>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), PlatformError> {
    let limits = platform.config().limits.clone();
    let service = TowerToHyperService::new(app(Arc::clone(&platform)));
    let places = Arc::new(Semaphore::new(limits.connections.max(1)));
    let closing = CancellationToken::new();
    let connections = TaskTracker::new();
    if let Ok(address) = listener.local_addr() {
        tracing::info!(target: "swarmform::platform", %address, "serving");
    }
    tokio::pin!(shutdown);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            () = &mut shutdown => break,
            next = next => next,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file handles, or a client that was gone at once: wait a little, go on.
                tracing::warn!(target: "swarmform::platform", %error, "a connection was not accepted");
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), service.clone())
            .with_upgrades();
        let closing = closing.clone();
        connections.spawn(async move {
            let _place = place;
            tokio::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = closing.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(target: "swarmform::platform", %error, "a connection ended early");
            }
        });
    }
    drop(listener);
    closing.cancel();
    platform.ending.cancel();
    connections.close();
    platform.tasks.close();
    let all = async {
        connections.wait().await;
        platform.tasks.wait().await;
    };
    if tokio::time::timeout(limits.grace, all).await.is_err() {
        tracing::warn!(target: "swarmform::platform", "some requests were cut off");
    }
    let last = Arc::clone(&platform);
    tokio::task::spawn_blocking(move || last.close())
        .await
        .map_err(|e| PlatformError::io("close the platform", e))
}
