//! The arguments and attributes of the data sources.

use std::collections::BTreeMap;

use crate::provider::giantswarm::data::status::{component_type, instance_type, service_type};
use crate::schema::build::{Named, computed, computed_text, id_of, optional, required_text, texts};
use crate::schema::{Attribute, ResourceSchema};
use crate::value::Type;

/// All of them by type.
pub(crate) fn schemas() -> BTreeMap<&'static str, ResourceSchema> {
    let mut all = of_the_user();
    all.extend(of_organizations());
    all.extend(of_apps());
    all.extend(of_instances());
    all
}

/// One row of `apps`.
pub(super) fn app_type() -> Type {
    Type::object([
        ("id", Type::String),
        ("name", Type::String),
        ("created", Type::String),
    ])
}

type Schemas = BTreeMap<&'static str, ResourceSchema>;

fn of_the_user() -> Schemas {
    BTreeMap::from([
        (
            "giantswarm_ping",
            ResourceSchema::data(
                "Whether the platform is up, with everything that it needs.",
                [
                    computed("ok", Type::Bool, "Whether it is."),
                    computed_text("status", "Its answer, \"OK\" or \"FAILED\"."),
                ],
            ),
        ),
        (
            "giantswarm_user",
            ResourceSchema::data(
                "The user that swarmform works as.",
                [
                    computed_text("id", "The name."),
                    computed_text("username", "The name."),
                    computed_text("email", "The email address."),
                ],
            ),
        ),
        (
            "giantswarm_memberships",
            ResourceSchema::data(
                "The organizations that the user is a member of.",
                [computed("organizations", texts(), "Their names, sorted.")],
            ),
        ),
    ])
}

fn of_organizations() -> Schemas {
    let apps = Attribute::computed(Type::list(app_type()), "The apps, sorted by name.");
    BTreeMap::from([
        (
            "giantswarm_org",
            ResourceSchema::data(
                "An organization.",
                [
                    required_text("name", "Its name."),
                    id_of(&["name"], "The name."),
                    computed_text("default_cluster", "Cluster that the organization's apps run on."),
                    computed("members", texts(), "Names of all members, sorted."),
                ],
            ),
        ),
        (
            "giantswarm_environments",
            ResourceSchema::data(
                "The environments of an organization. An environment is there as long as it has apps.",
                [
                    required_text("org", "Name of the organization."),
                    id_of(&["org"], "The name of the organization."),
                    computed("names", texts(), "Names of the environments, sorted."),
                ],
            ),
        ),
        (
            "giantswarm_apps",
            ResourceSchema::data(
                "The apps of an environment.",
                [
                    required_text("org", "Name of the organization."),
                    required_text("env", "Name of the environment."),
                    id_of(&["org", "env"], "ORG/ENV."),
                    computed("names", texts(), "Names of the apps, sorted."),
                    ("apps", apps.made_of(&["org", "env"])),
                ],
            ),
        ),
    ])
}

fn app() -> Named {
    required_text("app", "The id of the app, ORG/ENV/APP.")
}

fn of_apps() -> Schemas {
    let definition = Attribute::computed(
        Type::String,
        "The definition as JSON text; sensitive because of its environment variables.",
    );
    BTreeMap::from([
        (
            "giantswarm_app_config",
            ResourceSchema::data(
                "The definition of an app, as the platform holds it.",
                [
                    app(),
                    id_of(&["app"], "ORG/ENV/APP."),
                    ("definition", definition.sensitive()),
                ],
            ),
        ),
        (
            "giantswarm_app_status",
            ResourceSchema::data(
                "The status of an app with its services, components and instances.",
                [
                    app(),
                    id_of(&["app"], "ORG/ENV/APP."),
                    computed_text("status", "The worst of its services."),
                    computed("services", Type::list(service_type()), "The services."),
                ],
            ),
        ),
        (
            "giantswarm_service_status",
            ResourceSchema::data(
                "The status of a service with its components and instances.",
                [
                    app(),
                    required_text("service", "Name of the service."),
                    id_of(&["app", "service"], "ORG/ENV/APP/SERVICE."),
                    computed_text("status", "The worst of its components."),
                    computed("min", Type::Number, "Least number of instances."),
                    computed("max", Type::Number, "Greatest number of instances."),
                    computed("components", Type::list(component_type()), "The components."),
                ],
            ),
        ),
        (
            "giantswarm_component_status",
            ResourceSchema::data(
                "The status of a component with its instances.",
                [
                    app(),
                    required_text("service", "Name of the service."),
                    required_text("component", "Name of the component."),
                    id_of(&["app", "service", "component"], "ORG/ENV/APP/SERVICE/COMPONENT."),
                    computed_text("status", "The worst of its instances."),
                    computed("min", Type::Number, "Least number of instances."),
                    computed("max", Type::Number, "Greatest number of instances."),
                    computed("instances", Type::list(instance_type()), "The instances."),
                ],
            ),
        ),
    ])
}

fn of_instances() -> Schemas {
    let of = [
        required_text("org", "Name of the organization."),
        required_text(
            "instance",
            "Id of the instance, from \"instances\" of a giantswarm_app or a component's status.",
        ),
    ];
    let [org, instance] = of.clone();
    let [stats_org, stats_instance] = of;
    BTreeMap::from([
        (
            "giantswarm_instance_logs",
            ResourceSchema::data(
                "The last lines that an instance wrote. They differ each time, so nothing that lasts should be made from them.",
                [
                    org,
                    instance,
                    optional(
                        "lines",
                        Type::Number,
                        "How many lines; the platform's own number, 10, if left out.",
                    ),
                    computed_text("text", "The lines."),
                ],
            ),
        ),
        (
            "giantswarm_instance_stats",
            ResourceSchema::data(
                "What an instance uses at the moment.",
                [
                    stats_org,
                    stats_instance,
                    computed_text("component_name", "APP/SERVICE/COMPONENT."),
                    computed("memory_usage_mb", Type::Number, "Memory in use, in megabytes."),
                    computed(
                        "memory_capacity_mb",
                        Type::Number,
                        "Memory at most, in megabytes.",
                    ),
                    computed("memory_usage_percent", Type::Number, "Memory in use, in percent."),
                    computed(
                        "cpu_usage_percent",
                        Type::Number,
                        "Share of a processor, in percent.",
                    ),
                ],
            ),
        ),
    ])
}
