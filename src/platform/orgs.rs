//! The organization methods: create, show, remove, members, environments. Who may call them is in `routes`.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::platform::answer::{Code, Reply};
use crate::platform::auth;
use crate::platform::error::Refusal;
use crate::platform::model::{Org, User};
use crate::platform::routes::{Call, forbidden};
use crate::platform::world::World;

#[derive(Deserialize)]
struct NewOrg {
    org_id: String,
}

#[derive(Deserialize)]
struct Member {
    username: String,
}

/// The organization of the path, as a change sees it: it may have gone, or shut the caller out, in the meantime.
fn own<'a>(world: &'a World, org: &str, caller: &str) -> Result<&'a Org, Refusal> {
    world
        .org(org)
        .filter(|org| org.members.contains(caller))
        .ok_or_else(forbidden)
}

/// `GET /v1/org/{org}/env/`: the environments with applications; `null` when there is none.
pub async fn environments(call: Call) -> Result<Reply, Refusal> {
    let world = call.platform.read();
    let mut names: Vec<&str> = world
        .apps_of(call.part("org"))
        .map(|app| app.key.env.as_str())
        .collect();
    names.dedup();
    let list = match names.is_empty() {
        true => Value::Null,
        false => names.into_iter().map(|name| json!({ "name": name })).collect(),
    };
    Ok(Reply::Data(json!({ "environments": list })))
}

/// `POST /v1/org/`: a new organization with the caller as its member.
pub async fn create(mut call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let NewOrg { org_id } = call.json().await?;
    if !auth::org_name(&org_id) {
        return Err(Refusal::input(format!("org_id: {}", auth::ORG_NAME_RULE)));
    }
    let act = |world: &mut World, changes: &mut _, now| {
        if world.org(&org_id).is_some() {
            return Err(Refusal::OrgExists);
        }
        let org = Org {
            name: org_id.clone(),
            members: [caller].into(),
            created: now,
            home_of: None,
        };
        world.put_org(changes, org);
        Ok(Reply::Done(Code::Created))
    };
    call.platform.change(act).await
}

/// `GET /v1/org/{org}`.
pub async fn get(call: Call) -> Result<Reply, Refusal> {
    let world = call.platform.read();
    let org = world.org(call.part("org")).ok_or(Refusal::Missing)?;
    Ok(Reply::Data(json!({
        "default_cluster": call.platform.config().cluster,
        "id": org.name,
        "members": org.members,
    })))
}

/// `DELETE /v1/org/{org}/`. An organization with applications, and the first one of an account, stay.
pub async fn delete(call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let name = call.part("org");
    let act = |world: &mut World, changes: &mut _, _| {
        let org = own(world, name, &caller)?;
        if org.home_of.is_some() {
            let text = "the first organization of an account, named like its user, cannot be removed";
            return Err(Refusal::Forbidden(text.to_owned()));
        }
        let apps = world.apps_of(name).count();
        if apps > 0 {
            let text = format!("the organization still has applications ({apps}); delete them first");
            return Err(Refusal::Forbidden(text));
        }
        world.remove_org(changes, name);
        Ok(Reply::Done(Code::Deleted))
    };
    call.platform.change(act).await
}

/// `POST /v1/org/{org}/members/add`.
pub async fn add_member(mut call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let Member { username } = call.json().await?;
    let name = call.part("org");
    let open = call.platform.config().open_membership;
    let act = |world: &mut World, changes: &mut _, now| {
        let mut org = own(world, name, &caller)?.clone();
        if org.members.contains(&username) {
            return Err(Refusal::input("the user is a member already"));
        }
        if world.user(&username).is_none() {
            if !open {
                return Err(Refusal::input("there is no user of that name"));
            }
            if !auth::user_name(&username) {
                return Err(Refusal::input(
                    "username: a name has 1 to 64 characters of a-z, A-Z, 0-9, _, . and -",
                ));
            }
            let user = User {
                name: username.clone(),
                email: None,
                password: None,
                created: now,
            };
            world.put_user(changes, user);
        }
        org.members.insert(username);
        world.put_org(changes, org);
        Ok(Reply::Done(Code::Updated))
    };
    call.platform.change(act).await
}

/// `POST /v1/org/{org}/members/remove`. The last member stays, for nobody could reach the organization any more,
/// and so does the user whose first organization it is.
pub async fn remove_member(mut call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let Member { username } = call.json().await?;
    let name = call.part("org");
    let act = |world: &mut World, changes: &mut _, _| {
        let mut org = own(world, name, &caller)?.clone();
        if !org.members.remove(&username) {
            return Err(Refusal::input("there is no member of that name"));
        }
        if org.members.is_empty() {
            return Err(Refusal::input(
                "the last member of an organization cannot be removed",
            ));
        }
        if org.home_of.as_ref() == Some(&username) {
            return Err(Refusal::input(
                "a user cannot be removed from the organization named like the user",
            ));
        }
        world.put_org(changes, org);
        Ok(Reply::Done(Code::Updated))
    };
    call.platform.change(act).await
}
