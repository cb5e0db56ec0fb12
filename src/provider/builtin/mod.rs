//! The provider `terraform`: what needs no platform. Its one resource type is `terraform_data`, its one data source
//! `terraform_remote_state`.
//!
//! `terraform_data` keeps a value (`input`, seen again as `output`) and can force replacements
//! (`triggers_replace`). It makes no calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::plan::semantics::{Decision, Fault, PlannedCall, Proposal, Semantics};
use crate::ports::{Applied, Ids, Order, Provider};
use crate::provider::object::{at, get, plain, unknown_id, with};
use crate::schema::build::{computed_text, optional};
use crate::schema::{Attribute, Block, ProviderSchema, ResourceSchema};
use crate::value::{Path, Type, Value};

mod remote_state;
#[cfg(test)]
mod tests;

/// The provider's name.
pub const NAME: &str = "terraform";

const DATA: &str = "terraform_data";

/// The provider; see [`Provider`].
pub struct Builtin {
    schema: ProviderSchema,
    ids: Arc<dyn Ids>,
}

impl Builtin {
    /// The provider with this source of ids.
    pub fn new(ids: Arc<dyn Ids>) -> Builtin {
        let triggers = Attribute::optional(Type::Dynamic, "A value whose change replaces the object.");
        let output = Attribute::computed(Type::Dynamic, "The input as last applied.");
        let data = ResourceSchema::managed(
            "A value that is kept, and a way to force replacements.",
            "ID",
            [
                optional("input", Type::Dynamic, "A value to keep."),
                ("triggers_replace", triggers.forces_replacement()),
                ("output", output.copy_of("input")),
                computed_text("id", "A random UUID."),
            ],
        );
        Builtin {
            schema: ProviderSchema {
                name: NAME,
                config: Block::default(),
                resources: BTreeMap::from([(DATA, data)]),
                data_sources: BTreeMap::from([(remote_state::NAME, remote_state::schema())]),
            },
            ids,
        }
    }
}

fn unknown_type(type_name: &str) -> Fault {
    Fault::error(
        Path::root(),
        "Unknown resource type",
        format!("The provider \"terraform\" has no type \"{type_name}\"."),
    )
}

fn member(object: &Value, name: &str) -> Value {
    get(object, name).cloned().unwrap_or_else(Value::dynamic_null)
}

/// Whether two values are wholly known and the same, type and all.
fn same(one: &Value, other: &Value) -> bool {
    let (one, other) = (plain(one), plain(other));
    one.ty() == other.ty() && one.equals(&other).as_bool() == Some(true) || one.is_null() && other.is_null()
}

/// The output that an input promises: unknown, but of its type.
fn promised(input: &Value) -> Value {
    if input.is_null() {
        return input.clone();
    }
    Value::unknown(input.ty()).mark(input.deep_marks())
}

impl Semantics for Builtin {
    fn schema(&self) -> &ProviderSchema {
        &self.schema
    }

    fn validate_config(&self, _config: &Value) -> Vec<Fault> {
        Vec::new()
    }

    fn validate_resource(&self, type_name: &str, _config: &Value) -> Vec<Fault> {
        match type_name {
            DATA => Vec::new(),
            _ => vec![unknown_type(type_name)],
        }
    }

    fn validate_data(&self, type_name: &str, config: &Value) -> Vec<Fault> {
        match type_name {
            remote_state::NAME => remote_state::validate(config),
            _ => vec![unknown_type(type_name)],
        }
    }

    fn plan(&self, proposal: Proposal<'_>) -> Result<Decision, Vec<Fault>> {
        if proposal.type_name != DATA {
            return Err(vec![unknown_type(proposal.type_name)]);
        }
        let input = member(proposal.proposed, "input");
        let mut decision = Decision {
            planned: proposal.proposed.clone(),
            replace: Vec::new(),
            delete_first: false,
            calls: Vec::new(),
            faults: Vec::new(),
        };
        let triggers = ["triggers_replace"];
        let moved = |name: &str| !same(&member(proposal.prior, name), &member(proposal.proposed, name));
        let creates = proposal.prior.is_null();
        if !creates {
            decision.replace = triggers
                .iter()
                .filter(|name| moved(name))
                .map(|name| at(name))
                .collect();
        }
        if creates || !decision.replace.is_empty() {
            decision.planned = with(
                proposal.proposed,
                [("id", unknown_id()), ("output", promised(&input))],
            );
        } else if moved("input") {
            let output = if input.is_null() {
                Value::dynamic_unknown()
            } else {
                promised(&input)
            };
            decision.planned = with(proposal.proposed, [("output", output)]);
        }
        Ok(decision)
    }

    /// They live in the state alone. An operation on one whose outcome was not recorded has left nothing anywhere,
    /// so it is simply carried out by the next run.
    fn is_remote(&self, _type_name: &str) -> bool {
        false
    }

    fn plan_delete(&self, _type_name: &str, _prior: &Value) -> (Vec<PlannedCall>, Vec<Fault>) {
        (Vec::new(), Vec::new())
    }
}

#[async_trait]
impl Provider for Builtin {
    async fn configure(&self, _config: &Value) -> Result<(), Fault> {
        Ok(())
    }

    async fn read(&self, _type_name: &str, prior: &Value) -> Result<Option<Value>, Fault> {
        Ok(Some(prior.clone()))
    }

    async fn read_data(&self, type_name: &str, config: &Value) -> Result<Value, Fault> {
        match type_name {
            remote_state::NAME => remote_state::read(config),
            _ => Err(unknown_type(type_name)),
        }
    }

    async fn apply(&self, order: Order) -> Applied {
        let state = if order.planned.is_null() {
            order.planned.clone()
        } else {
            let id = if order.prior.is_null() {
                Value::string(self.ids.uuid())
            } else {
                member(&order.prior, "id")
            };
            let input = member(&order.planned, "input");
            with(&order.planned, [("id", id), ("output", input)])
        };
        Applied {
            state,
            private: None,
            error: None,
            in_doubt: false,
            notes: Vec::new(),
        }
    }

    async fn import(&self, type_name: &str, id: &str) -> Result<Option<Value>, Fault> {
        if type_name != DATA {
            return Err(unknown_type(type_name));
        }
        Ok(Some(Value::object([
            ("id", Value::string(id)),
            ("input", Value::dynamic_null()),
            ("output", Value::dynamic_null()),
            ("triggers_replace", Value::dynamic_null()),
        ])))
    }

    fn invalidate(&self) {}

    fn calls_made(&self) -> (u64, u64) {
        (0, 0)
    }

    async fn close(&self) {}
}
