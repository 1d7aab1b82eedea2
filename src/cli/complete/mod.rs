//! `__complete`: what could be typed next, told as kubectl wants to be told.
//!
//! kubectl runs `kubectl_complete-ambassador` with the words after `kubectl ambassador`, the last of which is being
//! typed and may be empty. It wants a candidate a line, after a tab what it is, and last `:` with a number that says how
//! the shell should go on.
//!
//! This is no verb: words that are half typed are no command line, so they are not parsed as one.

mod line;
mod names;
mod values;

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command, CommandFactory as _};

use self::line::{Line, Typed};
use self::names::Pointed;
use super::exit::Failure;
use super::{Cli, Env, Exit, Ran};

/// The word by which the script of `completion --install` asks.
pub(super) const ASKED_BY: &str = "__complete";

/// Something that could stand where the cursor is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    value: String,
    help: String,
}

/// How the shell goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// With files, where there is no candidate.
    Files = 0,
    /// Not with files.
    NoFiles = 4,
    /// Not with files, and without a blank: the word is not complete yet.
    NoBlank = 6,
    /// With folders only.
    Folders = 16,
}

/// All that is answered.
struct Answer {
    candidates: Vec<Candidate>,
    then: Then,
}

impl Candidate {
    fn new(value: impl Into<String>, help: impl Into<String>) -> Self {
        Self { value: value.into(), help: help.into() }
    }
}

impl Answer {
    const FILES: Self = Self { candidates: Vec::new(), then: Then::Files };
    const FOLDERS: Self = Self { candidates: Vec::new(), then: Then::Folders };
    const NOTHING: Self = Self { candidates: Vec::new(), then: Then::NoFiles };

    fn of(candidates: Vec<Candidate>) -> Self {
        Self { candidates, then: Then::NoFiles }
    }

    /// The lines, of those candidates that begin as the word does.
    fn lines(&self, begin: &str) -> String {
        let mut out = String::new();
        for Candidate { value, help } in self.candidates.iter().filter(|one| one.value.starts_with(begin)) {
            // A line is a candidate: what would break it is left out, not escaped.
            let help = help.lines().next().unwrap_or_default().replace('\t', " ");
            let _ = if help.is_empty() { writeln!(out, "{value}") } else { writeln!(out, "{value}\t{help}") };
        }
        let _ = writeln!(out, ":{}", self.then as u8);
        out
    }
}

/// Answers the words after `__complete`.
pub(super) fn run(words: &[OsString], env: &mut Env<'_>) -> Exit {
    match answer(words, env) {
        Ok(exit) => exit,
        Err(failure) => failure.tell(env.stderr, "error"),
    }
}

fn answer(words: &[OsString], env: &mut Env<'_>) -> Ran {
    let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let (begin, before) = words.split_last().map_or(("", &[][..]), |(last, before)| (last.as_str(), before));
    let mut command = Cli::command();
    command.build();
    let line = Line::read(&command, before, begin);
    let pointed = || Pointed::at(before, &env.vars);
    let answer = match line.typed {
        Typed::Flag => Answer::of(flags(&line)),
        Typed::Value(arg) => values::of(arg, line.begin, pointed),
        Typed::Argument(arg) => {
            let verbs = verbs(line.command);
            if verbs.is_empty() {
                arg.map_or(Answer::NOTHING, |arg| values::of(arg, line.begin, pointed))
            } else {
                Answer::of(verbs)
            }
        }
    };
    env.stdout.write_all(answer.lines(line.begin).as_bytes()).map_err(Failure::from)?;
    Ok(Exit::Clean)
}

fn verbs(command: &Command) -> Vec<Candidate> {
    let shown = command.get_subcommands().filter(|verb| !verb.is_hide_set());
    shown.map(|verb| Candidate::new(verb.get_name(), told(verb.get_about()))).collect()
}

/// The flags that may follow: not those that were given and cannot be repeated.
fn flags(line: &Line<'_>) -> Vec<Candidate> {
    let repeats = |arg: &Arg| matches!(arg.get_action(), ArgAction::Append | ArgAction::Count);
    let mut flags: Vec<Candidate> = Vec::new();
    for arg in line.command.get_arguments().filter(|arg| !arg.is_positional() && !arg.is_hide_set()) {
        if line.given.contains(&arg.get_id()) && !repeats(arg) {
            continue;
        }
        if let Some(long) = arg.get_long() {
            flags.push(Candidate::new(format!("--{long}"), told(arg.get_help())));
        }
        if let Some(short) = arg.get_short().filter(|_| line.begin == "-") {
            flags.push(Candidate::new(format!("-{short}"), told(arg.get_help())));
        }
    }
    flags.sort_by(|a, b| a.value.trim_start_matches('-').cmp(b.value.trim_start_matches('-')));
    flags
}

fn told(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}
