//! Which edition reads all of the documents, and whether there are objects of old versions.

use std::sync::Arc;

use super::historic::{self, Taken};
use super::{DocumentResult, Kind};
use crate::edition::{Edition, Version};

/// The edition that `auto` takes, by what edition 4 made of the documents, and the document that decided it.
///
/// Only edition 1 reads v0 and v1 in annotations; later ones refuse the first and end over the second. Where there are
/// documents that only later editions read, nothing reads all of them, and 4 stands.
pub fn choose_edition(results: &[Arc<DocumentResult>]) -> (Edition, Option<&DocumentResult>) {
    let mut results = results.iter().map(|result| &**result);
    let needs_one = results.clone().find(|result| {
        let version = Version::of(&result.api_version);
        let kind = Kind::from_name(&result.kind);
        result.carrier.is_some()
            && version.zip(kind).is_some_and(|(version, kind)| version <= Version::V1 && historic::has(version, kind))
    });
    let needs_later = |result: &DocumentResult| match result.carrier {
        Some(_) => {
            historic::taken(&result.api_version) == Taken::Unchecked && Version::of(&result.api_version).is_some()
        }
        None => Version::of(&result.api_version) == Some(Version::V3alpha1),
    };
    match needs_one {
        Some(document) if !results.any(needs_later) => (Edition::One, Some(document)),
        _ => (Edition::Four, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{ReadOptions, read};
    use crate::source::{Origin, SourceMap};
    use crate::yaml::parse;

    fn chosen(text: &str) -> Edition {
        let mut sources = SourceMap::default();
        let id = sources.add(Origin::Stdin, text);
        let documents = parse(id, text).documents;
        let options = ReadOptions {
            edition: Edition::Four,
            legacy_versions: true,
            ambassador_id: "default".into(),
            ambassador_namespace: "default".into(),
            serialised: true,
        };
        choose_edition(&read(&mut sources, &documents, &options).results).0
    }

    fn service(versions: &[&str]) -> String {
        let document = |version: &&str| {
            format!(
                "      ---\n      apiVersion: {version}\n      kind: Mapping\n      name: m\n      prefix: /\n      service: s\n"
            )
        };
        let documents: String = versions.iter().map(document).collect();
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  annotations:\n    getambassador.io/config: |\n{documents}"
        )
    }

    #[test]
    fn annotations_of_v0_and_v1_lead_to_edition_1() {
        assert_eq!(chosen(&service(&["ambassador/v0"])), Edition::One);
        assert_eq!(chosen(&service(&["getambassador.io/v1", "ambassador/v2"])), Edition::One);
        assert_eq!(chosen(&service(&["getambassador.io/v2"])), Edition::Four);
    }

    #[test]
    fn where_nothing_reads_all_edition_4_stands() {
        assert_eq!(chosen(&service(&["ambassador/v0", "getambassador.io/v3alpha1"])), Edition::Four);
        let listener = "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: l}\n---\n";
        assert_eq!(chosen(&format!("{listener}{}", service(&["ambassador/v1"]))), Edition::Four);
    }

    #[test]
    fn a_version_that_nobody_knows_decides_nothing() {
        assert_eq!(chosen(&service(&["getambassador.io/v9"])), Edition::Four);
    }
}
