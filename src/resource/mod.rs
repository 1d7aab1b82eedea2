//! WHAT WAS WRITTEN
//!
//! - *takes*: documents
//! - *gives*: Emissary's resources as its compiler gets them, in `v3alpha1`; Kubernetes' own objects; and for every
//!   document that became nothing, why, and what harm it does to others
//! - *never*: fails, or knows what a resource means for requests
//! - *start*: [`read()`], [`Resource`]
//!
//! A document goes through the stages that Emissary has for it: `annotation` cuts and unfolds, `check` holds it against
//! the table of fields in [`schema`], `upgrade` makes v1 and v2 into `v3alpha1`, `stored` is the way through a cluster
//! that stores v2, `write` leaves what Go leaves; `verdict` puts the stages in order. `object` and `carried` ask for it,
//! `read` takes one document after the other. `ingress` makes Mappings of Ingresses. Ambassador 1 has its own ways in
//! `historic`.

mod abort;
mod annotation;
mod carried;
mod check;
mod choose;
mod historic;
mod ingress;
mod json;
mod judged;
mod kind;
mod metadata;
mod object;
mod overlay;
mod read;
mod reading;
pub mod schema;
mod stored;
mod time;
mod told;
mod upgrade;
mod verdict;
pub mod version;
mod write;

pub use annotation::CONFIG;
pub use check::{Problem, Violation};
pub use choose::choose_edition;
pub use judged::Judgement;
pub use kind::Kind;
pub use overlay::lay_over;
pub use read::{gather, judge_all, objects_in, read};
pub use reading::{
    AnnotationPart, Carrier, DocumentResult, Harm, KubernetesObject, Outcome, Post, PostLevel, ReadOptions, Reading,
    Resource, Stage, Written,
};
pub use verdict::objections;
