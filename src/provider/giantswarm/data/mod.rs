//! The data sources: one for every GET of the API.
//!
//! A data source shows what the platform says, changes nothing, and adds nothing of its own. What is not there is an
//! error, for a configuration that reads it cannot go on without it. The schemas are in `schema`, the shapes of a
//! status in `status`.

mod schema;
mod status;

pub(crate) use schema::schemas;

use crate::api::definition::{is_name, parse_answer};
use crate::api::{ApiError, ComponentRef, ErrorKind};
use crate::plan::semantics::Fault;
use crate::provider::giantswarm::faults::failed;
use crate::provider::giantswarm::org::name_fault;
use crate::provider::giantswarm::session::{AppKey, Session};
use crate::provider::object::{Arg, at, get, plain, text, whole, with};
use crate::value::{Number, Path, Type, Value};

/// The most lines of a log that may be asked for.
const MOST_LINES: i64 = 10_000;

/// What is wrong with the arguments, as far as they are known.
pub(crate) fn validate(type_name: &str, config: &Value) -> Vec<Fault> {
    let config = plain(config);
    let mut faults = Vec::new();
    match type_name {
        "giantswarm_org" => faults.extend(name_fault(&config, "name")),
        "giantswarm_environments" => faults.extend(name_fault(&config, "org")),
        "giantswarm_apps" => {
            faults.extend(name_fault(&config, "org"));
            if let Arg::Known(env) = text(&config, "env")
                && !is_name(env)
            {
                faults.push(Fault::error(
                    at("env"),
                    "Invalid name",
                    format!("{env:?} is not a name of an environment: it must begin with a letter or a digit, have neither \"/\" nor white space, and be at most 100 bytes long."),
                ));
            }
        }
        "giantswarm_instance_logs" | "giantswarm_instance_stats" => {
            faults.extend(name_fault(&config, "org"));
            faults.extend(empty_fault(&config, "instance", "id of the instance"));
            faults.extend(lines_fault(&config));
        }
        _ => {
            faults.extend(app_fault(&config));
            for name in ["service", "component"] {
                faults.extend(empty_fault(&config, name, &format!("name of the {name}")));
            }
        }
    }
    faults
}

/// What is wrong with the argument `app`.
pub(crate) fn app_fault(config: &Value) -> Option<Fault> {
    match text(config, "app") {
        Arg::Known(app) if AppKey::parse(app).is_none() => Some(Fault::error(
            at("app"),
            "Invalid app id",
            format!("{app:?} is not the id of an app, ORG/ENV/APP. Use the \"id\" of a giantswarm_app."),
        )),
        _ => None,
    }
}

/// A name that is set must not be empty.
pub(crate) fn empty_fault(config: &Value, name: &str, what: &str) -> Option<Fault> {
    (text(config, name) == Arg::Known(""))
        .then(|| Fault::error(at(name), "Empty name", format!("The {what} must not be empty.")))
}

fn lines_fault(config: &Value) -> Option<Fault> {
    let given = get(config, "lines").filter(|value| value.is_known() && !value.is_null())?;
    given.as_number()?;
    let sound = matches!(whole(config, "lines"), Arg::Known(1..=MOST_LINES));
    (!sound).then(|| {
        Fault::error(
            at("lines"),
            "Invalid number of lines",
            format!("The number of lines must be a whole number from 1 to {MOST_LINES}."),
        )
    })
}

/// Asks the platform.
pub(crate) async fn read(session: &Session, type_name: &str, config: &Value) -> Result<Value, Fault> {
    let config = plain(config);
    let client = &session.client;
    match type_name {
        "giantswarm_ping" => {
            let up = client
                .ping()
                .await
                .map_err(|error| fault("to ping the platform", &error))?;
            let said = if up { "OK" } else { "FAILED" };
            Ok(with(
                &config,
                [("ok", Value::bool(up)), ("status", Value::string(said))],
            ))
        }
        "giantswarm_user" => {
            let me = client
                .me()
                .await
                .map_err(|error| fault("to read the user", &error))?;
            Ok(with(
                &config,
                [
                    ("id", Value::string(&me.username)),
                    ("username", Value::string(&me.username)),
                    ("email", Value::string(&me.email)),
                ],
            ))
        }
        "giantswarm_memberships" => {
            let mut organizations = client
                .memberships()
                .await
                .map_err(|error| fault("to read the memberships of the user", &error))?;
            organizations.sort();
            Ok(with(&config, [("organizations", texts(&organizations))]))
        }
        "giantswarm_org" => organization(session, &config).await,
        "giantswarm_environments" => {
            let org = argument(&config, "org")?;
            let found = client.environments(org).await;
            let mut names =
                found.map_err(|error| missing("org", &format!("the organization \"{org}\""), &error))?;
            names.sort();
            Ok(with(
                &config,
                [("id", Value::string(org)), ("names", texts(&names))],
            ))
        }
        "giantswarm_apps" => apps(session, &config).await,
        "giantswarm_instance_logs" => {
            let (org, instance) = (argument(&config, "org")?, argument(&config, "instance")?);
            let lines = whole(&config, "lines")
                .known()
                .and_then(|lines| u32::try_from(lines).ok());
            let found = client.logs(org, instance, lines).await;
            let log = found.map_err(|error| {
                missing(
                    "instance",
                    &format!("the log of the instance \"{instance}\""),
                    &error,
                )
            })?;
            Ok(with(&config, [("text", Value::string(log))]))
        }
        "giantswarm_instance_stats" => stats(session, &config).await,
        _ => within_app(session, type_name, &config).await,
    }
}

/// What is read from an app: its definition and its three kinds of status.
async fn within_app(session: &Session, type_name: &str, config: &Value) -> Result<Value, Fault> {
    let client = &session.client;
    let id = argument(config, "app")?;
    let Some(key) = AppKey::parse(id) else {
        return Err(app_fault(config).unwrap_or_else(|| unknown("app")));
    };
    let of_app = |error: ApiError| missing("app", &format!("the app \"{id}\""), &error);
    match type_name {
        "giantswarm_app_config" => {
            let config_text = client
                .app_config(&key.org, &key.env, &key.app)
                .await
                .map_err(of_app)?;
            let definition = parse_answer(&config_text).map_err(|faults| {
                let told = faults
                    .into_iter()
                    .next()
                    .map(|fault| fault.message)
                    .unwrap_or_default();
                Fault::error(
                    at("app"),
                    "Unexpected answer",
                    format!(
                        "The platform holds a definition of the app \"{id}\" that cannot be read: {told}"
                    ),
                )
            })?;
            let told = [
                ("id", Value::string(id)),
                ("definition", Value::string(definition.to_json_pretty())),
            ];
            Ok(with(config, told))
        }
        "giantswarm_app_status" => {
            let found = client
                .app_status(&key.org, &key.env, &key.app)
                .await
                .map_err(of_app)?;
            Ok(with(config, status::app(id, &found)))
        }
        "giantswarm_service_status" => {
            let service = argument(config, "service")?;
            let found = client.service_status(&key.org, &key.env, &key.app, service).await;
            let found = found.map_err(|error| {
                missing(
                    "service",
                    &format!("the service \"{service}\" of the app \"{id}\""),
                    &error,
                )
            })?;
            Ok(with(config, status::service(&format!("{id}/{service}"), &found)))
        }
        "giantswarm_component_status" => {
            let (service, component) = (argument(config, "service")?, argument(config, "component")?);
            let target = ComponentRef {
                org: &key.org,
                env: &key.env,
                app: &key.app,
                service,
                component,
            };
            let found = client.component_status(target).await.map_err(|error| {
                let what = format!("the component \"{service}/{component}\" of the app \"{id}\"");
                missing("component", &what, &error)
            })?;
            Ok(with(
                config,
                status::component(&format!("{id}/{service}/{component}"), &found),
            ))
        }
        other => Err(super::unknown_type(other)),
    }
}

async fn organization(session: &Session, config: &Value) -> Result<Value, Fault> {
    let name = argument(config, "name")?;
    let what = format!("the organization \"{name}\"");
    let found = session
        .organization(name)
        .await
        .map_err(|error| missing("name", &what, &error))?
        .ok_or_else(|| not_there("name", &what))?;
    Ok(with(
        config,
        [
            ("id", Value::string(&found.id)),
            ("default_cluster", Value::string(&found.default_cluster)),
            ("members", texts(&found.members)),
        ],
    ))
}

async fn apps(session: &Session, config: &Value) -> Result<Value, Fault> {
    let (org, env) = (argument(config, "org")?, argument(config, "env")?);
    let found = session.client.apps(org, env).await;
    let mut found = found.map_err(|error| missing("org", &format!("the apps of \"{org}/{env}\""), &error))?;
    found.sort_by(|one, other| one.app.cmp(&other.app));
    let names: Vec<String> = found.iter().map(|app| app.app.clone()).collect();
    let rows = found.iter().map(|app| {
        Value::object([
            ("id", Value::string(format!("{org}/{env}/{}", app.app))),
            ("name", Value::string(&app.app)),
            ("created", Value::string(&app.created)),
        ])
    });
    Ok(with(
        config,
        [
            ("id", Value::string(format!("{org}/{env}"))),
            ("names", texts(&names)),
            ("apps", Value::list(schema::app_type(), rows.collect())),
        ],
    ))
}

async fn stats(session: &Session, config: &Value) -> Result<Value, Fault> {
    let (org, instance) = (argument(config, "org")?, argument(config, "instance")?);
    let found = session.client.stats(org, instance).await;
    let found = found.map_err(|error| {
        missing(
            "instance",
            &format!("the statistics of the instance \"{instance}\""),
            &error,
        )
    })?;
    let number =
        |double: f64| Number::from_f64(double).map_or_else(|| Value::null(Type::Number), Value::number);
    Ok(with(
        config,
        [
            ("component_name", Value::string(&found.component_name)),
            ("memory_usage_mb", number(found.memory_usage_mb)),
            ("memory_capacity_mb", number(found.memory_capacity_mb)),
            ("memory_usage_percent", number(found.memory_usage_percent)),
            ("cpu_usage_percent", number(found.cpu_usage_percent)),
        ],
    ))
}

fn texts(all: &[String]) -> Value {
    Value::list(Type::String, all.iter().map(Value::string).collect())
}

/// An argument, which is known when a data source is read.
fn argument<'a>(config: &'a Value, name: &str) -> Result<&'a str, Fault> {
    text(config, name).known().ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> Fault {
    Fault::error(
        at(name),
        "Argument not known",
        format!("The argument \"{name}\" is null or not known, so there is nothing to ask for."),
    )
}

fn fault(aim: &str, error: &ApiError) -> Fault {
    failed(Path::root(), aim, error)
}

/// The fault of a question that failed; "not found" is told at the argument that names what is not there.
fn missing(argument: &str, what: &str, error: &ApiError) -> Fault {
    match error.kind {
        ErrorKind::NotFound => not_there(argument, what),
        _ => failed(at(argument), &format!("to read {what}"), error),
    }
}

fn not_there(argument: &str, what: &str) -> Fault {
    Fault::error(
        at(argument),
        "Not found",
        format!(
            "The platform does not know {what}. If this configuration makes it, refer to its resource, so that it is read afterwards."
        ),
    )
}
