//! The kinds of diagnostics of running a plan.

use crate::diag::Code;

/// Somebody else holds the lock.
pub static STATE_LOCKED: Code = Code::new(
    "state/locked",
    "The state is locked",
    "Another run holds the exclusive lock of this state. The message names who, on which host, with which command and since when. Wait until it ends, or give `-lock-timeout=30s` to wait for it. The lock of a process that died is released by itself.",
);
/// A record is damaged.
pub static STATE_DAMAGED: Code = Code::new(
    "state/damaged",
    "The state is damaged",
    "A record of the state store does not match its checksum, so it was changed from outside or by a failing disk. swarmform never goes on with a damaged state. `swarmform state recover` makes it whole again from the export, the journal and the history beside it, and says what it could not restore; `swarmform state pull` exports all undamaged records.",
);
/// The state was written by a newer version.
pub static STATE_TOO_NEW: Code = Code::new(
    "state/too-new",
    "The state is too new",
    "The state was written in a format that this version does not know. Use the version that wrote it, or a newer one.",
);
/// An operation of an earlier run has no outcome, and none could be found out.
pub static UNSETTLED: Code = Code::new(
    "state/unsettled",
    "The outcome of an operation is not known",
    "An earlier run was cut off after it had written down what it was about to do to an object and before it could write down what came of it. Before anything else is done, swarmform reads the object from the platform to find out; that failed. It never sends such a call again without knowing. Run the command again when the platform answers. Commands that only read the state show which operations are open.",
);
/// Any other fault of the store.
pub static STATE_IO: Code = Code::new(
    "state/io",
    "The state cannot be read or written",
    "The state store could not be opened, read or written: a missing permission, a full disk, a file in the way.",
);
/// A saved plan is stale.
pub static STALE_PLAN: Code = Code::new(
    "plan/stale",
    "The saved plan is stale",
    "The state or the configuration has changed since the plan was saved, so carrying it out could do something else than is wanted. The message says what has changed. Plan again.",
);
/// A file is not a saved plan.
pub static BAD_PLAN_FILE: Code = Code::new(
    "plan/bad-file",
    "Not a saved plan",
    "The file is not a plan that this version of swarmform has saved, or it was changed since. Plan again with `-out`.",
);
/// A saved plan cannot be decrypted.
pub static PLAN_KEY: Code = Code::new(
    "plan/key",
    "The key of the saved plan is missing or wrong",
    "A saved plan holds secrets, so it is encrypted: with a key that lies beside the state it was made from, or, where `SWARMFORM_PLAN_KEY` is set, with a key that is derived from that passphrase. It is opened with the same one. Set the variable, both where the plan is made and where it is applied, for a plan that travels from one machine to another.",
);

/// All of them.
pub static CODES: &[&Code] = &[
    &STATE_LOCKED,
    &STATE_DAMAGED,
    &STATE_TOO_NEW,
    &UNSETTLED,
    &STATE_IO,
    &STALE_PLAN,
    &BAD_PLAN_FILE,
    &PLAN_KEY,
];
