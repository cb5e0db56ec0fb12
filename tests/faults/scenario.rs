//! A scenario: what is configured, what goes wrong, who meddles. All of it from a seed, all of it plain data that can
//! be made smaller.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::chance::Chance;
use crate::proxy::{Fault, Moment, Script};

pub const USERS: [&str; 3] = ["adam", "grace", "kord"];

/// One application with one component.
#[derive(Clone, Debug, PartialEq)]
pub struct App {
    pub org: usize,
    pub tag: u64,
    /// Cannot be changed in place.
    pub hard: u64,
    pub running: bool,
    pub scale: Option<u64>,
}

/// What somebody does to the platform by hand. The number picks one of what is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hand {
    DeleteApp(u64),
    Scale(u64),
    Stop(u64),
    RemoveMember(u64),
    DeleteOrg(u64),
}

/// A commit at which the program dies, and whether it is carried out.
pub type CommitCrash = (u64, bool);

/// One run that may go wrong, and what happens before it.
#[derive(Clone, Debug, Default)]
pub struct Run {
    pub hands: Vec<Hand>,
    /// Whether the platform is stopped and started again on its data.
    pub restart: bool,
    pub script: Script,
    pub commit_crash: Option<CommitCrash>,
}

/// An app whose component, service and user have resources of their own, and what these say.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    pub version: u64,
    pub running: bool,
    pub email: u64,
    pub password: u64,
}

/// The password of this number.
pub fn password(number: u64) -> String {
    format!("a secret of number {number}")
}

/// A configuration, and the runs of it before the one without faults.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// Organizations, with which users are members.
    pub orgs: BTreeMap<usize, BTreeSet<usize>>,
    pub apps: BTreeMap<usize, App>,
    pub parts: Option<Parts>,
    pub runs: Vec<Run>,
}

#[derive(Clone, Debug, Default)]
pub struct Scenario {
    pub stages: Vec<Stage>,
    pub parallelism: usize,
}

impl Scenario {
    /// The scenario of a seed.
    pub fn of(seed: u64) -> Scenario {
        let mut chance = Chance(seed);
        let (many_orgs, many_apps) = (1 + chance.below(3) as usize, chance.below(4) as usize);
        let mut stage = Stage::default();
        let mut stages = Vec::new();
        for number in 0..2 + chance.below(2) {
            for org in 0..many_orgs {
                evolve_org(&mut chance, &mut stage.orgs, org, number);
            }
            for app in 0..many_apps {
                evolve_app(&mut chance, &mut stage, app, number);
            }
            if number > 0 && chance.one_in(6) {
                stage = Stage::default();
            }
            let orgs = stage.orgs.clone();
            stage.apps.retain(|_, app| orgs.contains_key(&app.org));
            let requests = 10 + 4 * (stage.orgs.len() + 3 * stage.apps.len()) as u64;
            stage.runs = (0..1 + chance.below(3))
                .map(|_| run(&mut chance, requests))
                .collect();
            stages.push(stage.clone());
        }
        Scenario {
            stages,
            parallelism: [1, 2, 10][chance.below(3) as usize],
        }
    }

    /// The same without anything that goes wrong.
    pub fn calm(&self) -> Scenario {
        let mut calm = self.clone();
        for stage in &mut calm.stages {
            stage.runs.clear();
        }
        calm
    }

    /// Smaller scenarios: one thing less in each.
    pub fn smaller(&self) -> Vec<Scenario> {
        let mut all = Vec::new();
        let mut less = |change: &dyn Fn(&mut Scenario)| {
            let mut scenario = self.clone();
            change(&mut scenario);
            all.push(scenario);
        };
        for (at, stage) in self.stages.iter().enumerate() {
            less(&|scenario| drop(scenario.stages.remove(at)));
            for (number, run) in stage.runs.iter().enumerate() {
                less(&|scenario| drop(scenario.stages[at].runs.remove(number)));
                if run.script.crash.is_some() {
                    less(&|scenario| scenario.stages[at].runs[number].script.crash = None);
                }
                if run.commit_crash.is_some() {
                    less(&|scenario| scenario.stages[at].runs[number].commit_crash = None);
                }
                if run.restart {
                    less(&|scenario| scenario.stages[at].runs[number].restart = false);
                }
                for fault in 0..run.script.faults.len() {
                    less(&|scenario| {
                        scenario.stages[at].runs[number].script.faults.remove(fault);
                    });
                }
                for hand in 0..run.hands.len() {
                    less(&|scenario| {
                        scenario.stages[at].runs[number].hands.remove(hand);
                    });
                }
            }
            for index in stage.apps.keys() {
                less(&|scenario| {
                    for stage in &mut scenario.stages {
                        stage.apps.remove(index);
                    }
                });
            }
            for index in stage.orgs.keys() {
                less(&|scenario| {
                    for stage in &mut scenario.stages {
                        stage.orgs.remove(index);
                        stage.apps.retain(|_, app| app.org != *index);
                    }
                });
            }
        }
        all
    }
}

fn evolve_org(chance: &mut Chance, orgs: &mut BTreeMap<usize, BTreeSet<usize>>, org: usize, stage: u64) {
    match orgs.get_mut(&org) {
        None if stage == 0 || chance.one_in(3) => {
            let members = (0..USERS.len()).filter(|_| chance.one_in(2)).collect();
            orgs.insert(org, members);
        }
        None => {}
        Some(_) if chance.one_in(8) => drop(orgs.remove(&org)),
        Some(members) => {
            let user = chance.below(USERS.len() as u64) as usize;
            if chance.one_in(2) && !members.remove(&user) {
                members.insert(user);
            }
        }
    }
}

fn evolve_app(chance: &mut Chance, stage: &mut Stage, at: usize, number: u64) {
    let Some(app) = stage.apps.get_mut(&at) else {
        let orgs: Vec<usize> = stage.orgs.keys().copied().collect();
        if !orgs.is_empty() && (number == 0 || chance.one_in(2)) {
            let app = App {
                org: orgs[chance.below(orgs.len() as u64) as usize],
                tag: chance.below(3),
                hard: number,
                running: !chance.one_in(5),
                scale: None,
            };
            let scale = (app.running && chance.one_in(2)).then(|| 1 + chance.below(4));
            stage.apps.insert(at, App { scale, ..app });
        }
        return;
    };
    match chance.below(6) {
        0 => drop(stage.apps.remove(&at)),
        1 => app.tag = chance.below(3),
        // A replacement brings the count back to one; whoever scales it has it scaled anew, by hand of the next apply.
        2 => (app.hard, app.scale) = (number, None),
        3 if app.running => app.scale = Some(1 + chance.below(4)),
        4 if app.scale.is_none() => app.running = !app.running,
        _ => {}
    }
}

fn run(chance: &mut Chance, requests: u64) -> Run {
    let hands = (0..chance.below(3)).map(|_| {
        let which = chance.next();
        match chance.below(8) {
            0 => Hand::DeleteOrg(which),
            1 | 2 => Hand::DeleteApp(which),
            3 | 4 => Hand::Scale(which),
            5 => Hand::Stop(which),
            _ => Hand::RemoveMember(which),
        }
    });
    let hands = hands.collect();
    let crash = chance.one_in(2).then(|| {
        let moments = [Moment::Sent, Moment::Done, Moment::Answered];
        (chance.below(requests), moments[chance.below(3) as usize])
    });
    let commit_crash = chance.one_in(4).then(|| (chance.below(10), chance.one_in(2)));
    let faults = Fault::ALL.into_iter().filter(|_| chance.one_in(2)).collect();
    Run {
        hands,
        restart: chance.one_in(4),
        script: Script {
            seed: chance.next(),
            rate: [3, 6, 12, 24][chance.below(4) as usize],
            faults,
            crash,
            mishap: None,
        },
        commit_crash,
    }
}

impl Stage {
    /// Whether the number of instances of this app is configured.
    pub fn scales(&self, app: &str) -> bool {
        let mut all = self.apps.iter();
        all.any(|(at, one)| format!("app{at}") == app && one.scale.is_some())
    }

    /// The configuration as text, for a user with this password.
    pub fn text(&self, endpoint: &str, timeout: &str, password: &str) -> String {
        let mut text = format!(
            "provider \"giantswarm\" {{\n  endpoint = \"{endpoint}\"\n  username = \"admin\"\n  password = \
             \"{password}\"\n  request_timeout = \"{timeout}\"\n}}\n"
        );
        for (org, members) in &self.orgs {
            let _ = writeln!(
                text,
                "resource \"giantswarm_org\" \"o{org}\" {{\n  name = \"org_{org}\"\n}}"
            );
            for user in members {
                let _ = writeln!(
                    text,
                    "resource \"giantswarm_member\" \"o{org}_{user}\" {{\n  org = giantswarm_org.o{org}.name\n  username = \
                     \"{}\"\n}}",
                    USERS[*user]
                );
            }
        }
        for (at, app) in &self.apps {
            let App {
                org,
                tag,
                hard,
                running,
                ..
            } = app;
            let _ = writeln!(
                text,
                "resource \"giantswarm_app\" \"a{at}\" {{\n  org = giantswarm_org.o{org}.name\n  env = \"dev\"\n  name = \
                 \"app{at}\"\n  running = {running}\n  service \"web\" {{\n    component \"main\" {{\n      image = \
                 \"registry.giantswarm.io/acme/site:v{tag}\"\n      ports = [\"80\"]\n      env = {{ HARD = \"{hard}\" \
                 }}\n      scaling_policy {{\n        min = 1\n        max = 10\n      }}\n    }}\n  }}\n}}"
            );
            if let Some(count) = app.scale {
                let _ = writeln!(
                    text,
                    "resource \"giantswarm_component_scale\" \"a{at}\" {{\n  app = giantswarm_app.a{at}.id\n  service = \
                     \"web\"\n  component = \"main\"\n  instances = {count}\n}}"
                );
            }
        }
        if let Some(parts) = &self.parts {
            text.push_str(&parts.text());
        }
        text
    }
}

impl Parts {
    fn text(&self) -> String {
        let Parts {
            version,
            running,
            email,
            password: number,
        } = self;
        let password = password(*number);
        format!(
            r#"resource "giantswarm_org" "parts" {{
  name = "org_parts"
}}
resource "giantswarm_app" "parts" {{
  org  = giantswarm_org.parts.name
  env  = "dev"
  name = "parts"
  service "web" {{
    component "main" {{
      image = "acme/site"
    }}
  }}
  service "store" {{
    component "redis" {{
      image = "redis:3"
    }}
  }}
  lifecycle {{
    ignore_changes = [running]
  }}
}}
resource "giantswarm_component_version" "main" {{
  app       = giantswarm_app.parts.id
  service   = "web"
  component = "main"
  version   = "{version}"
}}
resource "giantswarm_service_state" "store" {{
  app     = giantswarm_app.parts.id
  service = "store"
  running = {running}
}}
resource "giantswarm_user_email" "me" {{
  email = "me{email}@example.com"
}}
resource "giantswarm_user_password" "me" {{
  password_wo         = "{password}"
  password_wo_version = {number}
}}
"#
        )
    }
}
