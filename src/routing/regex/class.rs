//! Sets of code points, with RE2's idea of their shape: sorted ranges that neither overlap nor touch.

/// The largest code point.
pub(super) const MAX_RUNE: u32 = 0x10_FFFF;

/// A set of code points. Surrogates may be members: RE2 does not treat them specially.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Class {
    ranges: Vec<(u32, u32)>,
}

impl Class {
    /// The set of these ranges.
    pub(super) fn of(ranges: impl IntoIterator<Item = (u32, u32)>) -> Class {
        let mut class = Class::default();
        for (lo, hi) in ranges {
            class.add(lo, hi);
        }
        class
    }

    /// Adds `lo` to `hi`, both included.
    pub(super) fn add(&mut self, lo: u32, hi: u32) {
        if lo > hi {
            return;
        }
        // Whatever overlaps or touches the new range becomes one range with it.
        let from = self.ranges.partition_point(|&(_, h)| h.saturating_add(1) < lo);
        let to = self.ranges.partition_point(|&(l, _)| l <= hi.saturating_add(1));
        let swallowed = self.ranges.get(from..to).unwrap_or_default();
        let lo = swallowed.first().map_or(lo, |r| r.0.min(lo));
        let hi = swallowed.last().map_or(hi, |r| r.1.max(hi));
        self.ranges.splice(from..to.max(from), [(lo, hi)]);
    }

    /// Adds all members of another set.
    pub(super) fn add_class(&mut self, other: &Class) {
        if self.ranges.is_empty() {
            self.ranges.clone_from(&other.ranges);
            return;
        }
        for &(lo, hi) in &other.ranges {
            self.add(lo, hi);
        }
    }

    /// The members become the others.
    pub(super) fn negate(&mut self) {
        let mut gaps = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0;
        for &(lo, hi) in &self.ranges {
            if next < lo {
                gaps.push((next, lo - 1));
            }
            next = hi + 1;
        }
        if next <= MAX_RUNE {
            gaps.push((next, MAX_RUNE));
        }
        self.ranges = gaps;
    }

    /// The members that are also members of the other set.
    pub(super) fn intersection(&self, other: &Class) -> Class {
        let mut common = Class::default();
        for &(lo, hi) in &self.ranges {
            let first = other.ranges.partition_point(|&(_, h)| h < lo);
            for &(l, h) in other.ranges.get(first..).unwrap_or_default() {
                if l > hi {
                    break;
                }
                common.add(lo.max(l), hi.min(h));
            }
        }
        common
    }

    /// Whether this code point is a member.
    pub(super) fn contains(&self, rune: u32) -> bool {
        let at = self.ranges.partition_point(|&(_, h)| h < rune);
        self.ranges.get(at).is_some_and(|&(l, _)| l <= rune)
    }

    /// The ranges, in order.
    pub(super) fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    /// How many members there are.
    pub(super) fn len(&self) -> u32 {
        self.ranges.iter().map(|&(lo, hi)| hi - lo + 1).sum()
    }

    /// Whether there is no member.
    pub(super) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether every code point is a member.
    pub(super) fn is_full(&self) -> bool {
        self.ranges == [(0, MAX_RUNE)]
    }

    /// Whether each ASCII letter is a member exactly when its other case is.
    pub(super) fn folds_ascii(&self) -> bool {
        (u32::from(b'A')..=u32::from(b'Z')).all(|upper| self.contains(upper) == self.contains(upper + 32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_ranges_become_one() {
        assert_eq!(Class::of([(5, 6), (1, 2), (3, 4)]).ranges(), [(1, 6)]);
        assert_eq!(Class::of([(1, 2), (9, 9), (4, 5)]).ranges(), [(1, 2), (4, 5), (9, 9)]);
        assert_eq!(Class::of([(1, 2), (4, 5), (8, 9), (2, 8)]).ranges(), [(1, 9)]);
    }

    #[test]
    fn negating_twice_changes_nothing() {
        for ranges in [vec![], vec![(0, MAX_RUNE)], vec![(0, 3)], vec![(5, 5), (70, MAX_RUNE)]] {
            let class = Class::of(ranges);
            let mut twice = class.clone();
            twice.negate();
            assert_eq!(twice.len() + class.len(), MAX_RUNE + 1);
            twice.negate();
            assert_eq!(twice, class);
        }
    }

    #[test]
    fn intersection_keeps_common_members() {
        let a = Class::of([(1, 10), (20, 30)]);
        let b = Class::of([(5, 22), (30, 40)]);
        assert_eq!(a.intersection(&b).ranges(), [(5, 10), (20, 22), (30, 30)]);
    }
}
