//! The server around the methods: request ids, one log line a request, time limits, panics that become a plain 500,
//! and the accept loop with its bound on connections and its graceful end. It knows no method.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Request, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

use crate::platform::core::Platform;
use crate::platform::error::{PlatformError, Refusal};
use crate::platform::faults::{self, Fault, Unsent};
use crate::platform::patience::Patient;
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

/// Where a request comes from; absent where there is no socket.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Does the request, or what it asks for instead where failures on request are switched on.
async fn work(platform: &Platform, mut request: Request<Body>, next: Next) -> Response {
    if !platform.config().faults {
        return next.run(request).await;
    }
    let fault = match faults::asked(request.headers()) {
        Ok(fault) => fault,
        Err(refusal) => return refusal.into_response(),
    };
    request.headers_mut().remove(faults::HEADER);
    match fault {
        None => next.run(request).await,
        Some(Fault::Answer(http)) => Refusal::Asked(http).into_response(),
        Some(Fault::Refuse) => unsent(Refusal::Asked(StatusCode::INTERNAL_SERVER_ERROR).into_response()),
        Some(Fault::Lose) => unsent(next.run(request).await),
        Some(Fault::Delay(time)) => {
            tokio::time::sleep(time).await;
            next.run(request).await
        }
    }
}

fn unsent(mut response: Response) -> Response {
    response.extensions_mut().insert(Unsent);
    response
}

/// Gives the request an id and a time limit, and writes the log line: no token, no body, no query.
async fn observe(State(platform): State<Arc<Platform>>, request: Request<Body>, next: Next) -> Response {
    let begun = Instant::now();
    let id = platform.config().ids.request();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let mut response =
        match tokio::time::timeout(platform.config().limits.request, work(&platform, request, next)).await {
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

/// Answers one request, or fails, which closes the connection.
async fn answer(
    service: Router,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Result<Response, std::io::Error> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(Peer(peer));
    let response = match service.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    match response.extensions().get::<Unsent>() {
        None => Ok(response),
        Some(Unsent) => Err(std::io::ErrorKind::ConnectionAborted.into()),
    }
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
    let service = app(Arc::clone(&platform));
    let acceptor = platform.config().tls.clone().map(TlsAcceptor::from);
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
        let (stream, peer) = match accepted {
            Ok((stream, from)) => (stream, from.ip()),
            Err(error) => {
                // Out of file handles, or a client that was gone at once: wait a little, go on.
                tracing::warn!(target: "swarmform::platform", %error, "a connection was not accepted");
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let (service, acceptor, limits) = (service.clone(), acceptor.clone(), limits.clone());
        let closing = closing.clone();
        connections.spawn(async move {
            let _place = place;
            let stream = match acceptor {
                None => Patient::new(stream, limits.request),
                Some(acceptor) => {
                    let opened = tokio::select! {
                        opened = tokio::time::timeout(limits.head, acceptor.accept(stream)) => opened,
                        () = closing.cancelled() => return,
                    };
                    match opened {
                        Ok(Ok(stream)) => Patient::new(stream, limits.request),
                        Ok(Err(error)) => {
                            tracing::debug!(target: "swarmform::platform", %error, "no TLS was agreed on");
                            return;
                        }
                        Err(_) => return,
                    }
                }
            };
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.head)
                .max_buf_size(64 * 1024)
                .serve_connection(
                    TokioIo::new(stream),
                    service_fn(move |request| answer(service.clone(), peer, request)),
                )
                .with_upgrades();
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
