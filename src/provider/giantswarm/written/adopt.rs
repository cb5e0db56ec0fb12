//! Organizations as they are, with `import` blocks for all that can be managed.

use crate::api::definition::Definition;
use crate::lang::write::{Names, laid_out, quoted};

use super::app::{AppPlace, app_block};
use super::{Given, Written};

/// An organization.
#[derive(Clone, Debug)]
pub struct AdoptedOrganization {
    /// The name.
    pub name: String,
    /// Whether it can be managed; that of the account itself cannot.
    pub managed: bool,
    /// Its members without the user.
    pub members: Vec<String>,
    /// Its apps.
    pub apps: Vec<AdoptedApp>,
}

/// An app.
#[derive(Clone, Debug)]
pub struct AdoptedApp {
    /// The environment.
    pub env: String,
    /// The definition, with the app's name in it.
    pub definition: Definition,
    /// Whether it runs.
    pub running: bool,
    /// Its services and whether each runs, where they differ. The app leaves it to them then.
    pub states: Vec<(String, bool)>,
    /// Components that have another number of instances than their definition starts.
    pub scales: Vec<Scale>,
}

/// The number of instances of a component.
#[derive(Clone, Debug)]
pub struct Scale {
    /// The service.
    pub service: String,
    /// The component.
    pub component: String,
    /// The number.
    pub instances: usize,
}

/// The configuration of these organizations, of the provider if one is named.
pub fn adopt(organizations: &[AdoptedOrganization], provider: Option<&str>) -> Written {
    let mut written = Written {
        text: "# What was there when swarmform looked. Once it is applied, the import blocks can go.\n"
            .to_owned(),
        ..Written::default()
    };
    let mut given = Given {
        provider: provider.map(str::to_owned),
        ..Given::default()
    };
    for organization in organizations {
        one(organization, &mut given, &mut written);
    }
    written.declare();
    written.text = laid_out(std::mem::take(&mut written.text));
    written
}

fn import(text: &mut String, provider: &str, to: &str, id: &str) {
    text.push_str(&format!(
        "\nimport {{\n{provider}  to = {to}\n  id = {}\n}}\n",
        quoted(id)
    ));
}

fn one(organization: &AdoptedOrganization, given: &mut Given, written: &mut Written) {
    let org = &organization.name;
    let name = given.resources.give(org);
    let code = if organization.managed {
        let text = &mut written.text;
        text.push_str(&format!(
            "\nresource \"giantswarm_org\" \"{name}\" {{\n{}  name = {}\n}}\n",
            given.provider_line(),
            quoted(org)
        ));
        import(
            text,
            &given.provider_line(),
            &format!("giantswarm_org.{name}"),
            org,
        );
        format!("giantswarm_org.{name}.name")
    } else {
        quoted(org)
    };
    if !organization.members.is_empty() {
        members(&mut written.text, given, &name, &code, organization);
    }
    let provider = given.provider.clone();
    let mut names = Names::new();
    for app in &organization.apps {
        let env = &app.env;
        let app_name = &app.definition.app_name;
        let label = names.give(&format!("{name}_{env}_{app_name}"));
        let place = AppPlace {
            org: &code,
            env,
            prefix: &label,
            provider: provider.as_deref(),
        };
        let block = app_block(
            &label,
            place,
            &app.definition,
            app.running,
            &mut given.variables,
            &mut written.secrets,
        );
        written.text.push('\n');
        match block.strip_suffix("}\n").filter(|_| !app.states.is_empty()) {
            None => written.text.push_str(&block),
            Some(block) => {
                let lifecycle = "\n  lifecycle {\n    ignore_changes = [running]\n  }\n}\n";
                written.text.push_str(&format!("{block}{lifecycle}"));
            }
        }
        let to = format!("giantswarm_app.{label}");
        import(
            &mut written.text,
            &given.provider_line(),
            &to,
            &format!("{org}/{env}/{app_name}"),
        );
        for (service, running) in &app.states {
            let label = names.give(&format!("{label}_{service}"));
            written.text.push_str(&format!(
                "\nresource \"giantswarm_service_state\" \"{label}\" {{\n{}  app = {to}.id\n  service = {}\n  running = \
                 {running}\n}}\n",
                given.provider_line(),
                quoted(service)
            ));
            import(
                &mut written.text,
                &given.provider_line(),
                &format!("giantswarm_service_state.{label}"),
                &format!("{org}/{env}/{app_name}/{service}"),
            );
        }
        for scale in &app.scales {
            let Scale {
                service,
                component,
                instances,
            } = scale;
            let label = names.give(&format!("{label}_{service}_{component}"));
            written.text.push_str(&format!(
                "\nresource \"giantswarm_component_scale\" \"{label}\" {{\n{}  app = {to}.id\n  service = {}\n  component = {}\n  \
                 instances = {instances}\n}}\n",
                given.provider_line(),
                quoted(service),
                quoted(component)
            ));
            import(
                &mut written.text,
                &given.provider_line(),
                &format!("giantswarm_component_scale.{label}"),
                &format!("{org}/{env}/{app_name}/{service}/{component}"),
            );
        }
    }
}

/// The members as one resource; the list stands once, for the resource and for its import.
fn members(text: &mut String, given: &mut Given, name: &str, org: &str, organization: &AdoptedOrganization) {
    let provider = given.provider_line();
    let local = given.locals.give(&format!("{name}_members"));
    let lines: String = organization
        .members
        .iter()
        .map(|member| format!("    {},\n", quoted(member)))
        .collect();
    text.push_str(&format!("\nlocals {{\n  {local} = toset([\n{lines}  ])\n}}\n"));
    text.push_str(&format!(
        "\nresource \"giantswarm_member\" \"{name}\" {{\n{provider}  for_each = local.{local}\n\n  org = {org}\n  username = \
         each.key\n}}\n"
    ));
    text.push_str(&format!(
        "\nimport {{\n{provider}  for_each = local.{local}\n  to = giantswarm_member.{name}[each.key]\n  id = \
         \"{}/${{each.key}}\"\n}}\n",
        organization.name
    ));
}
