//! The recorded corpora: what Emissary refused, dropped or complained of is found, and nothing else is called an error.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use kubectl_ambassador::diagnostic::Severity;
use kubectl_ambassador::edition::Edition;
use kubectl_ambassador::lint::{Finding, Linted, check};
use kubectl_ambassador::model::Effect;
use kubectl_ambassador::pipeline::{Compilation, Options, compile};
use kubectl_ambassador::resource::{AnnotationPart, DocumentResult};
use kubectl_ambassador::source::{Origin, SourceMap, Span};
use kubectl_ambassador::yaml::{self, Node};

struct Case {
    name: String,
    compilation: Compilation,
    linted: Linted,
}

pub(crate) fn folders(corpus: &str) -> Vec<PathBuf> {
    let root = Path::new("testdata/truth").join(corpus).join("cases");
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

pub(crate) fn sources(path: &Path) -> SourceMap {
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

    fn results(&self) -> &[Arc<DocumentResult>] {
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

pub(crate) fn as_recorded() -> Options {
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
    let at_line = |result: &&Arc<DocumentResult>| case.compilation.sources.place(result.document).line == line;
    case.results().iter().filter(|result| result.annotation == part).find(at_line).map(|result| &**result)
}

/// A text of which only some lines are left, on their own lines; all others are empty.
fn only(text: &str, is_kept: impl Fn(u32) -> bool) -> String {
    let lines = (1..).zip(text.lines());
    lines.map(|(number, line)| if is_kept(number) { format!("{line}\n") } else { "\n".to_owned() }).collect()
}

/// The lines of a YAML document that begins at this one.
fn document_at(line: u32, text: &str) -> std::ops::Range<u32> {
    let rest = (1..).zip(text.lines()).skip(line as usize);
    let next = rest.into_iter().find(|(_, line)| line.trim_end() == "---").map_or(u32::MAX, |(number, _)| number);
    line..next
}

/// The lines of one document of an annotation, up to the next one.
fn part_at(case: &Case, at: usize) -> std::ops::Range<u32> {
    let lines = case.results().iter().map(|result| case.compilation.sources.place(result.source).line);
    let start = case.compilation.sources.place(case.results()[at].source).line;
    start..lines.filter(|line| *line > start).min().unwrap_or(u32::MAX)
}

/// A recorded result and what lint finds at it, when it looks at its document alone, as was recorded.
struct Judged<'r> {
    recorded: &'r Node,
    case: Rc<Case>,
    at: usize,
}

impl Judged<'_> {
    fn result(&self) -> &DocumentResult {
        &self.case.results()[self.at]
    }

    fn is_harmful(&self) -> bool {
        let recorded = self.recorded;
        recorded.get("blocks_all").is_some()
            || recorded.get("compiler").is_some()
            || text(recorded, "outcome") == Some("panic")
    }

    fn is_lost(&self) -> bool {
        text(self.recorded, "outcome") == Some("refused")
            || matches!(text(self.recorded, "stage"), Some("compiler" | "not-a-carrier"))
    }

    /// Whether Emissary's compiler drops the converted resource afterwards, or Envoy refuses it: then it is an error,
    /// although what was recorded ends before.
    fn is_dropped_later(&self) -> bool {
        let whole = self.result().source;
        let problems = self.case.compilation.snapshot.problems.iter();
        let mut here = problems.filter(|problem| problem.span.is_some_and(|span| whole.holds(span)));
        here.any(|problem| problem.effect >= Effect::Dropped)
    }

    fn shown(&self) -> String {
        let found = self.case.at(self.result(), Severity::Info);
        let found: Vec<_> = found.map(|one| (one.rule.code, one.severity(), &one.diagnostic.message)).collect();
        let line = self.case.compilation.sources.place(self.result().source).line;
        format!("{} line {line} {:?}: {found:?}", self.case.name, self.result().name)
    }
}

fn linted(name: &str, text: String, options: &Options) -> Case {
    let mut sources = SourceMap::default();
    sources.add(Origin::File("manifests.yaml".into()), text);
    let compilation = compile(sources, options);
    let linted = check(&compilation);
    Case { name: name.to_owned(), compilation, linted }
}

/// Documents that were looked at alone, by their first line.
type Seen = BTreeMap<(u32, bool), Rc<Case>>;

/// Looks at the document of a recorded result alone, also where it is one of several in an annotation.
fn judged<'r>(name: &str, whole: &str, recorded: &'r Node, legacy_versions: bool, seen: &mut Seen) -> Judged<'r> {
    let options =
        Options { edition: Some(Edition::Four), legacy_versions: Some(legacy_versions), ..Options::default() };
    let line: u32 = text(recorded, "line").unwrap().parse().unwrap();
    let alone = only(whole, |number| document_at(line, whole).contains(&number));
    let case = seen.entry((line, legacy_versions)).or_insert_with(|| Rc::new(linted(name, alone.clone(), &options)));
    let case = Rc::clone(case);
    let result = find(&case, recorded).unwrap_or_else(|| panic!("{name}: no document at line {line}"));
    let recorded = recorded.get("with_legacy_versions").filter(|_| legacy_versions).unwrap_or(recorded);
    let at = case.results().iter().position(|one| std::ptr::eq(&**one, result)).unwrap();
    if case.results().len() == 1 || !matches!(result.annotation, Some(AnnotationPart::Document(_))) {
        return Judged { recorded, case, at };
    }
    let part = part_at(&case, at);
    let first = (0..case.results().len()).map(|at| part_at(&case, at).start).min().unwrap();
    let marks: Vec<u32> = (1..).zip(alone.lines()).filter(|(_, line)| line.trim() == "---").map(|(at, _)| at).collect();
    let is_kept = |number: u32| number < first || part.contains(&number) && !marks.contains(&number);
    let single = linted(name, only(&alone, is_kept), &options);
    match single.results() {
        [one] if single.compilation.sources.place(one.source).line == part.start => {
            Judged { recorded, case: Rc::new(single), at: 0 }
        }
        // It does not stand on lines of its own.
        _ => Judged { recorded, case, at },
    }
}

/// What is recorded of conversion ends before the compiler: each document was looked at alone. Lint looks further, and
/// calls an error also what the compiler or Envoy then drops; those are counted apart.
#[test]
fn what_was_refused_lost_or_harmful_in_conversion_is_found() {
    let (mut lost, mut clean, mut dropped_later) = (Figure::new(), Figure::new(), Vec::new());
    for folder in folders("conversion") {
        let expected = recorded(&folder.join("expect.yaml"));
        let whole = std::fs::read_to_string(folder.join("manifests.yaml")).unwrap();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let mut seen = Seen::new();
        for recorded in list(&expected, "results") {
            let version = text(recorded, "apiVersion").unwrap_or_default();
            let is_object = text(recorded, "carrier").is_none();
            let is_old = is_object && matches!(version, "getambassador.io/v1" | "getambassador.io/v2");
            for legacy_versions in if is_old { [true].iter() } else { [false, true].iter() } {
                let judged = judged(&name, &whole, recorded, *legacy_versions, &mut seen);
                let has = |least: Severity| judged.case.at(judged.result(), least).next().is_some();
                if judged.is_harmful() || judged.is_lost() {
                    let least = if judged.is_harmful() { Severity::Error } else { Severity::Info };
                    lost.judge(has(least), || judged.shown());
                } else if text(judged.recorded, "outcome") == Some("converted") {
                    if has(Severity::Error) && judged.is_dropped_later() {
                        dropped_later.push(judged.shown());
                        continue;
                    }
                    clean.judge(!has(Severity::Error), || judged.shown());
                }
            }
        }
    }
    lost.tell("conversion: refused, lost or harmful results, found");
    let all = clean.agree + clean.wrong.len() + dropped_later.len();
    println!("conversion: harmless results without errors: {} of {all}", clean.agree);
    println!("conversion: the others, which the compiler or Envoy drops afterwards: {}", dropped_later.len());
    lost.holds();
    clean.holds();
    assert!(dropped_later.len() <= DROPPED_LATER, "\n{}", dropped_later.join("\n"));
}

/// Of the harmless results of conversion, so many are dropped by the compiler afterwards.
const DROPPED_LATER: usize = 67;
