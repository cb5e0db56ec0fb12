//! `login`, `logout` and `whoami`.
//!
//! A login keeps the token that the platform gives, and never the password. A logout ends the token on the platform,
//! whether it was kept or comes from the environment.

use crate::api::{Credentials, ErrorKind};
use crate::cli::args::Assignment;
use crate::cli::ui::{Ui, has_person};
use crate::cli::{Answer, codes};
use crate::diag::Diagnostic;
use crate::host::files;
use crate::host::logins::Login as Kept;
use crate::render::escape;
use crate::render::json::Json;

use super::options::{Login, Plain, WhoAmI};
use super::reach::{Target, logins, target};
use super::refused;

fn fault(detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(&codes::NO_LOGIN, detail.into())
}

/// The endpoint of a platform that one can log in to.
fn elsewhere(target: &Target) -> Result<String, Diagnostic> {
    target.endpoint()?.ok_or_else(|| {
        fault(
            "The platform inside swarmform needs no login: it makes its own user. -endpoint=URL names another platform.",
        )
    })
}

/// Runs `login`.
pub async fn login(ui: &mut Ui, options: &Login, assignments: &[Assignment]) -> Answer {
    let target = target(ui, &options.place, assignments, None)?;
    let endpoint = elsewhere(&target)?;
    let (username, password) = who(ui, options, &target).await?;
    // Whatever is wrong with the file shows before a token is made that nobody would keep.
    let logins = logins();
    logins.all().map_err(fault)?;
    let credentials = Credentials::Password {
        username: username.clone(),
        password: password.clone(),
    };
    crate::cli::log::hide(&password);
    let client = target.client(&endpoint, credentials)?;
    let token = client.login(&username, &password).await.map_err(|error| {
        let what = format!("to log in to {}", escape::line(&endpoint));
        match error.kind {
            ErrorKind::Unauthorized => fault(format!(
                "It failed {what}. {error}. The user name or the password is not right."
            )),
            _ => refused(&what, &error),
        }
    })?;
    let kept = Kept {
        username: username.clone(),
        token,
    };
    logins.set(&endpoint, Some(kept)).map_err(fault)?;
    let path = logins
        .path()
        .map(|path| path.display().to_string())
        .unwrap_or_default();
    ui.print(&format!(
        "Logged in to {} as {}. The token is kept in {} and is good for 30 days or until \"swarmform logout\".\n",
        escape::line(&endpoint),
        escape::line(&username),
        escape::line(&path)
    ));
    Ok(0)
}

/// The user and the password: from options and the environment, or asked for.
async fn who(ui: &Ui, options: &Login, target: &Target) -> Result<(String, String), Diagnostic> {
    let nobody = |what: &str, how: &str| {
        fault(format!(
            "There is nobody at a terminal to ask for the {what}. Give {how}; the password is never taken from the \
             command line, where others could see it."
        ))
    };
    let (known, secret) = target.user();
    let username = match options.username.as_deref().or(known) {
        Some(name) => name.to_owned(),
        None if !has_person() || options.password_stdin => {
            return Err(nobody("user name", "-username=NAME or set GIANTSWARM_USERNAME"));
        }
        None => {
            let answer = ui.ask("User name or email address: ", false).await;
            answer.unwrap_or_default().trim().to_owned()
        }
    };
    let of_environment = secret.filter(|_| known.is_none_or(|known| known == username));
    let password = if options.password_stdin {
        let text = files::stdin().map_err(|reason| {
            Diagnostic::error(&codes::FILE, format!("Standard input cannot be read: {reason}."))
        })?;
        text.lines().next().unwrap_or_default().to_owned()
    } else if let Some(password) = of_environment {
        password.to_owned()
    } else if has_person() {
        let question = format!("Password of {}: ", escape::line(&username));
        ui.ask(&question, true).await.unwrap_or_default()
    } else {
        return Err(nobody("password", "-password-stdin or set GIANTSWARM_PASSWORD"));
    };
    if username.is_empty() || password.is_empty() {
        return Err(fault(
            "A user name and a password are needed, and one of them is empty.",
        ));
    }
    Ok((username, password))
}

/// Runs `logout`.
pub async fn logout(ui: &mut Ui, options: &Plain, assignments: &[Assignment]) -> Answer {
    let target = target(ui, &options.place, assignments, None)?;
    let endpoint = elsewhere(&target)?;
    let shown = escape::line(&endpoint).into_owned();
    let logins = logins();
    let kept = logins
        .all()
        .map_err(fault)?
        .remove(endpoint.trim_end_matches('/'));
    let token = match (&kept, target.token()) {
        (Some(login), _) => login.token.clone(),
        (None, Some(token)) => token.to_owned(),
        (None, None) => {
            ui.print(&format!("Nobody is logged in to {shown} here.\n"));
            return Ok(0);
        }
    };
    let client = target.client(&endpoint, Credentials::Token(token))?;
    let ended = match client.logout().await {
        Ok(()) => "The token has ended.",
        Err(error) if error.kind == ErrorKind::Unauthorized => "The token had ended before.",
        Err(error) => {
            let what = format!("to end the token on {shown}, which is still kept");
            return Err(refused(&what, &error).into());
        }
    };
    if kept.is_some() {
        logins.set(&endpoint, None).map_err(fault)?;
    }
    let note = match kept {
        Some(_) => "",
        None => " GIANTSWARM_TOKEN in the environment still holds it.",
    };
    ui.print(&format!("Logged out of {shown}. {ended}{note}\n"));
    Ok(0)
}

/// Runs `whoami`.
pub async fn whoami(ui: &mut Ui, options: &WhoAmI, assignments: &[Assignment]) -> Answer {
    let reach = target(ui, &options.place, assignments, None)?.connect().await?;
    let asked = futures::future::try_join(reach.client.me(), reach.client.memberships()).await;
    let endpoint = reach.endpoint.clone();
    reach.close().await;
    let (me, mut organizations) = asked.map_err(|error| refused("to ask who you are", &error))?;
    organizations.sort();
    if options.json {
        let names = organizations.iter().map(Json::text).collect();
        let json = Json::object([
            ("username", Json::text(&me.username)),
            ("email", Json::text(&me.email)),
            ("organizations", Json::Array(names)),
            ("endpoint", Json::text(&endpoint)),
        ]);
        ui.print(&(json.pretty() + "\n"));
        return Ok(0);
    }
    let email = match me.email.as_str() {
        "" => String::new(),
        email => format!(" <{email}>"),
    };
    let organizations = match organizations.is_empty() {
        true => "none".to_owned(),
        false => organizations.join(", "),
    };
    let text = format!(
        "{}{email} at {endpoint}\nOrganizations: {organizations}",
        me.username
    );
    ui.print(&format!("{}\n", escape::lines(&text)));
    Ok(0)
}
