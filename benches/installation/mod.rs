//! Services whose annotations hold Mappings, as a large installation writes them, generated from a seed.

#[path = "../random/mod.rs"]
mod random;

use std::fmt::Write as _;

pub(crate) use self::random::Random;
use self::random::WORDS;

const MAPPINGS_PER_SERVICE: usize = 8;

/// A Host, a Listener, and Services with so many Mappings in their annotations.
pub(crate) fn services(mappings: usize, random: &mut Random) -> String {
    let mut out = String::from(HEAD);
    for first in (0..mappings).step_by(MAPPINGS_PER_SERVICE) {
        let service = format!("{}-{}", WORDS[random.below(WORDS.len())], first / MAPPINGS_PER_SERVICE);
        let count = MAPPINGS_PER_SERVICE.min(mappings - first);
        let _ = write!(
            out,
            "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {service}\n  namespace: team-{}\n  labels:\n    \
             app: {service}\n  annotations:\n    getambassador.io/config: |\n",
            random.below(40)
        );
        for n in first..first + count {
            mapping(&mut out, n, &service, random);
        }
        let _ = write!(
            out,
            "spec:\n  selector:\n    app: {service}\n  ports:\n    - name: http\n      port: 80\n      targetPort: 8080\n"
        );
    }
    out
}

const HEAD: &str = "\
apiVersion: getambassador.io/v3alpha1
kind: Listener
metadata:
  name: http
spec:
  port: 8080
  protocol: HTTP
  securityModel: XFP
  hostBinding:
    namespace:
      from: ALL
---
apiVersion: getambassador.io/v3alpha1
kind: Host
metadata:
  name: all
spec:
  hostname: \"*\"
  requestPolicy:
    insecure:
      action: Route
";

fn mapping(out: &mut String, n: usize, service: &str, random: &mut Random) {
    let (one, two) = (WORDS[random.below(WORDS.len())], WORDS[random.below(WORDS.len())]);
    let hostname = match random.below(10) {
        0 => "\"*\"".to_owned(),
        1 => format!("\"*.zone{}.example.com\"", random.below(50)),
        _ => format!("t{}.zone{}.example.com", random.below(1250), random.below(50)),
    };
    let _ = write!(
        out,
        "      ---\n      apiVersion: getambassador.io/v3alpha1\n      kind: Mapping\n      name: {service}-{n}\n      \
         hostname: {hostname}\n      prefix: /{one}/{two}/{n}/\n      service: {service}:8080\n"
    );
    let mut line = |text: &str| {
        let _ = writeln!(out, "      {text}");
    };
    if random.one_in(3) {
        line("rewrite: /");
    }
    if random.one_in(4) {
        line("timeout_ms: 15000");
    }
    if random.one_in(5) {
        line("headers:");
        line(&format!("  x-channel: {}", WORDS[random.below(WORDS.len())]));
    }
    if random.one_in(20) {
        line("precedence: 10");
    }
    if random.one_in(10) {
        line("retry_policy:");
        line("  retry_on: 5xx");
        line("  num_retries: 3");
    }
    if random.one_in(10) {
        line("add_request_headers:");
        line("  x-served-by:");
        line("    value: ambassador");
        line("    append: false");
    }
}
