//! What rules find.

use super::object::Subject;
use super::rule::{FixKind, Rule};
use super::told::Told;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{Edit, Span};

/// What a rule reports: a diagnostic, with the rule and perhaps a mend.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What is told.
    pub diagnostic: Diagnostic,
    /// What would mend it.
    pub fix: Option<Fix>,
    /// The object or document that it is about, where it is about one.
    pub subject: Option<Subject>,
}

/// A repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What is done, in a few words.
    pub title: &'static str,
    /// The changes of the text, all or none.
    pub edits: Vec<Edit>,
    /// How far it may be applied unasked.
    pub trust: Trust,
}

/// How far a fix may be applied unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Somebody should look at it: requests may be answered otherwise.
    Unsafe,
    /// No request is answered otherwise.
    Safe,
}

/// Takes what the checks find; it knows which rule is being asked.
#[derive(Debug)]
pub struct Findings {
    rule: &'static Rule,
    found: Vec<Finding>,
}

impl Findings {
    pub(super) fn new(rule: &'static Rule) -> Self {
        Self { rule, found: Vec::new() }
    }

    /// Whose findings come next.
    pub(super) fn ask(&mut self, rule: &'static Rule) -> &mut Self {
        self.rule = rule;
        self
    }

    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    pub(super) fn into_inner(self) -> Vec<Finding> {
        self.found
    }

    /// Reports something at a place: one sentence that stands alone.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> &mut Finding {
        let diagnostic = Diagnostic::new(self.rule.severity, self.rule.code.as_str(), span, message);
        self.push(diagnostic)
    }

    /// Reports what was told, in the words and with the severity of who told it.
    pub fn pass_on(&mut self, told: &Told<'_>) -> &mut Finding {
        let code = self.rule.code.as_str();
        let mut diagnostic = Diagnostic::new(told.severity, code, told.span, told.message.clone());
        diagnostic.primary.text.clone_from(&told.label);
        diagnostic.labels.clone_from(&told.labels);
        diagnostic.notes.clone_from(&told.notes);
        self.push(diagnostic)
    }

    fn push(&mut self, diagnostic: Diagnostic) -> &mut Finding {
        self.found.push(Finding { rule: self.rule, diagnostic, fix: None, subject: None });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}

impl Finding {
    /// The place.
    pub fn span(&self) -> Span {
        self.diagnostic.primary.span
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.diagnostic.severity
    }

    /// Another severity than that of the rule.
    pub fn as_bad_as(&mut self, severity: Severity) -> &mut Self {
        self.diagnostic.severity = severity;
        self
    }

    /// Words beside the caret.
    pub fn label(&mut self, text: impl Into<String>) -> &mut Self {
        self.diagnostic.primary.text = text.into();
        self
    }

    /// Another place that matters.
    pub fn also(&mut self, span: impl Into<Option<Span>>, text: impl Into<String>) -> &mut Self {
        if let Some(span) = span.into() {
            self.diagnostic.labels.push(Label { span, text: text.into() });
        }
        self
    }

    /// A consequence, or what to do.
    pub fn note(&mut self, text: impl Into<String>) -> &mut Self {
        self.diagnostic.notes.push(text.into());
        self
    }

    /// The mend that the rule promises; none where these edits could not be made.
    pub fn mend(&mut self, edits: impl Into<Option<Vec<Edit>>>) -> &mut Self {
        let (title, trust) = match self.rule.fix {
            FixKind::None => return self,
            FixKind::Safe(title) => (title, Trust::Safe),
            FixKind::Unsafe(title) => (title, Trust::Unsafe),
        };
        self.fix = edits.into().map(|edits| Fix { title, edits, trust });
        self
    }

    /// A mend that somebody should look at here, although it is safe elsewhere.
    pub fn mend_unsafely(&mut self, edits: impl Into<Option<Vec<Edit>>>) -> &mut Self {
        self.mend(edits);
        if let Some(fix) = &mut self.fix {
            fix.trust = Trust::Unsafe;
        }
        self
    }
}
