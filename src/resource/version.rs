//! API versions, and the shapes of documents that they stand for.

use super::Kind;
pub use crate::edition::Version;

/// The group of every kind of Emissary's own.
pub const GROUP: &str = "getambassador.io";

impl Version {
    /// The version as `apiVersion` ends with it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V0 => "v0",
            Self::V1 => "v1",
            Self::V2 => "v2",
            Self::V3alpha1 => "v3alpha1",
        }
    }

    /// The version of an `apiVersion` in the group `getambassador.io`, if it is one of the four.
    pub fn of(api_version: &str) -> Option<Self> {
        let (group, version) = api_version.split_once('/')?;
        if group != GROUP {
            return None;
        }
        [Self::V0, Self::V1, Self::V2, Self::V3alpha1].into_iter().find(|known| known.as_str() == version)
    }

    /// Whether Emissary 2 and later know a kind in this version.
    pub fn has(self, kind: Kind) -> bool {
        match self {
            Self::V0 => false,
            Self::V1 => !matches!(kind, Kind::Host | Kind::Listener),
            Self::V2 => kind != Kind::Listener,
            Self::V3alpha1 => true,
        }
    }
}

/// The `apiVersion` as Emissary sees it: the spelling `ambassador/...` of old annotations is rewritten.
pub fn rewritten(api_version: &str) -> std::borrow::Cow<'_, str> {
    match api_version.strip_prefix("ambassador/") {
        Some(version) => format!("{GROUP}/{version}").into(),
        None => api_version.into(),
    }
}

/// A shape of documents: a version as a line of releases reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// `v0`, by the schemas of Ambassador 1.
    V0,
    /// `v1`, by the schemas of Ambassador 1.
    V1,
    /// `v2`, by the schemas of Ambassador 1.
    V2,
    /// `v1` and `v2` as Emissary 2 and later read them: the same fields in both.
    Old,
    /// `v3alpha1`.
    New,
}

impl Form {
    /// All of them, oldest first.
    pub const ALL: [Self; 5] = [Self::V0, Self::V1, Self::V2, Self::Old, Self::New];
}

/// A set of shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forms(u8);

impl Forms {
    /// All of them.
    pub const EVER: Self = Self::of(&[Form::V0, Form::V1, Form::V2, Form::Old, Form::New]);
    /// From `v1` on.
    pub const FROM_V1: Self = Self::of(&[Form::V1, Form::V2, Form::Old, Form::New]);
    /// From `v2` on.
    pub const FROM_V2: Self = Self::of(&[Form::V2, Form::Old, Form::New]);
    /// Those of Emissary 2 and later.
    pub const LATER: Self = Self::of(&[Form::Old, Form::New]);
    /// `v3alpha1` alone.
    pub const NEW: Self = Self::of(&[Form::New]);
    /// All but `v3alpha1`.
    pub const EVER_BUT_NEW: Self = Self::of(&[Form::V0, Form::V1, Form::V2, Form::Old]);
    /// From `v1` on, but not `v3alpha1`.
    pub const FROM_V1_BUT_NEW: Self = Self::of(&[Form::V1, Form::V2, Form::Old]);
    /// From `v2` on, but not `v3alpha1`.
    pub const FROM_V2_BUT_NEW: Self = Self::of(&[Form::V2, Form::Old]);
    /// `v0` alone.
    pub const V0: Self = Self::of(&[Form::V0]);

    /// The set of these.
    pub const fn of(forms: &[Form]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < forms.len() {
            bits |= 1 << forms[at] as u8;
            at += 1;
        }
        Self(bits)
    }

    /// Whether a shape is in the set.
    pub const fn has(self, form: Form) -> bool {
        self.0 & (1 << form as u8) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_group_counts_not_its_neighbours() {
        assert_eq!(Version::of("getambassador.io/v2"), Some(Version::V2));
        assert_eq!(Version::of("x.getambassador.io/v3alpha1"), None);
        assert_eq!(Version::of("getambassador.io"), None);
        assert_eq!(Version::of("getambassador.io/v3"), None);
    }

    #[test]
    fn the_old_spelling_is_rewritten_exactly() {
        assert_eq!(rewritten("ambassador/v0"), "getambassador.io/v0");
        assert_eq!(rewritten("Ambassador/v1"), "Ambassador/v1");
    }
}
