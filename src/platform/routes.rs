//! The one table of the thirty methods: method, paths, who may call it, what does it, and the section of the
//! reference page it comes from. The access rules are applied here, before a method sees the request.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, State};
use axum::http::{Method, Request, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use crate::platform::answer::Reply;
use crate::platform::auth::{self, Caller};
use crate::platform::core::Platform;
use crate::platform::error::Refusal;
use crate::platform::model::AppKey;
use crate::platform::serve::Peer;
use crate::platform::{apps, components, connection, exec, instances, openapi, orgs, services, users};

/// What a method works on: the platform, who asks, and the request.
pub struct Call {
    /// The platform.
    pub platform: Arc<Platform>,
    /// Who asks; `None` where no token is needed.
    pub caller: Option<Caller>,
    /// The parts of the path, decoded.
    parts: Vec<(String, String)>,
    /// The request.
    pub request: Request<Body>,
}

impl Call {
    /// A part of the path, as `org` of `/v1/org/{org}`.
    pub fn part(&self, name: &str) -> &str {
        self.parts
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// The address the request comes from, where there is a socket.
    pub fn peer(&self) -> Option<IpAddr> {
        self.request.extensions().get::<Peer>().map(|peer| peer.0)
    }

    /// The application the path names.
    pub fn app_key(&self) -> AppKey {
        AppKey {
            org: self.part("org").to_owned(),
            env: self.part("env").to_owned(),
            app: self.part("app").to_owned(),
        }
    }

    /// Who asks.
    ///
    /// # Errors
    /// [`Refusal::Unauthorized`] where the table asks for no token.
    pub fn caller(&self) -> Result<Caller, Refusal> {
        self.caller.clone().ok_or(Refusal::Unauthorized)
    }

    /// The whole body.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`] beyond the limit, wrong input if the connection fails.
    pub async fn body(&mut self) -> Result<Vec<u8>, Refusal> {
        let body = std::mem::take(self.request.body_mut());
        let limited = http_body_util::Limited::new(body, self.platform.config().limits.body_bytes);
        match limited.collect().await {
            Ok(collected) => Ok(collected.to_bytes().to_vec()),
            Err(e) if e.downcast_ref::<http_body_util::LengthLimitError>().is_some() => {
                Err(Refusal::TooLarge)
            }
            Err(_) => Err(Refusal::input("the body cannot be read")),
        }
    }

    /// The body as JSON, whatever its content type says. Unknown keys are ignored.
    ///
    /// # Errors
    /// As [`Call::body`], and wrong input with the place where the JSON is not what it should be.
    pub async fn json<T: DeserializeOwned>(&mut self) -> Result<T, Refusal> {
        let body = self.body().await?;
        if body.is_empty() {
            return Err(Refusal::input("the body is empty, JSON is wanted"));
        }
        serde_json::from_slice(&body).map_err(|e| Refusal::input(e.to_string()))
    }
}

/// How a method is done.
pub type Work = BoxFuture<'static, Result<Reply, Refusal>>;

/// What a caller hears of an organization that does not exist, or that is not the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// 403 for both: the sections with "Access to the resource is forbidden".
    Forbidden,
    /// 404 for both: "Get Information on Organization".
    NotFound404,
    /// 400 and 10008 if it does not exist, 403 if it is not the caller's: "List Running Applications".
    NotFoundOrForbidden,
}

/// Who may call a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Open,
    /// Whoever has a token.
    Token,
    /// A member of the organization in the path.
    Member(Hidden),
}

/// One of the thirty methods.
#[derive(Debug)]
pub struct Entry {
    /// The anchor of its section on the reference page.
    pub section: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The paths, exactly; two where the page itself writes both forms.
    pub paths: &'static [&'static str],
    /// Who may call it.
    pub access: Access,
    /// What does it, by room and name.
    pub handler: &'static str,
    run: fn(Call) -> Work,
}

macro_rules! entry {
    ($section:literal, $method:ident, [$($path:expr),+], $access:expr, $run:path) => {
        Entry { section: $section, method: Method::$method, paths: &[$($path),+], access: $access, handler: stringify!($run), run: |call| Box::pin($run(call)) }
    };
}

const MEMBER: Access = Access::Member(Hidden::Forbidden);

macro_rules! app {
    ($rest:literal) => {
        concat!("/v1/org/{org}/env/{env}/app/{app}", $rest)
    };
}
macro_rules! component {
    ($rest:literal) => {
        concat!(
            "/v1/org/{org}/env/{env}/app/{app}/service/{service}/component/{component}",
            $rest
        )
    };
}

/// All methods, in the order of the reference page.
#[rustfmt::skip]
pub static METHODS: &[Entry] = &[
    // Organization methods
    entry!("ListEnvironments", GET, ["/v1/org/{org}/env/"], Access::Member(Hidden::NotFoundOrForbidden), orgs::environments),
    entry!("CreateOrganization", POST, ["/v1/org/"], Access::Token, orgs::create),
    entry!("DeleteOrganization", DELETE, ["/v1/org/{org}/"], MEMBER, orgs::delete),
    entry!("GetOrganization", GET, ["/v1/org/{org}"], Access::Member(Hidden::NotFound404), orgs::get),
    entry!("AddOrganizationMember", POST, ["/v1/org/{org}/members/add"], MEMBER, orgs::add_member),
    entry!("RemoveOrganizationMember", POST, ["/v1/org/{org}/members/remove"], MEMBER, orgs::remove_member),
    // Application methods
    entry!("ListApps", GET, ["/v1/org/{org}/env/{env}/app/"], Access::Member(Hidden::NotFoundOrForbidden), apps::list),
    entry!("CreateApp", POST, ["/v1/org/{org}/env/{env}/app/"], MEMBER, apps::create),
    entry!("DeleteApp", DELETE, [app!("")], MEMBER, apps::delete),
    entry!("StartApp", POST, [app!("/start")], MEMBER, apps::start),
    entry!("StopApp", POST, [app!("/stop")], MEMBER, apps::stop),
    entry!("StatusApp", GET, [app!("/status")], MEMBER, apps::status),
    entry!("ConfigApp", GET, [app!("/config")], MEMBER, apps::config),
    // Service methods
    entry!("StartService", POST, [app!("/service/{service}/start")], MEMBER, services::start),
    entry!("StopService", POST, [app!("/service/{service}/stop")], MEMBER, services::stop),
    entry!("StatusService", GET, [app!("/service/{service}/status")], MEMBER, services::status),
    // Component methods
    entry!("StatusComponent", GET, [component!("/status")], MEMBER, components::status),
    entry!("UpdateComponent", POST, [component!("/version/{version}/update")], MEMBER, components::update),
    entry!("ScaleUpComponent", POST, [component!("/scaleup/{scale}")], MEMBER, components::scale_up),
    entry!("ScaleDownComponent", POST, [component!("/scaledown/{scale}")], MEMBER, components::scale_down),
    // Instance methods
    entry!("LogInstance", GET, ["/v1/org/{org}/instance/{instance}/logs"], MEMBER, instances::logs),
    entry!("StatInstance", GET, ["/v1/org/{org}/instance/{instance}/stats"], MEMBER, instances::stats),
    entry!("ExecInstance", POST, ["/v1/org/{org}/instance/{instance}/exec"], MEMBER, exec::exec),
    // Connection methods
    entry!("Ping", GET, ["/v1/ping"], Access::Open, connection::ping),
    // User methods
    entry!("LoginUser", POST, ["/v1/user/{user}/login"], Access::Open, users::login),
    entry!("LogoutUser", POST, ["/v1/token/logout"], Access::Token, users::logout),
    entry!("UpdateEmail", POST, ["/v1/user/me/email/update", "/v1/user/me/email/update/"], Access::Token, users::update_email),
    entry!("UpdatePassword", POST, ["/v1/user/me/password/update", "/v1/user/me/password/update/"], Access::Token, users::update_password),
    entry!("GetMe", GET, ["/v1/user/me", "/v1/user/me/"], Access::Token, users::me),
    entry!("GetMemberships", GET, ["/v1/user/me/memberships"], Access::Token, users::memberships),
];

/// The routes of all methods, and answers in the envelope for everything else.
pub fn router(platform: Arc<Platform>) -> Router {
    let mut router = Router::new();
    for entry in METHODS {
        let Ok(filter) = MethodFilter::try_from(entry.method.clone()) else {
            continue;
        };
        for path in entry.paths {
            let run = move |State(platform): State<Arc<Platform>>, request: Request<Body>| {
                dispatch(entry, platform, request)
            };
            router = router.route(path, on(filter, run));
        }
    }
    let document = openapi::document().to_string();
    let told = async move || ([(header::CONTENT_TYPE, "application/json")], document.clone());
    router = router.route(openapi::PATH, axum::routing::get(told));
    router
        .method_not_allowed_fallback(async || Refusal::Method)
        .fallback(async || Refusal::Missing)
        .with_state(platform)
}

/// For the log: who asked.
#[derive(Debug, Clone)]
pub struct SeenCaller(pub String);

/// For the log: why not.
#[derive(Debug, Clone)]
pub struct SeenRefusal(pub String);

async fn dispatch(entry: &'static Entry, platform: Arc<Platform>, request: Request<Body>) -> Response {
    let (mut head, body) = request.into_parts();
    let parts = match RawPathParams::from_request_parts(&mut head, &()).await {
        Ok(params) => params
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        Err(_) => return refused(Refusal::input("the path is not UTF-8"), None),
    };
    let caller = match entry.access {
        Access::Open => None,
        Access::Token | Access::Member(_) => match auth::caller(&platform, &head.headers) {
            Ok(caller) => Some(caller),
            Err(refusal) => return refused(refusal, None),
        },
    };
    let name = caller.as_ref().map(|caller| SeenCaller(caller.name.clone()));
    let call = Call {
        platform,
        caller,
        parts,
        request: Request::from_parts(head, body),
    };
    if let Err(refusal) = admit(entry.access, &call) {
        return refused(refusal, name);
    }
    match (entry.run)(call).await {
        Ok(reply) => {
            let mut response = reply.into_response();
            if let Some(name) = name {
                response.extensions_mut().insert(name);
            }
            response
        }
        Err(refusal) => refused(refusal, name),
    }
}

fn refused(refusal: Refusal, caller: Option<SeenCaller>) -> Response {
    let detail = SeenRefusal(refusal.detail().to_owned());
    let mut response = refusal.into_response();
    response.extensions_mut().insert(detail);
    if let Some(caller) = caller {
        response.extensions_mut().insert(caller);
    }
    response
}

/// Whether the caller may act in the organization of the path.
fn admit(access: Access, call: &Call) -> Result<(), Refusal> {
    let Access::Member(hidden) = access else {
        return Ok(());
    };
    let caller = call.caller()?;
    let world = call.platform.read();
    let org = world.org(call.part("org"));
    if org.is_some_and(|org| org.members.contains(&caller.name)) {
        return Ok(());
    }
    Err(match (hidden, org.is_some()) {
        (Hidden::NotFound404, _) => Refusal::Missing,
        (Hidden::NotFoundOrForbidden, false) => Refusal::NotFound,
        (Hidden::NotFoundOrForbidden, true) | (Hidden::Forbidden, _) => forbidden(),
    })
}

/// What strangers hear, whether the organization exists or not.
pub fn forbidden() -> Refusal {
    Refusal::Forbidden("there is no such organization, or you are not a member of it".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_thirty_methods_with_a_section_each() {
        assert_eq!(METHODS.len(), 30);
        let sections: BTreeSet<&str> = METHODS.iter().map(|entry| entry.section).collect();
        assert_eq!(sections.len(), 30);
    }

    #[test]
    fn every_section_is_on_the_reference_page_with_its_method() {
        let page = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../shared/reference/giant-swarm-api-v1.md"
        );
        let Ok(page) = std::fs::read_to_string(page) else {
            return;
        };
        for entry in METHODS {
            let link = format!("[{}](#{})", entry.method, entry.section);
            let row = page
                .lines()
                .find(|line| line.contains(&link))
                .unwrap_or_else(|| panic!("{link}"));
            let path = row
                .split('|')
                .nth(1)
                .unwrap()
                .trim()
                .replace("<br/>", "")
                .replace('\\', "");
            let ours = entry.paths[0];
            assert_eq!(path, ours, "{}", entry.section);
        }
        let links = page
            .lines()
            .filter(|line| line.starts_with("| /v1/") && line.contains("](#"))
            .count();
        assert_eq!(links, METHODS.len());
    }
}
