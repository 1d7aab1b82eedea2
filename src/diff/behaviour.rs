//! Every class of requests that is treated otherwise, with all that is to be said of it.

use super::Side;
use super::cause::{Cause, Causes};
use super::fate::Fates;
use super::fields::Objects;
use crate::analysis::behaviour::{Class, End, Surrounding};
use crate::analysis::fingerprint::Difference;
use crate::analysis::reachability::{Reachabilities, Reachability};
use crate::analysis::{Budget, Comparison, Witness, compare};
use crate::model::MappingId;
use crate::outcome::request::Request;
use crate::pipeline::Compilation;
use crate::route_test::{Answer, CaseText, SourceRef, curl};
use crate::routing::Draw;
use crate::source::Origin;

/// What changes for requests.
pub struct Behaviour<'d, 'c> {
    sides: [&'d Side<'c>; 2],
    comparison: Comparison,
    causes: Causes<'d, 'c>,
    /// Why nothing at all is served, by side.
    pub refused: [Option<String>; 2],
}

/// A class of requests that is treated otherwise.
pub struct Change<'a> {
    /// The smallest request of it.
    pub request: &'a Request<'a>,
    /// The canary draw with which it shows what it shows; `None` where every draw does.
    pub draw: Option<Draw>,
    /// The request as a command; `None` where curl cannot say it.
    pub curl: Option<String>,
    /// The request as a case of a suite that expects what is so after.
    pub case: Option<CaseText>,
    /// What was answered.
    pub before: Answer<'a>,
    /// What is answered.
    pub after: Answer<'a>,
    /// What is done otherwise.
    pub differences: &'a [Difference],
    /// What is responsible.
    pub causes: Vec<Cause>,
    /// What the two editions read otherwise, where their texts are the same.
    pub reason: Option<String>,
}

/// Requests of which it is not known whether they are treated otherwise.
#[derive(Clone, Debug)]
pub struct Undecided {
    /// The Mapping at which they would have ended, and where it is written.
    pub before: Option<(String, SourceRef)>,
    /// The Mapping at which they would end.
    pub after: Option<(String, SourceRef)>,
    /// Why it is not known.
    pub reason: String,
}

/// Something that differs for all requests.
#[derive(Clone, Debug)]
pub struct Around<'a> {
    /// What it was and is.
    pub surrounding: &'a Surrounding,
    /// What is responsible.
    pub causes: Vec<Cause>,
}

impl<'d, 'c> Behaviour<'d, 'c> {
    /// Compares two sides.
    pub fn of(sides: [&'d Side<'c>; 2], objects: &'d Objects, budget: Budget) -> Self {
        let refused = sides.map(|side| side.compilation.refusal().map(|refusal| refusal.why));
        let comparison = match &refused {
            [None, None] => {
                let [before, after] = sides.map(|side| side.compilation.gateway());
                compare(before, after, budget)
            }
            [Some(_), Some(_)] => Comparison::default(),
            [Some(_), None] | [None, Some(_)] => lost_as_a_whole(sides, refused.first().is_some_and(Option::is_some)),
        };
        let [before, after] = sides.map(|side| side.compilation);
        let reads_otherwise = before.snapshot.edition != after.snapshot.edition && same_texts(before, after);
        let causes = Causes { sides, fates: sides.map(|side| Fates::of(side.compilation)), objects, reads_otherwise };
        Self { sides, comparison, causes, refused }
    }

    /// Whether it is proved that no request changes.
    pub fn is_equal(&self) -> bool {
        self.comparison.is_equal()
    }

    /// How many classes of requests change.
    pub fn classes(&self) -> usize {
        self.comparison.classes.len()
    }

    /// The place of the class that a request with a draw lies in, if it lies in one.
    pub fn class_of(&self, request: &Request<'_>, draw: Draw) -> Option<usize> {
        if self.refused.iter().any(Option::is_some) {
            return (self.classes() > 0).then_some(0);
        }
        let [before, after] = self.sides.map(|side| End::of(side.judge.table(), request, draw));
        let (before, after) = (before?, after?);
        self.comparison.classes.iter().position(|class| class.before == before && class.after == after)
    }

    /// How many questions were asked.
    pub fn questions(&self) -> usize {
        self.comparison.questions
    }

    /// The requests that show the classes, in their order.
    pub fn requests(&self) -> Vec<Request<'_>> {
        self.comparison.classes.iter().map(|class| class.witness.request()).collect()
    }

    /// All that is to be said of each class. A request that is answered alike after all is a fault of ours, and is not
    /// hidden: it is there with equal answers.
    pub fn changes<'a>(&'a self, requests: &'a [Request<'a>]) -> impl Iterator<Item = Change<'a>> {
        self.comparison.classes.iter().zip(requests).map(|(class, request)| self.change(class, request))
    }

    fn change<'a>(&'a self, class: &'a Class, request: &'a Request<'a>) -> Change<'a> {
        let [before, after] = self.sides;
        let tables = [after.judge.table(), before.judge.table()];
        let is_drawn = [before, after].iter().any(|side| side.judge.answer(request, None).outcomes.len() > 1);
        let draw = class.witness.draw();
        let answer = after.judge.answer(request, Some(draw));
        let told_draw = is_drawn.then_some(draw);
        let (causes, reason) = self.causes.of(class);
        Change {
            request,
            draw: told_draw,
            curl: curl::write(request, &tables),
            case: CaseText::of(&answer, told_draw, after.judge.table()),
            before: before.judge.answer(request, Some(draw)),
            after: answer,
            differences: &class.differences,
            causes,
            reason,
        }
    }

    /// What could not be decided.
    pub fn undecided(&self) -> impl Iterator<Item = Undecided> {
        self.comparison.undecided.iter().map(|undecided| {
            let [before, after] = self.sides;
            Undecided {
                before: mapping(before, undecided.before),
                after: mapping(after, undecided.after),
                reason: undecided.reason.to_string(),
            }
        })
    }

    /// What differs for all requests.
    pub fn around(&self) -> impl Iterator<Item = Around<'_>> {
        let around = |surrounding| Around { surrounding, causes: self.causes.around(surrounding) };
        self.comparison.surroundings.iter().map(around)
    }
}

/// Where one side serves nothing, whatever the other serves is lost or new: its plainest request stands for all.
fn lost_as_a_whole(sides: [&Side<'_>; 2], is_new: bool) -> Comparison {
    let serving = if is_new { sides[1] } else { sides[0] };
    let table = &serving.compilation.table;
    let reachabilities = Reachabilities::of(table, Budget::default());
    let is_users = |mapping: MappingId| serving.compilation.snapshot.mappings[mapping].from.is_some();
    let mut reached = reachabilities.iter().filter_map(|(id, reachability)| match reachability {
        Reachability::Reachable(witness) | Reachability::OnlyRedirected(witness) => {
            Some((is_users(table.route(id).mapping), id, witness.clone()))
        }
        _ => None,
    });
    let first = reached.next();
    let users = first.iter().find(|(own, ..)| *own).cloned().or_else(|| reached.find(|(own, ..)| *own));
    let class = |(_, id, witness): (bool, _, Witness)| {
        let (there, nowhere) = (End::Route(id), End::Nowhere);
        let (before, after) = if is_new { (nowhere, there) } else { (there, nowhere) };
        Class { before, after, witness, differences: Vec::new() }
    };
    Comparison { classes: users.or(first).map(class).into_iter().collect(), ..Comparison::default() }
}

fn mapping(side: &Side<'_>, end: End) -> Option<(String, SourceRef)> {
    let compilation = side.compilation;
    let id = compilation.table.route(end.route()?).mapping;
    let resource = compilation.snapshot.resource_of(id)?;
    let mapping = &compilation.snapshot.mappings[id];
    let place = compilation.sources.place(resource.name_span);
    Some((format!("{}.{}", mapping.name, mapping.namespace), place.into()))
}

fn same_texts(before: &Compilation, after: &Compilation) -> bool {
    let texts = |side: &Compilation| -> Vec<std::sync::Arc<str>> {
        let written = side.sources.ids().map(|id| side.sources.get(id).clone());
        let written = written.filter(|source| !matches!(source.origin, Origin::Embedded(_) | Origin::Assumed));
        written.map(|source| source.text).collect()
    };
    texts(before) == texts(after)
}
