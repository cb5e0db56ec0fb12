//! The provider of a simulation, which knows the platform of `world` and keeps the rules that real ones keep: a
//! mutation is sent once; where its answer is lost, reading decides, and where that does not tell, nobody knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use swarmform::plan::semantics::{Decision, Fault as Told, PlannedCall, Proposal, Semantics};
use swarmform::ports::{Applied, Found, Order, Provider, Providers};
use swarmform::schema::{Attribute, Block, ProviderSchema, ResourceSchema};
use swarmform::value::{Path, Type, Value};

use crate::world::{Fault, Object, World};

pub struct Things {
    schema: ProviderSchema,
    world: World,
}

impl Things {
    pub fn new(world: World) -> Things {
        let text = || Attribute::optional(Type::String, "");
        let number = || Attribute::optional(Type::Number, "");
        let block = Block::new([
            ("id", Attribute::computed(Type::String, "")),
            ("name", text().forces_replacement()),
            ("hard", text().forces_replacement()),
            ("size", number()),
            ("uses", text()),
            ("count_of", number()),
        ]);
        let resource = ResourceSchema {
            block,
            ..ResourceSchema::default()
        };
        let mut schema = ProviderSchema {
            name: "thing",
            ..ProviderSchema::default()
        };
        schema.resources.insert("thing_one", resource);
        Things { schema, world }
    }

    async fn call<T>(
        &self,
        change: impl FnOnce(&mut BTreeMap<u64, Object>, &mut u64) -> T,
    ) -> Result<T, (bool, Told)> {
        let told = |text: &str| Told::error(Path::root(), "It failed", text);
        // Sent; done; answered: three places to die at.
        match self.world.effect().await {
            Some(Fault::Refused) => return Err((false, told("The platform refused."))),
            Some(Fault::CallLost) => return Err((true, told("The connection was cut."))),
            Some(Fault::AnswerLost) => {
                self.world.change(change);
                self.world.effect().await;
                return Err((true, told("No answer in time.")));
            }
            _ => {}
        }
        let done = self.world.change(change);
        self.world.effect().await;
        Ok(done)
    }

    async fn look(&self, stale: bool) -> Result<BTreeMap<u64, Object>, Told> {
        match self.world.effect().await {
            Some(Fault::Refused | Fault::AnswerLost | Fault::CallLost) => Err(Told::error(
                Path::root(),
                "It failed",
                "The platform did not answer.",
            )),
            Some(Fault::Stale) if stale => Ok(self.world.objects(true)),
            _ => Ok(self.world.objects(false)),
        }
    }

    /// Brings the relative count of an object to what is wanted: read, change by the difference, read again.
    async fn bring(&self, id: u64, wanted: i64) -> Result<(), Told> {
        let count = |objects: &BTreeMap<u64, Object>| objects.get(&id).map(|object| object.count);
        let have = count(&self.look(false).await?);
        let Some(difference) = have.map(|have| wanted - have).filter(|by| *by != 0) else {
            return Ok(());
        };
        let sent = self.call(|objects, _| {
            if let Some(object) = objects.get_mut(&id) {
                object.count += difference;
            }
        });
        let Err((unknown, fault)) = sent.await else {
            return Ok(());
        };
        let now = if unknown {
            count(&self.look(false).await?)
        } else {
            have
        };
        if now == Some(wanted) { Ok(()) } else { Err(fault) }
    }

    async fn create(&self, wanted: Object) -> Applied {
        let same = |found: &Object| (&found.name, &found.hard) == (&wanted.name, &wanted.hard);
        let made = Object {
            count: 1,
            ..wanted.clone()
        };
        let id = match self
            .call(|objects, made_so_far| {
                *made_so_far += 1;
                objects.insert(*made_so_far, made);
                *made_so_far
            })
            .await
        {
            Ok(id) => id,
            Err((false, fault)) => return outcome(null(), Some(fault), false),
            Err((true, fault)) => match self.look(false).await {
                Ok(objects) => match objects.iter().find(|(_, found)| same(found)) {
                    Some((id, _)) => *id,
                    None => return outcome(null(), Some(fault), true),
                },
                Err(_) => return outcome(null(), Some(fault), true),
            },
        };
        match self.bring(id, wanted.count).await {
            Ok(()) => outcome(value(id, &wanted), None, false),
            Err(fault) => outcome(null(), Some(fault), true),
        }
    }

    async fn update(&self, prior: &Value, id: u64, wanted: Object) -> Applied {
        let (size, uses) = (wanted.size, wanted.uses.clone());
        let sent = self.call(|objects, _| {
            if let Some(object) = objects.get_mut(&id) {
                (object.size, object.uses) = (size, uses);
            }
        });
        let error = match sent.await {
            Ok(()) => self.bring(id, wanted.count).await.err(),
            Err((_, fault)) => Some(fault),
        };
        let Some(error) = error else {
            return outcome(value(id, &wanted), None, false);
        };
        // What was reached is read; where that fails too, the next refresh tells.
        match self.look(false).await {
            Ok(objects) => {
                let now = objects.get(&id).map_or_else(null, |object| value(id, object));
                outcome(now, Some(error), false)
            }
            Err(_) => outcome(prior.clone(), Some(error), false),
        }
    }

    async fn delete(&self, prior: &Value, id: u64) -> Applied {
        let Err((_, fault)) = self.call(|objects, _| drop(objects.remove(&id))).await else {
            return outcome(null(), None, false);
        };
        match self.look(false).await {
            Ok(objects) if !objects.contains_key(&id) => outcome(null(), None, false),
            _ => outcome(prior.clone(), Some(fault), false),
        }
    }
}

fn null() -> Value {
    Value::dynamic_null()
}

fn outcome(state: Value, error: Option<Told>, in_doubt: bool) -> Applied {
    Applied {
        state,
        private: None,
        error,
        in_doubt,
        notes: Vec::new(),
    }
}

fn text(value: &Value, name: &str) -> String {
    let member = value.members().and_then(|members| members.get(name));
    member.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(value: &Value, name: &str) -> i64 {
    let member = value.members().and_then(|members| members.get(name));
    member
        .and_then(Value::as_number)
        .and_then(|number| number.to_i64())
        .unwrap_or_default()
}

fn object(value: &Value) -> Object {
    Object {
        name: text(value, "name"),
        hard: text(value, "hard"),
        size: number(value, "size"),
        uses: text(value, "uses"),
        count: number(value, "count_of"),
    }
}

fn value(id: u64, object: &Object) -> Value {
    Value::object([
        ("id", Value::string(id.to_string())),
        ("name", Value::string(&object.name)),
        ("hard", Value::string(&object.hard)),
        ("size", Value::int(object.size)),
        ("uses", Value::string(&object.uses)),
        ("count_of", Value::int(object.count)),
    ])
}

fn id(value: &Value) -> u64 {
    text(value, "id").parse().unwrap_or_default()
}

impl Semantics for Things {
    fn schema(&self) -> &ProviderSchema {
        &self.schema
    }
    fn validate_config(&self, _: &Value) -> Vec<Told> {
        Vec::new()
    }
    fn validate_resource(&self, _: &str, _: &Value) -> Vec<Told> {
        Vec::new()
    }
    fn validate_data(&self, _: &str, _: &Value) -> Vec<Told> {
        Vec::new()
    }
    fn plan(&self, proposal: Proposal<'_>) -> Result<Decision, Vec<Told>> {
        let mut decision = Decision {
            planned: proposal.proposed.clone(),
            replace: Vec::new(),
            delete_first: false,
            calls: Vec::new(),
            faults: Vec::new(),
        };
        if !proposal.prior.is_null() {
            for name in ["name", "hard"] {
                let member = |value: &Value| value.members().and_then(|members| members.get(name).cloned());
                if member(proposal.prior) != member(proposal.proposed) {
                    decision.replace.push(Path::root().attr(name));
                }
            }
        }
        Ok(decision)
    }
    fn plan_delete(&self, _: &str, _: &Value) -> (Vec<PlannedCall>, Vec<Told>) {
        Default::default()
    }
}

#[async_trait]
impl Provider for Things {
    async fn configure(&self, _: &Value) -> Result<(), Told> {
        Ok(())
    }

    async fn read(&self, _: &str, prior: &Value) -> Result<Option<Value>, Told> {
        let id = id(prior);
        let objects = self.look(true).await?;
        Ok(objects.get(&id).map(|object| value(id, object)))
    }

    async fn read_data(&self, _: &str, _: &Value) -> Result<Value, Told> {
        Err(Told::error(Path::root(), "No data", "There is none."))
    }

    async fn apply(&self, order: Order) -> Applied {
        match (order.prior.is_null(), order.planned.is_null()) {
            (true, _) => self.create(object(&order.planned)).await,
            (_, true) => self.delete(&order.prior, id(&order.prior)).await,
            _ => {
                self.update(&order.prior, id(&order.prior), object(&order.planned))
                    .await
            }
        }
    }

    async fn settle(&self, order: &Order) -> Result<Found, Told> {
        let objects = self.look(false).await?;
        let wanted = object(&order.planned);
        let found = if order.prior.is_null() {
            objects
                .iter()
                .find(|(_, found)| (&found.name, &found.hard) == (&wanted.name, &wanted.hard))
        } else {
            objects.get_key_value(&id(&order.prior))
        };
        Ok(found.map_or(Found::Nothing, |(id, object)| Found::Object(value(*id, object))))
    }

    async fn import(&self, _: &str, _: &str) -> Result<Option<Value>, Told> {
        Ok(None)
    }

    fn invalidate(&self) {}

    fn calls_made(&self) -> (u64, u64) {
        (0, 0)
    }

    async fn close(&self) {}
}

impl Providers for Things {
    fn names(&self) -> Vec<&'static str> {
        vec!["thing"]
    }

    fn semantics(&self, _: &str) -> Option<Arc<dyn Semantics>> {
        Some(Arc::new(Things::new(self.world.clone())))
    }

    fn create(&self, _: &str) -> Option<Arc<dyn Provider>> {
        Some(Arc::new(Things::new(self.world.clone())))
    }
}
