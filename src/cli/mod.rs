//! THE COMMAND LINE
//!
//! - *takes*: the arguments of the process, and the world as an [`env::Env`]
//! - *gives*: what a verb has to say, on the right stream, and how the run ends
//! - *never*: knows what a Mapping means: it asks the other rooms and hands their results to `report`
//! - *start*: [`run`], then the file of a verb

#![cfg_attr(
    not(test),
    expect(clippy::disallowed_methods, reason = "this room touches the process: its arguments, streams and variables")
)]

mod args;
mod cluster;
mod colour;
mod complete;
mod config;
pub mod env;
mod exit;
mod load;
mod name;

mod completion;
mod convert;
mod diff;
mod lint;
mod route_test;
mod routes;
mod rule;
mod serve;
mod version;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use self::args::ColorChoice;
pub use self::completion::Shell;
use self::env::Env;
pub use self::exit::Exit;
use self::exit::Failure;

/// What a verb's file has: its arguments, which know how to run.
type Ran = Result<Exit, Failure>;

/// Names the file of each verb: to add one, write the file, its `mod` line above and its line below.
macro_rules! verbs {
    ($($file:ident => $verb:ident,)*) => {
        #[derive(Debug, clap::Subcommand)]
        enum Verb {
            $($verb($file::Args),)*
        }

        impl Verb {
            fn run(self, world: &mut World<'_, '_>) -> Ran {
                match self {
                    $(Self::$verb(args) => args.run(world),)*
                }
            }
        }
    };
}

verbs! {
    route_test => RouteTest,
    routes => Routes,
    lint => Lint,
    rule => Rule,
    diff => Diff,
    serve => Serve,
    convert => Convert,
    completion => Completion,
    version => Version,
}

/// Where requests go through Ambassador and Emissary-ingress, and why
///
/// Reads Mappings, Hosts, Listeners and all else that routes, from files, folders, git revisions and annotations, and
/// answers as Emissary with Envoy does.
#[derive(Debug, Parser)]
#[command(
    name = "kubectl-ambassador",
    disable_version_flag = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Exit status: 0 clean, found or equal; 1 findings, failed expectations or no route; 2 it could not be done."
)]
struct Cli {
    /// When to colour: on a terminal (unless NO_COLOR is set), always, never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_enum, hide_possible_values = true)]
    color: ColorChoice,

    /// Print the version
    #[arg(short = 'V', long = "version")]
    version: bool,

    #[command(subcommand)]
    verb: Option<Verb>,
}

/// The environment, with what was decided about it.
struct World<'w, 'e> {
    env: &'w mut Env<'e>,
    /// How results look.
    out: crate::report::Style,
    /// How the rest looks.
    err: crate::report::Style,
    /// What the program is called by: `kubectl ambassador`, or its own name.
    program: &'static str,
}

/// Runs the process.
pub fn main() -> ExitCode {
    let (exit, flushed) = env::with_process(|env| run(std::env::args_os(), env));
    match flushed {
        Err(error) => Failure::from(error).tell(&mut std::io::stderr(), "error").into(),
        Ok(()) => exit.into(),
    }
}

/// Runs the command line that these arguments are, the program's own name first.
pub fn run(args: impl IntoIterator<Item = OsString>, env: &mut Env<'_>) -> Exit {
    let args = diff::in_usual_order(args.into_iter().collect());
    if let [_, verb, words @ ..] = args.as_slice()
        && verb == complete::ASKED_BY
    {
        return complete::run(words, env);
    }
    let program = name::program(args.first().map(OsString::as_os_str), env);
    let color = colour::asked(&args);
    let (out, err) = colour::styles(color, env);
    let matches = Cli::command().bin_name(program).try_get_matches_from(args);
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, out.colour, err.colour, env),
    };
    let mut world = World { env, out, err, program };
    let ran = match (cli.verb, cli.version) {
        (_, true) => version::Args::default().run(&mut world),
        (Some(verb), false) => verb.run(&mut world),
        (None, false) => {
            let help = Cli::command().bin_name(program).render_help();
            return usage_text(&help.to_string(), world.env);
        }
    };
    match ran {
        Ok(exit) => exit,
        Err(failure) => failure.tell(world.env.stderr, &world.err.bad("error")),
    }
}

/// Help goes to stdout and is no error; anything else clap has to say goes to stderr.
fn usage(error: &clap::Error, out: bool, err: bool, env: &mut Env<'_>) -> Exit {
    let text = error.render();
    let written = if error.use_stderr() {
        let text = if err { text.ansi().to_string() } else { text.to_string() };
        env.stderr.write_all(text.as_bytes())
    } else {
        let text = if out { text.ansi().to_string() } else { text.to_string() };
        env.stdout.write_all(text.as_bytes())
    };
    match written {
        Err(error) => Failure::from(error).tell(env.stderr, "error"),
        Ok(()) if error.use_stderr() => Exit::Failed,
        Ok(()) => Exit::Clean,
    }
}

/// Called without a verb, it shows what there is.
fn usage_text(help: &str, env: &mut Env<'_>) -> Exit {
    match env.stderr.write_all(help.as_bytes()) {
        Ok(()) => Exit::Failed,
        Err(error) => Failure::from(error).tell(env.stderr, "error"),
    }
}
