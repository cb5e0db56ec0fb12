//! The user methods: login, logout, email, password, who am I, memberships. Passwords come in base64, are hashed
//! off the async threads and only a few at once, and are wiped from memory afterwards.

use std::net::IpAddr;

use serde::Deserialize;
use serde_json::json;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::platform::answer::{Code, Reply};
use crate::platform::auth;
use crate::platform::core::Platform;
use crate::platform::error::Refusal;
use crate::platform::model::{Token, User};
use crate::platform::routes::Call;
use crate::platform::world::World;

/// A body whose parts are secret: told apart from others so that a fault never quotes a value.
async fn secret_body<T: serde::de::DeserializeOwned>(call: &mut Call, keys: &str) -> Result<T, Refusal> {
    let mut body = call.body().await?;
    let read =
        serde_json::from_slice(&body).map_err(|_| Refusal::input(format!("JSON with {keys} is wanted")));
    body.zeroize();
    read
}

#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct Login {
    password: String,
}

/// Runs password work on a thread where it may take its time, once `admit` says that it may still begin.
async fn heavy<T: Send + 'static>(
    platform: &Platform,
    admit: impl Fn() -> Result<(), Refusal>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    let _turn = platform.hashers.acquire().await.map_err(|_| Refusal::Crowded)?;
    admit()?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Refusal::Broken("password work failed".to_owned()))
}

/// Whether the password is the one of the stored hash. Without a hash it takes as long and says no.
async fn matches(
    platform: &Platform,
    admit: impl Fn() -> Result<(), Refusal>,
    hash: Option<String>,
    password: Zeroizing<Vec<u8>>,
) -> Result<bool, Refusal> {
    let cost = platform.config().hashing;
    heavy(platform, admit, move || match hash {
        Some(hash) => auth::verify_password(&hash, &password),
        None => {
            let _ = auth::hash_password(cost, b"no such user....", &password);
            false
        }
    })
    .await
}

/// One try at the password of `name`, counted if it fails. Who failed too often has to wait, and then not even the
/// right password helps, so that nothing is learned from trying.
async fn attempt(
    platform: &Platform,
    from: Option<IpAddr>,
    name: &str,
    hash: Option<String>,
    password: Zeroizing<Vec<u8>>,
) -> Result<bool, Refusal> {
    let admit = || {
        let now = platform.now();
        platform.throttle.ask(from, name, now).map_err(Refusal::Throttled)
    };
    admit()?;
    // Asked again when its turn comes: many tries at once count as they fail.
    let good = matches(platform, admit, hash, password).await?;
    if good {
        platform.throttle.passed(from, name);
    } else {
        let free = platform.config().limits.login_failures;
        platform.throttle.failed(from, name, free, platform.now());
    }
    Ok(good)
}

/// `POST /v1/user/{user}/login`; the user may be named by email address.
pub async fn login(mut call: Call) -> Result<Reply, Refusal> {
    let body: Login = secret_body(&mut call, "password").await?;
    let password = auth::decode_password("password", &body.password)?;
    let platform = &call.platform;
    let known = platform
        .read()
        .user_by_login(call.part("user"))
        .map(|user| (user.name.clone(), user.password.clone()));
    let (name, hash) = known.map_or((None, None), |(name, hash)| (Some(name), hash));
    // Name and address are one account: who guesses gets no second round with the other.
    let asked = name.clone().unwrap_or_else(|| call.part("user").to_owned());
    let good = attempt(platform, call.peer(), &asked, hash.clone(), password).await?;
    let Some(name) = name.filter(|_| good) else {
        return Err(Refusal::Credentials);
    };
    let token = platform.config().ids.token();
    let act = |world: &mut World, changes: &mut _, now| {
        // The password may have changed while it was verified.
        if world.user(&name).and_then(|user| user.password.as_ref()) != hash.as_ref() {
            return Err(Refusal::Credentials);
        }
        world.sweep(changes, now);
        let expires = platform.token_end(now);
        world.put_token(
            changes,
            auth::token_hash(&token),
            Token {
                user: name,
                created: now,
                expires,
            },
        );
        Ok(())
    };
    platform.change(act).await?;
    Ok(Reply::Data(json!({ "Id": token })))
}

/// `POST /v1/token/logout`.
pub async fn logout(call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?;
    let act = |world: &mut World, changes: &mut _, _| {
        world.remove_token(changes, &caller.token);
        Ok(Reply::Done(Code::Deleted))
    };
    call.platform.change(act).await
}

#[derive(Deserialize)]
struct NewEmail {
    old_email: String,
    new_email: String,
}

/// `POST /v1/user/me/email/update`. A user without an address has the empty one.
pub async fn update_email(mut call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let NewEmail { old_email, new_email } = secret_body(&mut call, "old_email and new_email").await?;
    let act = |world: &mut World, changes: &mut _, _| {
        let user = world.user(&caller).ok_or(Refusal::Unauthorized)?;
        if user.email.as_deref().unwrap_or_default() != old_email {
            return Err(Refusal::Credentials);
        }
        if !auth::email_form(&new_email) {
            return Err(Refusal::input("new_email is not an email address"));
        }
        if world
            .user_by_login(&new_email)
            .is_some_and(|other| other.name != caller)
        {
            return Err(Refusal::input("new_email is another user's"));
        }
        let user = User {
            email: Some(new_email),
            ..user.clone()
        };
        world.put_user(changes, user);
        Ok(Reply::Done(Code::Updated))
    };
    call.platform.change(act).await
}

#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct NewPassword {
    old_password: String,
    new_password: String,
}

/// `POST /v1/user/me/password/update`. All tokens of the user expire, the one of this request too.
pub async fn update_password(mut call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let body: NewPassword = secret_body(&mut call, "old_password and new_password").await?;
    let old = auth::decode_password("old_password", &body.old_password)?;
    let new = auth::decode_password("new_password", &body.new_password)?;
    let platform = &call.platform;
    let known = platform
        .read()
        .user(&caller)
        .and_then(|user| user.password.clone());
    if !attempt(platform, call.peer(), &caller, known.clone(), old).await? {
        return Err(Refusal::Credentials);
    }
    if new.is_empty() {
        return Err(Refusal::input("the new password is empty"));
    }
    let (cost, salt) = (platform.config().hashing, platform.config().ids.secret());
    let hash = heavy(
        platform,
        || Ok(()),
        move || auth::hash_password(cost, &salt, &new),
    )
    .await?
    .map_err(Refusal::Broken)?;
    let act = |world: &mut World, changes: &mut _, _| {
        let user = world.user(&caller).ok_or(Refusal::Unauthorized)?;
        if user.password != known {
            return Err(Refusal::Credentials);
        }
        let user = User {
            password: Some(hash),
            ..user.clone()
        };
        world.put_user(changes, user);
        world.remove_tokens(changes, |token| token.user == caller);
        Ok(Reply::Done(Code::Updated))
    };
    platform.change(act).await
}

/// `GET /v1/user/me`.
pub async fn me(call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let world = call.platform.read();
    let user = world.user(&caller).ok_or(Refusal::Unauthorized)?;
    Ok(Reply::Data(
        json!({ "username": user.name, "email": user.email.as_deref().unwrap_or_default() }),
    ))
}

/// `GET /v1/user/me/memberships`: names, the user's own organization first.
pub async fn memberships(call: Call) -> Result<Reply, Refusal> {
    let caller = call.caller()?.name;
    let world = call.platform.read();
    let names: Vec<&str> = world
        .memberships(&caller)
        .into_iter()
        .map(|org| org.name.as_str())
        .collect();
    Ok(Reply::Data(json!(names)))
}
