//! The kinds of diagnostics of the command line.

use crate::diag::Code;

/// The command line makes no sense.
pub static USAGE: Code = Code::new(
    "cli/usage",
    "Invalid command line",
    "The arguments of the command do not go together, or one of them cannot be read. `swarmform COMMAND -help` lists what the command takes.",
);
/// No configuration here.
pub static NO_CONFIGURATION: Code = Code::new(
    "cli/no-configuration",
    "No configuration files",
    "The directory holds no file that ends in `.tf` or `.tf.json`, so there is nothing to plan. Change to the directory of the configuration, or name it with `-chdir=DIR`.",
);
/// A value for a variable that is not declared.
pub static UNDECLARED_VARIABLE: Code = Code::new(
    "cli/undeclared-variable",
    "Value for an undeclared variable",
    "A value was given for a variable that the root module does not declare. With `-var` that is an error, for a typing mistake would go unseen; in a variables file it is a warning, for files are shared between configurations; in the environment it is ignored. Declare the variable with a `variable` block, or take the value out.",
);
/// A variable's value cannot be read.
pub static BAD_VARIABLE: Code = Code::new(
    "cli/bad-variable",
    "Invalid value for a variable",
    "The text given for the variable is not an expression of its type. Values of variables that are not strings are written as in a configuration: `-var 'ports=[80, 443]'`.",
);
/// Something other than a constant as a variable's value.
pub static NOT_CONSTANT: Code = Code::new(
    "cli/not-constant",
    "Function calls not allowed",
    "Values of variables that are given by files, by `-var` and by the environment are constants: they refer to nothing and call no function. Compute with them in a `locals` block.",
);
/// A variables file cannot be read.
pub static BAD_VARIABLES_FILE: Code = Code::new(
    "cli/bad-variables-file",
    "Invalid variables file",
    "A variables file holds assignments of constants, one for each variable: `name = value`. Blocks, references and functions have no place in it. A file that ends in `.json` holds one JSON object.",
);
/// A file cannot be read or written.
pub static FILE: Code = Code::new(
    "cli/file",
    "A file cannot be read or written",
    "The operating system refused to read or write a file that was named on the command line. The message says why.",
);
/// A picture of too much.
pub static LARGE_PICTURE: Code = Code::new(
    "cli/large-picture",
    "Too much for a picture",
    "`graph -svg` draws 1,000 boxes and 4,000 lines at most. Draw a part: plan with `-target` and `-out`, then `graph -svg -plan=FILE`. Or take the DOT language, which `graph` prints without `-svg`, to a tool that is made for large graphs.",
);
/// Not a file that is formatted.
pub static NOT_FORMATTED: Code = Code::new(
    "cli/not-formatted",
    "Not a file that can be formatted",
    "`swarmform fmt` formats files of the native syntax: those that end in `.tf`, `.tfvars`, `.tftest.hcl` or `.tfmock.hcl`. JSON files have no canonical layout, and another ending tells that the file is no configuration.",
);
/// An address cannot be read.
pub static BAD_ADDRESS: Code = Code::new(
    "cli/bad-address",
    "Invalid address",
    "The text is not the address of a module, resource or resource instance. Addresses look like `giantswarm_org.lab`, `giantswarm_member.team[\"ada\"]` or `module.shop.giantswarm_app.api[0]`; put quotes around them in a shell.",
);
/// No such instance in the state.
pub static NO_INSTANCE: Code = Code::new(
    "cli/no-instance",
    "No such instance",
    "There is no resource instance of this address in the state, or for `explain` in the configuration either; or there are several, and one of them is to be named. `swarmform state list` shows those that the state holds.",
);
/// There is no state.
pub static NO_STATE: Code = Code::new(
    "cli/no-state",
    "No state",
    "There is no state to look at or to change: nothing has been applied in this directory and workspace yet. Change to the directory of the configuration, select the workspace that is meant with `swarmform workspace select`, or name the state's directory with `-state=DIR`.",
);
/// Something cannot be moved in the state.
pub static STATE_MOVE: Code = Code::new(
    "cli/state-move",
    "Cannot move in the state",
    "`state mv` moves a module to a module, a resource with all its instances to a resource, or an instance to an instance of the same type. The source must be in the state, and the destination must not. Nothing was changed.",
);
/// A file is not a state.
pub static BAD_STATE_FILE: Code = Code::new(
    "cli/bad-state-file",
    "Not a state",
    "The file is not a state in Terraform's format, version 4, as `state pull` prints it. The message says where it differs. Nothing was changed.",
);
/// A state may not be replaced by another.
pub static STATE_CONFLICT: Code = Code::new(
    "cli/state-conflict",
    "The state would be replaced by another one",
    "The lineage names a state among all others, and the serial grows with each change of it. `state push` refuses a file of another lineage, one without lineage, an older one, and a different one with the same serial, for each of them may be the wrong file. Look at both with `state pull` and `state history`; `-force` replaces the state all the same.",
);
/// A workspace cannot be used, made or deleted.
pub static WORKSPACE: Code = Code::new(
    "cli/workspace",
    "The workspace cannot be used so",
    "Something is wrong with the workspace that was named or selected: its name, that it exists or does not, that it is selected or holds resources. The message says what. `swarmform workspace list` shows all of them; `TF_WORKSPACE` in the environment overrides which one is selected.",
);
/// There is no such earlier state.
pub static HISTORY: Code = Code::new(
    "cli/history",
    "No such earlier state",
    "Each run that changes the state keeps a copy of what it leaves, the last 20 of them or as many as `SWARMFORM_STATE_HISTORY` says. `swarmform state history` lists those that are kept; they are named by their serial.",
);
/// The state cannot be unlocked.
pub static UNLOCK: Code = Code::new(
    "cli/unlock",
    "The state cannot be unlocked",
    "`force-unlock` takes the lock from its holder if the id given is that of the lock. The error of a locked state tells the id and the holder. The lock of a process that died is released by itself.",
);
/// No such output in the state.
pub static NO_OUTPUT: Code = Code::new(
    "cli/no-output",
    "No such output",
    "The state holds no output of this name. Outputs are written by `swarmform apply`; one that was added to the configuration since is not there yet.",
);
/// An output cannot be printed raw.
pub static NOT_RAW: Code = Code::new(
    "cli/not-raw",
    "Output cannot be printed raw",
    "`-raw` prints strings, numbers and bools as they are. A value of another type has no such form; use `-json`.",
);
/// Nobody can approve.
pub static NO_APPROVAL: Code = Code::new(
    "cli/no-approval",
    "Nobody can approve the plan",
    "The plan has to be approved by typing `yes`, and there is nobody to ask: input is switched off, or standard input has ended. Give `-auto-approve`, or plan with `-out` and apply the saved plan.",
);
/// The plan is another one than the one looked at.
pub static OTHER_DIGEST: Code = Code::new(
    "cli/other-digest",
    "Another plan than expected",
    "`-expect-digest` names the plan that was looked at, and what would be done now is something else: the configuration, the values of variables or the platform have changed since. Nothing was done. Look at the plan, and give its digest if it is the one that is wanted.",
);
/// The plan takes down more than it may.
pub static MAX_DESTROY: Code = Code::new(
    "cli/max-destroy",
    "The plan would destroy too much",
    "`-max-destroy` says how many objects a plan may delete or replace, and this one would take more. Nothing was done. Look at what goes and why; give a greater number if that is wanted.",
);
/// The console works with what there is.
pub static CONSOLE: Code = Code::new(
    "cli/console-incomplete",
    "Some values are unknown because of errors",
    "The configuration has errors, and the console evaluates the rest of it. Expressions that need what is at fault have no known value. Mend the errors, then start the console again.",
);
/// An import to where something is.
pub static ALREADY_MANAGED: Code = Code::new(
    "cli/already-managed",
    "Resource already managed",
    "The state has an object for the address, and an address stands for one object. Import to another address, or take the first object out of the state.",
);
/// Configuration cannot be written for imports.
pub static GENERATE: Code = Code::new(
    "cli/generate",
    "Configuration cannot be written",
    "`plan -generate-config-out=FILE`, `adopt` and `convert` write configuration into a new file, never over what is there. The first goes with a plan that imports, so neither with `-destroy` nor with `-refresh-only`. The message says what is in the way.",
);
/// A definition has a fault.
pub static DEFINITION: Code = Code::new(
    "cli/definition",
    "Invalid definition",
    "The file is not a `swarm.json` that the platform would take, or not a file of variables for one. The rules are those of the original parser, and the message stands on the line at fault. `docs/convert.md` tells the form of both files.",
);
/// An app has no definition that can be written.
pub static EXPORT: Code = Code::new(
    "cli/export",
    "App cannot be exported",
    "`export` writes the definition of an app as the state or the platform holds it. It must be valid and known, and what is sensitive in it must be a value of an environment variable or an argument, for nothing else can be left to a variable without showing it.",
);
/// The ignore file of `drift` is wrong.
pub static BAD_IGNORE: Code = Code::new(
    "cli/bad-ignore",
    "Invalid ignore file",
    "The ignore file of `swarmform drift` holds `ignore` blocks: an `address` pattern and a `reason`, and if wanted an `attribute` pattern and a last day, `expires`. Without a reason nobody can tell later whether the drift may still be.",
);
/// There is nothing to take back.
pub static NOT_TAINTED: Code = Code::new(
    "cli/not-tainted",
    "Resource instance is not tainted",
    "`untaint` takes back that an instance counts as half made, but this one does not. `swarmform state show ADDRESS` says how it stands.",
);
/// A platform failed or refused.
pub static PLATFORM: Code = Code::new(
    "cli/platform",
    "The platform did not do it",
    "A command that works on a platform beside any state could not do what was asked: the platform cannot be reached, refused the call, failed, or came to another end. The message has the call and the answer.",
);
/// Nobody knows which platform or who asks.
pub static NO_LOGIN: Code = Code::new(
    "cli/no-login",
    "No platform to work on",
    "A command needs to know which platform is meant and who asks. `-endpoint`, the provider block of the configuration here and `GIANTSWARM_ENDPOINT` name the platform; `swarmform login` or `GIANTSWARM_TOKEN` say who you are.",
);
/// An address that leads nowhere on a platform.
pub static BAD_SPOT: Code = Code::new(
    "cli/bad-spot",
    "No such place on the platform",
    "Commands such as `status`, `logs` and `exec` take the address of a resource instance of the state, or `ORG/ENV/APP/SERVICE/COMPONENT/INSTANCE` as far as is wanted. The message says what is wrong with the one given.",
);
/// The editor is gone.
pub static LSP: Code = Code::new(
    "cli/lsp",
    "The session with the editor ended badly",
    "`swarmform lsp` speaks the language server protocol over standard input and output, and an editor starts it. It was started by something else, or the editor went away without saying goodbye.",
);
/// The server cannot be started.
pub static SERVE: Code = Code::new(
    "cli/serve",
    "The platform cannot be served",
    "The server could not open its data, make its users or listen on its address. The message says why.",
);
/// The connection would not be safe.
pub static REMOTE: Code = Code::new(
    "cli/remote",
    "The platform would be open to the network",
    "The server speaks plain HTTP, so passwords and tokens would cross the network for everybody to read. Give a certificate and its key with `-tls-cert` and `-tls-key`, or listen on a loopback address and put a proxy that speaks TLS in front of it, or say with `-allow-remote` that the network is trusted.",
);

/// All of them.
pub static CODES: &[&Code] = &[
    &USAGE,
    &NO_CONFIGURATION,
    &UNDECLARED_VARIABLE,
    &BAD_VARIABLE,
    &NOT_CONSTANT,
    &BAD_VARIABLES_FILE,
    &FILE,
    &LARGE_PICTURE,
    &NOT_FORMATTED,
    &BAD_ADDRESS,
    &NO_INSTANCE,
    &NO_STATE,
    &STATE_MOVE,
    &BAD_STATE_FILE,
    &STATE_CONFLICT,
    &WORKSPACE,
    &HISTORY,
    &UNLOCK,
    &NO_OUTPUT,
    &NOT_RAW,
    &NO_APPROVAL,
    &OTHER_DIGEST,
    &MAX_DESTROY,
    &CONSOLE,
    &ALREADY_MANAGED,
    &GENERATE,
    &DEFINITION,
    &EXPORT,
    &BAD_IGNORE,
    &NOT_TAINTED,
    &PLATFORM,
    &NO_LOGIN,
    &BAD_SPOT,
    &LSP,
    &SERVE,
    &REMOTE,
];
