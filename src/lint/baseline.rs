//! What was found earlier, and what has become of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::findings::Finding;
use crate::source::SourceMap;

/// Findings of an earlier run, as `lint -o json` printed them.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct Baseline {
    findings: Vec<Earlier>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `version` and `findings`")]
struct Written {
    version: u64,
    findings: Vec<Earlier>,
}

impl TryFrom<Written> for Baseline {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written.version {
            1 => Ok(Self { findings: written.findings }),
            other => Err(format!("it is of version {other}, and this program reads version 1")),
        }
    }
}

/// One finding of an earlier run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Earlier {
    /// The code of the rule.
    pub rule: String,
    /// The file.
    pub file: String,
    /// The object, as `Kind/name.namespace`.
    #[serde(default)]
    pub subject: String,
    /// What was said.
    pub message: String,
}

/// What has become of findings since.
#[derive(Debug, Default)]
pub struct Since {
    /// Found now and then, by their place in the list of today.
    pub unchanged: Vec<bool>,
    /// Found then and no more.
    pub fixed: Vec<Earlier>,
}

impl Earlier {
    /// What a finding of today is known by. Lines do not count: they move.
    pub fn of(finding: &Finding, sources: &SourceMap) -> Self {
        Self {
            rule: finding.rule.code.as_str().to_owned(),
            file: sources.place(finding.span()).file,
            subject: finding.subject.as_ref().map(ToString::to_string).unwrap_or_default(),
            message: finding.diagnostic.message.clone(),
        }
    }
}

impl Baseline {
    /// Compares: of findings that are alike as many are unchanged as there were.
    pub fn compare(&self, findings: &[Finding], sources: &SourceMap) -> Since {
        let mut left: BTreeMap<&Earlier, usize> = BTreeMap::new();
        for earlier in &self.findings {
            *left.entry(earlier).or_default() += 1;
        }
        let unchanged = findings
            .iter()
            .map(|finding| match left.get_mut(&Earlier::of(finding, sources)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    true
                }
                _ => false,
            })
            .collect();
        let fixed = left.into_iter().flat_map(|(earlier, count)| std::iter::repeat_n(earlier.clone(), count));
        Since { unchanged, fixed: fixed.collect() }
    }
}
