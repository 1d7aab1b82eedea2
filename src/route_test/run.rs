//! A suite run against a compilation.

use super::expect::{Unmet, unmet};
use super::judge::{Answer, Judge};
use super::suite::{Suite, SuiteCase};
use crate::outcome::request::Request;
use crate::routing::Draw;

/// A case with its request settled, ready to be judged.
#[derive(Debug)]
pub struct Settled<'s> {
    /// The case.
    pub case: &'s SuiteCase,
    /// Its request.
    pub request: Request<'static>,
}

/// What became of a case.
#[derive(Debug)]
pub struct Ran<'a> {
    /// The case.
    pub case: &'a SuiteCase,
    /// What was answered.
    pub answer: Answer<'a>,
    /// What was expected and is not so.
    pub unmet: Vec<Unmet>,
}

/// Settles the requests of a suite.
pub fn settle<'s>(suite: &'s Suite, judge: &Judge<'_>) -> Vec<Settled<'s>> {
    suite.cases.iter().map(|case| Settled { case, request: case.ask.clone().settle(judge.table()) }).collect()
}

/// Judges all cases.
pub fn run<'a>(settled: &'a [Settled<'a>], judge: &'a Judge<'_>) -> Vec<Ran<'a>> {
    let ran = |one: &'a Settled<'a>| {
        let answer = judge.answer(&one.request, one.case.draw.map(draw));
        let unmet = unmet(&one.case.expect, &answer);
        Ran { case: one.case, answer, unmet }
    };
    settled.iter().map(ran).collect()
}

/// A draw as users give it: 100 stands for the far end.
pub fn draw(number: u8) -> Draw {
    Draw::new(u64::from(number.min(Draw::COUNT - 1)))
}
