//! Recorded truth, replayed without a network: cases are read, compiled and compared, fact by fact.

pub(crate) mod case;
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
