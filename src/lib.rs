//! Ambassador and Emissary-ingress routing configuration, understood: from YAML to the answer where a request goes.
//!
//! The crate is a street with one direction: documents are read with their positions ([`source`], [`yaml`]), decoded
//! into resources ([`resource`]), given their meaning ([`model`]), compiled into one route table ([`routing`]), and
//! then asked: [`outcome`] says what happens to a request.

#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod analysis;
pub mod cli;
pub mod convert;
pub mod diagnostic;
pub mod diff;
pub mod edition;
pub mod gateway;
pub mod input;
pub mod lint;
pub mod model;
pub mod outcome;
pub mod pipeline;
pub mod report;
pub mod resource;
pub mod route_test;
pub mod routing;
pub mod source;
pub mod yaml;
