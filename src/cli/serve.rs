//! `serve`: run a platform until it is interrupted.

use std::net::SocketAddr;
use std::path::Path;

use tokio::net::TcpListener;

use crate::diag::Diagnostic;
use crate::platform::{Config, open, serve, tls};

use super::options::Serve;
use super::ui::Ui;
use super::{Answer, codes};

/// The environment variable that holds the password of new users.
const PASSWORD: &str = "SWARMFORM_PASSWORD";

/// Runs it.
pub async fn run(ui: &mut Ui, options: &Serve) -> Answer {
    let fault = |detail: String| Diagnostic::error(&codes::SERVE, detail);
    let addresses = addresses(&options.listen).await?;
    let tls = match (&options.tls_cert, &options.tls_key) {
        (Some(cert), Some(key)) => {
            Some(tls::config(cert, key).map_err(|error| fault(format!("TLS cannot be set up: {error}.")))?)
        }
        _ => None,
    };
    if tls.is_none() && !options.allow_remote && addresses.iter().any(|address| !address.ip().is_loopback()) {
        let detail = format!(
            "\"{}\" can be reached from other machines, and the connection is not encrypted. Give \
             -tls-cert and -tls-key, listen on 127.0.0.1 behind a proxy that speaks TLS, or give -allow-remote if you \
             trust the network.",
            options.listen
        );
        return Err(Diagnostic::error(&codes::REMOTE, detail).into());
    }
    let password = password(options)?;
    logs();
    let listener = TcpListener::bind(&*addresses).await.map_err(|error| {
        fault(format!(
            "The address \"{}\" cannot be listened on: {error}.",
            options.listen
        ))
    })?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let config = Config {
        tls,
        faults: options.faults,
        failing_tag: options.failing_tag.clone(),
        ..Config::new(&options.data)
    };
    let (users, told) = (options.user.clone(), password);
    let platform = tokio::task::spawn_blocking(move || {
        let platform = open(config)?;
        for name in &users {
            // Whoever can have a token is a user already.
            if platform.session_token(name).is_err() {
                platform.add_user(name, told.as_deref().unwrap_or_default(), None)?;
            }
        }
        Ok::<_, crate::platform::PlatformError>(platform)
    })
    .await
    .map_err(|error| fault(format!("The platform failed while it was opened: {error}.")))?
    .map_err(|error| fault(format!("The platform cannot be opened: {error}.")))?;
    let shown = listener
        .local_addr()
        .map_or_else(|_| options.listen.clone(), |address| address.to_string());
    ui.print(&format!(
        "Serving the Giant Swarm API V1 on {scheme}://{shown}/ with data in {}.\n",
        options.data.display()
    ));
    serve(listener, platform, interrupted())
        .await
        .map_err(|error| fault(format!("The platform ended with an error: {error}.")))?;
    Ok(0)
}

async fn addresses(listen: &str) -> Result<Vec<SocketAddr>, Diagnostic> {
    let found = tokio::net::lookup_host(listen).await;
    found.map(Iterator::collect).map_err(|error| {
        let detail = format!(
            "-listen takes an address and a port, as in 127.0.0.1:8080; \"{listen}\" is none: {error}."
        );
        Diagnostic::error(&codes::USAGE, detail)
    })
}

/// The password of the users that are to be made; none if there are no users to make.
fn password(options: &Serve) -> Result<Option<String>, Diagnostic> {
    if options.user.is_empty() {
        return Ok(None);
    }
    let password = match &options.password_file {
        Some(path) => Some(first_line(path)?),
        None => std::env::var(PASSWORD).ok(),
    };
    match password.filter(|password| !password.is_empty()) {
        Some(password) => Ok(Some(password)),
        None => {
            let detail = format!(
                "-user needs a password. Set it in the environment as {PASSWORD}, or in the first line of a file that \
                 -password-file names. It is never taken from the command line, where others could see it."
            );
            Err(Diagnostic::error(&codes::USAGE, detail))
        }
    }
}

fn first_line(path: &Path) -> Result<String, Diagnostic> {
    let text = crate::host::files::text(path).map_err(|reason| {
        Diagnostic::error(
            &codes::FILE,
            format!(
                "The password file \"{}\" cannot be read: {reason}.",
                path.display()
            ),
        )
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Log lines as JSON on standard error. `SWARMFORM_LOG` says how much, `info` if it says nothing.
fn logs() {
    let level = std::env::var("SWARMFORM_LOG").unwrap_or_else(|_| "info".to_owned());
    let filter = tracing_subscriber::EnvFilter::try_new(level)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .finish();
    // A second subscriber in one process is refused; the first goes on.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Ready at the first interrupt or request to end.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
