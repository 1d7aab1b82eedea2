//! Documents of every kind and version, right and wrong, are read, converted and compiled under every edition; what is
//! converted converts to itself, and the shares of every request's outcomes add up to one.

#![no_main]

use std::fmt::Write as _;

use kubectl_ambassador::convert::{convert, results};
use kubectl_ambassador::edition::Edition;
use kubectl_ambassador::outcome::outcomes;
use kubectl_ambassador::outcome::request::Request;
use kubectl_ambassador::pipeline::{Options, compile, read};
use kubectl_ambassador::resource::Kind;
use kubectl_ambassador::resource::schema::{Object, Type, spec_of};
use kubectl_ambassador::source::{Origin, SourceMap};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

const TEXTS: [&str; 24] = [
    "",
    "a",
    "/",
    "/a/",
    "/(a|b)+",
    "(",
    ".*",
    "*",
    "*.example.com",
    "a.example.com",
    "svc:80",
    "https://svc.other:443",
    "http://[::1]:1",
    "://",
    "%REQ(x)%",
    "%NO_SUCH%",
    "true",
    "0",
    "10.0.0.0/8",
    "1m",
    "5xx",
    "default",
    "x-a",
    "a,b",
];
const NUMBERS: [i64; 12] = [0, 1, -1, 2, 50, 100, 101, 443, 3000, 65536, i64::MAX, i64::MIN];
const VERSIONS: [&str; 6] = [
    "getambassador.io/v3alpha1",
    "getambassador.io/v2",
    "getambassador.io/v1",
    "getambassador.io/v0",
    "ambassador/v1",
    "ambassador/v0",
];
const DEPTH: u32 = 4;

fuzz_target!(|data: &[u8]| {
    let mut from = Unstructured::new(data);
    let mut text = String::new();
    // Where the bytes end, the documents end.
    let _ = documents(&mut from, &mut text);
    check(&text);
});

fn check(text: &str) {
    for edition in Edition::NEWEST_FIRST {
        for legacy_versions in [false, true] {
            let options =
                Options { edition: Some(edition), legacy_versions: Some(legacy_versions), ..Options::default() };
            let read = read(sources(text), &options);
            let conversion = convert(&read.documents, &read.reading, &read.sources);
            let _ = results(&read.reading.results, &read.sources).to_string();
            if edition == Edition::Four && !legacy_versions {
                let once = conversion.yaml();
                let again = kubectl_ambassador::pipeline::read(sources(&once), &options);
                let twice = convert(&again.documents, &again.reading, &again.sources).yaml();
                assert_eq!(twice, once, "from {text}");
            }
        }
        ask(text, edition);
    }
}

fn ask(text: &str, edition: Edition) {
    let compilation = compile(sources(text), &Options { edition: Some(edition), ..Options::default() });
    if compilation.refusal().is_some() {
        return;
    }
    for (authority, target) in [("a.example.com", "/"), ("a", "/a/b?a=1"), ("x.example.com:8080", "/ab")] {
        let request = Request::get(8080, authority, target);
        let shares: f64 = outcomes(&compilation.table, &request).iter().map(|(share, _)| share).sum();
        assert!((shares - 1.0).abs() < 1e-9, "{shares} of {target} from {text}");
    }
}

fn sources(text: &str) -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add(Origin::Stdin, text);
    sources
}

fn documents(from: &mut Unstructured<'_>, out: &mut String) -> Result<()> {
    for n in 0..from.int_in_range(1..=4)? {
        out.push_str("---\n");
        match from.int_in_range(0..=5)? {
            0 => *out += &document(from, n, false)?,
            1 => service(from, n, out)?,
            2 => annotation(from, n, "v1", "Service", out)?,
            3 => annotation(from, n, "networking.k8s.io/v1", "Ingress", out)?,
            _ => *out += &document(from, n, true)?,
        }
        out.push('\n');
    }
    Ok(())
}

fn service(from: &mut Unstructured<'_>, n: usize, out: &mut String) -> Result<()> {
    let port = from.choose(&NUMBERS)?;
    // Writing to a String cannot fail.
    let _ = write!(out, r#"{{apiVersion: v1, kind: Service, metadata: {{name: svc{n}}}, spec: {{ports: [{{port: {port}}}]}}}}"#);
    Ok(())
}

/// A carrier with documents in its annotation.
fn annotation(from: &mut Unstructured<'_>, n: usize, version: &str, kind: &str, out: &mut String) -> Result<()> {
    let quoted = from.arbitrary()?;
    let mut inner = String::new();
    for m in 0..from.int_in_range(0..=3)? {
        inner += "---\n";
        inner += &document(from, m, false)?;
        inner += "\n";
    }
    let inner = if quoted { format!("{inner:?}") } else { format!("|\n    {}", inner.replace('\n', "\n    ")) };
    let _ = write!(
        out,
        "apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: s{n}\n  labels: {{a: b}}\n  annotations:\n   \
         getambassador.io/config: {inner}"
    );
    Ok(())
}

/// One of Emissary's documents, as JSON; with `spec` for an object of its own.
fn document(from: &mut Unstructured<'_>, n: usize, is_own: bool) -> Result<String> {
    let kind = *from.choose(&Kind::ALL)?;
    let kind = if from.arbitrary()? { Kind::Mapping } else { kind };
    let version = from.choose(&VERSIONS)?;
    let name = if from.ratio(1, 10u32)? { any(from, 1)? } else { format!("\"m{n}\"") };
    let fields = fields(from, spec_of(kind), DEPTH)?;
    Ok(match is_own {
        true => {
            format!(r#"{{"apiVersion": "{version}", "kind": "{kind}", "metadata": {{"name": {name}}}, "spec": {{{fields}}}}}"#)
        }
        false => format!(r#"{{"apiVersion": "{version}", "kind": "{kind}", "name": {name}, {fields}}}"#),
    })
}

fn fields(from: &mut Unstructured<'_>, object: &'static Object, depth: u32) -> Result<String> {
    let mut parts = Vec::new();
    let most = if depth == DEPTH { 8 } else { 3 };
    for field in object.fields {
        if field.required && !from.ratio(1, 12u32)? {
            parts.push(format!("{:?}: {}", field.name, value(from, &field.ty, depth)?));
        }
    }
    for _ in 0..from.int_in_range(0..=most)? {
        let field = from.choose(object.fields)?;
        parts.push(format!("{:?}: {}", field.name, value(from, &field.ty, depth)?));
    }
    Ok(parts.join(", "))
}

fn value(from: &mut Unstructured<'_>, ty: &'static Type, depth: u32) -> Result<String> {
    if depth == 0 || from.ratio(1, 20u32)? {
        return any(from, 2);
    }
    Ok(match ty {
        Type::OneOf(allowed) => format!("{:?}", from.choose(allowed)?),
        Type::Scheme => format!("{:?}", from.choose(&["http://", "HTTPS://", ""])?),
        Type::Bool => from.arbitrary::<bool>()?.to_string(),
        Type::Int(bounds) => {
            let number = *from.choose(&NUMBERS)?;
            from.choose(&[bounds.min, bounds.max, number, number])?.to_string()
        }
        Type::Code(codes) => from.choose(codes)?.to_string(),
        Type::Millis | Type::Seconds => from.choose(&NUMBERS)?.to_string(),
        Type::List(item, _) => {
            let items = (0..from.int_in_range(0..=3)?).map(|_| value(from, item, depth - 1));
            format!("[{}]", items.collect::<Result<Vec<_>>>()?.join(", "))
        }
        Type::Map(item) | Type::Single(item) => {
            let most = if matches!(ty, Type::Single(_)) { 1 } else { 3 };
            let entries = (0..from.int_in_range(0..=most)?)
                .map(|_| Ok(format!("{}: {}", word(from)?, value(from, item, depth - 1)?)));
            format!("{{{}}}", entries.collect::<Result<Vec<_>>>()?.join(", "))
        }
        Type::Object(object) => format!("{{{}}}", fields(from, object, depth - 1)?),
        Type::Text | Type::Duration | Type::Time => word(from)?,
        Type::Untyped | Type::BoolOrText | Type::TextOrList | Type::AddedHeader | Type::LabelGroup => any(from, 3)?,
    })
}

fn word(from: &mut Unstructured<'_>) -> Result<String> {
    Ok(format!("{:?}", from.choose(&TEXTS)?))
}

/// Any value.
fn any(from: &mut Unstructured<'_>, depth: u32) -> Result<String> {
    Ok(match from.int_in_range(0..=if depth == 0 { 5 } else { 8 })? {
        0 => "null".to_owned(),
        1 => from.arbitrary::<bool>()?.to_string(),
        2 => from.choose(&NUMBERS)?.to_string(),
        3 => "1.5".to_owned(),
        4 | 5 => word(from)?,
        6 => format!("[{}]", any(from, depth - 1)?),
        7 => format!("{{\"value\": {}, \"append\": {}}}", any(from, depth - 1)?, any(from, depth - 1)?),
        _ => format!("{{{}: {}}}", word(from)?, any(from, depth - 1)?),
    })
}
