//! Many names at once, as a tree of their letters.

/// A set of names; the case of ASCII letters does not count.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Names {
    nodes: Vec<Node>,
}

#[derive(Debug, Default, PartialEq, Eq, Hash)]
struct Node {
    /// The next letters, rising, with their nodes.
    next: Vec<(u8, u32)>,
    ends: bool,
}

impl Names {
    /// The set of these names.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut sorted: Vec<Vec<u8>> = names.into_iter().map(|name| name.to_ascii_lowercase().into_bytes()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut nodes = vec![Node::default()];
        let mut path = vec![0u32];
        let mut before: &[u8] = &[];
        for name in &sorted {
            let shared = before.iter().zip(name).take_while(|(a, b)| a == b).count();
            path.truncate(shared + 1);
            for &byte in name.iter().skip(shared) {
                let new = nodes.len() as u32;
                let parent = path.last().map_or(0, |at| *at as usize);
                if let Some(node) = nodes.get_mut(parent) {
                    node.next.push((byte, new));
                }
                nodes.push(Node::default());
                path.push(new);
            }
            let end = path.last().map_or(0, |at| *at as usize);
            if let Some(node) = nodes.get_mut(end) {
                node.ends = true;
            }
            before = name;
        }
        Self { nodes }
    }

    /// Whether a name is among them.
    pub fn contains(&self, name: &[u8]) -> bool {
        let end = name.iter().try_fold(0u32, |at, &byte| self.step(at, byte));
        end.is_some_and(|at| self.ends(at))
    }

    /// Where a letter leads from a node; the root is 0.
    pub(super) fn step(&self, at: u32, byte: u8) -> Option<u32> {
        let next = &self.nodes.get(at as usize)?.next;
        let found = next.binary_search_by_key(&byte.to_ascii_lowercase(), |(letter, _)| *letter).ok()?;
        next.get(found).map(|(_, node)| *node)
    }

    /// Whether a name ends at a node.
    pub(super) fn ends(&self, at: u32) -> bool {
        self.nodes.get(at as usize).is_some_and(|node| node.ends)
    }

    /// The letters that lead on from a node.
    pub(super) fn letters(&self, at: u32) -> impl Iterator<Item = u8> + '_ {
        self.nodes.get(at as usize).into_iter().flat_map(|node| node.next.iter().map(|(letter, _)| *letter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_given_names_are_in_it() {
        let names = Names::new(["a.com", "B.com", "a.com.uk", "a.com"]);
        for name in ["a.com", "A.COM", "b.com", "a.com.uk"] {
            assert!(names.contains(name.as_bytes()), "{name}");
        }
        for name in ["", "a.co", "a.com.", "c.com"] {
            assert!(!names.contains(name.as_bytes()), "{name}");
        }
        assert!(!Names::new([]).contains(b""));
        assert!(Names::new([""]).contains(b""));
    }
}
