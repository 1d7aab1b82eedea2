use std::collections::HashSet;

use kubectl_ambassador::analysis::reachability::{Reachabilities, Reachability, Why};
use kubectl_ambassador::analysis::{Budget, Landing};
use kubectl_ambassador::outcome::decide;
use kubectl_ambassador::routing::{RouteId, Treatment};

use super::cases;
use super::generate::{Dice, Parts, lands};

/// Every route that some request of the alphabet comes to is found, and every request shown comes to its route.
#[test]
fn reachable_is_what_some_request_reaches() {
    let (mut unknown, mut unreachable, mut routes_seen) = (0, 0, 0);
    for seed in 0..cases() {
        let mut dice = Dice::new(seed);
        let parts = Parts::of(&mut dice);
        let count = 2 + dice.below(9);
        let routes = (0..count).map(|_| parts.route(&mut dice)).collect();
        let table = parts.table(&mut dice, routes);
        let mut reached: HashSet<(RouteId, bool)> = HashSet::new();
        for point in parts.requests() {
            reached.extend(lands(&table, &point).map(|(id, treatment)| (id, treatment == Treatment::Serve)));
        }
        for (id, verdict) in Reachabilities::of(&table, Budget::default()).iter() {
            routes_seen += 1;
            let route = table.route(id);
            let (served, comes) = (reached.contains(&(id, true)), reached.contains(&(id, false)));
            match verdict {
                Reachability::Reachable(witness) | Reachability::OnlyRedirected(witness) => {
                    let (landing, _) = witness.send(&table).unwrap();
                    let Landing::Route(_, landed, treatment) = landing else { panic!("seed {seed}: {witness:?}") };
                    assert_eq!(landed, id, "seed {seed}: {route:?} {witness:?}");
                    let only_redirected = matches!(verdict, Reachability::OnlyRedirected(_));
                    assert_eq!(treatment == Treatment::RedirectToHttps, only_redirected, "seed {seed}");
                    assert!(!(only_redirected && served), "seed {seed}: {route:?} is served too");
                    let request = witness.request();
                    let decision = decide(&table, &request, witness.draw());
                    assert_eq!(decision.route.map(|(id, _)| id), Some(id), "seed {seed}");
                }
                Reachability::Unreachable(why) => {
                    unreachable += 1;
                    assert!(!served && !comes, "seed {seed}: {route:?} is reached, and {why:?}");
                    if let Why::Covered(by) = why {
                        assert!(by.iter().all(|other| *other < id), "seed {seed}: {why:?} of {id:?}");
                    }
                }
                Reachability::Unknown(reason) => {
                    unknown += 1;
                    eprintln!("seed {seed}: {reason} for {route:?}");
                }
            }
        }
    }
    println!("{routes_seen} routes, {unreachable} unreachable, {unknown} unknown");
    assert!(unreachable * 20 > routes_seen, "too few unreachable routes to show anything");
    assert!(unknown * 1000 <= routes_seen, "{unknown} of {routes_seen} unknown");
}
