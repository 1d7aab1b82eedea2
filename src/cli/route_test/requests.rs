//! `--requests`: many requests, a line of JSON each, answered by a line each.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::cli::{Exit, Ran, World};
use crate::report::format::answer;
use crate::route_test::line::{self, LineError};
use crate::route_test::{Judge, run};

/// Answers are handed on in pieces of this size.
const PIECE: usize = 1 << 16;

/// A file of requests that cannot be worked through.
#[derive(Debug, thiserror::Error)]
enum RequestsError {
    #[error("`{0}` could not be opened")]
    Open(String, #[source] std::io::Error),
    #[error("`{0}` could not be read")]
    Read(String, #[source] std::io::Error),
    #[error("{0}:{1}: the line is not UTF-8")]
    NotUtf8(String, u64),
    #[error("{0}:{1}: {2}")]
    Line(String, u64, LineError),
}

/// Answers every line of a file, `-` being standard input.
pub(super) fn run(path: &Path, judge: &Judge<'_>, draw: Option<u8>, world: &mut World<'_, '_>) -> Ran {
    let draw = draw.map(run::draw);
    let name = if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.display().to_string() };
    let mut file;
    let source: &mut dyn Read = if name == "<stdin>" {
        world.env.stdin
    } else {
        file = File::open(path).map_err(|error| RequestsError::Open(name.clone(), error))?;
        &mut file
    };
    let mut lines = BufReader::with_capacity(PIECE, source);
    let mut bytes = Vec::new();
    let mut out = Vec::with_capacity(PIECE + 4096);
    let mut headers: line::Headers<'static> = Vec::new();
    let mut is_lost = false;
    for number in 1.. {
        bytes.clear();
        let length = lines.read_until(b'\n', &mut bytes).map_err(|error| RequestsError::Read(name.clone(), error))?;
        if length == 0 {
            break;
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| RequestsError::NotUtf8(name.clone(), number));
        let asked = text.and_then(|text| {
            let text = text.trim_start_matches('\u{feff}');
            if text.trim_ascii().is_empty() {
                return Ok(None);
            }
            let asked = line::read(text, line::recycle(std::mem::take(&mut headers)));
            asked.map(Some).map_err(|error| RequestsError::Line(name.clone(), number, error))
        });
        let mut asked = match asked {
            Ok(Some(asked)) => asked,
            Ok(None) => continue,
            Err(error) => {
                world.env.stdout.write_all(&out)?;
                return Err(error.into());
            }
        };
        let id = asked.id.take();
        let request = asked.settle(judge.table());
        let told = judge.answer(&request, draw);
        is_lost |= told.is_lost();
        answer::write(&mut out, id.as_deref(), &told);
        out.push(b'\n');
        drop(told);
        headers = line::recycle(request.headers);
        if out.len() >= PIECE {
            world.env.stdout.write_all(&out)?;
            out.clear();
        }
    }
    world.env.stdout.write_all(&out)?;
    Ok(Exit::findings(is_lost))
}
