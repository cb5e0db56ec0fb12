//! The platform itself: the world behind a lock, the thread that writes, and the ports. `open` makes it ready;
//! `change` is the one way to alter the world, and returns when the change is on the disk.

use std::path::Path;
use std::sync::{Arc, Once, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::platform::auth;
use crate::platform::clock::{Millis, length};
use crate::platform::commit::{Committer, Receipt, Reopen};
use crate::platform::config::Config;
use crate::platform::error::{PlatformError, Refusal};
use crate::platform::model::{Org, Token, User};
use crate::platform::runtime::Runtime;
use crate::platform::simulated::Simulated;
use crate::platform::store::Store;
use crate::platform::throttle::Throttle;
use crate::platform::world::{Changes, World};

/// An open platform. Give it to [`crate::platform::app`] or [`crate::platform::serve()`].
pub struct Platform {
    config: Config,
    runtime: Arc<dyn Runtime>,
    world: Arc<RwLock<World>>,
    committer: Committer,
    closed: Once,
    /// Bounds the password hashes at once.
    pub(super) hashers: Semaphore,
    /// Slows down who guesses passwords.
    pub(super) throttle: Throttle,
    /// Bounds the commands at once inside instances.
    pub(super) sessions: Arc<Semaphore>,
    /// The running commands inside instances.
    pub(super) tasks: TaskTracker,
    /// Ends the running commands.
    pub(super) ending: CancellationToken,
}

impl std::fmt::Debug for Platform {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Platform")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Opens the platform whose data lies in `config.data_dir`, makes the first user if it is absent, and forgets
/// expired tokens.
///
/// # Errors
/// When the directory is in use, damaged or not writable, or the first user cannot be made.
pub fn open(config: Config) -> Result<Arc<Platform>, PlatformError> {
    let (store, world) = stored(&config.data_dir, config.limits.lock_wait)?;
    let world = Arc::new(RwLock::new(world));
    let committer = Committer::start(store, reopen(&config.data_dir, &world))?;
    let runtime = config.runtime.clone().unwrap_or_else(|| {
        Arc::new(Simulated {
            speed: config.speed,
            failing_tag: config.failing_tag.clone(),
        })
    });
    let platform = Platform {
        runtime,
        world,
        committer,
        closed: Once::new(),
        hashers: Semaphore::new(config.limits.logins.max(1)),
        throttle: Throttle::default(),
        sessions: Arc::new(Semaphore::new(config.limits.sessions.max(1))),
        tasks: TaskTracker::new(),
        ending: CancellationToken::new(),
        config,
    };
    platform.change_now(|world, changes, now| {
        world.sweep(changes, now);
        Ok(())
    })?;
    if let Some((name, password, email)) = platform.config.first_user.clone()
        && platform
            .read()
            .user(&name)
            .is_none_or(|user| user.password.is_none())
    {
        platform.add_user(&name, &password, email.as_deref())?;
    }
    Ok(Arc::new(platform))
}

/// The store in `dir` and the world in it.
fn stored(dir: &Path, wait: Duration) -> Result<(Store, World), PlatformError> {
    let (store, records) = Store::open(dir, wait)?;
    let world = World::load(&records).map_err(|detail| PlatformError::Damaged {
        dir: dir.to_owned(),
        detail,
        db: dir.join("db"),
        export: dir.join("export.json"),
    })?;
    Ok((store, world))
}

/// Brings `world` back to what the disk holds. What was altered in it and never written is forgotten, as its caller was
/// told that it failed.
fn reopen(dir: &Path, world: &Arc<RwLock<World>>) -> Reopen {
    let (dir, world) = (dir.to_owned(), Arc::clone(world));
    Box::new(move |calm| {
        let (store, mut found) = stored(&dir, Duration::ZERO)?;
        let mut world = world.write().unwrap_or_else(PoisonError::into_inner);
        found.take_sessions(&mut world);
        *world = found;
        calm();
        Ok(store)
    })
}

impl Platform {
    /// What it was opened with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The present moment.
    pub fn now(&self) -> Millis {
        self.config.clock.now()
    }

    /// What runs the instances.
    pub fn runtime(&self) -> &Arc<dyn Runtime> {
        &self.runtime
    }

    /// Whether changes can still be written.
    pub fn usable(&self) -> bool {
        self.committer.usable()
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `act` alone on the world and hands what it wrote down to the committer, in the same order. `act` must
    /// alter nothing when it refuses.
    fn begin<T>(
        &self,
        act: impl FnOnce(&mut World, &mut Changes, Millis) -> Result<T, Refusal>,
    ) -> Result<(T, Option<Receipt>), Refusal> {
        let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
        if !self.committer.usable() {
            return Err(Refusal::Broken("the store takes no writes".to_owned()));
        }
        let mut changes = Changes::default();
        let done = act(&mut world, &mut changes, self.config.clock.now())?;
        let receipt = (!changes.0.is_empty()).then(|| self.committer.submit(changes.0));
        Ok((done, receipt))
    }

    /// Alters the world; returns when that is on the disk. Others may see the change a moment earlier.
    pub(super) async fn change<T>(
        &self,
        act: impl FnOnce(&mut World, &mut Changes, Millis) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let (done, receipt) = self.begin(act)?;
        if let Some(receipt) = receipt {
            receipt
                .await
                .unwrap_or_else(|_| Err("the writing thread has ended".to_owned()))
                .map_err(Refusal::Broken)?;
        }
        Ok(done)
    }

    /// As [`Platform::change`], outside of async code.
    fn change_now<T>(
        &self,
        act: impl FnOnce(&mut World, &mut Changes, Millis) -> Result<T, Refusal>,
    ) -> Result<T, PlatformError> {
        let unusable = |refusal: Refusal| PlatformError::Unusable(refusal.answer().2);
        let (done, receipt) = self.begin(act).map_err(unusable)?;
        if let Some(mut receipt) = receipt {
            // Not `blocking_recv`: this may run on a thread of an async runtime, where that panics.
            loop {
                match receipt.try_recv() {
                    Ok(result) => {
                        result.map_err(PlatformError::Unusable)?;
                        break;
                    }
                    Err(tokio::sync::oneshot::error::TryRecvError::Empty) => {
                        std::thread::sleep(std::time::Duration::from_micros(100));
                    }
                    Err(tokio::sync::oneshot::error::TryRecvError::Closed) => {
                        return Err(PlatformError::Unusable("the writing thread has ended".to_owned()));
                    }
                }
            }
        }
        Ok(done)
    }

    /// Makes a user who can log in, and the user's first organization, named like the user. A user who was only a
    /// member until now becomes one who can log in. It hashes the password and so takes some milliseconds.
    ///
    /// # Errors
    /// [`PlatformError::User`] when the name is not 4-30 of `[a-z0-9_]`, is taken, the password is empty, or the
    /// address is another user's.
    pub fn add_user(&self, name: &str, password: &str, email: Option<&str>) -> Result<(), PlatformError> {
        let refuse = |reason: String| PlatformError::User {
            name: name.to_owned(),
            reason,
        };
        if !auth::org_name(name) {
            return Err(refuse(auth::ORG_NAME_RULE.to_owned()));
        }
        if password.is_empty() {
            return Err(refuse("the password is empty".to_owned()));
        }
        if email.is_some_and(|email| !auth::email_form(email)) {
            return Err(refuse("the email address is malformed".to_owned()));
        }
        let hash = auth::hash_password(
            self.config.hashing,
            &self.config.ids.secret(),
            password.as_bytes(),
        )
        .map_err(refuse)?;
        self.change_now(|world, changes, now| {
            let old = world.user(name);
            if old.is_some_and(|user| user.password.is_some()) {
                return Ok(Err("a user of that name exists"));
            }
            if email.is_some_and(|email| world.user_by_login(email).is_some_and(|user| user.name != name)) {
                return Ok(Err("the email address is another user's"));
            }
            let home = world.org(name).cloned();
            if home.as_ref().is_some_and(|org| !org.members.contains(name)) {
                return Ok(Err("an organization of that name exists and belongs to others"));
            }
            let created = old.map_or(now, |user| user.created);
            let email = email.map(str::to_owned);
            world.put_user(
                changes,
                User {
                    name: name.to_owned(),
                    email,
                    password: Some(hash),
                    created,
                },
            );
            let mut home = home.unwrap_or_else(|| Org {
                name: name.to_owned(),
                members: [name.to_owned()].into(),
                created: now,
                home_of: None,
            });
            home.home_of = Some(name.to_owned());
            world.put_org(changes, home);
            Ok(Ok(()))
        })?
        .map_err(|reason| refuse(reason.to_owned()))
    }

    /// A token for a user of this platform that is good as long as this process lives, and is stored nowhere.
    ///
    /// # Errors
    /// [`PlatformError::User`] if there is no such user.
    pub fn session_token(&self, name: &str) -> Result<String, PlatformError> {
        let token = self.config.ids.token();
        let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
        if world.user(name).is_none() {
            return Err(PlatformError::User {
                name: name.to_owned(),
                reason: "there is no such user".to_owned(),
            });
        }
        let now = self.now();
        let session = Token {
            user: name.to_owned(),
            created: now,
            expires: Millis::MAX,
        };
        world.put_session(auth::token_hash(&token), session);
        Ok(token)
    }

    /// When a token given now is no good any more.
    pub(super) fn token_end(&self, now: Millis) -> Millis {
        now.saturating_add(length(self.config.limits.token))
    }

    /// Ends running commands, writes what is still to be written, and releases the data directory. Requests that
    /// come later and change something are refused. A second call does nothing.
    pub fn close(&self) {
        self.closed.call_once(|| {
            self.ending.cancel();
            self.committer.close();
        });
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.close();
    }
}
