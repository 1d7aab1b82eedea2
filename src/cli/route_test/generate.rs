//! `--generate`: a suite that expects what a configuration does now.

use serde::Serialize;

use crate::cli::args::{GatewayArgs, InputArgs};
use crate::cli::{Exit, Ran, World, load};
use crate::report::format::json;
use crate::route_test::generate::generate;
use crate::route_test::{CaseText, Judge};

/// A suite that cannot be made.
#[derive(Debug, thiserror::Error)]
enum GenerateError {
    #[error("nothing is served, so there is nothing to expect: {0}")]
    Refused(String),
    #[error("no suite can be made: {0}")]
    Undecided(String),
}

/// A suite as it is written.
#[derive(Serialize)]
struct SuiteText {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    given: Vec<String>,
    edition: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    ambassador_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ambassador_namespace: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    strict: bool,
    cases: Vec<CaseText>,
}

/// Writes the suite.
pub(super) fn run(input: &InputArgs, gateway: &GatewayArgs, is_json: bool, world: &mut World<'_, '_>) -> Ran {
    let sources = input.read(&[], world)?;
    let compilation = load::compile(sources, &gateway.options())?;
    world.tell_notes(&compilation.notes)?;
    world.tell_diagnostics(&compilation)?;
    if let Some(refusal) = compilation.refusal() {
        return Err(GenerateError::Refused(refusal.why).into());
    }
    let judge = Judge::new(&compilation);
    let cases = generate(&judge).map_err(|reason| GenerateError::Undecided(reason.to_string()))?;
    let named = |name: &str, usual: &str| (name != usual).then(|| name.to_owned());
    let given = input.filename.iter().map(|path| path.display().to_string()).filter(|path| path != "-");
    let suite = SuiteText {
        given: given.collect(),
        edition: compilation.snapshot.edition.number(),
        ambassador_id: named(&gateway.ambassador_id, "default"),
        ambassador_namespace: named(&gateway.ambassador_namespace, "default"),
        strict: gateway.strict,
        cases,
    };
    let text = serde_json::to_string(&suite)?;
    let text = if is_json { json::pretty(&text) } else { load::yaml(&text)? };
    world.env.stdout.write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}
