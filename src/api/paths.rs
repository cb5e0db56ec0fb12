//! The paths of the API V1, with their trailing-slash rules.
//!
//! Each part is percent-encoded. Nothing here checks that a part makes sense; the transport refuses a part
//! that is empty or made of dots, because it would change the path's meaning.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// One part of a path, percent-encoded.
pub fn encode(part: &str) -> String {
    utf8_percent_encode(part, PART).to_string()
}

/// `POST` creates an organization.
pub fn organizations() -> String {
    "/v1/org/".to_owned()
}

/// `GET` shows an organization: without a trailing slash.
pub fn organization(org: &str) -> String {
    format!("/v1/org/{}", encode(org))
}

/// `DELETE` removes an organization: with a trailing slash.
pub fn organization_delete(org: &str) -> String {
    format!("/v1/org/{}/", encode(org))
}

/// `POST` adds a member.
pub fn member_add(org: &str) -> String {
    format!("/v1/org/{}/members/add", encode(org))
}

/// `POST` removes a member.
pub fn member_remove(org: &str) -> String {
    format!("/v1/org/{}/members/remove", encode(org))
}

/// `GET` lists the environments of an organization.
pub fn environments(org: &str) -> String {
    format!("/v1/org/{}/env/", encode(org))
}

/// `GET` lists, `POST` creates apps of an environment.
pub fn apps(org: &str, env: &str) -> String {
    format!("/v1/org/{}/env/{}/app/", encode(org), encode(env))
}

/// `DELETE` removes an app; `/start`, `/stop`, `/status` and `/config` follow.
pub fn app(org: &str, env: &str, app: &str) -> String {
    format!("{}{}", apps(org, env), encode(app))
}

/// An app with one of `start`, `stop`, `status`, `config` behind it.
pub fn app_verb(org: &str, env: &str, name: &str, verb: &str) -> String {
    format!("{}/{verb}", app(org, env, name))
}

/// A service with one of `start`, `stop`, `status` behind it.
pub fn service_verb(org: &str, env: &str, name: &str, service: &str, verb: &str) -> String {
    format!("{}/service/{}/{verb}", app(org, env, name), encode(service))
}

/// A component of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComponentRef<'a> {
    /// The organization.
    pub org: &'a str,
    /// The environment.
    pub env: &'a str,
    /// The app.
    pub app: &'a str,
    /// The service.
    pub service: &'a str,
    /// The component.
    pub component: &'a str,
}

impl ComponentRef<'_> {
    fn path(&self) -> String {
        format!(
            "{}/service/{}/component/{}",
            app(self.org, self.env, self.app),
            encode(self.service),
            encode(self.component)
        )
    }

    /// `GET` shows the status.
    pub fn status(&self) -> String {
        format!("{}/status", self.path())
    }

    /// `POST` moves to another version of the image.
    pub fn update(&self, version: &str) -> String {
        format!("{}/version/{}/update", self.path(), encode(version))
    }

    /// `POST` adds instances.
    pub fn scale_up(&self, count: u32) -> String {
        format!("{}/scaleup/{count}", self.path())
    }

    /// `POST` removes instances.
    pub fn scale_down(&self, count: u32) -> String {
        format!("{}/scaledown/{count}", self.path())
    }
}

/// An instance with one of `logs`, `stats`, `exec` behind it.
pub fn instance_verb(org: &str, instance: &str, verb: &str) -> String {
    format!("/v1/org/{}/instance/{}/{verb}", encode(org), encode(instance))
}

/// `GET` tells whether the platform is up.
pub fn ping() -> String {
    "/v1/ping".to_owned()
}

/// `POST` gives a token.
pub fn login(user: &str) -> String {
    format!("/v1/user/{}/login", encode(user))
}

/// `POST` ends the token of the request.
pub fn logout() -> String {
    "/v1/token/logout".to_owned()
}

/// `GET` shows the user of the token.
pub fn me() -> String {
    "/v1/user/me".to_owned()
}

/// `GET` lists the organizations of the user of the token.
pub fn memberships() -> String {
    "/v1/user/me/memberships".to_owned()
}

/// `POST` changes the email address.
pub fn email_update() -> String {
    "/v1/user/me/email/update".to_owned()
}

/// `POST` changes the password, which ends all tokens.
pub fn password_update() -> String {
    "/v1/user/me/password/update".to_owned()
}
