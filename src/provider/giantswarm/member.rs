//! `giantswarm_member`: a user's membership of an organization.
//!
//! It is read from the organization, so that all members of one cost one GET. The creator is a member
//! already, and nobody removes themselves.

use crate::api::{ErrorKind, paths};
use crate::plan::semantics::{Decision, Fault, PlannedCall, Proposal};
use crate::ports::Applied;
use crate::provider::giantswarm::calls::{self, Parts};
use crate::provider::giantswarm::faults::{exists, failed};
use crate::provider::giantswarm::org::name_fault;
use crate::provider::giantswarm::session::Session;
use crate::provider::object::{Arg, at, plain, text, unknown_text, with};
use crate::value::{Path, Value};

pub(crate) fn validate(config: &Value) -> Vec<Fault> {
    let mut faults: Vec<Fault> = name_fault(config, "org").into_iter().collect();
    if let Arg::Known(username) = text(config, "username")
        && (username.is_empty()
            || username
                .chars()
                .any(|letter| letter.is_control() || letter.is_whitespace()))
    {
        faults.push(Fault::error(
            at("username"),
            "Invalid user name",
            "The name of a user must not be empty, and must have neither spaces nor control characters.",
        ));
    }
    faults
}

pub(crate) fn plan(proposal: Proposal<'_>) -> Decision {
    let (prior, proposed) = (plain(proposal.prior), plain(proposal.proposed));
    let mut replace = Vec::new();
    if !prior.is_null() {
        for name in ["org", "username"] {
            if text(&prior, name) != text(&proposed, name) {
                replace.push(at(name));
            }
        }
    }
    if !prior.is_null() && replace.is_empty() {
        return Decision {
            planned: proposal.proposed.clone(),
            replace,
            delete_first: true,
            calls: Vec::new(),
            faults: Vec::new(),
        };
    }
    let (org, username) = (text(&proposed, "org"), text(&proposed, "username"));
    let id = match (&org, &username) {
        (Arg::Known(org), Arg::Known(username)) => Value::string(format!("{org}/{username}")),
        _ => unknown_text(),
    };
    let mut parts = Parts::new();
    let shown = username.known().unwrap_or(calls::LATER);
    let path = paths::member_add(&parts.part("org", org.known()));
    let body = serde_json::json!({ "username": shown }).to_string();
    Decision {
        planned: with(proposal.proposed, [("id", id)]),
        replace,
        delete_first: true,
        calls: vec![calls::post_body(parts.fill(path), body)],
        faults: Vec::new(),
    }
}

pub(crate) fn plan_delete(prior: &Value, me: Option<&str>) -> (Vec<PlannedCall>, Vec<Fault>) {
    let prior = plain(prior);
    let (org, username) = names(&prior);
    let body = serde_json::json!({ "username": username }).to_string();
    let faults = own_fault(&org, &username, me).into_iter().collect();
    (vec![calls::post_body(paths::member_remove(&org), body)], faults)
}

fn own_fault(org: &str, username: &str, me: Option<&str>) -> Option<Fault> {
    (me == Some(username)).then(|| {
        Fault::error(
            at("username"),
            "The user's own membership",
            format!("Removing \"{username}\" from the organization \"{org}\" would shut out the very user that swarmform works as. Remove the membership from the state to leave it alone."),
        )
    })
}

fn names(object: &Value) -> (String, String) {
    let name = |name| text(object, name).known().unwrap_or_default().to_owned();
    (name("org"), name("username"))
}

fn object(org: &str, username: &str) -> Value {
    Value::object([
        ("org", Value::string(org)),
        ("username", Value::string(username)),
        ("id", Value::string(format!("{org}/{username}"))),
    ])
}

pub(crate) async fn read(session: &Session, prior: &Value) -> Result<Option<Value>, Fault> {
    let (org, username) = names(&plain(prior));
    import(session, &org, &username).await
}

pub(crate) async fn import(session: &Session, org: &str, username: &str) -> Result<Option<Value>, Fault> {
    match is_member(session, org, username).await {
        Ok(true) => Ok(Some(object(org, username))),
        Ok(false) => Ok(None),
        Err(error) => Err(failed(
            Path::root(),
            &format!("to read the members of the organization \"{org}\""),
            &error,
        )),
    }
}

async fn is_member(session: &Session, org: &str, username: &str) -> Result<bool, crate::api::ApiError> {
    let found = session.organization(org).await?;
    Ok(found.is_some_and(|found| found.members.iter().any(|member| member == username)))
}

pub(crate) async fn create(session: &Session, planned: &Value) -> Applied {
    let (org, username) = names(&plain(planned));
    let aim = format!("to add \"{username}\" to the organization \"{org}\"");
    let result = session.client.add_member(&org, &username).await;
    session.forget_organization(&org);
    let Err(error) = result else {
        return super::done(object(&org, &username));
    };
    let found = match error.kind {
        ErrorKind::WrongInput | ErrorKind::AlreadyExists | ErrorKind::Forbidden => {
            session.organization(&org).await
        }
        kind if kind.is_ambiguous() => {
            // Whoever added the user, the wish is fulfilled, and before the call it was not.
            let fault = failed(Path::root(), &aim, &error);
            return match is_member(session, &org, &username).await {
                Ok(true) => super::done(object(&org, &username)),
                Ok(false) if error.kind == ErrorKind::Server => super::refused(fault),
                _ => super::in_doubt(fault),
            };
        }
        _ => return super::refused(failed(Path::root(), &aim, &error)),
    };
    let fault = match found {
        Ok(None) => Fault::error(
            at("org"),
            "Organization not found",
            format!("There is no organization \"{org}\" on the platform."),
        ),
        Ok(Some(found)) if found.members.contains(&username) => exists(
            at("username"),
            &format!("The membership of \"{username}\" in the organization \"{org}\""),
            &format!("{org}/{username}"),
        ),
        Ok(Some(_)) if error.kind != ErrorKind::Forbidden => Fault::error(
            at("username"),
            "No such user",
            format!(
                "The platform does not take \"{username}\" as a member of the organization \"{org}\", where it is not a member yet: there seems to be no user of that name. {error}."
            ),
        ),
        _ => failed(Path::root(), &aim, &error),
    };
    super::refused(fault)
}

pub(crate) async fn delete(session: &Session, prior: &Value) -> Applied {
    let (org, username) = names(&plain(prior));
    let aim = format!("to remove \"{username}\" from the organization \"{org}\"");
    match session.username().await {
        Ok(me) => {
            if let Some(fault) = own_fault(&org, &username, Some(me)) {
                return super::unchanged(prior, fault);
            }
        }
        Err(error) => return super::unchanged(prior, failed(Path::root(), &aim, &error)),
    }
    let result = session.client.remove_member(&org, &username).await;
    session.forget_organization(&org);
    let Err(error) = result else {
        return super::gone();
    };
    // "Wrong input" may mean that the user is no member any more, "forbidden" that the organization is gone.
    let settled = matches!(
        error.kind,
        ErrorKind::WrongInput | ErrorKind::Forbidden | ErrorKind::NotFound
    ) || error.kind.is_ambiguous();
    match is_member(session, &org, &username).await {
        Ok(false) if settled => super::gone(),
        _ => super::unchanged(prior, failed(Path::root(), &aim, &error)),
    }
}
