//! WHAT IS PROBABLY WRONG
//!
//! - *takes*: a compilation, with all that reading and compiling found on the way
//! - *gives*: [`Finding`]s: a rule, a place, a consequence and, where there is one, a mend
//! - *never*: decides what Emissary does: it asks the other rooms; prints, or writes a file
//! - *start*: [`registry`], then any file in `rules`
//!
//! # To add a rule
//!
//! 1. Copy a neighbour in `rules`. The file is called as the rule is, and the name reads after "allow":
//!    `allow relative-prefix`. The code says the subject: 0xx documents and YAML, 1xx versions and fields, 2xx what a
//!    Mapping matches, 3xx what it does, 4xx Hosts, Listeners and TLS, 5xx services and resolvers, 6xx Module and
//!    filters, 7xx what is proved, 8xx security, 9xx style.
//! 2. Write the line for `rules/mod.rs` and the line for [`registry::RULES`]. Nothing else: `rule CODE`, the table in
//!    `docs/rules.md`, selection, completion and SARIF read the slice.
//! 3. Take the narrowest [`Check`] that can see it. Most facts are known to `resource` or `model` already, and
//!    [`Check::Told`] gives such a fact its rule; [`Check::Mapping`] and [`Check::Resource`] look at one resource as
//!    Emissary's compiler gets it (`fields`) and as it was written (`entry`); [`Check::Field`] sees every field of every
//!    document; [`Check::Group`], [`Check::Snapshot`] and [`Check::Table`] see many Mappings together.
//! 4. Write `examples`: the fewest lines that show it, bad and good. They are the tests: each bad one must fire this rule
//!    and no other, each good one none at all, and a bad one that has been fixed none at all. What needs more is a test
//!    at the end of the file, with `lint::testing`.
//! 5. Name the facts of the field that the rule covers in `facts`.
//!
//! Somebody may allow a finding: `silence` says how.
//!
//! A message is one sentence that stands alone, says what follows, and names the Mapping only where the place does not.

pub mod baseline;
mod context;
mod entry;
mod example;
pub mod facts;
mod field_view;
mod fields;
mod findings;
pub mod fix;
mod mend;
mod object;
pub mod registry;
mod rule;
mod rules;
mod run;
mod selection;
mod served;
mod services;
mod silence;
#[cfg(test)]
pub(crate) mod testing;
mod told;
mod unattached;
mod views;

pub use context::Context;
pub use entry::Entry;
pub use example::{Example, Form};
pub use field_view::{FieldView, Role};
pub use fields::Fields;
pub use findings::{Finding, Findings, Fix, Trust};
pub use mend::Mend;
pub use object::Subject;
pub use registry::RULES;
pub use rule::{Check, Code, Editions, FixKind, Rule};
pub use run::{Linted, check};
pub use selection::{NoSuchRule, Selection, Selector};
pub use silence::Silenced;
pub use told::{By, Told, pass_on};
pub use views::{GroupView, MappingView, ResourceView};
