//! Who runs swarmform, and where: for the lock of the state.

use nix::unistd::{User, gethostname, getuid};

/// `user@host`. The user is the one of the process; if the system does not know its name, the environment is
/// asked, and then the number stands for it.
pub fn who() -> String {
    let uid = getuid();
    let user = User::from_uid(uid)
        .ok()
        .flatten()
        .map(|user| user.name)
        .or_else(|| std::env::var("USER").ok().filter(|name| !name.is_empty()))
        .unwrap_or_else(|| format!("uid-{uid}"));
    let host = gethostname()
        .ok()
        .and_then(|host| host.into_string().ok())
        .filter(|host| !host.is_empty());
    format!("{user}@{}", host.unwrap_or_else(|| "unknown-host".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_and_a_host_are_always_told() {
        let told = who();
        let (user, host) = told.split_once('@').unwrap();
        assert!(!user.is_empty() && !host.is_empty(), "{told}");
    }
}
