//! `route-test`: where does this request go, and why.

use std::net::IpAddr;

use clap::ValueEnum;

use super::args::{GatewayArgs, InputArgs};
use super::exit::Failure;
use super::{Exit, Ran, World, load};
use crate::report::format::{answer, json};
use crate::report::view::route_test as view;
use crate::route_test::{Ask, Judge, curl};
use crate::routing::Draw;

/// Tell where a request goes, and why
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// [METHOD] URL; the URL may be a path alone
    #[arg(value_name = "[METHOD] URL", num_args = 0..=2)]
    request: Vec<String>,

    /// Method; GET, or POST with a body
    #[arg(short = 'X', long, value_name = "METHOD", help_heading = "Request")]
    method: Option<String>,

    /// Header `name: value`; repeatable
    #[arg(short = 'H', long = "header", value_name = "HEADER", help_heading = "Request")]
    headers: Vec<String>,

    /// Body
    #[arg(short = 'd', long = "data", value_name = "BODY", help_heading = "Request")]
    data: Option<String>,

    /// The port of the Listener; by default the one to which the URL leads
    #[arg(long, value_name = "PORT", help_heading = "Request")]
    listener: Option<u16>,

    /// TLS server name; by default the host of the URL
    #[arg(long, value_name = "NAME", help_heading = "Request")]
    sni: Option<String>,

    /// The client's address
    #[arg(long, value_name = "ADDR", help_heading = "Request")]
    client_ip: Option<IpAddr>,

    /// Fix the canary draw, 0 to 100; without it every outcome is told with its share
    #[arg(long, value_name = "DRAW", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "Request")]
    draw: Option<u8>,

    /// A pasted curl command, in quotes
    #[arg(long, value_name = "COMMAND", conflicts_with = "request", help_heading = "Request")]
    curl: Option<String>,

    /// Tell every candidate, what refused it, and the Mappings that are not there
    #[arg(long, help_heading = "Output")]
    explain: bool,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    gateway: GatewayArgs,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_enum, help_heading = "Output")]
    output: Output,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people
    #[default]
    Text,
    /// One object
    Json,
    /// One object a line
    Jsonl,
}

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        let ask = self.ask()?;
        let sources = self.input.read(&[], world)?;
        let compilation = load::compile(sources, &self.gateway.options())?;
        let judge = Judge::new(&compilation);
        let draw = self.draw.map(|draw| Draw::new(u64::from(draw.min(99))));
        let request = ask.settle(&compilation.table);
        let answer = judge.answer(&request, draw);
        let mut line = Vec::new();
        answer::write(&mut line, None, &answer);
        line.push(b'\n');
        let text = match self.output {
            Output::Text => {
                world.tell_notes(&compilation.notes)?;
                let trace = judge.trace(&request, draw);
                view::write(&answer, &trace, self.explain, world.out)
            }
            Output::Json => json::pretty(String::from_utf8_lossy(&line).trim_end()),
            Output::Jsonl => String::from_utf8_lossy(&line).into_owned(),
        };
        world.tell_diagnostics(&compilation)?;
        world.env.stdout.write_all(text.as_bytes())?;
        Ok(Exit::findings(answer.is_lost()))
    }

    fn ask(&self) -> Result<Ask<'static>, Failure> {
        let mut ask = match (&self.curl, self.request.as_slice()) {
            (Some(command), _) => curl::parse(command)?,
            (None, [one]) => Ask::words(one)?.into_owned(),
            (None, [method, url]) => {
                let mut ask = Ask::get(url)?.into_owned();
                ask.set_method(method.clone())?;
                ask
            }
            _ => {
                return Err(
                    "no request is given: write [METHOD] URL, such as GET https://shop.example.com/cart/7".into()
                );
            }
        };
        for header in &self.headers {
            let mut given = Ask::default();
            given.add_header_line(header)?;
            let given = given.into_owned();
            ask.authority = given.authority.or(ask.authority.take());
            ask.headers.extend(given.headers);
        }
        if let Some(data) = &self.data {
            ask.set_body(data.len() as u64, self.method.is_some() || self.request.len() == 2);
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
