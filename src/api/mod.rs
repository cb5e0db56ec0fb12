//! The Giant Swarm API V1: the application definition, the wire types and the client.
//!
//! This room knows how to speak the API and nothing of plans or resources. The server side of the same API is
//! `platform`; both share the definition and the wire types.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]

pub mod definition;
