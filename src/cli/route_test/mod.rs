//! `route-test`: where does this request go, and why.

mod generate;
mod requests;
mod suite;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::ValueEnum;

use super::args::{GatewayArgs, InputArgs};
use super::exit::Failure;
use super::{Exit, Ran, World, load};
use crate::report::format::{answer, json};
use crate::report::view::{explain, route_test as view};
use crate::route_test::expect::{Expectation, unmet};
use crate::route_test::{Ask, Judge, curl, run};

/// Tell where a request goes, and why
///
/// One request as URL and flags or as a pasted curl command, many as lines of JSON, or expectations in a suite. Every
/// answer names the Mapping with its place in the file, what the service gets, and what decided.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The request: a URL, perhaps with a method before it, or a path alone
    #[arg(value_name = "[METHOD] URL", num_args = 0..=2, conflicts_with_all = ["curl", "requests", "suite", "generate"])]
    request: Vec<String>,

    #[command(flatten)]
    flags: RequestArgs,

    /// Answer every line of a file of JSON requests, - for standard input
    #[arg(long, value_name = "FILE", help_heading = "Many requests", conflicts_with_all = ["curl", "suite", "expect"])]
    requests: Option<PathBuf>,

    /// Run expectations from files; exit 1 when one fails
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Many requests", conflicts_with_all = ["curl", "expect"])]
    suite: Vec<PathBuf>,

    /// Tell which routes the suites come to, and which tests they see say yes and no
    #[arg(long, help_heading = "Many requests", requires = "suite")]
    coverage: bool,

    /// Tell which mistakes the suites would not notice
    ///
    /// A test is dropped or relaxed, a Mapping tried before another; what changes no request is left out, by proof.
    #[arg(long, help_heading = "Many requests", requires = "suite")]
    mutate: bool,

    /// Exit with 1 where less is covered, or noticed, in percent
    #[arg(long, value_name = "PERCENT", help_heading = "Many requests", requires = "suite", value_parser = percent)]
    fail_under: Option<f64>,

    /// Write a suite that expects what is so now: a request for every route and for every boundary
    #[arg(long, help_heading = "Many requests", conflicts_with_all = ["curl", "requests", "suite", "expect"])]
    generate: bool,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    gateway: GatewayArgs,

    /// Tell every candidate, what refused it, and the Mappings that are not there
    #[arg(long, help_heading = "Output")]
    explain: bool,

    /// Output format
    ///
    /// `--requests` writes one line of JSON for each request whatever is asked for here; junit and tap are for suites.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_enum, help_heading = "Output")]
    output: Output,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Request")]
struct RequestArgs {
    /// Method; without it GET, or POST with a body
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    method: Option<String>,

    /// Header `name: value`; repeatable
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    headers: Vec<String>,

    /// Body
    #[arg(short = 'd', long = "data", value_name = "BODY")]
    data: Option<String>,

    /// A pasted curl command, in quotes
    #[arg(long, value_name = "COMMAND")]
    curl: Option<String>,

    /// Port of the Listener; without it the one to which the URL leads
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    listener: Option<u16>,

    /// TLS server name; without it the host of the URL
    #[arg(long, value_name = "NAME")]
    sni: Option<String>,

    /// The client's address
    #[arg(long, value_name = "ADDR")]
    client_ip: Option<IpAddr>,

    /// Fix the canary draw, 0 to 100; without it every outcome is told
    #[arg(long, value_name = "DRAW", value_parser = clap::value_parser!(u8).range(0..=100))]
    draw: Option<u8>,

    /// Turn the request into a check: service=, mapping=, status=, path=, ...
    ///
    /// Keys: mapping, service, kind, status, method, path, host, location, mirror, share. Every outcome must be as
    /// expected; with share=10%, that part of all such requests. Repeatable.
    #[arg(long, value_name = "KEY=VALUE", value_parser = Expectation::parse)]
    expect: Vec<Expectation>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people
    #[default]
    Text,
    /// For people, with the headers that every request gets
    Wide,
    /// One object
    Json,
    /// One object a line
    Jsonl,
    /// One document
    Yaml,
    /// JUnit's XML, of a suite
    Junit,
    /// TAP, of a suite
    Tap,
}

/// What does not go together, or is missing.
#[derive(Debug, thiserror::Error)]
enum UsageError {
    #[error("no request is given: write [METHOD] URL, such as GET https://shop.example.com/cart/7")]
    NoRequest,
    #[error("junit and tap are formats of `--suite`")]
    NotASuite,
    #[error("`--requests -` and `-f -` cannot both read standard input")]
    StdinTwice,
    #[error("`--fail-under` says how much of what: add `--coverage` or `--mutate`")]
    NothingMeasured,
    #[error("`--requests` answers in lines of JSON: leave `-o` out, or write `-o jsonl`")]
    NotLines,
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse().ok().filter(|number: &f64| (0.0..=100.0).contains(number));
    number.ok_or_else(|| "a percentage is a number from 0 to 100".to_owned())
}

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        if !self.suite.is_empty() {
            let measures =
                suite::Measures { coverage: self.coverage, mutate: self.mutate, fail_under: self.fail_under };
            if self.fail_under.is_some() && !self.coverage && !self.mutate {
                return Err(UsageError::NothingMeasured.into());
            }
            return suite::run(&self.suite, &self.input, &self.gateway, self.output, &measures, world);
        }
        if matches!(self.output, Output::Junit | Output::Tap) {
            return Err(UsageError::NotASuite.into());
        }
        if self.generate {
            let is_json = matches!(self.output, Output::Json | Output::Jsonl);
            return generate::run(&self.input, &self.gateway, is_json, world);
        }
        if let Some(requests) = &self.requests {
            if matches!(self.output, Output::Wide | Output::Yaml) {
                return Err(UsageError::NotLines.into());
            }
            let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
            if is_stdin(requests) && self.input.filename.iter().any(is_stdin) {
                return Err(UsageError::StdinTwice.into());
            }
            let sources = self.input.read(&[], world)?;
            let compilation = load::compile(sources, &self.gateway.options())?;
            world.tell_diagnostics(&compilation)?;
            return requests::run(requests, &Judge::new(&compilation), self.flags.draw, world);
        }
        self.one(world)
    }

    /// One request.
    fn one(&self, world: &mut World<'_, '_>) -> Ran {
        let ask = self.flags.ask(&self.request)?;
        let sources = self.input.read(&[], world)?;
        let compilation = load::compile(sources, &self.gateway.options())?;
        let judge = Judge::new(&compilation);
        let draw = self.flags.draw.map(run::draw);
        let request = ask.settle(&compilation.table);
        let answer = judge.answer(&request, draw);
        let unmet = unmet(&self.flags.expect, &answer);
        let text = if matches!(self.output, Output::Text | Output::Wide) {
            world.tell_notes(&compilation.notes)?;
            let trace = judge.trace(&request, draw, self.explain || answer.is_lost());
            let mut text = view::write(&answer, &trace, self.output == Output::Wide, world.out);
            if self.explain {
                text.push_str(&explain::write(&trace, world.out));
            }
            text.push_str(&view::expectations(&self.flags.expect, &unmet, world.out));
            text
        } else {
            let mut line = Vec::new();
            answer::write(&mut line, None, &answer);
            let mut object = String::from_utf8_lossy(&line).into_owned();
            if self.explain {
                json::add(&mut object, "explanation", &explain::json(&judge.trace(&request, draw, true)));
            }
            if !self.flags.expect.is_empty() {
                json::add(&mut object, "unmet", &view::unmet_json(&unmet));
            }
            match self.output {
                Output::Jsonl => object + "\n",
                Output::Yaml => load::yaml(&object)?,
                _ => json::pretty(&object),
            }
        };
        world.tell_diagnostics(&compilation)?;
        world.env.stdout.write_all(text.as_bytes())?;
        let found = if self.flags.expect.is_empty() { answer.is_lost() } else { !unmet.is_empty() };
        Ok(Exit::findings(found))
    }
}

impl RequestArgs {
    fn ask(&self, words: &[String]) -> Result<Ask<'static>, Failure> {
        let mut ask = match (&self.curl, words) {
            (Some(command), _) => curl::parse(command)?,
            (None, [one]) => Ask::words(one)?.into_owned(),
            (None, [method, url]) => {
                let mut ask = Ask::get(url)?.into_owned();
                ask.set_method(method.clone())?;
                ask
            }
            _ => return Err(UsageError::NoRequest.into()),
        };
        for line in &self.headers {
            ask.add_header_line(line)?;
        }
        if let Some(data) = &self.data {
            ask.set_body(data.len() as u64, words.len() == 2);
        }
        if let Some(method) = &self.method {
            ask.set_method(method.clone())?;
        }
        ask.listener = self.listener.or(ask.listener);
        ask.sni = self.sni.clone().map(|name| Some(name.into())).or(ask.sni.take());
        ask.client = self.client_ip.unwrap_or(ask.client);
        Ok(ask)
    }
}
