//! Whether there is colour, by flag, variables and terminal.

use std::ffi::OsString;

use super::args::ColorChoice;
use super::env::Env;
use crate::report::Style;

/// What `--color` says, before arguments are parsed: the complaint about them has colour too.
pub(super) fn asked(args: &[OsString]) -> ColorChoice {
    let mut choice = ColorChoice::Auto;
    let mut words = args.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--color") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('='),
            None => continue,
        };
        choice = match value {
            Some("always") => ColorChoice::Always,
            Some("never") => ColorChoice::Never,
            _ => ColorChoice::Auto,
        };
    }
    choice
}

/// The styles of both streams.
pub(super) fn styles(choice: ColorChoice, env: &Env<'_>) -> (Style, Style) {
    let forced = env.var("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    let refused = env.var("NO_COLOR").is_some() || env.var("TERM") == Some("dumb");
    let on = |terminal: bool| match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => forced || (terminal && !refused),
    };
    let style = |terminal: bool| Style { colour: on(terminal), width: env.width.filter(|_| terminal) };
    (style(env.stdout_is_terminal), style(env.stderr_is_terminal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_last_flag_counts() {
        assert_eq!(asked(&args("x routes --color=always --color never")), ColorChoice::Never);
        assert_eq!(asked(&args("x routes -- --color=always")), ColorChoice::Auto);
        assert_eq!(asked(&args("x --color")), ColorChoice::Auto);
    }
}
