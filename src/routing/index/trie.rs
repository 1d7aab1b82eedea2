//! Byte tries over literals, many in one arena. Letter case is folded: a trie proposes, it does not decide.

/// No value, or no trie.
pub(super) const NONE: u32 = u32::MAX;

/// Tries that share their storage. Each is addressed by its root.
#[derive(Clone, Debug, Default)]
pub(super) struct Tries {
    nodes: Vec<Node>,
    /// The byte that leads to each node: apart from the nodes, so that looking for a child reads one short run.
    firsts: Vec<u8>,
}

/// How much of a label one node holds: as much as makes it half a cache line. Longer labels take several nodes.
const LABEL: usize = 20;

/// A node: the rest of the label on the edge to it, its children in one run, its value.
#[derive(Clone, Copy, Debug)]
struct Node {
    children: u32,
    value: u32,
    children_len: u16,
    first: u8,
    label_len: u8,
    label: [u8; LABEL],
}

/// From which end a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// From its beginning.
    Front,
    /// From its end.
    Back,
}

/// A key of a trie: folded, and read from its end where the trie is.
pub(super) fn key(text: &[u8], end: End) -> Box<[u8]> {
    let mut key: Box<[u8]> = text.to_ascii_lowercase().into();
    if end == End::Back {
        key.reverse();
    }
    key
}

impl Tries {
    /// Plants a trie. Keys rise strictly and there is at least one; `value` is asked for each key in an order in which
    /// every key comes after those that it begins with, and is told the value of the longest of them, or [`NONE`].
    pub(super) fn plant(&mut self, keys: &[Box<[u8]>], mut value: impl FnMut(usize, u32) -> u32) -> u32 {
        let root = self.push(0, &[]);
        let mut open = vec![(root, 0..keys.len(), 0, NONE)];
        while let Some((node, range, depth, inherited)) = open.pop() {
            let (mut at, mut inherited) = (range.start, inherited);
            if keys[at].len() == depth {
                inherited = value(at, inherited);
                self.nodes[node as usize].value = inherited;
                at += 1;
            }
            let children = self.nodes.len();
            while at < range.end {
                let (first, rest) = (keys[at][depth], &keys[at][depth + 1..]);
                let end = at + keys[at..range.end].partition_point(|key| key[depth] == first);
                let last = &keys[end - 1][depth + 1..];
                let shared = rest.iter().zip(last).take(LABEL).take_while(|(a, b)| a == b).count();
                let child = self.push(first, &rest[..shared]);
                open.push((child, at..end, depth + 1 + shared, inherited));
                at = end;
            }
            let len = self.nodes.len() - children;
            let node = &mut self.nodes[node as usize];
            (node.children, node.children_len) = (children as u32, len as u16);
        }
        root
    }

    fn push(&mut self, first: u8, rest: &[u8]) -> u32 {
        let mut label = [0; LABEL];
        for (to, from) in label.iter_mut().zip(rest) {
            *to = *from;
        }
        self.firsts.push(first);
        self.nodes.push(Node { children: 0, value: NONE, children_len: 0, first, label_len: rest.len() as u8, label });
        self.nodes.len() as u32 - 1
    }

    /// The value of the longest key that a text begins with, or [`NONE`].
    pub(super) fn deepest(&self, root: u32, text: &[u8]) -> u32 {
        let mut deepest = NONE;
        self.walk(root, text, End::Front, |value| deepest = value);
        deepest
    }

    /// The values of all keys that a text begins (or ends) with, shorter keys first.
    #[inline]
    pub(super) fn walk(&self, root: u32, text: &[u8], end: End, mut visit: impl FnMut(u32)) {
        let mut rest = text;
        let Some(mut node) = self.nodes.get(root as usize) else { return };
        loop {
            if node.value != NONE {
                visit(node.value);
            }
            let split = match end {
                End::Front => rest.split_first(),
                End::Back => rest.split_last(),
            };
            let Some((&byte, after)) = split else { return };
            let Some(child) = self.child(node, byte.to_ascii_lowercase()) else { return };
            node = child;
            if node.label_len == 0 {
                rest = after;
                continue;
            }
            let label = &node.label[..usize::from(node.label_len)];
            let fits = match end {
                End::Front => after
                    .split_at_checked(label.len())
                    .filter(|(head, _)| *head == label || head.eq_ignore_ascii_case(label)),
                End::Back => after
                    .len()
                    .checked_sub(label.len())
                    .map(|middle| (&after[middle..], &after[..middle]))
                    .filter(|(tail, _)| tail.iter().rev().zip(label).all(|(a, b)| a.to_ascii_lowercase() == *b)),
            };
            match fits {
                Some((_, further)) => rest = further,
                None => return,
            }
        }
    }

    #[inline]
    fn child(&self, node: &Node, byte: u8) -> Option<&Node> {
        let (at, len) = (node.children as usize, usize::from(node.children_len));
        if len == 1 {
            return self.nodes.get(at).filter(|child| child.first == byte);
        }
        let firsts = &self.firsts[at..][..len];
        let found = if len <= 8 {
            firsts.iter().position(|first| *first == byte)?
        } else {
            firsts.binary_search(&byte).ok()?
        };
        self.nodes.get(at + found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planted(texts: &[&str], end: End) -> (Tries, u32, Vec<Box<[u8]>>) {
        let mut keys: Vec<Box<[u8]>> = texts.iter().map(|text| key(text.as_bytes(), end)).collect();
        keys.sort();
        keys.dedup();
        let mut tries = Tries::default();
        tries.plant(&[key(b"/other", End::Front)], |_, _| 7);
        let root = tries.plant(&keys, |at, _| at as u32);
        (tries, root, keys)
    }

    fn walked(texts: &[&str], end: End, text: &str) -> Vec<String> {
        let (tries, root, keys) = planted(texts, end);
        let mut found = Vec::new();
        tries.walk(root, text.as_bytes(), end, |value| {
            let mut key = keys[value as usize].to_vec();
            if end == End::Back {
                key.reverse();
            }
            found.push(String::from_utf8_lossy(&key).into_owned());
        });
        found
    }

    #[test]
    fn all_keys_that_begin_the_text_are_met_shorter_first() {
        let keys = ["/", "/api/", "/api/v1/", "/api/v2/", "/apple", ""];
        assert_eq!(walked(&keys, End::Front, "/api/v1/x"), ["", "/", "/api/", "/api/v1/"]);
        assert_eq!(walked(&keys, End::Front, "/ap"), ["", "/"]);
        assert_eq!(walked(&keys, End::Front, "x"), [""]);
        assert_eq!(walked(&keys, End::Front, "/apple"), ["", "/", "/apple"]);
    }

    #[test]
    fn suffixes_are_read_from_the_end_and_need_not_end_at_a_label() {
        let keys = [".example.com", "ple.com", ".com", "a.example.com"];
        assert_eq!(walked(&keys, End::Back, "a.example.com"), [".com", "ple.com", ".example.com", "a.example.com"]);
        assert_eq!(walked(&keys, End::Back, "apple.com"), [".com", "ple.com"]);
        assert_eq!(walked(&keys, End::Back, "com"), [""; 0]);
    }

    #[test]
    fn labels_may_be_long() {
        let long = "x".repeat(1000);
        let keys = [format!("/{long}"), format!("/{long}/a"), format!("/{long}/b"), format!("/{}", &long[..500])];
        let keys = [&*keys[0], &*keys[1], &*keys[2], &*keys[3]];
        assert_eq!(walked(&keys, End::Front, keys[2]), [keys[3], keys[0], keys[2]]);
        assert_eq!(walked(&keys, End::Back, &format!("-{}", keys[1])), [keys[1]]);
        assert_eq!(walked(&keys, End::Front, &keys[3][..400]), [""; 0]);
    }

    #[test]
    fn letter_case_is_folded() {
        assert_eq!(walked(&["/API/"], End::Front, "/aPi/x"), ["/api/"]);
        assert_eq!(walked(&[".Example.com"], End::Back, "a.EXAMPLE.com"), [".example.com"]);
    }

    #[test]
    fn many_children_are_told_apart() {
        let keys: Vec<String> = (1..=255u8).map(|byte| format!("/{}", char::from(byte))).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        for text in keys.iter().filter(|text| !text.bytes().any(|byte| byte.is_ascii_uppercase())) {
            assert!(walked(&keys, End::Front, text).contains(&(*text).to_owned()), "{text:?}");
        }
    }

    #[test]
    fn values_hear_of_the_longest_key_before_them() {
        let keys = ["/", "/a", "/a/b", "/ab"].map(|text| key(text.as_bytes(), End::Front));
        let mut heard = vec![NONE; keys.len()];
        Tries::default().plant(&keys, |at, before| {
            heard[at] = before;
            at as u32
        });
        assert_eq!(heard, [NONE, 0, 1, 1]);
    }
}
