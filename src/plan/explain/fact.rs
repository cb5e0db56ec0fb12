//! The kinds of causes, and the kinds of reasons why nothing happens. Plain data.

use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, ModuleInstance};
use crate::plan::change::{Action, Reason};
use crate::value::{Path, Value};

/// What a cause is. Values that are hidden on one side are marked sensitive on both.
#[derive(Clone, Debug)]
pub enum Fact {
    /// Something happens to another object.
    Change {
        /// The instance.
        addr: InstanceAddr,
        /// What happens to it.
        action: Action,
    },
    /// An attribute comes to be something else.
    Attribute {
        /// The attribute, or the part of it.
        path: Path,
        /// As it is.
        before: Value,
        /// As planned.
        after: Value,
        /// Whether that needs a new object.
        forces: bool,
    },
    /// The platform has another value than the one that was last applied.
    Drift {
        /// As last applied.
        last: Value,
        /// As it is on the platform.
        now: Value,
    },
    /// The object was deleted, and not by swarmform.
    DeletedOutside,
    /// An argument says it.
    Argument(Path),
    /// No argument says it any more.
    Unset(Path),
    /// The provider sets it anew.
    Computed,
    /// A variable.
    Variable(ModuleInstance, Arc<str>, Given),
    /// A local value.
    Local(ModuleInstance, Arc<str>),
    /// An output of a module that is called.
    Output(ModuleInstance, Arc<str>),
    /// `count` of a block.
    Count,
    /// `for_each` of a block.
    ForEach,
    /// Several instances of a resource, used together.
    All(ConfigResource),
    /// A data source, which was read just now.
    Data(InstanceAddr),
    /// There is a block, and no object yet.
    New,
    /// Creation failed half way in an earlier run.
    Tainted,
    /// `-replace` names it.
    Requested,
    /// `replace_triggered_by` names something that changes.
    Triggered,
    /// An object of the state that the configuration does not have.
    Orphan(Reason),
    /// A `removed` block says so.
    Removed,
    /// Everything is to be taken down.
    Destroying,
    /// An earlier run set the object aside and did not come to delete it.
    Deposed,
    /// It had another address.
    Moved(InstanceAddr),
    /// It exists, and comes under management.
    Imported(Arc<str>),
    /// The new object is made first: its own lifecycle says so, or that of this one, which depends on it.
    CreateFirst(Option<InstanceAddr>),
    /// The old object goes first although another order was asked for: its name must be free, or that of this one, which
    /// it uses.
    DeleteFirst(Option<InstanceAddr>),
    /// It needs something that changes, by `depends_on` or by what it refers to.
    Needs,
    /// The check that it stands in reads it again.
    CheckNested,
}

/// Where the value of a variable comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Its default.
    Default,
    /// A file of variables.
    File,
    /// The call of its module.
    Call,
    /// The command line or the environment, or the run that saved the plan.
    Outside,
}

/// Why nothing happens to an object, or to a part of it.
#[derive(Clone, Debug)]
pub enum Still {
    /// What is written and what is there agree.
    Equal,
    /// It differs, and `ignore_changes` says that this does not count.
    Ignored {
        /// The part.
        path: Path,
        /// What is written.
        written: Value,
        /// What is there.
        there: Value,
    },
    /// It is spelled otherwise and means the same.
    SameMeaning {
        /// The part.
        path: Path,
        /// What is written.
        written: Value,
        /// What is there.
        there: Value,
    },
    /// It has changed on the platform, and the configuration has nothing against it: the state takes it over.
    TakenOver {
        /// The part.
        path: Path,
        /// As last applied.
        last: Value,
        /// As it is now.
        now: Value,
        /// Whether a configuration can set it at all.
        argument: bool,
    },
    /// `-target` or `-exclude` leave it out.
    LeftOut,
    /// A data source, which was read while planning.
    ReadNow,
    /// The part that was asked for stays as it is, whatever else happens to the object.
    Unchanged(Value),
}
