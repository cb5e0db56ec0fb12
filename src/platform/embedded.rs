//! The embedded platform: the same server in this process, on a loopback port, for configurations that say
//! `endpoint = "embedded"`. It makes its own user and hands out a token that is good for this process alone.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::platform::config::{Config, Hashing, Speed};
use crate::platform::core::{Platform, open};
use crate::platform::error::PlatformError;
use crate::platform::ids::{Ids, RandomIds};
use crate::platform::serve::serve;
use crate::platform::store::{private_dir, private_file};

/// The user of an embedded platform.
pub const USER: &str = "swarmform";

/// A running embedded platform. Dropping it stops it too, but only [`Embedded::stop`] waits for the end.
#[derive(Debug)]
pub struct Embedded {
    /// Where it listens.
    pub addr: SocketAddr,
    /// The user's name.
    pub username: String,
    /// The user's password, as kept in the data directory.
    pub password: String,
    /// A token of the user, good until it stops.
    pub token: String,
    /// The platform itself.
    pub platform: Arc<Platform>,
    stop: DropGuard,
    task: JoinHandle<Result<(), PlatformError>>,
}

/// The configuration of an embedded platform whose data lies in `data_dir`: quick instances, cheap hashes (its
/// password is 122 random bits), and members that need no account.
pub fn config(data_dir: &Path, password: &str) -> Config {
    Config {
        first_user: Some((USER.to_owned(), password.to_owned(), None)),
        open_membership: true,
        hashing: Hashing::CHEAP,
        speed: Speed {
            start: Duration::from_millis(150),
            stop: Duration::from_millis(100),
        },
        ..Config::new(data_dir)
    }
}

/// Starts the platform of `data_dir` on a free port of 127.0.0.1. Call it inside a tokio runtime.
///
/// # Errors
/// As [`open`]; and if no port or no file can be had.
pub async fn start(data_dir: &Path) -> Result<Embedded, PlatformError> {
    let dir = data_dir.to_owned();
    let ready = move || {
        let password = password(&dir)?;
        let platform = open(config(&dir, &password))?;
        let token = platform.session_token(USER)?;
        Ok((password, platform, token))
    };
    let (password, platform, token) = tokio::task::spawn_blocking(ready)
        .await
        .map_err(|e| PlatformError::io("open the embedded platform", e))??;
    let fault = |e: std::io::Error| PlatformError::io("listen on 127.0.0.1", e);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(fault)?;
    let addr = listener.local_addr().map_err(fault)?;
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let task = tokio::spawn(serve(listener, Arc::clone(&platform), async move {
        stopped.cancelled().await
    }));
    Ok(Embedded {
        addr,
        username: USER.to_owned(),
        password,
        token,
        platform,
        stop: stop.drop_guard(),
        task,
    })
}

impl Embedded {
    /// The base address for a client, as `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops it and returns when everything is on the disk and the data directory is free.
    ///
    /// # Errors
    /// If the server had failed.
    pub async fn stop(self) -> Result<(), PlatformError> {
        drop(self.stop);
        self.task
            .await
            .map_err(|e| PlatformError::io("stop the embedded platform", e))?
    }
}

/// The password kept in the data directory; made at the first start, readable by its owner alone.
fn password(dir: &Path) -> Result<String, PlatformError> {
    let path = dir.join("password");
    let fault = |e: std::io::Error| PlatformError::io(format!("keep the password in {path:?}"), e);
    match fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => return Ok(text.trim().to_owned()),
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(fault(e)),
        _ => {}
    }
    private_dir(dir)?;
    let password = RandomIds.token();
    let mut file = private_file(&path).map_err(fault)?;
    writeln!(file, "{password}")
        .and_then(|()| file.sync_all())
        .map_err(fault)?;
    Ok(password)
}
