use std::collections::HashSet;

use kubectl_ambassador::analysis::behaviour::End;
use kubectl_ambassador::analysis::fingerprint::{ActionFingerprint, Parties};
use kubectl_ambassador::analysis::{Budget, Gateway, Point, Way, Witness, compare};
use kubectl_ambassador::model::Table;
use kubectl_ambassador::outcome::{Outcome, decide};
use kubectl_ambassador::routing::{Route, RouteTable, Treatment};

use super::cases;
use super::generate::{Dice, Parts, action, lands};

fn end(table: &RouteTable, point: &Point) -> End {
    match lands(table, point) {
        None => End::NoRoute,
        Some((id, Treatment::Serve)) => End::Route(id),
        Some((id, Treatment::RedirectToHttps)) => End::ToHttps(id),
    }
}

/// What is done at an end, to be compared across tables.
fn deed(table: &RouteTable, end: End) -> ActionFingerprint {
    let tls = Table::default();
    let gateway = Gateway { table, tls: &tls };
    match end {
        End::Route(id) => ActionFingerprint::of(&gateway, table.route(id), Parties { auth: true, rate_limit: true }),
        End::ToHttps(id) => ActionFingerprint::to_https(table.route(id)),
        _ => ActionFingerprint::not_found(),
    }
}

/// Whether two tables do different things with a request.
fn differ(before: &RouteTable, after: &RouteTable, witness: &Witness) -> bool {
    let request = witness.request();
    let outcomes = [before, after].map(|table| decide(table, &request, witness.draw()).outcome);
    match outcomes {
        [Outcome::Redirect(before), Outcome::Redirect(after)] => before != after,
        [Outcome::Reply(before), Outcome::Reply(after)] => before != after,
        _ => true,
    }
}

fn edit(dice: &mut Dice, parts: Parts, routes: &mut Vec<Route>) {
    let at = dice.below(routes.len());
    match dice.below(6) {
        0 => routes[at].action = action(dice),
        1 => {
            routes.remove(at);
        }
        2 => routes.insert(at, parts.route(dice)),
        3 => {
            let to = dice.below(routes.len());
            routes.swap(at, to);
        }
        4 => routes[at].tests.path = parts.route(dice).tests.path,
        _ => routes[at].tests = parts.route(dice).tests,
    }
    if routes.is_empty() {
        routes.push(parts.route(dice));
    }
}

/// Every request of the alphabet that ends otherwise lies in a class; every class has a request that ends so.
#[test]
fn classes_are_all_that_changes() {
    let (mut unknown, mut classes, mut equal) = (0, 0, 0);
    for seed in 0..cases() {
        let mut dice = Dice::new(seed ^ 0xd1ff);
        let parts = Parts::of(&mut dice);
        let count = 2 + dice.below(8);
        let routes: Vec<Route> = (0..count).map(|_| parts.route(&mut dice)).collect();
        let mut edited = routes.clone();
        for _ in 0..dice.below(4) {
            edit(&mut dice, parts, &mut edited);
        }
        // Hosts follow from the same numbers, so that they mostly stay what they are.
        let hosts = if dice.once_in(4) { dice.below(1000) } else { seed as usize } as u64;
        let before = parts.table(&mut Dice::new(seed), routes);
        let after = parts.table(&mut Dice::new(hosts), edited);
        let tls = Table::default();
        let gateways = [Gateway { table: &before, tls: &tls }, Gateway { table: &after, tls: &tls }];
        let found = compare(gateways[0], gateways[1], Budget::default());
        unknown += found.undecided.len();
        for undecided in &found.undecided {
            let of = |table: &RouteTable, end: End| end.route().map(|id| table.route(id).clone());
            let routes = (of(&before, undecided.before), of(&after, undecided.after));
            eprintln!("seed {seed}: {undecided:?} {routes:?}");
        }
        classes += found.classes.len();
        equal += usize::from(found.is_equal());
        for class in &found.classes {
            let ends = [&before, &after].map(|table| End::from(&class.witness.send(table).unwrap().0));
            assert_eq!(ends, [class.before, class.after], "seed {seed}: {class:?}");
            assert!(!class.differences.is_empty(), "seed {seed}: {class:?}");
            assert!(differ(&before, &after, &class.witness), "seed {seed}: {class:?}");
        }
        let told: HashSet<(End, End)> = found.classes.iter().map(|class| (class.before, class.after)).collect();
        let doubted: HashSet<(End, End)> = found.undecided.iter().map(|u| (u.before, u.after)).collect();
        for point in parts.requests() {
            let ends = (end(&before, &point), end(&after, &point));
            if deed(&before, ends.0) != deed(&after, ends.1) && !told.contains(&ends) {
                let way = Way { port: 80, tls: point.secure.then_some(None), forwarded_proto: None };
                let witness = Witness { way, point: point.clone() };
                assert!(
                    doubted.contains(&ends) || !differ(&before, &after, &witness),
                    "seed {seed}: {point:?} ends at {ends:?}, and no class tells\n{before:#?}\n{after:#?}"
                );
            }
        }
    }
    println!("{classes} classes, {equal} pairs equal, {unknown} unknown");
    assert!(classes as u64 > cases() && equal as u64 * 20 > cases(), "too little to show anything");
    assert!(unknown * 1000 <= classes, "{unknown} unknown beside {classes} classes");
}
