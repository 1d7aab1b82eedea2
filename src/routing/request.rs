//! All that matching may look at.

use http::HeaderMap;

/// A request as matching sees it: borrowed, normalised, judged secure or not. Equal views give equal answers.
#[derive(Clone, Copy, Debug)]
pub struct RequestView<'a> {
    /// Whether the Listener's security model counts it as https.
    pub secure: bool,
    /// The authority, with its port, as the client wrote it.
    pub authority: &'a str,
    /// The method.
    pub method: &'a str,
    /// The normalised path without the query.
    pub path: &'a str,
    /// The query without its question mark.
    pub query: Option<&'a str>,
    /// All other headers; names are lower case.
    pub headers: &'a HeaderMap,
    /// The canary draw.
    pub draw: Draw,
}

/// The number that decides shares: one for a request, the same for all routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Draw(u8);

impl Draw {
    /// How many draws there are.
    pub const COUNT: u8 = 100;

    /// The lowest draw: the first member of every group takes it.
    pub const LOWEST: Self = Self(0);

    /// A draw from any number, by its remainder of 100, as Envoy makes it.
    pub fn new(number: u64) -> Self {
        Self((number % u64::from(Self::COUNT)) as u8)
    }

    /// The number, 0 to 99.
    pub fn number(self) -> u8 {
        self.0
    }
}
