//! The text that every match of the whole begins with.

use super::program::encode;
use super::tree::{Node, Op};

/// Longer beginnings do not make an index better.
const MAX_PREFIX: usize = 256;

/// The longest beginning that can be read off the tree.
pub(super) fn literal_prefix(tree: &Node) -> Vec<u8> {
    let mut prefix = beginning(tree).0;
    prefix.truncate(MAX_PREFIX);
    prefix
}

/// The bytes that a node's matches begin with, and whether they are all of the match.
fn beginning(node: &Node) -> (Vec<u8>, bool) {
    match &node.op {
        Op::Empty | Op::Place(_) => (vec![], true),
        Op::Literal(_) | Op::Text(_) => {
            let runes = node.runes().unwrap_or_default();
            // Folded literals that have another case end the beginning.
            let cased = |rune: &u32| node.flags.fold && char::from_u32(*rune).is_some_and(|c| c.is_ascii_alphabetic());
            let fixed = runes.iter().take_while(|rune| !cased(rune)).count();
            let bytes = runes.iter().take(fixed).flat_map(|&rune| {
                let (bytes, len) = encode(rune);
                bytes.into_iter().take(len)
            });
            (bytes.collect(), fixed == runes.len())
        }
        Op::Class(class) if class.len() == 1 => {
            let (bytes, len) = encode(class.ranges().first().map_or(0, |range| range.0));
            (bytes.into_iter().take(len).collect(), true)
        }
        Op::Concat(subs) => {
            let mut all = Vec::new();
            for sub in subs {
                let (bytes, complete) = beginning(sub);
                all.extend(bytes);
                if !complete || all.len() > MAX_PREFIX {
                    return (all, false);
                }
            }
            (all, true)
        }
        Op::Alternate(subs) => {
            let mut beginnings = subs.iter().map(|sub| beginning(sub));
            let (mut common, mut complete) = beginnings.next().unwrap_or_default();
            for (bytes, also_complete) in beginnings {
                let same = common.iter().zip(&bytes).take_while(|(a, b)| a == b).count();
                complete &= also_complete && common.len() == same && bytes.len() == same;
                common.truncate(same);
            }
            (common, complete)
        }
        Op::Capture(_, sub) => beginning(sub),
        Op::Loop(super::tree::Loop::Plus, sub) => (beginning(sub).0, false),
        Op::Repeat { min, max, sub } if *min > 0 => {
            let (bytes, complete) = beginning(sub);
            let copies = if complete { (MAX_PREFIX / bytes.len().max(1) + 1).min(*min as usize) } else { 1 };
            (bytes.repeat(copies), complete && *max == Some(*min) && copies == *min as usize)
        }
        _ => (vec![], false),
    }
}
