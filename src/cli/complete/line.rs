//! Where in the command line the cursor is.

use clap::{Arg, Command, Id};

/// What is being typed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Typed<'c> {
    /// A flag.
    Flag,
    /// The value of this flag.
    Value(&'c Arg),
    /// A verb, or this argument of a verb.
    Argument(Option<&'c Arg>),
}

/// A command line up to the cursor.
#[derive(Debug)]
pub(super) struct Line<'c> {
    /// The program, or the verb that was typed.
    pub(super) command: &'c Command,
    /// The flags that were typed.
    pub(super) given: Vec<&'c Id>,
    /// What is being typed.
    pub(super) typed: Typed<'c>,
    /// What of it is typed already.
    pub(super) begin: &'c str,
}

/// A flag whose values are being read.
#[derive(Clone, Copy)]
struct Open<'c> {
    flag: &'c Arg,
    /// It cannot do without one more.
    must: bool,
    /// It can take so many more.
    may: usize,
}

impl<'c> Line<'c> {
    /// Reads the words `before` the one that begins with `begin`. Of `program` everything must be built.
    pub(super) fn read(program: &'c Command, before: &[String], begin: &'c str) -> Self {
        let mut line = Self { command: program, given: Vec::new(), typed: Typed::Flag, begin };
        let mut open: Option<Open<'c>> = None;
        let (mut arguments, mut only_arguments) = (0, false);
        for word in before {
            if let Some(values) = open
                && (values.must || !word.starts_with('-'))
            {
                let may = values.may.saturating_sub(1);
                open = (may > 0).then_some(Open { must: false, may, ..values });
                continue;
            }
            open = None;
            if only_arguments || !is_flag(word) {
                match line.command.find_subcommand(word).filter(|_| !only_arguments && arguments == 0) {
                    Some(verb) => line.command = verb,
                    None => arguments += 1,
                }
            } else if word == "--" {
                only_arguments = true;
            } else {
                open = line.flag(word);
            }
        }
        let argument = Typed::Argument(argument(line.command, arguments));
        line.typed = match open {
            Some(values) if values.must => Typed::Value(values.flag),
            _ if only_arguments => argument,
            _ if begin.starts_with('-') => line.begun_flag(begin),
            Some(values) => Typed::Value(values.flag),
            None => argument,
        };
        line
    }

    /// Takes a word with a flag, or several short ones; returns the one that waits for values.
    fn flag(&mut self, word: &str) -> Option<Open<'c>> {
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let flag = self.long(name)?;
            self.given.push(flag.get_id());
            return open(flag).filter(|_| value.is_none());
        }
        let mut letters = word.trim_start_matches('-').chars();
        while let Some(letter) = letters.next() {
            let flag = self.short(letter)?;
            self.given.push(flag.get_id());
            if let Some(open) = open(flag) {
                // What follows in the same word is its value: `-ojson`.
                return Some(open).filter(|_| letters.as_str().is_empty());
            }
        }
        None
    }

    /// The word at the cursor begins with a dash: it is a flag, or one with its value after `=`.
    ///
    /// Shells and kubectl complete what is behind the `=`, and put the flag before it themselves.
    fn begun_flag(&mut self, begin: &'c str) -> Typed<'c> {
        let Some((name, value)) = begin.split_once('=') else { return Typed::Flag };
        let flag = match name.strip_prefix("--") {
            Some(long) => self.long(long),
            None => name.chars().nth(1).filter(|_| name.chars().count() == 2).and_then(|letter| self.short(letter)),
        };
        let Some(flag) = flag.filter(|flag| open(flag).is_some()) else { return Typed::Flag };
        self.begin = value;
        Typed::Value(flag)
    }

    fn long(&self, name: &str) -> Option<&'c Arg> {
        let named = |arg: &&Arg| arg.get_long_and_visible_aliases().is_some_and(|names| names.contains(&name));
        self.command.get_arguments().find(named)
    }

    fn short(&self, letter: char) -> Option<&'c Arg> {
        self.command.get_arguments().find(|arg| arg.get_short() == Some(letter))
    }
}

/// A dash alone is standard input.
fn is_flag(word: &str) -> bool {
    word.starts_with('-') && word != "-"
}

/// The values that a flag waits for, if it takes any.
fn open(flag: &Arg) -> Option<Open<'_>> {
    let range = flag.get_num_args().filter(|range| range.takes_values() && flag.get_action().takes_values())?;
    Some(Open { flag, must: range.min_values() > 0, may: range.max_values() })
}

/// The argument that has this place, from 0; the last one may take all that are left.
fn argument(command: &Command, mut place: usize) -> Option<&Arg> {
    for arg in command.get_positionals() {
        let takes = arg.get_num_args().map_or(1, |range| range.max_values());
        if place < takes {
            return Some(arg);
        }
        place -= takes;
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::CommandFactory as _;

    use super::super::super::Cli;
    use super::*;

    /// What is typed at the end of a line: its kind, whose, and what of it is there.
    fn typed(line: &str) -> (String, String) {
        let mut command = Cli::command();
        command.build();
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let (begin, before) = words.split_last().unwrap();
        let line = Line::read(&command, before, begin);
        let what = match line.typed {
            Typed::Flag => format!("flag of {}", line.command.get_name()),
            Typed::Value(arg) => format!("value of {}", arg.get_id()),
            Typed::Argument(Some(arg)) => format!("argument {} of {}", arg.get_id(), line.command.get_name()),
            Typed::Argument(None) => format!("verb of {}", line.command.get_name()),
        };
        (what, line.begin.to_owned())
    }

    #[track_caller]
    fn is(line: &str, what: &str, begin: &str) {
        assert_eq!(typed(line), (what.to_owned(), begin.to_owned()), "{line}");
    }

    #[test]
    fn the_first_word_is_a_verb() {
        is("", "verb of kubectl-ambassador", "");
        is("rou", "verb of kubectl-ambassador", "rou");
        is("--color never rou", "verb of kubectl-ambassador", "rou");
    }

    #[test]
    fn after_a_verb_come_its_flags_and_arguments() {
        is("routes --o", "flag of routes", "--o");
        is("routes -", "flag of routes", "-");
        is("routes de", "argument paths of routes", "de");
        is("routes deploy more", "argument paths of routes", "more");
        is("route-test GET htt", "argument request of route-test", "htt");
    }

    #[test]
    fn a_flag_is_followed_by_its_value() {
        is("routes -o ", "value of output", "");
        is("routes --output js", "value of output", "js");
        is("routes -Rf dep", "value of filename", "dep");
        is("routes -f - --edition ", "value of edition", "");
        is("routes -R dep", "argument paths of routes", "dep");
        is("route-test -X -", "value of method", "-");
    }

    #[test]
    fn a_value_may_stand_in_the_word_of_its_flag() {
        is("routes --output=js", "value of output", "js");
        is("routes -o=js", "value of output", "js");
        is("routes --output=json ", "argument paths of routes", "");
        is("routes -ojson ", "argument paths of routes", "");
    }

    #[test]
    fn flags_with_many_values_take_words_until_a_flag() {
        is("route-test --suite a.yaml b", "value of suite", "b");
        is("route-test --suite a.yaml -", "flag of route-test", "-");
        is("route-test --suite a.yaml -o json GET", "argument request of route-test", "GET");
    }

    #[test]
    fn behind_two_dashes_everything_is_an_argument() {
        is("routes -- --o", "argument paths of routes", "--o");
    }

    #[test]
    fn unknown_flags_disturb_nothing() {
        is("routes --nonsense --o", "flag of routes", "--o");
        is("routes -Z --o", "flag of routes", "--o");
    }
}
