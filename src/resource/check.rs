//! Whether a document fits the schema of its version, as the API server or the gateway itself looks at it.

use std::fmt;

use super::json::{Json, get, is_null, json};
use super::schema::{Field, Int, Object, Type, View};
use super::version::Form;
use crate::source::Span;
use crate::yaml::{Entry, Node};

/// Who checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judge {
    /// The gateway, by the schema in its binary: everything that is written counts.
    Gateway,
    /// The API server, by the schema of the chart: unknown fields and nulls are cut off first, and the fields of v1 and
    /// v2 that may have two types are not looked at.
    ApiServer,
}

/// A place where a document does not fit its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field, such as `spec.cors.origins[1]`.
    pub path: String,
    /// Where it stands; for what is missing, where it should stand.
    pub span: Span,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It must be there.
    Missing,
    /// It is of another type.
    Type {
        /// What is asked for.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// It is none of the allowed values.
    Value {
        /// The allowed ones.
        allowed: String,
    },
    /// A number outside its bounds.
    Range {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// Too few or too many entries.
    Count {
        /// At least so many.
        least: usize,
        /// At most so many.
        most: usize,
    },
    /// No document of this kind has it.
    Unknown,
    /// The version itself is not served.
    NotServed,
    /// A name that Kubernetes does not allow.
    Name {
        /// What is asked for.
        expected: &'static str,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.problem {
            Problem::Missing => write!(f, "{path} is missing"),
            Problem::Type { expected, found } => write!(f, "{path} must be {expected}, and is {found}"),
            Problem::Value { allowed } => write!(f, "{path} must be one of {allowed}"),
            Problem::Range { min, max } if *max == i64::MAX => write!(f, "{path} must be at least {min}"),
            Problem::Range { min, max } => write!(f, "{path} must be from {min} to {max}"),
            Problem::Count { least: 1, most: 1 } => write!(f, "{path} must have exactly one entry"),
            Problem::Count { least, .. } => write!(f, "{path} must have at least {least} entries"),
            Problem::Unknown => write!(f, "{path} is not a known field"),
            Problem::NotServed => write!(f, "{path} is a version that the cluster does not serve"),
            Problem::Name { expected } => write!(f, "{path} must be {expected}"),
        }
    }
}

/// All violations in one sentence.
pub(crate) fn sentence(violations: &[Violation]) -> String {
    let texts: Vec<_> = violations.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

/// Where we are, without a text until one is needed.
#[derive(Clone, Copy)]
enum Path<'a> {
    Root(&'static str),
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(name),
            Self::Key(parent, key) => write!(f, "{parent}.{key}"),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// What a check finds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// Where it does not fit.
    pub(crate) violations: Vec<Violation>,
    /// Fields that nobody knows.
    pub(crate) unknown: Vec<Violation>,
}

/// Holds a group of fields against the table.
pub(crate) fn check(root: &'static str, node: &Node, object: &'static Object, view: View, judge: Judge) -> Findings {
    let mut checker = Checker { view, judge, found: Findings::default() };
    checker.object(&Path::Root(root), node, object);
    checker.found
}

fn is_cut(judge: Judge, value: &Node) -> bool {
    judge == Judge::ApiServer && is_null(value)
}

struct Checker {
    view: View,
    judge: Judge,
    found: Findings,
}

impl Checker {
    fn report(&mut self, path: &Path<'_>, span: Span, problem: Problem) {
        self.found.violations.push(Violation { path: path.to_string(), span, problem });
    }

    fn wrong_type(&mut self, path: &Path<'_>, node: &Node, expected: &'static str) {
        self.report(path, node.span, Problem::Type { expected, found: json(node).type_name() });
    }

    /// Whether an entry is cut off before it is checked.
    fn is_cut(&self, value: &Node) -> bool {
        is_cut(self.judge, value)
    }

    fn object(&mut self, path: &Path<'_>, node: &Node, object: &'static Object) {
        let Json::Map(entries) = json(node) else {
            return self.wrong_type(path, node, "a map");
        };
        let mut count = 0;
        let judge = self.judge;
        for entry in entries.iter().filter(|entry| !is_cut(judge, &entry.value)) {
            let Some(name) = entry.key.text() else { continue };
            match self.view.field(object, name) {
                Some(field) => {
                    count += 1;
                    self.value(&Path::Key(path, name), &entry.value, &field.ty);
                }
                None => {
                    count += usize::from(self.judge == Judge::Gateway);
                    let path = Path::Key(path, name).to_string();
                    self.found.unknown.push(Violation { path, span: entry.key.span, problem: Problem::Unknown });
                }
            }
        }
        self.count(path, node, count, object.count);
        self.required(path, node, entries, object);
    }

    fn required(&mut self, path: &Path<'_>, node: &Node, entries: &[Entry], object: &'static Object) {
        let missing = |field: &&Field| get(entries, field.name).is_none_or(|value| self.is_cut(value));
        let fields: Vec<_> = self.view.fields(object).filter(|field| field.required).filter(missing).collect();
        for field in fields {
            self.report(&Path::Key(path, field.name), node.span, Problem::Missing);
        }
    }

    fn count(&mut self, path: &Path<'_>, node: &Node, count: usize, bounds: Option<(usize, usize)>) {
        if let Some((least, most)) = bounds
            && (count < least || count > most)
        {
            self.report(path, node.span, Problem::Count { least, most });
        }
    }

    fn value(&mut self, path: &Path<'_>, node: &Node, ty: &'static Type) {
        let value = json(node);
        match ty {
            Type::Text | Type::Duration => self.text(path, node),
            Type::Time => self.time(path, node),
            Type::OneOf(allowed) => {
                self.text(path, node);
                if !matches!(value, Json::Text(text) if allowed.contains(&text)) {
                    self.report(path, node.span, Problem::Value { allowed: allowed.join(", ") });
                }
            }
            Type::Scheme => {
                self.text(path, node);
                if let Json::Text(text) = value
                    && !["", "http://", "https://"].iter().any(|scheme| text.eq_ignore_ascii_case(scheme))
                {
                    self.report(path, node.span, Problem::Value { allowed: "http://, https://".into() });
                }
            }
            Type::Bool if !matches!(value, Json::Bool(_)) => self.wrong_type(path, node, "a boolean"),
            Type::Bool => {}
            Type::Int(bounds) => self.int(path, node, bounds),
            Type::Code(allowed) => {
                if !matches!(value, Json::Int(_)) {
                    self.wrong_type(path, node, "an integer");
                }
                if !matches!(value, Json::Int(code) if allowed.contains(&code)) {
                    let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
                    self.report(path, node.span, Problem::Value { allowed: allowed.join(", ") });
                }
            }
            Type::Millis | Type::Seconds if !matches!(value, Json::Int(_)) => {
                self.wrong_type(path, node, "an integer");
            }
            Type::Millis | Type::Seconds => {}
            Type::List(item, least) => self.list(path, node, item, *least),
            Type::Map(inner) => self.map(path, node, inner, None),
            Type::Single(inner) => self.map(path, node, inner, Some((1, 1))),
            Type::Object(object) => self.object(path, node, object),
            Type::Untyped if !matches!(value, Json::Map(_)) => self.wrong_type(path, node, "a map"),
            Type::Untyped => {}
            Type::BoolOrText | Type::TextOrList | Type::AddedHeader => self.either(path, node, ty),
            Type::LabelGroup => self.label_group(path, node),
        }
    }

    fn text(&mut self, path: &Path<'_>, node: &Node) {
        if !matches!(json(node), Json::Text(_)) {
            self.wrong_type(path, node, "a text");
        }
    }

    fn time(&mut self, path: &Path<'_>, node: &Node) {
        match json(node) {
            Json::Text(text) if super::time::is_rfc3339(text) => {}
            Json::Text(_) => {
                self.report(path, node.span, Problem::Value { allowed: "times such as 2026-08-19T12:00:00Z".into() })
            }
            _ => self.wrong_type(path, node, "a text"),
        }
    }

    fn int(&mut self, path: &Path<'_>, node: &Node, bounds: &Int) {
        match json(node) {
            Json::Int(value) if value < bounds.min || value > bounds.max => {
                self.report(path, node.span, Problem::Range { min: bounds.min, max: bounds.max });
            }
            Json::Int(_) => {}
            _ => self.wrong_type(path, node, "an integer"),
        }
    }

    fn list(&mut self, path: &Path<'_>, node: &Node, item: &'static Type, least: usize) {
        let Json::List(items) = json(node) else {
            return self.wrong_type(path, node, "a list");
        };
        if items.len() < least {
            self.report(path, node.span, Problem::Count { least, most: usize::MAX });
        }
        for (index, node) in items.iter().enumerate() {
            self.value(&Path::Index(path, index), node, item);
        }
    }

    fn map(&mut self, path: &Path<'_>, node: &Node, inner: &'static Type, bounds: Option<(usize, usize)>) {
        let Json::Map(entries) = json(node) else {
            return self.wrong_type(path, node, "a map");
        };
        let unchecked = self.is_unchecked(inner);
        let mut count = 0;
        let judge = self.judge;
        for entry in entries.iter().filter(|entry| unchecked || !is_cut(judge, &entry.value)) {
            count += 1;
            if let Some(name) = entry.key.text() {
                self.value(&Path::Key(path, name), &entry.value, inner);
            }
        }
        self.count(path, node, count, bounds);
    }

    /// What may have two types is not looked at by the API server.
    fn is_unchecked(&self, ty: &Type) -> bool {
        self.judge == Judge::ApiServer
            && self.view.form != Form::New
            && matches!(ty, Type::BoolOrText | Type::TextOrList | Type::AddedHeader)
    }

    fn either(&mut self, path: &Path<'_>, node: &Node, ty: &Type) {
        if self.is_unchecked(ty) {
            return;
        }
        match (ty, json(node)) {
            (_, Json::Null) if self.view.form == Form::Old => {}
            (_, Json::Text(_)) | (Type::BoolOrText, Json::Bool(_)) | (Type::AddedHeader, Json::Map(_)) => {}
            (Type::TextOrList, Json::List(_)) => self.list(path, node, &Type::Text, 0),
            // Ambassador 1 let a boolean pass, which Envoy then refuses.
            (Type::AddedHeader, Json::Bool(_)) if self.view.form != Form::Old => {}
            (Type::BoolOrText, _) => self.wrong_type(path, node, "a text or a boolean"),
            (Type::TextOrList, _) => self.wrong_type(path, node, "a text or a list of texts"),
            _ => self.wrong_type(path, node, "a text or a map with `value`"),
        }
    }

    fn label_group(&mut self, path: &Path<'_>, node: &Node) {
        let Json::Map(entries) = json(node) else {
            return self.wrong_type(path, node, "a map");
        };
        self.count(path, node, entries.len(), Some((1, 1)));
        if self.judge == Judge::ApiServer {
            return;
        }
        for entry in entries {
            let name = entry.key.text().unwrap_or_default();
            let path = Path::Key(path, name);
            let Json::List(labels) = json(&entry.value) else {
                self.wrong_type(&path, &entry.value, "a list");
                continue;
            };
            for (index, label) in labels.iter().enumerate() {
                if !matches!(json(label), Json::Text(_) | Json::Map(_) | Json::Null) {
                    self.wrong_type(&Path::Index(&path, index), label, "a text or a map");
                }
            }
        }
    }
}
