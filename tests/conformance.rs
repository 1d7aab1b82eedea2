//! Every recorded case of `testdata/truth/conformance`, decided offline: what the compiled table says of each request,
//! and the compiled facts themselves.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod replay;

use std::collections::BTreeMap;

use replay::case::Recording;
use replay::{Tally, case, requests, routes};

/// Objects of `v3alpha1` only, handed to the compiler directly.
const RECORDING: Recording =
    Recording { folder: "testdata/truth/conformance/cases", legacy_versions: false, serialised: false };

#[test]
fn all_recorded_cases_agree() {
    let mut tally = Tally::default();
    for case in case::read_all(RECORDING) {
        requests::compare_all(&case, &mut tally);
        routes::compare_all(&case, &mut tally);
    }
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, reason) in &tally.undecided {
        reasons.entry(reason).or_default().push(name);
    }
    println!("not decided offline:");
    for (reason, names) in reasons {
        println!("  {reason}: {}", names.len());
        for name in names {
            println!("    {name}");
        }
    }
    for line in &tally.disagreements {
        println!("differs  {line}");
    }
    println!("agree {} of {}", tally.agreed, tally.compared);
    assert_eq!(tally.agreed, tally.compared, "see above");
}
