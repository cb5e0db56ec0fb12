//! One app as a `resource` block: with `service` blocks where they say the same as its definition, else with the text
//! of the definition.

use crate::api::definition::{Definition, difference};
use crate::lang::write::{Names, Writing, write_block};
use crate::provider::giantswarm::app::shape::merged;
use crate::provider::giantswarm::app::source::{Source, source};
use crate::provider::giantswarm::schema;
use crate::provider::object::{at, get, plain, text, with};
use crate::schema::Block;
use crate::value::{Path, Type, Value};

use super::secrets::{is_secret, is_secret_argument};
use super::{Secret, Written};

/// Where an app is.
#[derive(Clone, Copy, Debug)]
pub struct AppPlace<'a> {
    /// The organization, as an expression.
    pub org: &'a str,
    /// The environment.
    pub env: &'a str,
    /// What its secrets are called after.
    pub prefix: &'a str,
    /// The provider, if it has to be named.
    pub provider: Option<&'a str>,
}

/// The configuration of one app, with the variables for its secrets.
pub fn convert(definition: &Definition, org: &str, env: &str) -> Written {
    let mut written = Written::default();
    let name = Names::new().give(&definition.app_name);
    let org = crate::lang::write::quoted(org);
    let place = AppPlace {
        org: &org,
        env,
        prefix: &name,
        provider: None,
    };
    let text = app_block(
        &name,
        place,
        definition,
        true,
        &mut Names::new(),
        &mut written.secrets,
    );
    written.text = text;
    written.declare();
    written
}

pub(super) fn block() -> Block {
    let mut all = schema::schema().resources;
    all.remove("giantswarm_app")
        .map(|resource| resource.block)
        .unwrap_or_default()
}

/// The arguments of an app of this definition; whether they are blocks. The organization is not among them.
pub(super) fn arguments(block: &Block, env: &str, definition: &Definition) -> (Value, bool) {
    let start = with(
        &block.empty_value(),
        [
            ("org", Value::string("org")),
            ("env", Value::string(env)),
            ("name", Value::string(&definition.app_name)),
        ],
    );
    let blocks = merged(block, &start, definition, None);
    if let Source::Known(read, _) = source(&blocks, None)
        && difference(&read.normalized(), &definition.normalized()).is_empty()
    {
        return (blocks, true);
    }
    let text = Value::string(definition.to_json_pretty());
    (with(&start, [("definition", text)]), false)
}

/// The block of an app. Its secrets are added to `secrets`.
pub(super) fn app_block(
    name: &str,
    place: AppPlace<'_>,
    definition: &Definition,
    running: bool,
    variables: &mut Names,
    secrets: &mut Vec<Secret>,
) -> String {
    let block = block();
    let (mut object, blocks) = arguments(&block, place.env, definition);
    let mut codes = vec![(at("org"), place.org.to_owned())];
    let mut hidden = Hidden {
        prefix: place.prefix,
        app: &definition.app_name,
        variables,
        secrets,
    };
    if blocks {
        hidden.in_blocks(definition, &mut codes);
    } else {
        object = hidden.in_text(definition, &object, &mut codes);
    }
    if !running {
        object = with(&object, [("running", Value::bool(false))]);
    }
    let provider = place.provider.map(|provider| ("provider", provider.to_owned()));
    let writing = Writing {
        schema: &block,
        object: &object,
        codes: &codes,
        first: provider.as_slice(),
    };
    write_block(&format!("resource \"giantswarm_app\" \"{name}\""), &writing)
}

/// An app that was read, ready to be written: itself, what stands in its places in place of secrets, and these.
pub struct Veiled {
    /// The app.
    pub object: Value,
    /// Expressions for some of its places.
    pub codes: Vec<(Path, String)>,
    /// What they stand for.
    pub secrets: Vec<Secret>,
}

/// Takes the secrets out of an app that was read. Its variables are named after `label`.
pub fn veiled(label: &str, object: &Value, variables: &mut Names) -> Veiled {
    let mut veiled = Veiled {
        object: object.clone(),
        codes: Vec::new(),
        secrets: Vec::new(),
    };
    let bare = plain(object);
    let Source::Known(definition, _) = source(&bare, None) else {
        return veiled;
    };
    // A definition that was read as text is written with blocks where these say the same.
    let env = text(&bare, "env").known().unwrap_or_default();
    let (arguments, blocks) = arguments(&block(), env, &definition);
    if blocks && let Some(services) = get(&arguments, "service") {
        let none = Value::null(Type::String);
        veiled.object = with(&bare, [("definition", none), ("service", services.clone())]);
    }
    let mut hidden = Hidden {
        prefix: label,
        app: &definition.app_name,
        variables,
        secrets: &mut veiled.secrets,
    };
    if blocks {
        hidden.in_blocks(&definition, &mut veiled.codes);
    } else {
        veiled.object = hidden.in_text(&definition, object, &mut veiled.codes);
    }
    veiled
}

/// Takes the secrets of an app out.
struct Hidden<'a> {
    prefix: &'a str,
    app: &'a str,
    variables: &'a mut Names,
    secrets: &'a mut Vec<Secret>,
}

impl Hidden<'_> {
    /// A variable for a value.
    fn variable(&mut self, of: &str, name: &str, value: &str) -> String {
        let word: String = format!("{}_{of}_{name}", self.prefix).to_lowercase();
        let variable = self.variables.give(&word);
        self.secrets.push(Secret {
            variable: variable.clone(),
            what: format!("{name} of {of} in the app {}", self.app),
            value: value.to_owned(),
        });
        variable
    }

    fn in_blocks(&mut self, definition: &Definition, codes: &mut Vec<(Path, String)>) {
        for (service, component) in definition.components() {
            let path = at("service")
                .key(service.service_name.as_str())
                .attr("component")
                .key(component.component_name.as_str());
            let of = &component.component_name;
            for entry in &component.env {
                let (name, value) = entry.split_once('=').unwrap_or((entry, ""));
                if is_secret(name, value) {
                    let variable = self.variable(of, name, value);
                    codes.push((path.attr("env").key(name), format!("var.{variable}")));
                }
            }
            for (index, arg) in component.args.iter().enumerate() {
                if is_secret_argument(&component.args, index) {
                    let variable = self.variable(of, &format!("argument_{}", index + 1), arg);
                    codes.push((path.attr("args").index(index as u64), format!("var.{variable}")));
                }
            }
        }
    }

    /// In the text of a definition they become `$variables` of its own.
    fn in_text(&mut self, definition: &Definition, object: &Value, codes: &mut Vec<(Path, String)>) -> Value {
        let mut definition = definition.clone();
        let mut given: Vec<(String, Value)> = Vec::new();
        for service in &mut definition.services {
            for component in &mut service.components {
                let of = component.component_name.clone();
                let mut take = |hidden: &mut Self, name: &str, value: &str| {
                    let variable = hidden.variable(&of, name, value);
                    // It is put into the text of a JSON string.
                    let code =
                        format!("trimsuffix(trimprefix(jsonencode(var.{variable}), \"\\\"\"), \"\\\"\")");
                    codes.push((at("definition_variables").key(variable.as_str()), code));
                    given.push((variable.clone(), Value::string("")));
                    format!("${variable}")
                };
                for entry in &mut component.env {
                    if let Some((name, value)) = entry.split_once('=')
                        && is_secret(name, value)
                    {
                        let variable = take(self, name, value);
                        *entry = format!("{name}={variable}");
                    }
                }
                let secret: Vec<bool> = (0..component.args.len())
                    .map(|index| is_secret_argument(&component.args, index))
                    .collect();
                for (index, (arg, _)) in component
                    .args
                    .iter_mut()
                    .zip(secret)
                    .enumerate()
                    .filter(|(_, (_, is))| *is)
                {
                    *arg = take(self, &format!("argument_{}", index + 1), &arg.clone());
                }
            }
        }
        if given.is_empty() {
            return object.clone();
        }
        let text = Value::string(definition.to_json_pretty());
        let variables = Value::map_from(Type::String, given);
        with(
            object,
            [("definition", text), ("definition_variables", variables)],
        )
    }
}
