//! What a rule is: data, and one function that looks.

use std::fmt;

use super::{Context, Entry, Example, FieldView, Findings, GroupView, MappingView, ResourceView, Told};
use crate::diagnostic::Severity;
use crate::edition::Edition;
use crate::model::Snapshot;
use crate::resource::Kind;
use crate::routing::RouteTable;
use crate::yaml::Document;

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// `AMB` and three digits.
    pub code: Code,
    /// Its name, which reads after "allow" and is that of its file.
    pub name: &'static str,
    /// How bad what it finds is, unless a finding says otherwise.
    pub severity: Severity,
    /// What is wrong, in half a sentence.
    pub summary: &'static str,
    /// What follows from it and why, in a few sentences.
    pub why: &'static str,
    /// The facts of `docs/rules.md` that it covers, such as `M01`.
    pub facts: &'static [&'static str],
    /// The editions in which it holds.
    pub editions: Editions,
    /// Whether it is silent about documents of which another rule found something: it only says in general what that
    /// one says exactly.
    pub yields: bool,
    /// What mending it is.
    pub fix: FixKind,
    /// The fewest lines that show it.
    pub examples: &'static [Example],
    /// The check.
    pub check: Check,
}

impl Rule {
    /// What most rules leave as it is: `..Rule::BASE`.
    pub const BASE: Self = Self {
        code: Code("AMB000"),
        name: "",
        severity: Severity::Warning,
        summary: "",
        why: "",
        facts: &[],
        editions: Editions::ALL,
        yields: false,
        fix: FixKind::None,
        examples: &[],
        check: Check::Snapshot(|_, _, _| {}),
    };
}

/// `AMB` and three digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(&'static str);

impl Code {
    /// The code of this text. Any other text does not compile.
    pub const fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        assert!(bytes.len() == 6, "a code has six characters");
        assert!(bytes[0] == b'A' && bytes[1] == b'M' && bytes[2] == b'B', "a code begins with AMB");
        assert!(
            bytes[3].is_ascii_digit() && bytes[4].is_ascii_digit() && bytes[5].is_ascii_digit(),
            "a code ends with three digits"
        );
        Self(text)
    }

    /// Its text.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// What rules of its hundred are about.
    pub fn subject(self) -> &'static str {
        match self.0.as_bytes().get(3) {
            Some(b'0') => "Documents and YAML",
            Some(b'1') => "Versions and fields",
            Some(b'2') => "What a Mapping matches",
            Some(b'3') => "What a Mapping does",
            Some(b'4') => "Hosts, Listeners and TLS",
            Some(b'5') => "Services and resolvers",
            Some(b'6') => "Module and filters",
            Some(b'7') => "Reachability and conflicts, proved",
            Some(b'8') => "Security",
            _ => "Style",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The editions in which a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Editions {
    first: Edition,
    last: Edition,
}

impl Editions {
    /// All of them.
    pub const ALL: Self = Self { first: Edition::One, last: Edition::Four };
    /// All but Ambassador 1.
    pub const LATER: Self = Self::since(Edition::Two);

    /// This one and all later ones.
    pub const fn since(first: Edition) -> Self {
        Self { first, last: Edition::Four }
    }

    /// This one and all earlier ones.
    pub const fn until(last: Edition) -> Self {
        Self { first: Edition::One, last }
    }

    /// This one alone.
    pub const fn only(edition: Edition) -> Self {
        Self { first: edition, last: edition }
    }

    /// Whether an edition is among them.
    pub fn has(self, edition: Edition) -> bool {
        self.first <= edition && edition <= self.last
    }

    /// In words; `None` for all.
    pub fn words(self) -> Option<String> {
        match (self.first, self.last) {
            (Edition::One, Edition::Four) => None,
            (first, Edition::Four) => Some(format!("since edition {first}")),
            (first, last) if first == last => Some(format!("in edition {first} alone")),
            (Edition::One, last) => Some(format!("up to edition {last}")),
            (first, last) => Some(format!("from edition {first} to {last}")),
        }
    }
}

/// What mending what a rule finds is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixKind {
    /// Nothing that a program can do.
    None,
    /// This, and no request is answered otherwise afterwards: `--fix` does it.
    Safe(&'static str),
    /// This, and somebody should look at it: `--unsafe-fixes` does it.
    Unsafe(&'static str),
}

impl FixKind {
    /// What is done, in a few words.
    pub fn title(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Safe(title) | Self::Unsafe(title) => Some(title),
        }
    }
}

/// What a check looks at, from narrow to wide. A check takes the narrowest that can see it.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// What reading and compiling told already, by its codes: such a fact gets its rule here. [`super::told`] lists what
    /// is told.
    Told(&'static [&'static str], fn(&Told<'_>, &Context<'_>, &mut Findings)),
    /// Every document of the input, whatever it is.
    Document(fn(&Document, &Context<'_>, &mut Findings)),
    /// Every document of Emissary's, as it was written: objects, and documents in annotations.
    Entry(fn(&Entry<'_>, &Context<'_>, &mut Findings)),
    /// Every field of such documents, as it was written.
    Field(fn(&FieldView<'_>, &Context<'_>, &mut Findings)),
    /// Every resource of a kind, as Emissary's compiler gets it.
    Resource(Kind, fn(&ResourceView<'_>, &Context<'_>, &mut Findings)),
    /// Every Mapping, with what it means.
    Mapping(fn(&MappingView<'_>, &Context<'_>, &mut Findings)),
    /// Every group of Mappings that share a match.
    Group(fn(&GroupView<'_>, &Context<'_>, &mut Findings)),
    /// All that the configuration means.
    Snapshot(fn(&Snapshot, &Context<'_>, &mut Findings)),
    /// The route table, with what is proved about it.
    Table(fn(&RouteTable, &Context<'_>, &mut Findings)),
    /// What was told under these codes, and no rule of the shape [`Check::Told`] took; without codes, whatever no rule
    /// took at all.
    Rest(&'static [&'static str], fn(&Told<'_>, &Context<'_>, &mut Findings)),
    /// The comments and annotations that allow something: `lint::silence` judges them after all else.
    Allow,
}
