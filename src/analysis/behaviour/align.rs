//! Which routes of two lists are the same: as many as can be, in the same order on both sides.

use rustc_hash::FxHashMap;

/// Pairs of places that hold the same, rising on both sides.
pub(super) fn align(before: &[u32], after: &[u32]) -> Vec<(usize, usize)> {
    let head = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let shorter = before.len().min(after.len()) - head;
    let tail = before.iter().rev().zip(after.iter().rev()).take(shorter).take_while(|(a, b)| a == b).count();
    let middle = (
        before.get(head..before.len() - tail).unwrap_or_default(),
        after.get(head..after.len() - tail).unwrap_or_default(),
    );
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    pairs.extend(rising(&candidates(middle.0, middle.1)).into_iter().map(|(a, b)| (a + head, b + head)));
    pairs.extend((0..tail).rev().map(|back| (before.len() - 1 - back, after.len() - 1 - back)));
    pairs
}

/// The first of a kind on one side with the first on the other, the second with the second; by rising place before.
fn candidates(before: &[u32], after: &[u32]) -> Vec<(usize, usize)> {
    let mut places: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (at, kind) in after.iter().enumerate().rev() {
        places.entry(*kind).or_default().push(at);
    }
    let pair = |(at, kind): (usize, &u32)| Some((at, places.get_mut(kind)?.pop()?));
    before.iter().enumerate().filter_map(pair).collect()
}

/// The longest part that rises on the second side too.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length the pair with the lowest end, and for each pair the one before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    let second = |at: usize| pairs.get(at).map_or(0, |pair| pair.1);
    for (at, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| second(*end) < pair.1);
        previous.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut found = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        found.extend(pairs.get(at).copied());
        next = previous.get(at).copied().flatten();
    }
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moved_is_left_out() {
        assert_eq!(align(&[1, 2, 3, 4], &[1, 3, 4, 2]), [(0, 0), (2, 1), (3, 2)]);
    }

    #[test]
    fn edges_count_once() {
        assert_eq!(align(&[1, 1], &[1]), [(0, 0)]);
        assert_eq!(align(&[1], &[1, 1]), [(0, 0)]);
        assert_eq!(align(&[1, 2, 1], &[1, 3, 1]), [(0, 0), (2, 2)]);
        assert_eq!(align(&[], &[1]), []);
    }

    #[test]
    fn equals_are_paired_in_order() {
        assert_eq!(align(&[9, 5, 5, 8], &[7, 5, 5, 6]), [(1, 1), (2, 2)]);
    }
}
