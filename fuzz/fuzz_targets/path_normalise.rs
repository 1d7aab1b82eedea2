//! A normalised path has no dot segments and no odd bytes, keeps its query, and is normal already when it comes back.

#![no_main]

use std::borrow::Cow;

use kubectl_ambassador::outcome::normalise::{PathRules, normalise, split};
use kubectl_ambassador::outcome::target;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = target::read("GET", text, false);
    let _ = target::read("CONNECT", text, true);
    let _ = (target::without_port(text, 8080), target::shadowed(text), target::is_authority(text));
    let path = format!("/{text}");
    for merge_slashes in [false, true] {
        for reject_escaped_slashes in [false, true] {
            check(&path, PathRules { merge_slashes, reject_escaped_slashes });
        }
    }
});

fn check(given: &str, rules: PathRules) {
    let Ok(normal) = normalise(Cow::Borrowed(given), rules) else { return };
    let (path, query) = split(&normal);
    assert_eq!(query, split(given).1, "the query of {given:?}");
    assert!(path.starts_with('/'), "{given:?} became {path:?}");
    assert!(path.bytes().all(|byte| byte.is_ascii_graphic()), "{given:?} became {path:?}");
    assert!(!path.split('/').any(|segment| matches!(segment, "." | "..")), "{given:?} became {path:?}");
    if rules.merge_slashes && path != "//" {
        assert!(!path.contains("//"), "{given:?} became {path:?}");
    }
    // Parameters of dot segments are looked for before anything is decoded: decoding may bring more to light.
    if !path.contains(';') {
        let again = normalise(Cow::Borrowed(&normal), rules);
        assert_eq!(again.as_deref(), Ok(&*normal), "{given:?} became {normal:?}, which is not normal");
    }
}
