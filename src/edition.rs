//! Whose rules apply. Everything that differs between the lines of Ambassador and Emissary is a question asked here.

use std::fmt;
use std::str::FromStr;

/// A line of releases, by the release whose behaviour was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edition {
    /// Ambassador 1.14.4.
    One,
    /// Emissary-ingress 2.5.1.
    Two,
    /// Emissary-ingress 3.10.0.
    Three,
    /// Emissary-ingress 4.1.
    Four,
}

/// A version of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Version {
    V0,
    V1,
    V2,
    V3alpha1,
}

impl Edition {
    /// All of them, newest first: the order in which `auto` tries them.
    pub const NEWEST_FIRST: [Self; 4] = [Self::Four, Self::Three, Self::Two, Self::One];

    /// The number that users give.
    pub fn number(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
            Self::Four => 4,
        }
    }

    /// The release that was recorded.
    pub fn release(self) -> &'static str {
        match self {
            Self::One => "Ambassador 1.14.4",
            Self::Two => "Emissary-ingress 2.5.1",
            Self::Three => "Emissary-ingress 3.10.0",
            Self::Four => "Emissary-ingress 4.1",
        }
    }

    /// Whether a cluster serves objects of a version.
    ///
    /// From edition 2 on the old versions are there only when the cluster was set up with them; v1 left with 2.0 and came
    /// back with 3.4.
    pub fn serves(self, version: Version, legacy_versions: bool) -> bool {
        match version {
            Version::V0 => false,
            Version::V1 => self == Self::One || self >= Self::Three && legacy_versions,
            Version::V2 => self == Self::One || legacy_versions,
            Version::V3alpha1 => self >= Self::Two,
        }
    }

    /// Whether Listeners open ports (since 2.0); before, the gateway had one table on ports of its own.
    pub fn has_listeners(self) -> bool {
        self >= Self::Two
    }

    /// Whether Mappings attach to Hosts by their hostnames, which are globs (since 2.0); before, every Mapping stood
    /// under every name, and `host` was a condition like any other.
    pub fn attaches_by_hostname(self) -> bool {
        self >= Self::Two
    }

    /// Whether labels have what a selector wants: all of it; in 2.5.1 one label was enough.
    pub fn selects(self, wanted: &[(String, String)], labels: &[(String, String)]) -> bool {
        match self {
            Self::Two if !wanted.is_empty() => wanted.iter().any(|pair| labels.contains(pair)),
            _ => wanted.iter().all(|pair| labels.contains(pair)),
        }
    }

    /// Whether a Host with a selector also wants the hostname to fit, where the Mapping has one (since 3.0); before,
    /// either was enough.
    pub fn wants_selector_and_hostname(self) -> bool {
        self >= Self::Three
    }

    /// Whether the labels that Hosts select by keep Mappings in different groups (since 3.8).
    pub fn groups_by_selected_labels(self) -> bool {
        self >= Self::Three
    }

    /// Whether the weight of a Mapping that is alone in its group counts (until 1.14).
    pub fn lone_weight_counts(self) -> bool {
        self == Self::One
    }

    /// Whether the AuthService is asked before CORS is looked at (until 2.2).
    pub fn asks_auth_before_cors(self) -> bool {
        self == Self::One
    }

    /// Whether the AuthService is asked about redirecting Mappings (until 2.5).
    pub fn asks_auth_for_redirects(self) -> bool {
        self <= Self::Two
    }

    /// Whether a Mapping with `error_response_overrides` is dropped (since 4.1); before, a patched Envoy honoured it.
    pub fn drops_error_response_overrides(self) -> bool {
        self == Self::Four
    }

    /// Whether `header_case_overrides` makes Envoy refuse everything (since 4.0); before, it was patched.
    pub fn refuses_header_case_overrides(self) -> bool {
        self == Self::Four
    }

    /// Whether the Module's `default_labels` must be maps (since 2.0); before, they could be texts.
    pub fn needs_labels_as_maps(self) -> bool {
        self >= Self::Two
    }

    /// Whether `health_checks` are used (since 3.4).
    pub fn has_health_checks(self) -> bool {
        self >= Self::Three
    }

    /// Whether gRPC services must say `protocol_version: v3` (since 3.0); before, v2 was compiled, which the Envoy of
    /// today refuses.
    pub fn requires_protocol_v3(self) -> bool {
        self >= Self::Three
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}

/// A text that names no edition.
#[derive(Debug, thiserror::Error)]
#[error("unknown edition `{0}`: known are 4, 3, 2 and 1")]
pub struct UnknownEdition(pub String);

impl FromStr for Edition {
    type Err = UnknownEdition;

    fn from_str(text: &str) -> Result<Self, UnknownEdition> {
        match text {
            "1" => Ok(Self::One),
            "2" => Ok(Self::Two),
            "3" => Ok(Self::Three),
            "4" => Ok(Self::Four),
            other => Err(UnknownEdition(other.to_owned())),
        }
    }
}
