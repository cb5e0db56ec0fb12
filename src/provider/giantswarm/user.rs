//! `giantswarm_user_email` and `giantswarm_user_password`: what the user that swarmform works as can change of itself.
//!
//! Both are there once for each user, and neither can be taken away: destroying leaves it as it is. The address is changed
//! only from the one that was read. A password cannot be read; whether it is in place is found out by logging in with it,
//! before the change and after a lost answer, so that nothing is sent twice. The change ends all tokens of the user, and
//! the provider goes on with the new password.

use crate::api::wire::Me;
use crate::api::{ApiError, ErrorKind, paths};
use crate::plan::semantics::{Decision, Fault, PlannedCall, Proposal};
use crate::ports::{Applied, Found};
use crate::provider::giantswarm::calls;
use crate::provider::giantswarm::faults::failed;
use crate::provider::giantswarm::session::Session;
use crate::provider::object::{Arg, at, get, plain, text, unknown_id, with};
use crate::value::{Path, Value};

/// What stands for a password in a planned call.
const HIDDEN: &str = "(hidden)";

pub(crate) fn validate_email(config: &Value) -> Vec<Fault> {
    let Arg::Known(email) = text(config, "email") else {
        return Vec::new();
    };
    let parts: Vec<&str> = email.split('@').collect();
    let sound = parts.len() == 2
        && parts.iter().all(|part| !part.is_empty())
        && !email
            .chars()
            .any(|letter| letter.is_whitespace() || letter.is_control());
    let fault = || {
        Fault::error(
            at("email"),
            "Invalid email address",
            format!("{email:?} is not an email address, NAME@DOMAIN."),
        )
    };
    (!sound).then(fault).into_iter().collect()
}

pub(crate) fn validate_password(config: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for name in ["password_wo", "old_password_wo"] {
        if text(config, name) == Arg::Known("") {
            faults.push(Fault::error(
                at(name),
                "Empty password",
                "A password must not be empty.",
            ));
        }
    }
    faults
}

/// The id of the user's objects: the one before, or as far as the name is known.
fn id(prior: &Value, me: Option<&str>) -> Value {
    match (text(prior, "id"), me) {
        (Arg::Known(id), _) if !prior.is_null() => Value::string(id),
        (_, Some(me)) => Value::string(me),
        (_, None) => unknown_id(),
    }
}

pub(crate) fn plan_email(proposal: Proposal<'_>, me: Option<&str>) -> Decision {
    let (prior, config) = (plain(proposal.prior), plain(proposal.config));
    let calls = if !prior.is_null() && text(&prior, "email") == text(&config, "email") {
        Vec::new()
    } else {
        let old = text(&prior, "email").known().unwrap_or(calls::LATER);
        // A sensitive address is no matter for a plan.
        let marked = get(proposal.config, "email").is_some_and(Value::is_sensitive);
        let new = match text(&config, "email") {
            Arg::Known(_) if marked => HIDDEN,
            Arg::Known(email) => email,
            Arg::Unknown | Arg::Null => calls::LATER,
        };
        let old = if prior.is_null() || !marked { old } else { HIDDEN };
        let body = serde_json::json!({ "old_email": old, "new_email": new }).to_string();
        vec![
            calls::get(paths::me()),
            calls::post_body(paths::email_update(), body),
        ]
    };
    Decision {
        planned: with(proposal.proposed, [("id", id(&prior, me))]),
        replace: Vec::new(),
        delete_first: true,
        calls,
        faults: Vec::new(),
    }
}

pub(crate) fn plan_password(proposal: Proposal<'_>, me: Option<&str>) -> Decision {
    let (prior, config) = (plain(proposal.prior), plain(proposal.config));
    let version = |object: &Value| get(object, "password_wo_version").cloned();
    let calls = if !prior.is_null() && version(&prior) == version(&config) {
        Vec::new()
    } else {
        let body = serde_json::json!({ "old_password": HIDDEN, "new_password": HIDDEN }).to_string();
        let user = me.unwrap_or("{user}");
        let login = calls::post_body(
            paths::login("USER").replace("USER", user),
            serde_json::json!({ "password": HIDDEN }).to_string(),
        );
        vec![
            calls::get(paths::me()),
            login,
            calls::post_body(paths::password_update(), body),
        ]
    };
    Decision {
        planned: with(proposal.proposed, [("id", id(&prior, me))]),
        replace: Vec::new(),
        delete_first: true,
        calls,
        faults: Vec::new(),
    }
}

/// The user, who must be the one that an object belongs to.
async fn user(session: &Session, object: &Value, aim: &str) -> Result<Me, Fault> {
    let me = session
        .client
        .me()
        .await
        .map_err(|error| failed(Path::root(), aim, &error))?;
    match text(object, "id") {
        Arg::Known(id) if id != me.username => Err(Fault::error(
            Path::root(),
            "Another user",
            format!(
                "This belongs to the user \"{id}\", and swarmform works as \"{}\". Nobody can look at or change what belongs to another user: give the provider the credentials of \"{id}\".",
                me.username.escape_debug()
            ),
        )),
        _ => Ok(me),
    }
}

pub(crate) async fn read_email(session: &Session, prior: &Value) -> Result<Option<Value>, Fault> {
    let prior = plain(prior);
    let me = user(session, &prior, "to read the email address of the user").await?;
    Ok(Some(email_object(&me)))
}

fn email_object(me: &Me) -> Value {
    Value::object([
        ("id", Value::string(&me.username)),
        ("email", Value::string(&me.email)),
    ])
}

/// There is nothing to see of a password; the object stays as long as the user is the same.
pub(crate) async fn read_password(session: &Session, prior: &Value) -> Result<Option<Value>, Fault> {
    let prior = plain(prior);
    let me = user(session, &prior, "to read the user").await?;
    Ok(Some(with(&prior, [("id", Value::string(me.username))])))
}

/// What became of a creation: the address that is read decides.
pub(crate) async fn settle_email(session: &Session, planned: &Value) -> Result<Found, Fault> {
    let planned = plain(planned);
    let found = read_email(session, &planned).await?;
    Ok(found
        .filter(|found| text(found, "email") == text(&planned, "email"))
        .map_or(Found::Nothing, Found::Object))
}

/// Imports a user name: only that of the user itself.
pub(crate) async fn import(
    session: &Session,
    type_name: &str,
    id: &str,
    empty: &Value,
) -> Result<Option<Value>, Fault> {
    if id.is_empty() || id.contains('/') {
        return Err(super::bad_import(id, "USER"));
    }
    let object = with(empty, [("id", Value::string(id))]);
    match type_name {
        "giantswarm_user_email" => read_email(session, &object).await,
        _ => read_password(session, &object).await,
    }
}

pub(crate) async fn apply_email(session: &Session, prior: &Value, planned: &Value) -> Applied {
    let planned = plain(planned);
    let Arg::Known(wanted) = text(&planned, "email") else {
        let fault = Fault::error(at("email"), "No email address", "The email address is not known.");
        return super::unchanged(prior, fault);
    };
    let aim = "to change the email address of the user";
    let me = match user(session, prior, aim).await {
        Ok(me) => me,
        Err(fault) => return super::unchanged(prior, fault),
    };
    let now = Me {
        email: wanted.to_owned(),
        ..me.clone()
    };
    if me.email == wanted {
        return super::done(email_object(&now));
    }
    let Err(error) = session.client.update_email(&me.email, wanted).await else {
        return super::done(email_object(&now));
    };
    let fault = failed(at("email"), aim, &error);
    if !error.kind.is_ambiguous() {
        return super::unchanged(prior, fault);
    }
    match session.client.me().await {
        Ok(found) if found.email == wanted => super::done(email_object(&found)),
        // It may still be under way: a later run looks again.
        _ if prior.is_null() && error.kind != ErrorKind::Server => super::in_doubt(fault),
        _ => super::unchanged(prior, fault),
    }
}

pub(crate) async fn apply_password(
    session: &Session,
    prior: &Value,
    planned: &Value,
    config: &Value,
) -> Applied {
    let (planned, config) = (plain(planned), plain(config));
    let aim = "to change the password of the user";
    let Arg::Known(wanted) = text(&config, "password_wo") else {
        let fault = Fault::error(at("password_wo"), "No password", "The new password is not known.");
        return super::unchanged(prior, fault);
    };
    let me = match user(session, prior, aim).await {
        Ok(me) => me.username,
        Err(fault) => return super::unchanged(prior, fault),
    };
    let object = with(&planned, [("id", Value::string(&me))]);
    let fault = |error: &ApiError| failed(at("password_wo"), aim, error);
    match is_password(session, &me, wanted).await {
        Ok(true) => {
            session.client.log_in_as(&me, wanted).await;
            return super::done(object);
        }
        Ok(false) => {}
        Err(error) => return super::unchanged(prior, fault(&error)),
    }
    let old = match text(&config, "old_password_wo") {
        Arg::Known(old) => Some(old.to_owned()),
        Arg::Null | Arg::Unknown => session.client.password(),
    };
    let Some(old) = old else {
        return super::unchanged(
            prior,
            Fault::error(
                at("password_wo"),
                "Old password not known",
                "The platform wants the old password with a new one, and a token does not tell it. Set \"old_password_wo\", or \"username\" and \"password\" in the provider \"giantswarm\" block.",
            ),
        );
    };
    let Err(error) = session.client.update_password(&me, &old, wanted).await else {
        return super::done(object);
    };
    if error.kind == ErrorKind::Unauthorized {
        return super::unchanged(
            prior,
            Fault::error(
                at("old_password_wo"),
                "Old password not accepted",
                format!("It failed {aim}. {error}. The old password is not the one of the user \"{me}\"."),
            ),
        );
    }
    if !error.kind.is_ambiguous() {
        return super::unchanged(prior, fault(&error));
    }
    match is_password(session, &me, wanted).await {
        Ok(true) => {
            session.client.log_in_as(&me, wanted).await;
            super::done(object)
        }
        // It may still be under way: a later run logs in again before it changes anything.
        _ if prior.is_null() && error.kind != ErrorKind::Server => super::in_doubt(fault(&error)),
        _ => super::unchanged(prior, fault(&error)),
    }
}

/// Whether the user can log in with this password.
async fn is_password(session: &Session, username: &str, password: &str) -> Result<bool, ApiError> {
    match session.client.login(username, password).await {
        Ok(_) => Ok(true),
        Err(error) if error.kind == ErrorKind::Unauthorized => Ok(false),
        Err(error) => Err(error),
    }
}

/// Destroying makes no call; the note says so.
pub(crate) fn delete(type_name: &str, prior: &Value) -> Applied {
    Applied {
        notes: plan_delete(type_name, prior).1,
        ..super::gone()
    }
}

pub(crate) fn plan_delete(type_name: &str, prior: &Value) -> (Vec<PlannedCall>, Vec<Fault>) {
    let prior = plain(prior);
    let name = text(&prior, "id").known().unwrap_or_default();
    let what = match type_name {
        "giantswarm_user_email" => "email address",
        _ => "password",
    };
    let note = Fault::warning(
        Path::root(),
        format!("The {what} stays"),
        format!("Destroying this makes no call: the user \"{name}\" keeps the {what}."),
    );
    (Vec::new(), vec![note])
}
