//! The response codes of the API V1, which each answer carries besides its HTTP status.

/// Data follows.
pub const DATA: u32 = 10000;
/// The resource was created.
pub const CREATED: u32 = 10003;
/// The resource was started. A service's stop answers with it too.
pub const STARTED: u32 = 10004;
/// The resource was stopped.
pub const STOPPED: u32 = 10005;
/// The resource was updated.
pub const UPDATED: u32 = 10006;
/// The resource was deleted.
pub const DELETED: u32 = 10007;
/// The resource was not found.
pub const NOT_FOUND: u32 = 10008;
/// The resource exists already.
pub const ALREADY_EXISTS: u32 = 10009;
/// The credentials are wrong.
pub const INVALID_CREDENTIALS: u32 = 10010;
/// The condition is false.
pub const CONDITION_FALSE: u32 = 10012;
/// The input is wrong.
pub const WRONG_INPUT: u32 = 10013;
/// The user made an error.
pub const USER_ERROR: u32 = 10014;
/// The server made an error. An organization that exists already is told so too.
pub const SERVER_ERROR: u32 = 10015;
/// There is no such version of the image.
pub const INVALID_VERSION: u32 = 10016;
