//! The world in memory: everything that is stored, by name, and the indexes over it. Each `put` and `remove` also
//! writes down the change for the store, so that memory and disk hold the same. It checks no rule and no access.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::platform::clock::Millis;
use crate::platform::model::{App, AppKey, Org, Token, User};
use crate::platform::store::{Change, Records};

/// Everything the platform knows.
#[derive(Debug, Default)]
pub struct World {
    users: BTreeMap<String, User>,
    emails: BTreeMap<String, String>,
    tokens: BTreeMap<String, Token>,
    sessions: BTreeMap<String, Token>,
    orgs: BTreeMap<String, Org>,
    /// The organizations of each user.
    joined: BTreeMap<String, BTreeSet<String>>,
    apps: BTreeMap<AppKey, App>,
    instances: BTreeMap<String, AppKey>,
}

/// The changes of one act, in order.
#[derive(Debug, Default)]
pub struct Changes(pub Vec<Change>);

impl Changes {
    fn put(&mut self, key: String, value: &impl Serialize) {
        // The models hold only strings, numbers and JSON values, so this cannot fail; an empty record would be
        // noticed at the next open.
        let value = serde_json::to_vec(value).unwrap_or_default();
        self.0.push(Change {
            key,
            value: Some(value),
        });
    }

    fn remove(&mut self, key: String) {
        self.0.push(Change { key, value: None });
    }
}

fn app_record(key: &AppKey) -> String {
    format!("app\0{}\0{}\0{}", key.org, key.env, key.app)
}

fn read<T: DeserializeOwned>(key: &str, body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body)
        .map_err(|e| format!("record {:?} cannot be read: {e}", key.replace('\0', "/")))
}

impl World {
    /// The world out of its records.
    ///
    /// # Errors
    /// A sentence that names the record which cannot be read.
    pub fn load(records: &Records) -> Result<World, String> {
        let mut world = World::default();
        let mut unneeded = Changes::default();
        for (key, body) in records {
            match key.split('\0').next().unwrap_or_default() {
                "user" => world.put_user(&mut unneeded, read(key, body)?),
                "token" => {
                    let hash = key.rsplit('\0').next().unwrap_or_default().to_owned();
                    world.tokens.insert(hash, read(key, body)?);
                }
                "org" => world.put_org(&mut unneeded, read(key, body)?),
                "app" => world.put_app(&mut unneeded, read(key, body)?),
                _ => return Err(format!("record {:?} is of no known kind", key.replace('\0', "/"))),
            }
            unneeded.0.clear();
        }
        Ok(world)
    }

    /// The user of that name.
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.get(name)
    }

    /// The user of that name or email address.
    pub fn user_by_login(&self, login: &str) -> Option<&User> {
        self.users
            .get(login)
            .or_else(|| self.users.get(self.emails.get(login)?))
    }

    /// Adds or changes a user.
    pub fn put_user(&mut self, changes: &mut Changes, user: User) {
        changes.put(format!("user\0{}", user.name), &user);
        if let Some(email) = self.users.get(&user.name).and_then(|old| old.email.clone()) {
            self.emails.remove(&email);
        }
        if let Some(email) = &user.email {
            self.emails.insert(email.clone(), user.name.clone());
        }
        self.users.insert(user.name.clone(), user);
    }

    /// The login stored under the hash of a token.
    pub fn token(&self, hash: &str) -> Option<(&String, &Token)> {
        self.sessions
            .get_key_value(hash)
            .or_else(|| self.tokens.get_key_value(hash))
    }

    /// Adds a login.
    pub fn put_token(&mut self, changes: &mut Changes, hash: String, token: Token) {
        changes.put(format!("token\0{hash}"), &token);
        self.tokens.insert(hash, token);
    }

    /// Adds a login that lives no longer than this process.
    pub fn put_session(&mut self, hash: String, token: Token) {
        self.sessions.insert(hash, token);
    }

    /// Takes over the logins of another world that are stored nowhere.
    pub fn take_sessions(&mut self, other: &mut World) {
        self.sessions.append(&mut other.sessions);
    }

    /// Removes a login.
    pub fn remove_token(&mut self, changes: &mut Changes, hash: &str) {
        self.sessions.remove(hash);
        if self.tokens.remove(hash).is_some() {
            changes.remove(format!("token\0{hash}"));
        }
    }

    /// Removes the logins that `which` points at.
    pub fn remove_tokens(&mut self, changes: &mut Changes, which: impl Fn(&Token) -> bool) {
        self.sessions.retain(|_, token| !which(token));
        let gone: Vec<String> = self
            .tokens
            .iter()
            .filter(|(_, token)| which(token))
            .map(|(hash, _)| hash.clone())
            .collect();
        for hash in gone {
            self.remove_token(changes, &hash);
        }
    }

    /// Removes the logins that are no good any more.
    pub fn sweep(&mut self, changes: &mut Changes, now: Millis) {
        self.remove_tokens(changes, |token| token.expires <= now);
    }

    /// The organization of that name.
    pub fn org(&self, name: &str) -> Option<&Org> {
        self.orgs.get(name)
    }

    /// Adds or changes an organization.
    pub fn put_org(&mut self, changes: &mut Changes, org: Org) {
        changes.put(format!("org\0{}", org.name), &org);
        self.forget_members(&org.name);
        for member in &org.members {
            let joined = self.joined.entry(member.clone()).or_default();
            joined.insert(org.name.clone());
        }
        self.orgs.insert(org.name.clone(), org);
    }

    /// Removes an organization.
    pub fn remove_org(&mut self, changes: &mut Changes, name: &str) {
        self.forget_members(name);
        if self.orgs.remove(name).is_some() {
            changes.remove(format!("org\0{name}"));
        }
    }

    fn forget_members(&mut self, name: &str) {
        let World { orgs, joined, .. } = self;
        for member in orgs.get(name).iter().flat_map(|org| &org.members) {
            if let Some(names) = joined.get_mut(member) {
                names.remove(name);
                if names.is_empty() {
                    joined.remove(member);
                }
            }
        }
    }

    /// The organizations of a user: the one named like the user first, then by age, then by name.
    pub fn memberships(&self, user: &str) -> Vec<&Org> {
        let names = self.joined.get(user).into_iter().flatten();
        let mut found: Vec<&Org> = names.filter_map(|name| self.orgs.get(name)).collect();
        found.sort_by_key(|org| {
            (
                org.home_of.as_deref() != Some(user),
                org.created,
                org.name.clone(),
            )
        });
        found
    }

    /// The application at that place.
    pub fn app(&self, key: &AppKey) -> Option<&App> {
        self.apps.get(key)
    }

    /// The applications of an organization, by environment and name.
    pub fn apps_of<'a>(&'a self, org: &'a str) -> impl Iterator<Item = &'a App> {
        let from = AppKey {
            org: org.to_owned(),
            env: String::new(),
            app: String::new(),
        };
        self.apps
            .range(from..)
            .map(|(_, app)| app)
            .take_while(move |app| app.key.org == org)
    }

    /// Adds or changes an application.
    pub fn put_app(&mut self, changes: &mut Changes, app: App) {
        changes.put(app_record(&app.key), &app);
        self.forget_instances(&app.key);
        for (_, _, instance) in app.instances() {
            self.instances.insert(instance.id.clone(), app.key.clone());
        }
        self.apps.insert(app.key.clone(), app);
    }

    /// Removes an application.
    pub fn remove_app(&mut self, changes: &mut Changes, key: &AppKey) {
        self.forget_instances(key);
        if self.apps.remove(key).is_some() {
            changes.remove(app_record(key));
        }
    }

    fn forget_instances(&mut self, key: &AppKey) {
        let World { apps, instances, .. } = self;
        if let Some(old) = apps.get(key) {
            for (_, _, instance) in old.instances() {
                instances.remove(&instance.id);
            }
        }
    }

    /// The application an instance belongs to.
    pub fn app_of_instance(&self, id: &str) -> Option<&App> {
        self.apps.get(self.instances.get(id)?)
    }
}
