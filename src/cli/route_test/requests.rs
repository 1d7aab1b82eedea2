//! `--requests`: many requests, a line of JSON each, answered by a line each, in their order.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use memchr::memchr;

use crate::cli::exit::Failure;
use crate::cli::{Exit, Ran, World};
use crate::outcome::Spare;
use crate::report::format::answer;
use crate::route_test::line::{self, LineError};
use crate::route_test::{Judge, run};
use crate::routing::Draw;

/// So much is read at once.
const PIECE: usize = 1 << 18;

/// A thread is worth its while for so much of a piece.
const WORTHWHILE: usize = 1 << 15;

/// A file of requests that cannot be worked through.
#[derive(Debug, thiserror::Error)]
enum RequestsError {
    #[error("`{0}` could not be opened")]
    Open(String, #[source] std::io::Error),
    #[error("`{0}` could not be read")]
    Read(String, #[source] std::io::Error),
    #[error("{0}:{1}: {2}")]
    Line(String, usize, Mistake),
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
enum Mistake {
    #[error("the line is not UTF-8")]
    NotUtf8,
    #[error(transparent)]
    Line(#[from] LineError),
}

/// What came of some lines.
#[derive(Default)]
struct Answered {
    /// The answers, a line each.
    out: Vec<u8>,
    /// How many lines were read.
    lines: usize,
    /// Whether a request got nowhere.
    is_lost: bool,
    /// What is wrong with the last of them.
    mistake: Option<Mistake>,
}

/// Answers every line of a file, `-` being standard input.
pub(super) fn run(path: &Path, judge: &Judge<'_>, draw: Option<u8>, world: &mut World<'_, '_>) -> Ran {
    let draw = draw.map(run::draw);
    if path.as_os_str() == "-" {
        let mut answers =
            Answers { name: "<stdin>".to_owned(), judge, draw, lines: 0, is_lost: false, spare: Vec::new() };
        return answers.all(world.env.stdin, world.env.stdout);
    }
    let name = path.display().to_string();
    let mut file = File::open(path).map_err(|error| RequestsError::Open(name.clone(), error))?;
    Answers { name, judge, draw, lines: 0, is_lost: false, spare: Vec::new() }.all(&mut file, world.env.stdout)
}

/// The answers to a file.
struct Answers<'j> {
    name: String,
    judge: &'j Judge<'j>,
    draw: Option<Draw>,
    /// How many lines were answered so far.
    lines: usize,
    is_lost: bool,
    /// Memory for answers, used again.
    spare: Vec<Vec<u8>>,
}

impl Answers<'_> {
    fn all(&mut self, source: &mut dyn Read, stdout: &mut dyn std::io::Write) -> Ran {
        let mut buffer = vec![0; PIECE];
        let mut filled = 0;
        loop {
            if filled == buffer.len() {
                // A line longer than the buffer.
                buffer.resize(buffer.len() * 2, 0);
            }
            let read = match source.read(buffer.get_mut(filled..).unwrap_or_default()) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(RequestsError::Read(self.name.clone(), error).into()),
            };
            filled += read;
            let text = buffer.get(..filled).unwrap_or_default();
            let whole = match read {
                0 => filled,
                _ => text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1),
            };
            self.piece(text.get(..whole).unwrap_or_default(), stdout)?;
            if read == 0 {
                return Ok(Exit::findings(self.is_lost));
            }
            buffer.copy_within(whole..filled, 0);
            filled -= whole;
        }
    }

    /// Answers whole lines, side by side where they are many, and hands the answers on.
    fn piece(&mut self, lines: &[u8], stdout: &mut dyn std::io::Write) -> Result<(), Failure> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(lines.len() / WORTHWHILE).max(1);
        let shares = shares(lines, threads);
        let (judge, draw) = (self.judge, self.draw);
        let answer = move |lines: &[u8], out: Vec<u8>| answered(lines, judge, draw, out);
        let mut spare = || self.spare.pop().unwrap_or_default();
        let all: Vec<Answered> = match shares.as_slice() {
            [] => Vec::new(),
            [only] => vec![answer(only, spare())],
            [first, others @ ..] => std::thread::scope(|scope| {
                let mut spawned = Vec::with_capacity(others.len());
                for &share in others {
                    let out = spare();
                    let thread = std::thread::Builder::new().spawn_scoped(scope, move || answer(share, out));
                    spawned.push((share, thread.ok()));
                }
                let mut all = vec![answer(first, spare())];
                for (share, thread) in spawned {
                    // A thread that the system refuses is no reason to leave requests out.
                    all.push(thread.and_then(|thread| thread.join().ok()).unwrap_or_else(|| answer(share, Vec::new())));
                }
                all
            }),
        };
        for mut part in all {
            stdout.write_all(&part.out)?;
            part.out.clear();
            self.spare.push(part.out);
            self.lines += part.lines;
            self.is_lost |= part.is_lost;
            if let Some(mistake) = part.mistake {
                return Err(RequestsError::Line(self.name.clone(), self.lines, mistake).into());
            }
        }
        // Whoever waits for an answer before the next request gets it.
        Ok(stdout.flush()?)
    }
}

/// Lines in so many parts of about the same size; no line is cut.
fn shares(lines: &[u8], parts: usize) -> Vec<&[u8]> {
    let mut rest = lines;
    let mut shares = Vec::with_capacity(parts);
    while !rest.is_empty() {
        let wanted = lines.len().div_ceil(parts).min(rest.len());
        let end = rest.iter().skip(wanted - 1).position(|byte| *byte == b'\n').map_or(rest.len(), |more| wanted + more);
        let (share, after) = rest.split_at(end);
        shares.push(share);
        rest = after;
    }
    shares
}

/// Answers lines one after the other, up to the first that is wrong.
fn answered(lines: &[u8], judge: &Judge<'_>, draw: Option<Draw>, out: Vec<u8>) -> Answered {
    let mut done = Answered { out, ..Answered::default() };
    let mut headers: line::Headers<'static> = Vec::new();
    let mut spare = Spare::default();
    let (mut rest, is_text) = whole_lines(lines);
    while let Some(line) = next_line(&mut rest) {
        done.lines += 1;
        let text = line.trim_start_matches('\u{feff}').trim_ascii();
        if text.is_empty() {
            continue;
        }
        let mut ask = match line::read(text, std::mem::take(&mut headers)) {
            Ok(ask) => ask,
            Err(error) => {
                done.mistake = Some(error.into());
                return done;
            }
        };
        let id = ask.id.take();
        let request = ask.settle(judge.table());
        let answer = judge.answer_next(&request, draw, &mut spare);
        done.is_lost |= answer.is_lost();
        answer::write(&mut done.out, id.as_deref(), &answer);
        done.out.push(b'\n');
        answer.leave(&mut spare);
        headers = line::recycle(request.headers);
    }
    if !is_text {
        done.lines += 1;
        done.mistake = Some(Mistake::NotUtf8);
    }
    done
}

/// Takes the first line, without its end.
fn next_line<'t>(rest: &mut &'t str) -> Option<&'t str> {
    if rest.is_empty() {
        return None;
    }
    let end = memchr(b'\n', rest.as_bytes());
    let (line, after) = end.and_then(|end| Some((rest.get(..end)?, rest.get(end + 1..)?))).unwrap_or((rest, ""));
    *rest = after;
    Some(line)
}

/// The lines before the first that is not UTF-8, and whether that is all.
fn whole_lines(lines: &[u8]) -> (&str, bool) {
    match std::str::from_utf8(lines) {
        Ok(text) => (text, true),
        Err(error) => {
            let valid = lines.get(..error.valid_up_to()).unwrap_or_default();
            let whole = valid.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            (std::str::from_utf8(valid.get(..whole).unwrap_or_default()).unwrap_or_default(), false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_cut() {
        let lines = b"one\ntwo\nthree\nfour";
        for parts in 1..12 {
            let shares = shares(lines, parts);
            assert!(shares.len() <= parts);
            assert_eq!(shares.concat(), lines);
            assert!(shares.iter().rev().skip(1).all(|share| share.ends_with(b"\n")), "{parts}");
        }
        assert!(shares(b"", 3).is_empty());
    }

    #[test]
    fn lines_come_one_after_the_other() {
        for text in ["", "\n", "one", "one\n", "one\r\n\ntwo", "\n\n é\n"] {
            let mut rest = text;
            let lines: Vec<&str> = std::iter::from_fn(|| next_line(&mut rest)).collect();
            let expected: Vec<&str> = text.split_inclusive('\n').map(|line| line.trim_end_matches('\n')).collect();
            assert_eq!(lines, expected);
        }
    }
}
