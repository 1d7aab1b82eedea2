//! Recorded truth, replayed without a network: cases are read, compiled and compared, fact by fact.

use std::collections::BTreeMap;

pub(crate) mod case;
pub(crate) mod clusters;
pub(crate) mod compiled;
pub(crate) mod facts;
pub(crate) mod parties;
pub(crate) mod requests;
pub(crate) mod routes;
pub(crate) mod shares;
pub(crate) mod value;

/// What came of comparing facts.
#[derive(Default)]
pub(crate) struct Tally {
    /// How many facts and requests were compared.
    pub(crate) compared: usize,
    /// How many of them agree.
    pub(crate) agreed: usize,
    /// Those that do not, a line each.
    pub(crate) disagreements: Vec<String>,
    /// What cannot be decided without a network, by name, with the reason.
    pub(crate) undecided: Vec<(String, &'static str)>,
}

impl Tally {
    /// Prints what was left open and why, what differs, and how much agrees.
    #[allow(clippy::print_stdout)]
    pub(crate) fn report(&self) {
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, reason) in &self.undecided {
            reasons.entry(reason).or_default().push(name);
        }
        println!("not decided offline:");
        for (reason, names) in reasons {
            println!("  {reason}: {}", names.len());
            for name in names {
                println!("    {name}");
            }
        }
        for line in &self.disagreements {
            println!("differs  {line}");
        }
        println!("agree {} of {}", self.agreed, self.compared);
    }

    /// One more fact, compared.
    pub(crate) fn compare(&mut self, name: &str, problems: Vec<String>) {
        self.compared += 1;
        if problems.is_empty() {
            self.agreed += 1;
        } else {
            self.disagreements.extend(problems.into_iter().map(|problem| format!("{name}: {problem}")).take(4));
        }
    }
}
