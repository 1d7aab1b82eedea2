//! What we tell the user about documents that did not simply pass.

use super::annotation::CONFIG;
use super::{DocumentResult, Harm, Outcome, Stage};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// What we tell about a document that did not simply pass.
pub(super) fn diagnostic(result: &DocumentResult, span: Span) -> Option<Diagnostic> {
    let what = match (&result.name, result.kind.as_str()) {
        (_, "") => "the document".to_owned(),
        (Some(name), kind) if !name.is_empty() => format!("{kind} `{name}`"),
        (_, kind) => format!("this {kind}"),
    };
    let diagnostic = match &result.outcome {
        Outcome::Converted { aborts: None } => return None,
        Outcome::Converted { aborts: Some(why) } => Diagnostic::error(
            "compiler-aborts",
            span,
            format!("Emissary gives the whole configuration up over {what}: {why}"),
        ),
        Outcome::Refused { stage: Stage::Annotation, message } => {
            Diagnostic::error("annotation-lost", span, format!("nothing in this annotation is read: {message}"))
        }
        Outcome::Refused { stage, message } => {
            let code = match stage {
                Stage::Kind | Stage::Version => "unknown-version",
                Stage::Request => "not-an-object",
                Stage::Schema | Stage::SchemaAfter | Stage::EntrypointSchema => "schema",
                _ => "unreadable",
            };
            let diagnostic = Diagnostic::error(code, span, format!("{what} is refused: {message}"));
            result.violations.iter().skip(1).fold(diagnostic, |all, more| all.also(more.span, more.to_string()))
        }
        Outcome::Panic { message, .. } => Diagnostic::error("gateway-ends", span, message.clone()),
        Outcome::Ignored { stage: Stage::NotACarrier } => Diagnostic::warning(
            "not-a-carrier",
            span,
            format!("the annotation `{CONFIG}` has no effect on a {}", result.kind),
        )
        .note("Only Services and Ingresses carry it."),
        Outcome::Ignored { stage: Stage::Compiler } => Diagnostic::warning(
            "unnamed",
            span,
            format!("{what} has no name, and Emissary leaves it out without a word"),
        ),
        Outcome::Ignored { .. } => return None,
    };
    Some(match result.harm {
        Harm::None => diagnostic,
        Harm::Kind => diagnostic.note(format!(
            "It can be applied, and then no {} can be listed any more, by anybody: the configuration is frozen.",
            result.kind
        )),
        Harm::All => diagnostic.note("Nothing else is read as long as this is there."),
    })
}
