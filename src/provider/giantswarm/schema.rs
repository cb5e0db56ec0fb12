//! What the provider `giantswarm` offers: the arguments of its block and of its resource types.

use std::collections::BTreeMap;

use crate::provider::giantswarm::data;
use crate::schema::build::{computed, computed_text, id_of, required, required_text, texts};
use crate::schema::{Attribute, Block, NestedBlock, Nesting, ProviderSchema, ResourceSchema, Usage};
use crate::value::Type;

/// The import id of what belongs to one component.
const COMPONENT: &str = "ORG/ENV/APP/SERVICE/COMPONENT";

/// The whole schema.
pub(crate) fn schema() -> ProviderSchema {
    ProviderSchema {
        name: super::NAME,
        config: Block::new([
            (
                "endpoint",
                Attribute::optional(
                    Type::String,
                    "URL of the platform, or \"embedded\" for the one inside swarmform. Environment: GIANTSWARM_ENDPOINT.",
                ),
            ),
            (
                "token",
                Attribute::optional(
                    Type::String,
                    "Authentication token. Environment: GIANTSWARM_TOKEN.",
                )
                .sensitive(),
            ),
            (
                "username",
                Attribute::optional(
                    Type::String,
                    "User name or email address to log in with. Environment: GIANTSWARM_USERNAME.",
                ),
            ),
            (
                "password",
                Attribute::optional(
                    Type::String,
                    "Password to log in with. Environment: GIANTSWARM_PASSWORD.",
                )
                .sensitive(),
            ),
            (
                "request_timeout",
                Attribute::optional(
                    Type::String,
                    "How long one request may take, such as \"30s\", which is the default.",
                ),
            ),
            (
                "max_concurrent_requests",
                Attribute::optional(
                    Type::Number,
                    "How many requests may be under way at once; 10 by default.",
                ),
            ),
        ]),
        resources: BTreeMap::from([
            ("giantswarm_org", organization()),
            ("giantswarm_member", member()),
            ("giantswarm_app", app()),
            ("giantswarm_component_scale", scale()),
            ("giantswarm_component_version", version()),
            ("giantswarm_service_state", service_state()),
            ("giantswarm_user_email", email()),
            ("giantswarm_user_password", password()),
        ]),
        data_sources: data::schemas(),
    }
}

fn string_map() -> Type {
    Type::map(Type::String)
}

fn organization() -> ResourceSchema {
    let name = Attribute::required(
        Type::String,
        "Name, 4 to 30 of a-z, 0-9 and _, unique on the platform.",
    );
    ResourceSchema::managed(
        "An organization: the owner of environments and apps, with its members.",
        "ORG",
        [
            ("name", name.forces_replacement()),
            id_of(&["name"], "The name."),
            computed_text("default_cluster", "Cluster that the organization's apps run on."),
            computed(
                "members",
                texts(),
                "Names of all members, sorted, the creator among them.",
            ),
        ],
    )
}

fn member() -> ResourceSchema {
    let argument = |description| Attribute::required(Type::String, description).forces_replacement();
    ResourceSchema::managed(
        "A user's membership of an organization.",
        "ORG/USER",
        [
            ("org", argument("Name of the organization.")),
            ("username", argument("Name of the user.")),
            id_of(&["org", "username"], "ORG/USER."),
        ],
    )
}

fn policy() -> NestedBlock {
    NestedBlock::new(
        Nesting::Single,
        Block::new([
            (
                "min",
                Attribute::optional(Type::Number, "Least number of instances, 1 to 10."),
            ),
            (
                "max",
                Attribute::optional(Type::Number, "Greatest number of instances, 1 to 10."),
            ),
            (
                "placement",
                Attribute::optional(Type::String, "\"simple\" or \"one-per-machine\"."),
            ),
        ]),
        "How many instances; without it exactly one.",
    )
}

fn component() -> NestedBlock {
    let volume = Block::new([
        (
            "path",
            Attribute::optional(Type::String, "Path in the container."),
        ),
        (
            "size",
            Attribute::optional(Type::String, "Size in gigabytes, such as \"5 GB\"."),
        ),
        (
            "volumes_from",
            Attribute::optional(
                Type::String,
                "Component of the same pod to share all volumes with.",
            ),
        ),
        (
            "volume_from",
            Attribute::optional(
                Type::String,
                "Component of the same pod to share one volume with.",
            ),
        ),
        (
            "volume_path",
            Attribute::optional(Type::String, "Path of the shared volume in that component."),
        ),
    ]);
    let dependency = Block::new([
        (
            "name",
            Attribute::required(
                Type::String,
                "COMPONENT of the same service, or SERVICE/COMPONENT.",
            ),
        ),
        (
            "port",
            Attribute::required(Type::String, "Port of that component."),
        ),
        (
            "alias",
            Attribute::optional(Type::String, "Name under which it is reached."),
        ),
        (
            "same_machine",
            Attribute::optional(Type::Bool, "Whether both must run on the same machine."),
        ),
    ]);
    let block = Block::new([
        (
            "image",
            Attribute::required(
                Type::String,
                "Image, [registry/][namespace/]repository[:tag]. A change of the tag alone is an update in place.",
            ),
        ),
        (
            "ports",
            Attribute::optional(texts(), "Exported ports: 5000, \"5000/tcp\" or \"53/udp\"."),
        ),
        (
            "domains",
            Attribute::optional(string_map(), "Domain names and the port that each leads to."),
        ),
        ("env", Attribute::optional(string_map(), "Environment variables.")),
        ("args", Attribute::optional(texts(), "Arguments of the entry point.")),
        (
            "entrypoint",
            Attribute::optional(Type::String, "Entry point in place of the image's own."),
        ),
        (
            "pod",
            Attribute::optional(Type::String, "Pod that is shared with other components of the service."),
        ),
    ])
    .with_blocks([
        ("volume", NestedBlock::new(Nesting::List, volume, "A volume.")),
        (
            "dependency",
            NestedBlock::new(Nesting::List, dependency, "A component that this one needs."),
        ),
        ("scaling_policy", policy()),
    ]);
    NestedBlock::new(Nesting::Map, block, "A component; its label is its name.")
}

fn app() -> ResourceSchema {
    let service = Block::new([(
        "public_ports",
        Attribute::optional(string_map(), "Public ports, uninterpreted."),
    )])
    .with_blocks([("component", component()), ("scaling_policy", policy())]);
    let timeouts = Block::new([
        (
            "create",
            Attribute::optional(Type::String, "For creating and starting; \"10m\" by default."),
        ),
        (
            "update",
            Attribute::optional(
                Type::String,
                "For updating, starting and stopping; \"10m\" by default.",
            ),
        ),
        (
            "delete",
            Attribute::optional(Type::String, "For deleting; \"10m\" by default."),
        ),
    ]);
    let instance = Type::object([
        ("id", Type::String),
        ("service", Type::String),
        ("component", Type::String),
        ("image", Type::String),
        ("status", Type::String),
    ]);
    let argument = |ty, description| Attribute::new(ty, Usage::OptionalComputed, description);
    ResourceSchema {
        version: 0,
        description: "An app: services of components, given as blocks or as a definition.",
        import_id: "ORG/ENV/APP",
        block: Block::new([
            (
                "org",
                Attribute::required(Type::String, "Name of the organization.").forces_replacement(),
            ),
            (
                "env",
                Attribute::required(Type::String, "Name of the environment.").forces_replacement(),
            ),
            (
                "name",
                argument(
                    Type::String,
                    "Name of the app. With a definition it may be left out; if it is set, it replaces the definition's app_name.",
                )
                .forces_replacement(),
            ),
            (
                "definition",
                Attribute::optional(
                    Type::String,
                    "The app as the JSON text of a swarm.json file, in place of service blocks.",
                ),
            ),
            (
                "definition_variables",
                Attribute::optional(string_map(), "Values for $variables of the definition."),
            ),
            (
                "public_ports",
                Attribute::optional(string_map(), "Public ports of the app, uninterpreted; with service blocks only."),
            ),
            (
                "running",
                argument(Type::Bool, "Whether the app runs; true by default."),
            ),
            (
                "update_strategy",
                argument(
                    Type::String,
                    "How instances move to a new version: \"one-by-one\" (default), \"all-at-once\" or \"hot-swap\".",
                ),
            ),
            id_of(&["org", "env", "name"], "ORG/ENV/APP."),
            ("created", Attribute::computed(Type::String, "When the platform made the app.")),
            (
                "status",
                Attribute::computed(Type::String, "Status of the app, the worst of its instances."),
            ),
            (
                "instances",
                Attribute::computed(Type::list(instance), "All instances, sorted by service and component.")
                    .made_of(&["service.component.image"]),
            ),
        ])
        .with_blocks([
            ("service", NestedBlock::new(Nesting::Map, service, "A service; its label is its name.")),
            (
                "timeouts",
                NestedBlock::new(Nesting::Single, timeouts, "How long to wait for the platform."),
            ),
        ]),
    }
}

fn scale() -> ResourceSchema {
    ResourceSchema::managed(
        "The number of instances of a component. The members of a pod scale together, so one of them is enough for the whole pod. Destroying it leaves the number as it is.",
        COMPONENT,
        [
            required_text("app", "The id of the app."),
            required_text("service", "Name of the service."),
            required_text("component", "Name of the component."),
            required("instances", Type::Number, "Number of instances, 1 to 10."),
            id_of(&["app", "service", "component"], "ORG/ENV/APP/SERVICE/COMPONENT."),
        ],
    )
}

/// The block `timeouts` of what is only ever updated.
fn patience() -> NestedBlock {
    let update = Attribute::optional(Type::String, "For reaching what is wanted; \"10m\" by default.");
    NestedBlock::new(
        Nesting::Single,
        Block::new([("update", update)]),
        "How long to wait for the platform.",
    )
}

fn version() -> ResourceSchema {
    let strategy = Attribute::new(
        Type::String,
        Usage::OptionalComputed,
        "How instances move to a new version: \"one-by-one\" (default), \"all-at-once\" or \"hot-swap\".",
    );
    let mut schema = ResourceSchema::managed(
        "The version of the image that a component runs, for an app whose image has no tag or whose \"ignore_changes\" has the image. A service that is stopped is stopped again after an update. Destroying it leaves the version as it is.",
        COMPONENT,
        [
            required_text("app", "The id of the app."),
            required_text("service", "Name of the service."),
            required_text("component", "Name of the component."),
            required_text("version", "The tag of the image."),
            ("strategy", strategy),
            id_of(&["app", "service", "component"], "ORG/ENV/APP/SERVICE/COMPONENT."),
        ],
    );
    schema.block = schema.block.with_blocks([("timeouts", patience())]);
    schema
}

fn service_state() -> ResourceSchema {
    let mut schema = ResourceSchema::managed(
        "Whether a service of an app runs, for an app whose \"ignore_changes\" has \"running\". Destroying it leaves the service as it is.",
        "ORG/ENV/APP/SERVICE",
        [
            required_text("app", "The id of the app."),
            required_text("service", "Name of the service."),
            required("running", Type::Bool, "Whether the service runs."),
            id_of(&["app", "service"], "ORG/ENV/APP/SERVICE."),
            computed_text("status", "Status of the service, the worst of its components."),
        ],
    );
    schema.block = schema.block.with_blocks([("timeouts", patience())]);
    schema
}

fn email() -> ResourceSchema {
    ResourceSchema::managed(
        "The email address of the user that swarmform works as. Destroying it leaves the address as it is.",
        "USER",
        [
            required_text("email", "The address."),
            computed_text("id", "Name of the user."),
        ],
    )
}

fn password() -> ResourceSchema {
    let secret = |attribute: Attribute| attribute.write_only();
    ResourceSchema::managed(
        "The password of the user that swarmform works as. A change ends all tokens of the user; the provider logs in again and goes on. Afterwards the provider's own password has to be the new one. Destroying it leaves the password as it is.",
        "USER",
        [
            (
                "password_wo",
                secret(Attribute::required(Type::String, "The new password.")),
            ),
            (
                "old_password_wo",
                secret(Attribute::optional(
                    Type::String,
                    "The old password; the one that the provider logs in with if left out.",
                )),
            ),
            (
                "password_wo_version",
                Attribute::optional(
                    Type::Number,
                    "A number to change together with the password, for only then is it set again.",
                ),
            ),
            computed_text("id", "Name of the user."),
        ],
    )
}
