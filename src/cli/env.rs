//! The outside as a value: streams, variables, terminal. Tests make one of their own.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, IsTerminal as _, Read, Write};

/// All that a verb may know of the world, beside the files it is pointed at.
pub struct Env<'a> {
    /// What is piped in.
    pub stdin: &'a mut dyn Read,
    /// Where results go.
    pub stdout: &'a mut dyn Write,
    /// Where everything else goes.
    pub stderr: &'a mut dyn Write,
    /// Environment variables that are valid text.
    pub vars: BTreeMap<String, String>,
    /// Whether somebody reads the results on a terminal.
    pub stdout_is_terminal: bool,
    /// Whether somebody reads the rest on a terminal.
    pub stderr_is_terminal: bool,
    /// The columns of the terminal; `None` where results go elsewhere.
    pub width: Option<usize>,
}

impl Env<'_> {
    /// The value of a variable that is set and not empty.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Calls `run` with the environment of this process, and writes out what it left in buffers.
pub fn with_process<T>(run: impl FnOnce(&mut Env<'_>) -> T) -> (T, io::Result<()>) {
    let mut stdout = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let stdout_is_terminal = io::stdout().is_terminal();
    let vars: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let columns = vars.get("COLUMNS").and_then(|columns| columns.parse().ok());
    let width = stdout_is_terminal
        .then(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).or(columns))
        .flatten()
        .filter(|width| *width > 0);
    let result = run(&mut Env {
        stdin: &mut io::stdin().lock(),
        stdout: &mut stdout,
        stderr: &mut io::stderr().lock(),
        vars,
        stdout_is_terminal,
        stderr_is_terminal: io::stderr().is_terminal(),
        width,
    });
    (result, stdout.flush())
}
