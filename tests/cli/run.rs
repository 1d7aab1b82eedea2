//! A run of the command line with streams that are buffers.

use std::collections::BTreeMap;
use std::ffi::OsString;

use kubectl_ambassador::cli;
use kubectl_ambassador::cli::env::Env;

/// What came of a run.
pub(crate) struct Ran {
    pub(crate) code: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// How to run.
#[derive(Default)]
pub(crate) struct Run {
    stdin: String,
    vars: BTreeMap<String, String>,
    width: Option<usize>,
    called: Option<String>,
}

/// Runs a command line; words are split at blanks, quotes keep them together.
pub(crate) fn run(line: &str) -> Ran {
    Run::default().line(line)
}

impl Run {
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.to_owned();
        self
    }

    pub(crate) fn var(mut self, name: &str, value: &str) -> Self {
        self.vars.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Both streams are a terminal of so many columns.
    pub(crate) fn terminal(mut self, width: usize) -> Self {
        self.width = Some(width);
        self
    }

    pub(crate) fn called(mut self, path: &str) -> Self {
        self.called = Some(path.to_owned());
        self
    }

    pub(crate) fn line(self, line: &str) -> Ran {
        self.words(&words(line))
    }

    pub(crate) fn words<S: AsRef<str>>(self, words: &[S]) -> Ran {
        let program = self.called.as_deref().unwrap_or("kubectl-ambassador").to_owned();
        let args = std::iter::once(program).chain(words.iter().map(|word| word.as_ref().to_owned()));
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let exit = cli::run(
            args.map(OsString::from),
            &mut Env {
                stdin: &mut self.stdin.as_bytes(),
                stdout: &mut stdout,
                stderr: &mut stderr,
                vars: self.vars,
                stdout_is_terminal: self.width.is_some(),
                stderr_is_terminal: self.width.is_some(),
                width: self.width,
            },
        );
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: exit.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}

fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for c in line.chars() {
        match c {
            '\'' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => word.push(c),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

impl Ran {
    /// Everything at once, for snapshots.
    pub(crate) fn all(&self) -> String {
        format!("exit {}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}
