//! A set of requests: for each part of a request, what it must and what it must not be.

use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::language::{Alphabet, Language, Limits, PathForm, plainest};
use super::{Budget, Reason};
use crate::outcome::intake;
use crate::routing::predicate::{HeaderKey, ValueTest, first_value};
use crate::routing::{Draw, RequestView, Tests};

/// The part of a request that a condition looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The authority.
    Authority,
    /// The method.
    Method,
    /// The normalised path.
    Path,
    /// A header: some value of it.
    Header(HeaderName),
    /// A query parameter: its first value.
    Query(Arc<str>),
}

/// What one part must be, and what it must not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// It is in all of these. A header may have a value for each.
    pub within: Vec<Language>,
    /// It is in none of these; no value of a header is.
    pub without: Vec<Language>,
}

/// A set of requests: the product of what its parts may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestSet {
    /// Whether it holds cleartext, and secure requests.
    pub schemes: Schemes,
    /// The draws: from the first number to below the second.
    pub draws: (u32, u32),
    /// What paths can be.
    pub form: PathForm,
    /// What else is asked, by part; a part that is not there may be anything.
    pub parts: Vec<(Part, Words)>,
    /// Conditions on `:path`, which are not split into path and query.
    pub targets: Vec<ValueTest>,
    /// Whether a condition is one that no request can meet.
    pub impossible: bool,
}

/// Which of the two schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Schemes {
    /// Requests that do not count as secure.
    pub cleartext: bool,
    /// Requests that count as secure.
    pub secure: bool,
}

impl Schemes {
    /// Both.
    pub const BOTH: Self = Self { cleartext: true, secure: true };

    /// Only one of them.
    pub fn only(secure: bool) -> Self {
        Self { cleartext: !secure, secure }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self { cleartext: self.cleartext && other.cleartext, secure: self.secure && other.secure }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self { cleartext: self.cleartext || other.cleartext, secure: self.secure || other.secure }
    }

    pub(super) fn not(self) -> Self {
        Self { cleartext: !self.cleartext, secure: !self.secure }
    }

    pub(super) fn is_empty(self) -> bool {
        !self.cleartext && !self.secure
    }
}

/// One request as matching sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Whether it counts as https.
    pub secure: bool,
    /// The authority.
    pub authority: String,
    /// The method.
    pub method: String,
    /// The normalised path.
    pub path: String,
    /// The query.
    pub query: Option<String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The canary draw.
    pub draw: Draw,
}

impl Point {
    /// A GET of `/` from example.com, in cleartext.
    pub fn plain() -> Self {
        Self {
            secure: false,
            authority: "example.com".to_owned(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: None,
            headers: HeaderMap::new(),
            draw: Draw::LOWEST,
        }
    }

    /// As matching sees it.
    pub fn view(&self) -> RequestView<'_> {
        RequestView {
            secure: self.secure,
            authority: &self.authority,
            method: &self.method,
            path: &self.path,
            query: self.query.as_deref(),
            headers: &self.headers,
            draw: self.draw,
        }
    }
}

impl RequestSet {
    /// All requests.
    pub fn all() -> Self {
        Self {
            schemes: Schemes::BOTH,
            draws: (0, u32::from(Draw::COUNT)),
            form: PathForm::default(),
            parts: Vec::new(),
            targets: Vec::new(),
            impossible: false,
        }
    }

    /// The requests that pass the tests of a route.
    pub fn of(tests: &Tests) -> Self {
        let mut set = Self::all();
        set.draws.1 = set.draws.1.min(tests.share.0);
        if let Some(language) = Language::of_authority(&tests.authority) {
            set.require(Part::Authority, language);
        }
        set.require(Part::Path, Language::of_path(&tests.path));
        if let Some(language) = Language::of_method(&tests.method) {
            set.require(Part::Method, language);
        }
        for test in &tests.headers {
            let language = Language::of_value(&test.value);
            match &test.name {
                HeaderKey::Name(name) => set.require(Part::Header(name.clone()), language),
                HeaderKey::Authority => set.require(Part::Authority, language),
                HeaderKey::Method => set.require(Part::Method, language),
                HeaderKey::Path => set.targets.push(test.value.clone()),
                HeaderKey::Scheme => {
                    let taken = Schemes { cleartext: test.value.takes(b"http"), secure: test.value.takes(b"https") };
                    set.schemes = set.schemes.and(taken);
                }
                HeaderKey::Impossible(_) => set.impossible = true,
            }
        }
        for test in &tests.query {
            set.require(Part::Query(Arc::clone(&test.name)), Language::of_value(&test.value));
        }
        set
    }

    /// Adds a condition.
    pub fn require(&mut self, part: Part, language: Language) {
        let words = self.words_mut(part);
        if !words.within.contains(&language) {
            words.within.push(language);
        }
    }

    /// Takes out whatever meets a condition.
    pub fn exclude(&mut self, part: Part, language: Language) {
        let words = self.words_mut(part);
        if !words.without.contains(&language) {
            words.without.push(language);
        }
    }

    fn words_mut(&mut self, part: Part) -> &mut Words {
        let at = match self.parts.iter().position(|(known, _)| *known == part) {
            Some(at) => at,
            None => {
                self.parts.push((part, Words::default()));
                self.parts.len() - 1
            }
        };
        &mut self.parts[at].1
    }

    /// What is asked of a part.
    pub fn words(&self, part: &Part) -> Option<&Words> {
        self.parts.iter().find(|(known, _)| known == part).map(|(_, words)| words)
    }

    /// The headers that it looks at.
    pub fn header_names(&self) -> impl Iterator<Item = &HeaderName> {
        self.parts.iter().filter_map(|(part, _)| match part {
            Part::Header(name) => Some(name),
            _ => None,
        })
    }

    /// Whether a request is in it.
    pub fn contains(&self, request: &RequestView<'_>) -> bool {
        let draw = u32::from(request.draw.number());
        let scheme = if request.secure { self.schemes.secure } else { self.schemes.cleartext };
        let target = || match request.query {
            None => Cow::Borrowed(request.path),
            Some(query) => Cow::Owned(format!("{}?{query}", request.path)),
        };
        !self.impossible
            && scheme
            && (self.draws.0..self.draws.1).contains(&draw)
            && self.parts.iter().all(|(part, words)| part.holds(words, request))
            && self.targets.iter().all(|test| test.takes(target().as_bytes()))
    }

    /// The requests that are in both; `None` where it is plain at once that there is none.
    pub fn intersect(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        both.schemes = both.schemes.and(other.schemes);
        both.draws = (both.draws.0.max(other.draws.0), both.draws.1.min(other.draws.1));
        both.form.merged |= other.form.merged;
        both.form.unescaped_slashes |= other.form.unescaped_slashes;
        both.impossible |= other.impossible;
        for test in &other.targets {
            if !both.targets.contains(test) {
                both.targets.push(test.clone());
            }
        }
        for (part, words) in &other.parts {
            for language in &words.within {
                both.require(part.clone(), language.clone());
            }
            for language in &words.without {
                both.exclude(part.clone(), language.clone());
            }
        }
        let nothing = both.impossible || both.schemes.is_empty() || both.draws.0 >= both.draws.1;
        let apart = || both.parts.iter().any(|(part, words)| part.is_single() && apart(&words.within));
        (!nothing && !apart()).then_some(both)
    }

    /// The plainest request in it.
    ///
    /// # Errors
    ///
    /// It could not be decided whether there is one. Conditions on `:path` are not looked at.
    pub fn pick(&self, budget: &mut Budget) -> Result<Option<Point>, Reason> {
        if self.impossible || self.schemes.is_empty() || self.draws.0 >= self.draws.1 {
            return Ok(None);
        }
        let mut point = Point {
            secure: !self.schemes.cleartext,
            authority: String::new(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: None,
            headers: HeaderMap::new(),
            draw: Draw::new(u64::from(self.draws.0)),
        };
        for part in [Part::Authority, Part::Method, Part::Path] {
            let words = self.words(&part).cloned().unwrap_or_default();
            let Some(found) = part.values(&words, self.form, budget)? else { return Ok(None) };
            let text = found.into_iter().next().unwrap_or_default();
            match part {
                Part::Authority => point.authority = text,
                Part::Method => point.method = text,
                _ => point.path = text,
            }
        }
        let mut query: Vec<String> = Vec::new();
        for (part, words) in &self.parts {
            let Some(values) = part.values(words, self.form, budget)? else { return Ok(None) };
            match part {
                Part::Header(name) => {
                    for value in values {
                        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Reason::NotReproduced)?;
                        point.headers.append(name.clone(), value);
                    }
                }
                Part::Query(name) => query.extend(values.into_iter().map(|value| format!("{name}={value}"))),
                Part::Authority | Part::Method | Part::Path => {}
            }
        }
        point.query = (!query.is_empty()).then(|| query.join("&"));
        Ok(Some(point))
    }
}

impl Part {
    /// Whether there is always exactly one value of it, or at most one.
    fn is_single(&self) -> bool {
        match self {
            Self::Header(name) => intake::is_joined(name.as_str()),
            _ => true,
        }
    }

    fn is_optional(&self) -> bool {
        matches!(self, Self::Header(_) | Self::Query(_))
    }

    fn alphabet(&self, form: PathForm) -> Alphabet {
        match self {
            Self::Authority => Alphabet::Authority,
            Self::Method => Alphabet::Method,
            Self::Path => Alphabet::Path(form),
            Self::Header(_) => Alphabet::HeaderValue,
            Self::Query(_) => Alphabet::QueryValue,
        }
    }

    /// Whether it can be there at all.
    fn can_be(&self) -> bool {
        match self {
            // Only `&` separates parameters, the first `=` ends the name, and none of these can stand in a target.
            Self::Query(name) => name.bytes().all(|byte| byte.is_ascii_graphic() && !b"&=#".contains(&byte)),
            _ => true,
        }
    }

    fn holds(&self, words: &Words, request: &RequestView<'_>) -> bool {
        let one = |text: &[u8]| {
            words.within.iter().all(|language| language.contains(text))
                && !words.without.iter().any(|language| language.contains(text))
        };
        match self {
            Self::Authority => one(request.authority.as_bytes()),
            Self::Method => one(request.method.as_bytes()),
            Self::Path => one(request.path.as_bytes()),
            Self::Query(name) => match first_value(request.query, name) {
                Some(value) => one(value.as_bytes()),
                None => words.within.is_empty(),
            },
            Self::Header(name) => {
                let values = || request.headers.get_all(name).iter().map(HeaderValue::as_bytes);
                words.within.iter().all(|language| values().any(|value| language.contains(value)))
                    && !values().any(|value| words.without.iter().any(|language| language.contains(value)))
            }
        }
    }

    /// Its plainest values within the words; an empty list is absence. `None`: it cannot be so.
    pub(super) fn values(
        &self,
        words: &Words,
        form: PathForm,
        budget: &mut Budget,
    ) -> Result<Option<Vec<String>>, Reason> {
        if self.is_optional() && words.within.is_empty() {
            return Ok(Some(Vec::new()));
        }
        if !self.can_be() {
            return Ok(None);
        }
        let word = |within: &[Language], budget: &mut Budget| {
            let limits = Limits { within, without: &words.without };
            plainest(self.alphabet(form), limits, budget)?.map(text).transpose()
        };
        let together = if apart(&words.within) { None } else { word(&words.within, budget)? };
        if let Some(one) = together {
            return Ok(Some(vec![one]));
        }
        if self.is_single() || words.within.len() < 2 {
            return Ok(None);
        }
        let mut values: Vec<String> = Vec::new();
        for language in &words.within {
            if values.iter().any(|value| language.contains(value.as_bytes())) {
                continue;
            }
            let Some(value) = word(std::slice::from_ref(language), budget)? else { return Ok(None) };
            values.push(value);
        }
        Ok(Some(values))
    }
}

/// Words that can be sent but are no text are left to the reader as undecided.
fn text(word: Vec<u8>) -> Result<String, Reason> {
    String::from_utf8(word).map_err(|_| Reason::NotReproduced)
}

/// Whether two of these plainly have no word in common.
fn apart(languages: &[Language]) -> bool {
    let literal = |language: &Language| match language {
        Language::Exact { text, fold: false } => Some((Arc::clone(text), true)),
        Language::Prefix { text, fold: false } => Some((Arc::clone(text), false)),
        _ => None,
    };
    languages.iter().enumerate().any(|(at, a)| {
        let Some((a, exact)) = literal(a) else { return false };
        languages.iter().skip(at + 1).filter_map(literal).any(|(b, also_exact)| match (exact, also_exact) {
            (true, true) => a != b,
            (true, false) => !a.starts_with(&*b),
            (false, true) => !b.starts_with(&*a),
            (false, false) => !a.starts_with(&*b) && !b.starts_with(&*a),
        })
    })
}
