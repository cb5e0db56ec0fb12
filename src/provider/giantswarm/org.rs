//! `giantswarm_org`: an organization.
//!
//! A lost answer to its creation is settled by reading: an organization with nobody but us in it is ours. One
//! that exists already is never adopted, and the one named like the user is never deleted.

use crate::api::definition::is_organization_name;
use crate::api::wire::Organization;
use crate::api::{ApiError, ErrorKind, paths};
use crate::plan::semantics::{Decision, Fault, PlannedCall, Proposal};
use crate::ports::{Applied, Found};
use crate::provider::giantswarm::calls::{self, Parts};
use crate::provider::giantswarm::faults::{exists, failed, foreign};
use crate::provider::giantswarm::session::Session;
use crate::provider::object::{Arg, at, plain, text, unknown_id, unknown_text, with};
use crate::value::{Path, Type, Value};

pub(crate) fn validate(config: &Value) -> Vec<Fault> {
    name_fault(config, "name").into_iter().collect()
}

/// What is wrong with the name of an organization in an argument.
pub(crate) fn name_fault(config: &Value, argument: &str) -> Option<Fault> {
    match text(config, argument) {
        Arg::Known(name) if !is_organization_name(name) => Some(Fault::error(
            at(argument),
            "Invalid organization name",
            format!("{name:?} is not a name of an organization: it must be 4 to 30 of a-z, 0-9 and _."),
        )),
        _ => None,
    }
}

pub(crate) fn plan(proposal: Proposal<'_>) -> Decision {
    let (prior, proposed) = (plain(proposal.prior), plain(proposal.proposed));
    let name = text(&proposed, "name");
    if prior.is_null() || text(&prior, "name") != name {
        let mut parts = Parts::new();
        let shown = match name {
            Arg::Known(name) => name.to_owned(),
            Arg::Null | Arg::Unknown => calls::LATER.to_owned(),
        };
        let org = parts.part("org", name.known());
        let planned = with(
            proposal.proposed,
            [
                ("id", unknown_id()),
                ("default_cluster", unknown_text()),
                ("members", Value::unknown(Type::list(Type::String))),
            ],
        );
        return Decision {
            planned,
            replace: if prior.is_null() {
                Vec::new()
            } else {
                vec![at("name")]
            },
            delete_first: true,
            calls: vec![
                calls::post_body(
                    paths::organizations(),
                    serde_json::json!({ "org_id": shown }).to_string(),
                ),
                calls::get(parts.fill(paths::organization(&org))),
            ],
            faults: Vec::new(),
        };
    }
    Decision {
        planned: proposal.proposed.clone(),
        replace: Vec::new(),
        delete_first: true,
        calls: Vec::new(),
        faults: Vec::new(),
    }
}

pub(crate) fn plan_delete(prior: &Value, username: Option<&str>) -> (Vec<PlannedCall>, Vec<Fault>) {
    let prior = plain(prior);
    let name = text(&prior, "name").known().unwrap_or_default();
    let faults = own_fault(name, username).into_iter().collect();
    (vec![calls::delete(paths::organization_delete(name))], faults)
}

fn own_fault(name: &str, username: Option<&str>) -> Option<Fault> {
    (username == Some(name)).then(|| {
        Fault::error(
            at("name"),
            "The user's own organization",
            format!("The organization \"{name}\" is named like the user and comes with the account; it cannot be deleted. Remove it from the state to leave it alone."),
        )
    })
}

/// The object of an organization.
fn object(name: &str, organization: &Organization) -> Value {
    let members = organization.members.iter().map(Value::string).collect();
    Value::object([
        ("name", Value::string(name)),
        ("id", Value::string(&organization.id)),
        ("default_cluster", Value::string(&organization.default_cluster)),
        ("members", Value::list(Type::String, members)),
    ])
}

pub(crate) async fn read(session: &Session, prior: &Value) -> Result<Option<Value>, Fault> {
    let prior = plain(prior);
    let name = text(&prior, "name").known().unwrap_or_default();
    import(session, name).await
}

pub(crate) async fn import(session: &Session, name: &str) -> Result<Option<Value>, Fault> {
    match session.organization(name).await {
        Ok(found) => Ok(found.map(|organization| object(name, &organization))),
        Err(error) => Err(failed(
            Path::root(),
            &format!("to read the organization \"{name}\""),
            &error,
        )),
    }
}

pub(crate) async fn create(session: &Session, planned: &Value) -> Applied {
    let planned = plain(planned);
    let name = text(&planned, "name").known().unwrap_or_default();
    let aim = format!("to create the organization \"{name}\"");
    session.forget_organization(name);
    match session.client.create_organization(name).await {
        Ok(()) => {}
        Err(error) if error.kind == ErrorKind::AlreadyExists => {
            return super::refused(exists(at("name"), &format!("The organization \"{name}\""), name));
        }
        Err(error) if error.kind.is_ambiguous() => {
            // The answer is lost, not perhaps the deed: look.
            let fault = failed(Path::root(), &aim, &error);
            match session.organization(name).await {
                Ok(Some(found)) if is_ours(session, &found).await == Ok(true) => {}
                Ok(None) if error.kind == ErrorKind::Server => return super::refused(fault),
                _ => return super::in_doubt(fault),
            }
        }
        Err(error) => return super::refused(failed(Path::root(), &aim, &error)),
    }
    match session.organization(name).await {
        Ok(Some(organization)) => super::done(object(name, &organization)),
        Ok(None) => super::refused(Fault::error(
            at("name"),
            "Organization not found",
            format!("The platform made the organization \"{name}\" but does not show it."),
        )),
        // It is there and whole; the next run reads what this one could not.
        Err(error) => super::in_doubt(failed(
            Path::root(),
            &format!("to read the organization \"{name}\", which the platform made"),
            &error,
        )),
    }
}

/// Whether an organization that may be ours has nobody but us in it, as one that was just made.
async fn is_ours(session: &Session, organization: &Organization) -> Result<bool, ApiError> {
    Ok(organization.members == [session.username().await?])
}

/// What became of a creation.
pub(crate) async fn settle(session: &Session, planned: &Value) -> Result<Found, Fault> {
    let planned = plain(planned);
    let name = text(&planned, "name").known().unwrap_or_default();
    let fault = |error| {
        failed(
            Path::root(),
            &format!("to read the organization \"{name}\""),
            &error,
        )
    };
    let Some(found) = session.organization(name).await.map_err(fault)? else {
        return Ok(Found::Nothing);
    };
    Ok(if is_ours(session, &found).await.map_err(fault)? {
        Found::Object(object(name, &found))
    } else {
        let what = format!("The organization \"{name}\" has other members than its maker");
        Found::Foreign(foreign(at("name"), &what, name))
    })
}

pub(crate) async fn delete(session: &Session, prior: &Value) -> Applied {
    let plain_prior = plain(prior);
    let name = text(&plain_prior, "name").known().unwrap_or_default();
    let aim = format!("to delete the organization \"{name}\"");
    let kept = |fault: Fault| super::unchanged(prior, fault);
    match session.username().await {
        Ok(username) => {
            if let Some(fault) = own_fault(name, Some(username)) {
                return kept(fault);
            }
        }
        Err(error) => return kept(failed(Path::root(), &aim, &error)),
    }
    let result = session.client.delete_organization(name).await;
    session.forget_organization(name);
    let Err(error) = result else {
        return super::gone();
    };
    match error.kind {
        ErrorKind::NotFound => return super::gone(),
        // "Forbidden" may mean that there is none.
        ErrorKind::Forbidden => {}
        kind if kind.is_ambiguous() => {}
        _ => return kept(failed(Path::root(), &aim, &error)),
    }
    match session.organization(name).await {
        Ok(None) => super::gone(),
        _ => kept(failed(Path::root(), &aim, &error)),
    }
}
