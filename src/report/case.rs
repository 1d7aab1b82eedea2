//! Named checks that passed or failed: what JUnit, TAP and a person at a terminal all get.

/// The checks of one file.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    /// The file.
    pub name: String,
    /// The checks, in the order of the file.
    pub cases: Vec<Case>,
}

/// One check.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// Where it is written.
    pub place: String,
    /// What failed, if something did.
    pub failure: Option<Failure>,
}

/// Why a check failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// In one sentence.
    pub message: String,
    /// What else is to be known, a line each.
    pub details: Vec<String>,
}

impl Cases {
    /// How many checks failed.
    pub fn failed(&self) -> usize {
        self.cases.iter().filter(|case| case.failure.is_some()).count()
    }
}

#[cfg(test)]
pub(super) mod samples {
    use super::{Case, Cases, Failure};

    /// One list of checks for the tests of all formats.
    pub(in crate::report) fn suites() -> Vec<Cases> {
        let case = |name: &str, line: u32, failure: Option<Failure>| Case {
            name: name.to_owned(),
            place: format!("shop.yaml:{line}:5"),
            failure,
        };
        let failure = Failure {
            message: "service: want `cart <v2>`, got `cart`".to_owned(),
            details: vec!["GET https://shop.example.com/cart/7".to_owned(), "Mapping cart, m.yaml:3:9".to_owned()],
        };
        vec![Cases {
            name: "shop.yaml".to_owned(),
            cases: vec![case("plain traffic", 3, None), case("canary #2 & \"quoted\"", 9, Some(failure))],
        }]
    }
}
