//! `terraform_data` as its users know it.

use super::*;
use crate::value::Marks;

struct Fixed;

impl Ids for Fixed {
    fn uuid(&self) -> String {
        "11111111-2222-4333-8444-555555555555".to_owned()
    }
}

fn data(input: Value, triggers: Value) -> Value {
    Value::object([
        ("input", input),
        ("triggers_replace", triggers),
        ("output", Value::dynamic_null()),
        ("id", Value::null(Type::String)),
    ])
}

fn plan(prior: &Value, config: &Value) -> Decision {
    let mut proposed = config.clone();
    if !prior.is_null() {
        proposed = with(
            config,
            [("id", member(prior, "id")), ("output", member(prior, "output"))],
        );
    }
    let provider = Builtin::new(Arc::new(Fixed));
    let proposal = Proposal {
        type_name: DATA,
        prior,
        config,
        proposed: &proposed,
    };
    provider.plan(proposal).unwrap()
}

async fn apply(prior: &Value, config: &Value) -> Value {
    let order = Order {
        type_name: DATA.into(),
        prior: prior.clone(),
        planned: plan(prior, config).planned,
        config: config.clone(),
        private: None,
    };
    Builtin::new(Arc::new(Fixed)).apply(order).await.state
}

#[tokio::test]
async fn the_input_comes_out_as_output_and_a_second_plan_changes_nothing() {
    let config = data(Value::string("x"), Value::dynamic_null());
    let planned = plan(&Value::dynamic_null(), &config).planned;
    assert!(!member(&planned, "id").is_known() && !member(&planned, "output").is_known());
    let made = apply(&Value::dynamic_null(), &config).await;
    assert_eq!(member(&made, "output").as_str(), Some("x"));
    assert_eq!(
        member(&made, "id").as_str(),
        Some("11111111-2222-4333-8444-555555555555")
    );
    let again = plan(&made, &config);
    assert!(again.replace.is_empty() && again.planned.is_wholly_known());
    assert_eq!(again.planned.equals(&made).as_bool(), Some(true));
}

#[tokio::test]
async fn another_input_is_an_update_and_another_trigger_a_replacement() {
    let made = apply(&Value::dynamic_null(), &data(Value::int(1), Value::string("a"))).await;
    let update = plan(&made, &data(Value::int(2), Value::string("a")));
    assert!(update.replace.is_empty() && !member(&update.planned, "output").is_known());
    assert!(member(&update.planned, "id").is_known());
    let other_type = plan(&made, &data(Value::string("1"), Value::string("a")));
    assert!(!member(&other_type.planned, "output").is_known());
    let replace = plan(&made, &data(Value::int(1), Value::string("b")));
    assert_eq!(replace.replace, [at("triggers_replace")]);
    let unknown = plan(&made, &data(Value::int(1), Value::dynamic_unknown()));
    assert_eq!(unknown.replace, [at("triggers_replace")]);
}

#[tokio::test]
async fn a_sensitive_input_makes_a_sensitive_output_and_null_stays_null() {
    let secret = Value::string("x").mark(Marks::SENSITIVE);
    let planned = plan(&Value::dynamic_null(), &data(secret, Value::dynamic_null())).planned;
    assert!(member(&planned, "output").is_sensitive());
    let planned = plan(
        &Value::dynamic_null(),
        &data(Value::dynamic_null(), Value::dynamic_null()),
    )
    .planned;
    assert!(member(&planned, "output").is_null());
}
