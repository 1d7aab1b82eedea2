//! One compiled match with its action.

use super::predicate::{AuthorityTest, HeaderTest, MethodTest, PathTest, QueryTest, Share};
use super::request::RequestView;
use crate::model::{Action, MappingId};

/// A route's number in its table; the lower one is tried first. "Better" is `<`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouteId(pub u32);

/// One compiled match with its action.
#[derive(Clone, Debug)]
pub struct Route {
    /// The Mapping that it comes from.
    pub mapping: MappingId,
    /// What a request must pass.
    pub tests: Tests,
    /// What is done with a request that passes.
    pub action: Action,
    /// Whether it answers ACME challenges: such a route is served in cleartext whatever its Host says.
    pub acme: bool,
}

/// The tests of a route: all must pass.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tests {
    /// Of the authority.
    pub authority: AuthorityTest,
    /// Of the method.
    pub method: MethodTest,
    /// Of the path.
    pub path: PathTest,
    /// Of headers, in the order of the configuration.
    pub headers: Box<[HeaderTest]>,
    /// Of query parameters, in the order of the configuration.
    pub query: Box<[QueryTest]>,
    /// Of the canary draw.
    pub share: Share,
}

/// Which test said no. Words are made from it later, with the request at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mismatch {
    /// The authority.
    Authority,
    /// The path.
    Path,
    /// The method.
    Method,
    /// A header, by its index.
    Header(u8),
    /// A query parameter, by its index.
    Query(u8),
    /// The canary draw.
    Share,
    /// The Host refuses cleartext.
    Cleartext,
}

impl Tests {
    /// The first refusal, cheapest tests first.
    #[inline]
    pub fn check(&self, request: &RequestView<'_>) -> Result<(), Mismatch> {
        match self.refusals(request).next() {
            None => Ok(()),
            Some(mismatch) => Err(mismatch),
        }
    }

    /// All refusals.
    #[inline]
    pub fn refusals<'t>(&'t self, request: &'t RequestView<'_>) -> impl Iterator<Item = Mismatch> + 't {
        let path = (!self.path.takes(request.path)).then_some(Mismatch::Path);
        let authority = move || (!self.authority.takes(request.authority)).then_some(Mismatch::Authority);
        let method = move || (!self.method.takes(request.method)).then_some(Mismatch::Method);
        let share = move || (!self.share.takes(request.draw)).then_some(Mismatch::Share);
        let headers = self.headers.iter().zip(0u8..).filter(move |(test, _)| !test.takes(request));
        let query = self.query.iter().zip(0u8..).filter(move |(test, _)| !test.takes(request.query));
        path.into_iter()
            .chain(std::iter::once_with(authority).flatten())
            .chain(std::iter::once_with(method).flatten())
            .chain(headers.map(|(_, index)| Mismatch::Header(index)))
            .chain(query.map(|(_, index)| Mismatch::Query(index)))
            .chain(std::iter::once_with(share).flatten())
    }
}

impl Route {
    /// Whether a request passes all tests; else which one refuses it first.
    #[inline]
    pub fn check(&self, request: &RequestView<'_>) -> Result<(), Mismatch> {
        self.tests.check(request)
    }
}
