//! DO THESE REQUESTS GO WHERE THEY SHOULD
//!
//! - *takes*: a compilation, and requests as people write them: a URL, a pasted command, a line of JSON, a suite
//! - *gives*: for each where it goes and why, in words and places; and whether that was expected
//! - *never*: matches anything itself, reads files, or knows colours
//! - *start*: [`Ask`]

mod absent;
mod ask;
mod case;
pub mod curl;
pub mod exercise;
pub mod expect;
pub mod facts;
pub mod generate;
mod judge;
pub mod line;
pub mod mutate;
mod place;
pub mod run;
pub mod suite;
mod trace;
mod url;

pub use absent::Absence;
pub use ask::{Ask, AskError};
pub use case::{CaseText, WitnessText, expectations};
pub use judge::{Answer, Judge, Told, What};
pub use place::{MappingRef, SourceRef};
pub use trace::{Candidate, Refuses, Says, Trace};
pub use url::{Scheme, Url, UrlError};
