//! Every recorded case of `testdata/truth/editions`, decided offline under the case's own edition; edition 0 is there to
//! read only.

#![allow(clippy::unwrap_used)]

mod figures;
mod replay;

use replay::case::Recording;
use replay::{Tally, case, requests, routes};

/// Every version that the edition's cluster has, through Emissary's own reading.
const RECORDING: Recording =
    Recording { folder: "testdata/truth/editions/cases", legacy_versions: true, notices: true, serialised: true };

#[test]
fn all_recorded_cases_agree() {
    let mut tally = Tally::default();
    for case in case::read_all(RECORDING).iter().filter(|case| !case.name.starts_with("e0-")) {
        requests::compare_all(case, &mut tally);
        routes::compare_all(case, &mut tally);
    }
    tally.report();
    assert_eq!(tally.agreed, tally.compared, "see above");
    figures::are_current("editions", tally.agreed, tally.compared);
}
