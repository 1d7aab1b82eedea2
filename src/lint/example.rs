//! The fewest lines that show what a rule is about, and the whole manifests that they stand for.

use crate::edition::Edition;
use crate::pipeline::Options;

/// What is wrong and what is right, in the fewest lines.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What the lines are.
    pub form: Form,
    /// Lines that the rule fires on.
    pub bad: &'static str,
    /// The same, done right.
    pub good: &'static str,
    /// Under which edition; `None` finds out.
    pub edition: Option<Edition>,
    /// Whether the cluster serves v1 and v2 objects; `None` finds out.
    pub legacy_versions: Option<bool>,
}

/// What the lines of an example are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Whole manifests.
    Manifests,
    /// The fields of one Mapping called `example`, or of several between lines of `---`, called `example-1`, `example-2`
    /// and so on. Without `hostname` or `host` they get `hostname: "*"`.
    Mapping,
    /// Documents of a Service's annotation.
    Annotation,
    /// The fields under `spec` of an object of this kind in `v3alpha1`; of a Module those under `spec.config`. Hosts get
    /// Listeners, Listeners get a Host.
    Spec(&'static str),
}

impl Example {
    const fn new(form: Form, bad: &'static str, good: &'static str) -> Self {
        Self { form, bad, good, edition: None, legacy_versions: None }
    }

    /// Whole manifests.
    pub const fn manifests(bad: &'static str, good: &'static str) -> Self {
        Self::new(Form::Manifests, bad, good)
    }

    /// Fields of Mappings.
    pub const fn mapping(bad: &'static str, good: &'static str) -> Self {
        Self::new(Form::Mapping, bad, good)
    }

    /// Documents of an annotation.
    pub const fn annotation(bad: &'static str, good: &'static str) -> Self {
        Self::new(Form::Annotation, bad, good)
    }

    /// Fields of an object of a kind.
    pub const fn spec(kind: &'static str, bad: &'static str, good: &'static str) -> Self {
        Self::new(Form::Spec(kind), bad, good)
    }

    /// The same under an edition.
    pub const fn under(mut self, edition: Edition) -> Self {
        self.edition = Some(edition);
        self
    }

    /// The same in a cluster that serves v1 and v2 objects, or does not.
    pub const fn legacy(mut self, served: bool) -> Self {
        self.legacy_versions = Some(served);
        self
    }

    /// Whole manifests of the bad lines.
    pub fn bad_manifests(&self) -> String {
        self.form.wrap(self.bad)
    }

    /// Whole manifests of the good lines.
    pub fn good_manifests(&self) -> String {
        self.form.wrap(self.good)
    }

    /// How they are compiled.
    pub fn options(&self) -> Options {
        Options { edition: self.edition, legacy_versions: self.legacy_versions, ..Options::default() }
    }
}

const LISTENER: &str = "\
apiVersion: getambassador.io/v3alpha1
kind: Listener
metadata: {name: http}
spec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}
---
apiVersion: getambassador.io/v3alpha1
kind: Listener
metadata: {name: https}
spec: {port: 8443, protocol: HTTPS, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}
---
";

const HOST: &str = "\
apiVersion: getambassador.io/v3alpha1
kind: Host
metadata: {name: any}
spec: {hostname: \"*\", requestPolicy: {insecure: {action: Route}}}
---
";

impl Form {
    /// Whole manifests of some lines.
    pub fn wrap(self, lines: &str) -> String {
        match self {
            Self::Manifests => lines.to_owned(),
            Self::Annotation => {
                let head = "apiVersion: v1\nkind: Service\nmetadata:\n  name: example\n  annotations:\n    getambassador.io/config: |\n";
                format!("{head}{}", indented(lines, 6))
            }
            Self::Mapping => {
                let count = lines.split("---\n").count();
                let bodies = lines.split("---\n").enumerate().map(|(at, body)| {
                    let names_host =
                        body.lines().any(|line| line.starts_with("host:") || line.starts_with("hostname:"));
                    let hostname = if names_host { "" } else { "  hostname: \"*\"\n" };
                    let number = if count == 1 { String::new() } else { format!("-{}", at + 1) };
                    format!("{}{hostname}{}", object("Mapping", &format!("example{number}")), indented(body, 2))
                });
                bodies.collect::<Vec<_>>().join("---\n")
            }
            Self::Spec("Module") => {
                format!("{}  config:\n{}", object("Module", "ambassador"), indented(lines, 4))
            }
            Self::Spec(kind) => {
                let beside = match kind {
                    "Host" => LISTENER,
                    "Listener" => HOST,
                    _ => "",
                };
                format!("{beside}{}{}", object(kind, "example"), indented(lines, 2))
            }
        }
    }
}

fn object(kind: &str, name: &str) -> String {
    format!("apiVersion: getambassador.io/v3alpha1\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n")
}

fn indented(lines: &str, columns: usize) -> String {
    let blanks = " ".repeat(columns);
    lines.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{blanks}{line}\n") }).collect()
}
