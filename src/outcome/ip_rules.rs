//! Who may come at all: `ip_allow` and `ip_deny`.

use std::net::IpAddr;

use super::forwarded::Origin;
use crate::model::{IpRange, IpRules};

/// Whether a request from there may come.
pub fn lets_in(rules: &IpRules, origin: &Origin) -> bool {
    let is_in = rules.ranges.iter().any(|range| match range {
        IpRange::Peer(net) => net.contains(&plain(origin.peer)),
        IpRange::Remote(net) => net.contains(&plain(origin.client)),
    });
    is_in == rules.allow
}

/// An IPv4 address that came over an IPv6 socket is an IPv4 address.
fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn judge(allow: bool, ranges: &[IpRange]) -> bool {
        let origin = Origin {
            peer: "::ffff:10.1.2.3".parse().unwrap(),
            client: "203.0.113.5".parse().unwrap(),
            https: Some(false),
        };
        lets_in(&IpRules { allow, ranges: ranges.to_vec() }, &origin)
    }

    #[test]
    fn allowing_keeps_all_others_out_and_denying_lets_them_in() {
        let peer = IpRange::Peer("10.0.0.0/8".parse().unwrap());
        let remote = IpRange::Remote("203.0.113.0/24".parse().unwrap());
        let neither = IpRange::Remote("10.0.0.0/8".parse().unwrap());
        assert!(judge(true, &[peer]) && judge(true, &[neither, remote]) && judge(false, &[neither]));
        assert!(!judge(true, &[neither]) && !judge(false, &[peer]));
    }
}
