//! The kinds of diagnostics that planning and applying give.

use crate::diag::Code;

macro_rules! codes {
    ($($name:ident = $id:literal, $title:literal, $explanation:literal;)*) => {
        $(
            #[doc = $title]
            pub static $name: Code = Code::new($id, $title, $explanation);
        )*
        /// All of them.
        pub static CODES: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    NO_TRIGGER = "plan/no-trigger", "A trigger that is not there",
        "`replace_triggered_by` names an instance of a resource that has no such instance. Name one that `count` or `for_each` makes, or the whole resource.";
    INVALID_REPETITION = "plan/invalid-repetition", "Invalid count or for_each",
        "`count` takes a whole number that is not negative; `for_each` takes a map, an object or a set of strings. Neither may be null, sensitive or, since it decides which instances there are, known only after apply. Make the keys known: use names from the configuration as keys, not ids that the platform gives.";
    CONDITION_FAILED = "plan/condition-failed", "A condition does not hold",
        "A `validation`, `precondition` or `postcondition` of the configuration is false. The message is the one that its author wrote.";
    CHECK_FAILED = "plan/check-failed", "A check does not hold",
        "An `assert` of a `check` block is false. It only warns.";
    CHECK_UNKNOWN = "plan/check-unknown", "A check is known only after apply",
        "An `assert` of a `check` block refers to values that only apply makes known. It is judged at the end of apply.";
    INVALID_CONDITION = "plan/invalid-condition", "Invalid condition",
        "A condition must be true or false, and its error message a string that may be shown.";
    INVALID_VARIABLE = "plan/invalid-variable", "Invalid value for a variable",
        "The value does not fit the `type` of the variable, or is null although the variable says `nullable = false`.";
    MISSING_VARIABLE = "plan/missing-variable", "No value for a required variable",
        "The variable has no `default`, and no value was given. Give one with `-var`, in a `terraform.tfvars` file or in the environment as `TF_VAR_name`; for a module call, as an argument of the call.";
    SENSITIVE_OUTPUT = "plan/sensitive-output", "Output shows a sensitive value",
        "The value of a root module output is sensitive, but the output does not say `sensitive = true`. Say so, or make the value presentable with `nonsensitive()` where it holds no secret.";
    EPHEMERAL_STORED = "plan/ephemeral-stored", "An ephemeral value would be stored",
        "Ephemeral values may not be kept in the state. Use them only in provider blocks, ephemeral outputs of child modules and write-only arguments.";
    INFINITE = "plan/infinite-number", "An infinite number",
        "A calculation such as `1 / 0` comes to an infinite number. Expressions may go on with it, but the state has no form for it, so neither an argument of a resource nor an output of the root module may be or hold one.";
    INVALID_ARGUMENT = "plan/invalid-argument", "Invalid argument",
        "The provider refuses the value of this argument before any call is made.";
    PROVIDER_WARNING = "plan/provider-warning", "A remark of the provider",
        "The provider has something to say about a change that it will make all the same, such as what is lost when an object is replaced.";
    NO_PROVIDER = "plan/no-provider", "No such provider",
        "swarmform has its providers built in: `giantswarm` and `terraform` (for `terraform_data`). The resource type or the `provider` argument names another one.";
    NO_RESOURCE_TYPE = "plan/no-resource-type", "No such resource type",
        "The provider has no resource or data source of this type. The reference page lists those there are.";
    PROVIDER_UNKNOWN = "plan/provider-unknown", "Provider configuration is not known",
        "An argument of the provider block is not known, and something has to be read, imported or deleted by this provider. Objects can be planned and made without: such a provider is configured during apply, when what it depends on is there.";
    NOT_REFRESHED = "plan/not-refreshed", "Objects that could not be looked at",
        "The provider of these objects can be configured only during apply, as its block depends on something that is made or changed there. The plan takes the objects to be as they were last seen; plan again after apply to see how they are.";
    PROVIDER_FAILED = "plan/provider-failed", "The provider cannot be configured",
        "The provider refused its configuration or could not reach the platform.";
    READ_FAILED = "plan/read-failed", "An object cannot be read",
        "The platform did not answer a read as expected, so swarmform cannot know how the object stands. Nothing was changed. Try again, or plan with `-refresh=false` from the last known state.";
    PREVENT_DESTROY = "plan/prevent-destroy", "An object must not be destroyed",
        "The plan would destroy an object whose `lifecycle` says `prevent_destroy = true`. Take that line out if the object may go, or change the configuration so that it stays.";
    BAD_STATE = "plan/bad-state", "The state does not fit the schema",
        "A stored object cannot be read by the schema of its resource type. It was written by another version, or by hand.";
    PROVIDER_BUG = "plan/provider-bug", "The provider broke its word",
        "The provider answered something that contradicts the configuration or its own plan. This is a bug of the provider, not of the configuration; please report it.";
    DELETE_FIRST = "plan/delete-first", "create_before_destroy cannot be followed",
        "This type's name must be free before a new object can be made, so the old object is deleted first, whatever `create_before_destroy` says.";
    MOVED = "plan/moved", "Moves that cannot be",
        "A `moved` block says that something has another address now. Its old address must not be declared any more, one thing moves to one place, and a chain of moves must end somewhere.";
    MOVE_BLOCKED = "plan/move-blocked", "Unresolved resource instance address changes",
        "A `moved` block, or a `count` that came or went, leads to an address where the state holds an object already. Nothing moved. Remove one of the two objects from the state or from the configuration.";
    REMOVED_EXISTS = "plan/removed-still-exists", "Removed object still exists",
        "A `removed` block says that something is no longer declared, but it is. Remove one of the two.";
    FORGOTTEN = "plan/forgotten", "Some objects will no longer be managed",
        "A `removed` block says `destroy = false`, so the objects are dropped from the state and stay on the platform.";
    IMPORT = "plan/import", "Invalid import",
        "An import takes an id that is known when planning, a string that is not empty, for an instance that the configuration declares.";
    IMPORT_NOTHING = "plan/import-nothing", "Cannot import non-existent remote object",
        "There is no object of this id on the platform, so nothing can be imported. Check the id, and that the provider is configured for the right platform.";
    STEP_CYCLE = "plan/step-cycle", "Steps wait for each other",
        "The changes cannot be ordered: each step of a circle waits for another one of it. This can happen when objects that replace each other refer to each other in opposite directions. Apply in two runs, with `-target`, to break the circle.";
    TARGETED = "plan/targeted", "Only a part is planned",
        "`-target` limits the plan to the addresses given and what they need, `-exclude` to all but the addresses given and what depends on them, so the platform may not be as the configuration says when it has been applied. Both are meant for getting out of trouble, not for everyday work: plan again without them.";
    REPLACE_KEY = "plan/replace-key", "Address of -replace lacks a key",
        "`-replace` names one instance. The resource has `count` or `for_each`, so its instances have keys, and the address without one names none of them.";
    UNSUPPORTED = "plan/unsupported", "Not supported yet",
        "The configuration uses a block that swarmform reads but does not carry out yet. It refuses rather than ignoring it.";
    STEP_FAILED = "apply/step-failed", "A step failed",
        "The platform refused a call, or did not come to the wanted state in time. What was done before is in the state; steps that depended on this one were not tried. Mend the cause and apply again.";
    STEP_REMARK = "apply/remark", "A remark on a step",
        "The provider has something to say about a step that it did, such as what stays on the platform when a resource is destroyed. Nothing failed.";
    NOT_AS_PLANNED = "apply/not-as-planned", "The change is not as planned",
        "When the step came to be done, its configuration came to something other than what the plan showed. Nothing was changed by this step. Plan again and look at what is different.";
    STATE_NOT_SAVED = "apply/state-not-saved", "The state could not be saved",
        "A step was done but its outcome could not be written. No further step was started. Mend the cause (often a full disk) and plan again: the next refresh finds the object.";
    PROVISIONER = "apply/provisioner", "local-exec provisioner error",
        "A command of a `provisioner` block could not be run or did not end with 0. An object whose creation it belongs to counts as half made and is replaced by the next apply; one that was to be destroyed stays. `on_failure = continue` passes over such failures.";
    APPLIED_PART = "apply/applied-part", "Only a part was applied",
        "The plan was limited by `-target` or `-exclude`, so there may be more to do, and outputs may not be up to date. Plan without them to see.";
    INTERRUPTED = "apply/interrupted", "Interrupted",
        "The run was interrupted. Steps that were running were finished and are in the state; no other was started.";
}
