//! The recorded corpora: what Emissary refused, dropped or complained of is found, and nothing else is called an error.

use std::path::{Path, PathBuf};

use kubectl_ambassador::diagnostic::Severity;
use kubectl_ambassador::edition::Edition;
use kubectl_ambassador::lint::fix::mend;
use kubectl_ambassador::lint::{Finding, Linted, Selection, Trust, check};
use kubectl_ambassador::pipeline::{Compilation, Options, compile};
use kubectl_ambassador::resource::{AnnotationPart, DocumentResult};
use kubectl_ambassador::source::{Origin, SourceMap, Span};
use kubectl_ambassador::yaml::{self, Node};

struct Case {
    name: String,
    compilation: Compilation,
    linted: Linted,
}

fn folders(corpus: &str) -> Vec<PathBuf> {
    let root = Path::new("testdata/truth").join(corpus).join("cases");
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

fn sources(path: &Path) -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add(Origin::File(path.to_owned()), std::fs::read_to_string(path).unwrap());
    sources
}

fn case(folder: &Path, options: &Options) -> Case {
    let compilation = compile(sources(&folder.join("manifests.yaml")), options);
    let linted = check(&compilation);
    Case { name: folder.file_name().unwrap().to_string_lossy().into_owned(), compilation, linted }
}

fn recorded(path: &Path) -> Node {
    let mut sources = SourceMap::default();
    let text = std::fs::read_to_string(path).unwrap();
    let id = sources.add(Origin::File(path.to_owned()), text.as_str());
    yaml::parse(id, &text).documents[0].root.clone()
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.text()
}

fn list<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::as_list).unwrap_or_default()
}

impl Case {
    /// The findings of at least this severity at one document: there, or pointing there.
    fn at<'f>(&'f self, result: &'f DocumentResult, least: Severity) -> impl Iterator<Item = &'f Finding> {
        let holds = move |span: Span| {
            let whole = result.source;
            let inside =
                |span: Span| span.source == whole.source && whole.start <= span.start && span.start <= whole.end;
            inside(span) || inside(self.compilation.sources.outermost(span))
        };
        self.linted.findings.iter().filter(move |finding| {
            finding.severity() >= least
                && (holds(finding.span()) || finding.diagnostic.labels.iter().any(|label| holds(label.span)))
        })
    }

    fn results(&self) -> &[DocumentResult] {
        &self.compilation.reading.results
    }

    fn shown(&self) -> Vec<String> {
        let shown = |finding: &Finding| {
            let place = self.compilation.sources.place(finding.span());
            format!("{}:{} {} {}", place.line, place.column, finding.rule.code, finding.diagnostic.message)
        };
        self.linted.findings.iter().map(shown).collect()
    }
}

struct Figure {
    agree: usize,
    wrong: Vec<String>,
}

impl Figure {
    fn new() -> Self {
        Self { agree: 0, wrong: Vec::new() }
    }

    fn judge(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if holds {
            self.agree += 1;
        } else {
            self.wrong.push(what());
        }
    }

    fn tell(&self, what: &str) {
        println!("{what}: {} of {}", self.agree, self.agree + self.wrong.len());
    }

    fn holds(self) {
        assert!(self.wrong.is_empty(), "\n{}", self.wrong.join("\n"));
    }
}

fn as_recorded() -> Options {
    Options {
        edition: Some(Edition::Four),
        legacy_versions: Some(false),
        strict: true,
        serialised: false,
        ..Options::default()
    }
}

#[test]
fn what_was_complained_of_in_conformance_is_found() {
    let (mut objects, mut refused, mut silent) = (Figure::new(), Figure::new(), Figure::new());
    for folder in folders("conformance") {
        let case = case(&folder, &as_recorded());
        let routes = recorded(&folder.join("routes.yaml"));
        let compiled = routes.get("compile").unwrap();
        for object in list(compiled, "refused_by_schema") {
            let (kind, name) = (text(object, "kind").unwrap(), text(object, "name"));
            let result = case.results().iter().find(|result| result.kind == kind && result.name.as_deref() == name);
            let found = result.is_some_and(|result| case.at(result, Severity::Warning).next().is_some());
            objects.judge(found, || format!("{}: {kind} {name:?} was refused by the schema", case.name));
        }
        for error in list(compiled, "errors") {
            let key = text(error, "resource").unwrap();
            let found = match case.results().iter().find(|result| result.key.as_deref() == Some(key)) {
                Some(result) => case.at(result, Severity::Warning).next().is_some(),
                // It concerns no object, but for instance a cluster.
                None => case.linted.findings.iter().any(|finding| finding.severity() >= Severity::Warning),
            };
            objects.judge(found, || format!("{}: {key} was complained of; found {:?}", case.name, case.shown()));
        }
        let names_a_mapping = || {
            let errors = case.linted.findings.iter().filter(|finding| finding.severity() == Severity::Error);
            errors.filter_map(|finding| finding.subject.as_ref()).any(|subject| subject.object.kind == "Mapping")
        };
        let is_refused = text(compiled, "envoy") == Some("refused");
        if is_refused {
            refused.judge(names_a_mapping(), || format!("{}: {:?}", case.name, case.shown()));
        }
        let complaints = ["refused_by_schema", "errors", "global_errors", "notices"];
        if !is_refused && complaints.iter().all(|key| compiled.get(key).is_none()) {
            let has_errors = case.linted.findings.iter().any(|finding| finding.severity() == Severity::Error);
            silent.judge(!has_errors, || format!("{}: nobody complained; found {:?}", case.name, case.shown()));
        }
    }
    objects.tell("conformance: objects that were complained of, found");
    refused.tell("conformance: refused configurations with an error at a Mapping");
    silent.tell("conformance: cases without complaints, without errors");
    objects.holds();
    refused.holds();
    silent.holds();
}

fn find<'a>(case: &'a Case, recorded: &Node) -> Option<&'a DocumentResult> {
    let line: u32 = text(recorded, "line")?.parse().ok()?;
    let part = match text(recorded, "annotation") {
        Some("all") => Some(AnnotationPart::All),
        Some(index) => Some(AnnotationPart::Document(index.parse().ok()?)),
        None => None,
    };
    let at_line = |result: &&DocumentResult| case.compilation.sources.place(result.document).line == line;
    case.results().iter().filter(|result| result.annotation == part).find(at_line)
}

/// Whether a finding is about how a document is read. What was recorded of conversion ends there: each document was
/// looked at alone, and what the compiler drops afterwards, for instance of two Mappings with one match, is not in it.
fn is_about_reading(finding: &Finding) -> bool {
    let code = finding.rule.code.as_str();
    (code.starts_with("AMB0") || code.starts_with("AMB1")) && code != "AMB199"
}

#[test]
fn what_was_refused_lost_or_harmful_in_conversion_is_found() {
    let (mut lost, mut clean, mut dropped_later) = (Figure::new(), Figure::new(), 0);
    for folder in folders("conversion") {
        let expected = recorded(&folder.join("expect.yaml"));
        for legacy_versions in [false, true] {
            let options =
                Options { edition: Some(Edition::Four), legacy_versions: Some(legacy_versions), ..Options::default() };
            let case = case(&folder, &options);
            for recorded in list(&expected, "results") {
                let version = text(recorded, "apiVersion").unwrap_or_default();
                let is_object = text(recorded, "carrier").is_none();
                let is_old = is_object && matches!(version, "getambassador.io/v1" | "getambassador.io/v2");
                if is_old && !legacy_versions {
                    continue;
                }
                let shown = recorded.get("with_legacy_versions").filter(|_| legacy_versions).unwrap_or(recorded);
                let Some(result) = find(&case, recorded) else { continue };
                let is_harmful = shown.get("blocks_all").is_some()
                    || shown.get("compiler").is_some()
                    || text(shown, "outcome") == Some("panic");
                let is_lost = text(shown, "outcome") == Some("refused")
                    || matches!(text(shown, "stage"), Some("compiler" | "not-a-carrier"));
                let least = if is_harmful { Severity::Error } else { Severity::Info };
                let what = || {
                    let line = text(recorded, "line").unwrap_or_default();
                    let part = text(recorded, "annotation").unwrap_or_default();
                    let found: Vec<_> =
                        case.at(result, Severity::Info).map(|f| (f.rule.code, &f.diagnostic.message)).collect();
                    format!("{} legacy {legacy_versions} line {line} {part}: {found:?}", case.name)
                };
                if is_harmful || is_lost {
                    lost.judge(case.at(result, least).next().is_some(), what);
                } else if text(shown, "outcome") == Some("converted") {
                    let mut errors = case.at(result, Severity::Error).peekable();
                    dropped_later += usize::from(errors.peek().is_some());
                    clean.judge(!errors.any(is_about_reading), what);
                }
            }
        }
    }
    lost.tell("conversion: refused, lost or harmful results, found");
    clean.tell("conversion: harmless results without errors about reading them");
    println!("conversion: of these, dropped later by the compiler or Envoy: {dropped_later}");
    lost.holds();
    clean.holds();
}

#[test]
fn safe_fixes_change_no_answer() {
    let (mut applied, mut changed, mut refused) = (0, 0, Vec::new());
    for folder in folders("conformance") {
        let sources = sources(&folder.join("manifests.yaml"));
        let mended = mend(&sources, &as_recorded(), &Selection::default(), Trust::Safe);
        applied += mended.applied;
        changed += usize::from(!mended.changed.is_empty());
        if mended.refused > 0 {
            refused.push(format!("{}: {} fixes are called safe and are not", folder.display(), mended.refused));
        }
    }
    println!("safe fixes over conformance: {applied} in {changed} cases, {} not safe", refused.len());
    assert!(refused.is_empty(), "\n{}", refused.join("\n"));
}
