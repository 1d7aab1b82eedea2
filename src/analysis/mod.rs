//! WHAT CAN BE PROVED
//!
//! - *takes*: route tables
//! - *gives*: which routes can be reached and where two tables answer differently, each with a request that shows it
//! - *never*: guesses: what it cannot decide within its budget is [`Proof::Unknown`], with the reason; samples
//! - *start*: [`space`], then `search`

pub mod behaviour;
pub mod boundary;
mod cover;
pub mod fingerprint;
pub mod gateway;
pub mod language;
mod overlap;
pub mod reachability;
pub mod scene;
mod search;
mod slice;
pub mod space;
mod witness;

use std::fmt;
use std::sync::Arc;

pub use behaviour::{Comparison, compare, same};
pub use cover::Cover;
pub use gateway::Gateway;
pub use search::{Judgement, search};
pub use slice::{Slice, slices};
pub use space::{Point, RequestSet};
pub use witness::{Landing, Way, Witness, land};

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof<T, W> {
    /// It holds, because of this.
    Holds(T),
    /// It fails, as this shows.
    Fails(W),
    /// It could not be decided.
    Unknown(Reason),
}

/// Why something could not be decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The automaton of this regex is too large.
    LargeRegex(Arc<str>),
    /// The product of the automata is too large.
    States,
    /// The conditions combine in too many ways.
    Cases,
    /// A condition on `:path` looks at path and query as one.
    PathHeader,
    /// The request that was found does not arrive at the routes as it is sent: the gateway itself writes this header.
    WrittenByGateway(Arc<str>),
    /// The request that was found takes another way when it is really sent.
    NotReproduced,
    /// Different things are done, but to the requests that were tried it makes no difference.
    NoDifferenceSeen,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LargeRegex(pattern) => write!(f, "the automaton of the regex {pattern} is too large"),
            Self::States => f.write_str("the conditions together make too large an automaton"),
            Self::Cases => f.write_str("the conditions combine in too many ways"),
            Self::PathHeader => f.write_str("a condition on :path looks at path and query as one"),
            Self::WrittenByGateway(name) => write!(f, "the gateway itself writes the header {name}"),
            Self::NoDifferenceSeen => f.write_str("what is done differs, but not for the requests that were tried"),
            Self::NotReproduced => f.write_str("the request that was found takes another way when it is sent"),
        }
    }
}

/// How much work one question may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// States of products of automata.
    pub states: u32,
    /// Cases into which conditions are split.
    pub cases: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { states: 200_000, cases: 20_000 }
    }
}

impl Budget {
    fn spend_state(&mut self) -> Result<(), Reason> {
        self.states = self.states.checked_sub(1).ok_or(Reason::States)?;
        Ok(())
    }

    fn spend_case(&mut self) -> Result<(), Reason> {
        self.cases = self.cases.checked_sub(1).ok_or(Reason::Cases)?;
        Ok(())
    }
}
