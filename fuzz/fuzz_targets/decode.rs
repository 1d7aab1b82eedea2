//! Any documents are read and converted under every edition; what is converted converts to itself.

#![no_main]

use kubectl_ambassador::convert::{convert, results};
use kubectl_ambassador::edition::Edition;
use kubectl_ambassador::resource::{ReadOptions, Reading, read};
use kubectl_ambassador::source::{Origin, SourceMap};
use kubectl_ambassador::yaml::{self, Document};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for edition in Edition::NEWEST_FIRST {
        for legacy_versions in [false, true] {
            let (sources, documents, reading) = understood(text, edition, legacy_versions);
            let conversion = convert(&documents, &reading, &sources);
            let _ = results(&reading.results, &sources).to_string();
            for result in &reading.results {
                let _ = (sources.place(result.document), sources.place(result.source));
            }
            if edition == Edition::Four && !legacy_versions {
                let once = conversion.yaml();
                let (sources, documents, reading) = understood(&once, edition, false);
                let twice = convert(&documents, &reading, &sources).yaml();
                assert_eq!(twice, once, "from {text:?}");
            }
        }
    }
});

fn understood(text: &str, edition: Edition, legacy_versions: bool) -> (SourceMap, Vec<Document>, Reading) {
    let mut sources = SourceMap::default();
    let id = sources.add(Origin::Stdin, text);
    let documents = yaml::parse(id, text).documents;
    let options = ReadOptions {
        edition,
        legacy_versions,
        ambassador_id: "default".into(),
        ambassador_namespace: "default".into(),
        serialised: true,
    };
    let reading = read(&mut sources, &documents, &options);
    (sources, documents, reading)
}
