//! `plan -generate-config-out=FILE`: resource blocks for `import` blocks that lead to none.
//!
//! The objects are read first, their blocks are written into a new file, and then everything is planned with that
//! file. It writes blocks of the root module without `count` and `for_each` alone; what it leaves out is told by the
//! plan. Nothing sensitive is written: `null` stands there, and in place of what looks like a secret in an app stands a
//! variable, whose value this plan knows and the file does not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::addr::{ConfigResource, InstanceAddr, Mode, ModuleAddr, ModuleInstance, Target};
use crate::config::load::Reader;
use crate::config::target::pattern;
use crate::config::{Config, ProviderRef};
use crate::diag::Diagnostic;
use crate::host::{ConfigFiles, HostFiles, files};
use crate::lang::write::{Names, Writing, write_block};
use crate::plan::change::PlanMode;
use crate::plan::planner::{PlanOptions, Unwritten};
use crate::provider::giantswarm::written::{Secret, declarations, veiled};
use crate::render::Schemas;
use crate::source::SourceMap;

use super::args::Assignment;
use super::groups::Planning;
use super::session::Place;
use super::ui::Ui;
use super::{Stop, codes, variables};

/// What was written.
#[derive(Debug)]
pub struct Generated {
    /// The file as named.
    pub file: String,
    /// What it leaves to variables.
    pub secrets: Vec<Secret>,
    text: String,
    blocks: BTreeMap<InstanceAddr, Arc<str>>,
}

impl Generated {
    /// Values for the variables, so that it can be planned with the file before anybody has given them.
    pub fn assignments(&self) -> impl Iterator<Item = Assignment> {
        let assign = |secret: &Secret| Assignment::Var(format!("{}={}", secret.variable, secret.value));
        self.secrets.iter().map(assign)
    }

    /// The block of an instance, if it was written now.
    pub fn block(&self, addr: &InstanceAddr) -> Option<Arc<str>> {
        self.blocks.get(addr).cloned()
    }

    /// The files of the configuration, this one among them wherever it is.
    pub fn reader(&self) -> Beside {
        // Whatever it is called, it is read as what it is.
        let ending = if self.file.ends_with(".tf") { "" } else { ".tf" };
        Beside {
            name: format!("{}{ending}", self.file),
            text: self.text.clone(),
        }
    }
}

/// The configuration of this directory and one file more in the root module.
#[derive(Debug)]
pub struct Beside {
    name: String,
    text: String,
}

impl Reader for Beside {
    fn files(&self, dir: &str) -> Result<Vec<(String, String)>, String> {
        let mut found = ConfigFiles.files(dir)?;
        let plain = self.name.strip_prefix("./").unwrap_or(&self.name);
        if dir == "." && !found.iter().any(|(name, _)| name == plain) {
            found.push((self.name.clone(), self.text.clone()));
            found.sort();
        }
        Ok(found)
    }
}

/// Writes the file, if there is anything to write.
pub async fn write(
    ui: &mut Ui,
    planning: &Planning,
    assignments: &[Assignment],
    path: &Path,
) -> Result<Option<Generated>, Stop> {
    if planning.mode() != PlanMode::Normal {
        let detail = "Configuration is written for imports, and a plan with -destroy or -refresh-only imports nothing: \
                      -generate-config-out goes with neither.";
        return Err(fault("Invalid generate-config-out flag", detail).into());
    }
    if path.exists() {
        let detail = format!(
            "\"{}\" exists, and configuration is only written into a new file. Name another one, or move away what is in \
             it.",
            path.display()
        );
        return Err(fault("Target generated file already exists", detail).into());
    }
    let place = Place::new(planning.state.as_deref())?;
    let mut sources = SourceMap::new();
    let loaded = place.load_config(&ConfigFiles, &mut sources, true);
    ui.sources = Arc::new(sources);
    let (config, _) = loaded?;
    let wanted = wanted(&config);
    if wanted.is_empty() {
        return Ok(None);
    }
    let found = read(ui, &place, planning, assignments, &wanted).await?;
    let mut names = Names::new();
    let root = config.modules.get(&ModuleAddr::root());
    for taken in root.iter().flat_map(|root| root.variables.keys()) {
        names.give(taken);
    }
    let generated = text(&place.schemas(), &wanted, &found, (path, names));
    if generated.blocks.is_empty() {
        return Ok(None);
    }
    files::create(path, &generated.text).map_err(|reason| {
        let detail = format!(
            "The configuration cannot be written to \"{}\": {reason}.",
            path.display()
        );
        Diagnostic::error(&codes::FILE, detail)
    })?;
    Ok(Some(generated))
}

fn fault(summary: &str, detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(&codes::GENERATE, detail).summary(summary)
}

/// The resources that imports lead to and that are not there, with the provider that an import names.
fn wanted(config: &Config) -> BTreeMap<ConfigResource, Option<ProviderRef>> {
    let mut wanted = BTreeMap::new();
    let Some(root) = config.modules.get(&ModuleAddr::root()) else {
        return wanted;
    };
    for import in root.imports.iter().filter(|import| import.for_each.is_none()) {
        let Ok(pattern) = pattern(&import.to) else {
            continue;
        };
        let plain = pattern.module.is_empty() && !pattern.has_key();
        let Some((resource, None)) = pattern.resource.filter(|_| plain) else {
            continue;
        };
        if resource.mode == Mode::Managed && !root.resources.contains_key(&resource) {
            let module = ModuleAddr::root();
            wanted.insert(ConfigResource { module, resource }, import.provider.clone());
        }
    }
    wanted
}

fn header(resource: &ConfigResource) -> String {
    let resource = &resource.resource;
    format!("resource \"{}\" \"{}\"", resource.type_name, resource.name)
}

/// Reads the objects, as those of blocks that have nothing in them yet.
async fn read(
    ui: &mut Ui,
    place: &Place,
    planning: &Planning,
    assignments: &[Assignment],
    wanted: &BTreeMap<ConfigResource, Option<ProviderRef>>,
) -> Result<Vec<Unwritten>, Stop> {
    let block = |(resource, provider): (&ConfigResource, &Option<ProviderRef>)| match provider {
        Some(provider) => format!("{} {{\n  provider = {provider}\n}}\n", header(resource)),
        None => format!("{} {{\n}}\n", header(resource)),
    };
    let reader = Beside {
        name: "(not written yet).tf".to_owned(),
        text: wanted.iter().map(block).collect(),
    };
    let mut sources = SourceMap::new();
    let (config, _) = place.load_config(&reader, &mut sources, true)?;
    let given = variables::given(&config, assignments, &mut sources);
    ui.sources = Arc::new(sources);
    let (given, _) = given?;
    let store = place.store();
    let engine = place.engine(&store, Arc::new(|_| {}), planning.parallelism);
    let timestamp = place.timestamp();
    let inputs = place.inputs(
        (config, Arc::clone(&ui.sources)),
        given,
        Arc::new(HostFiles),
        (&place.workspace.name, &timestamp),
    );
    let target = |resource: &ConfigResource| {
        Target::Resource(InstanceAddr {
            module: ModuleInstance::root(),
            resource: resource.resource.clone(),
            key: crate::addr::InstanceKey::None,
        })
    };
    let options = PlanOptions {
        targets: wanted.keys().map(target).collect(),
        unwritten: wanted.keys().cloned().collect::<BTreeSet<_>>(),
        skip_refresh: !planning.choice.refresh,
        ..PlanOptions::default()
    };
    let lock = planning.locking.take(&store, "plan").await?;
    let found = engine.unwritten(&inputs, options).await;
    drop(lock);
    Ok(found?)
}

/// The whole file.
fn text(
    schemas: &Schemas,
    wanted: &BTreeMap<ConfigResource, Option<ProviderRef>>,
    found: &[Unwritten],
    (path, mut names): (&Path, Names),
) -> Generated {
    let mut generated = Generated {
        file: path.display().to_string(),
        secrets: Vec::new(),
        text: String::from(
            "# Written by swarmform. Look through these blocks, and move them to where they belong.\n",
        ),
        blocks: BTreeMap::new(),
    };
    for one in found {
        let resource = one.addr.config();
        let Some(schema) = schemas.of(&resource.resource) else {
            continue;
        };
        let provider = wanted.get(&resource).and_then(Option::as_ref);
        let first: Vec<(&str, String)> = provider
            .map(|provider| ("provider", provider.to_string()))
            .into_iter()
            .collect();
        let mut codes = Vec::new();
        let mut object = one.object.clone();
        if &*resource.resource.type_name == "giantswarm_app" {
            let veiled = veiled(&resource.resource.name, &object, &mut names);
            (object, codes) = (veiled.object, veiled.codes);
            generated.secrets.extend(veiled.secrets);
        }
        let block = write_block(
            &header(&resource),
            &Writing {
                schema: &schema.block,
                object: &object,
                codes: &codes,
                first: &first,
            },
        );
        generated.text.push_str(&format!(
            "\n# Imported by the id {}\n{block}",
            crate::lang::write::quoted(&one.id)
        ));
        generated
            .blocks
            .insert(one.addr.clone(), Arc::from(block.trim_end()));
    }
    generated.text.push_str(&declarations(&generated.secrets));
    generated
}
