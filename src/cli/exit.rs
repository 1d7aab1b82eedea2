//! How a run ends: 0 clean, 1 findings, 2 could not do it.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

/// How a run ends. The same in every format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Clean, found, equal.
    Clean,
    /// Findings, failed expectations, differences, no route.
    Findings,
    /// The job could not be done.
    Failed,
}

/// Why a job could not be done: what is printed, with all its causes.
#[derive(Debug)]
pub(super) struct Failure(Box<dyn Error>);

impl Exit {
    /// Clean, unless there are findings.
    pub fn findings(found: bool) -> Self {
        if found { Self::Findings } else { Self::Clean }
    }

    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Failed => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl<E: Into<Box<dyn Error>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl Failure {
    /// The error and its causes, in one line.
    pub(super) fn chain(&self) -> String {
        let mut text = self.0.to_string();
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let words = error.to_string();
            // Transparent wrappers say what their cause says.
            if !text.ends_with(&words) {
                text.push_str(": ");
                text.push_str(&words);
            }
            cause = error.source();
        }
        text
    }

    /// Whether it is such an error.
    pub(super) fn says<E: Error + 'static>(&self, is_it: impl FnOnce(&E) -> bool) -> bool {
        self.0.downcast_ref::<E>().is_some_and(is_it)
    }

    /// Whether it only says that nobody reads on.
    fn is_broken_pipe(&self) -> bool {
        let mut error: Option<&(dyn Error + 'static)> = Some(self.0.as_ref());
        while let Some(this) = error {
            if this.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
                return true;
            }
            error = this.source();
        }
        false
    }

    /// Tells the user, and ends the run. A reader that went away is told nothing: that is how pipes end.
    pub(super) fn tell(&self, stderr: &mut dyn Write, word: &str) -> Exit {
        if self.is_broken_pipe() {
            return Exit::Clean;
        }
        // There is nobody left to tell that stderr is gone.
        let _ = writeln!(stderr, "{word}: {}", self.chain());
        Exit::Failed
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("`x.yaml` could not be read")]
    struct Outer {
        source: io::Error,
    }

    fn told(failure: Failure) -> (String, Exit) {
        let mut out = Vec::new();
        let exit = failure.tell(&mut out, "error");
        (String::from_utf8(out).unwrap(), exit)
    }

    #[test]
    fn causes_follow_in_one_line() {
        let failure = Failure::from(Outer { source: io::Error::other("disk on fire") });
        assert_eq!(told(failure), ("error: `x.yaml` could not be read: disk on fire\n".to_owned(), Exit::Failed));
    }

    #[test]
    fn a_broken_pipe_ends_quietly() {
        let failure = Failure::from(Outer { source: io::ErrorKind::BrokenPipe.into() });
        assert_eq!(told(failure), (String::new(), Exit::Clean));
    }
}
