//! Every recorded case of `testdata/truth/conformance`, decided offline: what the compiled table says of each request,
//! and the compiled facts themselves.

#![allow(clippy::unwrap_used)]

mod figures;
mod replay;

use replay::case::Recording;
use replay::{Tally, case, requests, routes};

/// Objects of `v3alpha1` only, handed to the compiler directly.
const RECORDING: Recording =
    Recording { folder: "testdata/truth/conformance/cases", legacy_versions: false, notices: false, serialised: false };

#[test]
fn all_recorded_cases_agree() {
    let mut tally = Tally::default();
    for case in case::read_all(RECORDING) {
        requests::compare_all(&case, &mut tally);
        routes::compare_all(&case, &mut tally);
    }
    tally.report();
    assert_eq!(tally.agreed, tally.compared, "see above");
    figures::are_current("conformance", tally.agreed, tally.compared);
}
