//! One recorded request against what the table decides.

use kubectl_ambassador::model::{Cluster, Id as _};
use kubectl_ambassador::outcome::head::Head;
use kubectl_ambassador::outcome::request::{Request, Version};
use kubectl_ambassador::outcome::{Changes, Decision, Forwarded, Outcome, changes, decide_with};
use kubectl_ambassador::routing::Draw;
use serde_yaml::Value;

use super::case::{self, Case};
use super::parties::{StandIns, echo_status};
use super::routes::bare;
use super::value::{list, rows, same, same_rows, text};
use super::{Tally, shares};

/// Compares all requests of a case.
pub(crate) fn compare_all(case: &Case, tally: &mut Tally) {
    for recorded in list(case.requests.get("requests")) {
        let name = format!("{}: {}", case.name, text(&recorded["name"]));
        if recorded.get("repeat").is_some() {
            tally.compare(&name, shares::compare(case, recorded));
        } else {
            let (problems, open) = compare(case, recorded);
            tally.compare(&name, problems);
            tally.undecided.extend(open.into_iter().map(|reason| (name.clone(), reason)));
        }
    }
}

/// What was found different, and why some of it cannot be decided.
struct Comparison<'c> {
    case: &'c Case,
    port: u16,
    problems: Vec<String>,
    open: Vec<&'static str>,
}

fn compare(case: &Case, recorded: &Value) -> (Vec<String>, Vec<&'static str>) {
    let request = case::request(recorded);
    let expect = &recorded["expect"];
    let mut comparison = Comparison { case, port: request.listener, problems: Vec::new(), open: Vec::new() };
    let mut parties = StandIns::of(case);
    let table = &case.compilation.table;
    if let Some(refusal) = handshake_refusal(case, recorded, &request) {
        comparison.text("transport", expect.get("transport"), Some(refusal));
        return (comparison.problems, comparison.open);
    }
    let decision = decide_with(table, &request, Draw::LOWEST, &mut parties);
    comparison.transport(&request, expect, &decision.outcome);
    match &decision.outcome {
        Outcome::Forward(forwarded) => comparison.forwarded(&request, expect, forwarded),
        Outcome::Tcp(cluster) => comparison.bytes(&request, expect, table.cluster(*cluster)),
        Outcome::Reply(_) | Outcome::Redirect(_) => comparison.answered(&request, expect, &decision),
        Outcome::NoListener | Outcome::NoChain => {}
    }
    comparison.asked(expect, &parties);
    (comparison.problems, comparison.open)
}

/// Why a handshake fails although a chain is there: the client's versions or its certificate.
fn handshake_refusal(case: &Case, recorded: &Value, request: &Request<'_>) -> Option<String> {
    let table = &case.compilation.table;
    let chain = table.listener(request.listener)?.chain(request.tls.as_ref().map(Option::as_deref))?;
    let context = &case.compilation.snapshot.tls[chain.tls?];
    let lacks_certificate = context.cert_required && recorded.get("client_cert").is_none();
    let too_old = recorded.get("tls_max").is_some_and(|most| {
        use kubectl_ambassador::model::TlsVersion;
        let most = TlsVersion::parse(&format!("v{}", text(most)));
        matches!((most, context.min_version), (Some(most), Some(least)) if most < least)
    });
    (lacks_certificate || too_old).then(|| "tls-handshake-refused".to_owned())
}

impl Comparison<'_> {
    fn problem(&mut self, what: &str, recorded: impl std::fmt::Debug, got: impl std::fmt::Debug) {
        self.problems.push(format!("{what}: recorded {recorded:?}, got {got:?}"));
    }

    fn text(&mut self, what: &str, recorded: Option<&Value>, got: Option<String>) {
        let recorded = recorded.filter(|value| !value.is_null()).map(text);
        let agree = match (&recorded, &got) {
            (Some(recorded), Some(got)) => same(recorded, got, self.port),
            (recorded, got) => recorded.is_none() && got.is_none(),
        };
        if !agree {
            self.problem(what, recorded, got);
        }
    }

    fn service(&mut self, what: &str, recorded: Option<&Value>, cluster: &Cluster) {
        let recorded = recorded.filter(|value| !value.is_null()).map(|value| bare(&text(value)));
        let got = bare(&cluster.service);
        if recorded.as_deref() != Some(got.as_str()) {
            self.problem(what, recorded, got);
        }
    }

    fn transport(&mut self, request: &Request<'_>, expect: &Value, outcome: &Outcome<'_, '_>) {
        let got = match outcome {
            Outcome::NoListener => Some("no-listener"),
            Outcome::NoChain if request.is_tls() => Some("tls-handshake-refused"),
            Outcome::NoChain => Some("connection-closed"),
            _ => None,
        };
        self.text("transport", expect.get("transport"), got.map(str::to_owned));
    }

    fn status(&mut self, expect: &Value, got: u16) {
        self.text("status", expect.get("status"), Some(got.to_string()));
    }

    fn forwarded(&mut self, request: &Request<'_>, expect: &Value, forwarded: &Forwarded<'_, '_>) {
        let table = &self.case.compilation.table;
        let cluster = table.cluster(forwarded.forward.cluster);
        if self.case.kind_of(&cluster.service) == "dead" {
            self.open.push("nothing listens where the request goes");
            return self.text("upstream", expect.get("upstream"), None);
        }
        if is_shut(cluster, forwarded) {
            self.open.push("a circuit breaker lets nothing through");
            return self.text("upstream", expect.get("upstream"), None);
        }
        match echo_status(request, forwarded.is_upgrade) {
            Ok(status) => self.status(expect, status),
            Err(reason) => self.open.push(reason),
        }
        self.service("upstream", expect.get("upstream"), cluster);
        if expect.get("response").is_some() {
            self.open.push("the response comes from the upstream");
        }
        if let Some(recorded) = expect.get("upstream_request") {
            self.upstream_request(request, recorded, &forwarded.upstream, cluster);
        }
        self.mirrors(request, expect, forwarded);
    }

    fn upstream_request(&mut self, request: &Request<'_>, recorded: &Value, got: &Head<'_>, cluster: &Cluster) {
        self.text("upstream method", recorded.get("method"), Some(got.method.to_string()));
        self.text("upstream path", recorded.get("path"), Some(got.path.to_string()));
        self.text("upstream authority", recorded.get("authority"), Some(got.authority.to_string()));
        let protocol = cluster.http2.then(|| "HTTP/2".to_owned());
        self.text("upstream protocol", recorded.get("protocol"), protocol);
        self.text("body length", recorded.get("body_length"), request.body.filter(|n| *n > 0).map(|n| n.to_string()));
        if let Some(sni) = recorded.get("tls_sni") {
            let context = cluster.tls.and_then(|origination| origination.context);
            let got = context.and_then(|id| self.case.compilation.snapshot.tls[id].sni.clone());
            self.text("upstream server name", Some(sni), got);
        }
        if recorded.get("names").is_some() {
            self.open.push("order and letter case of names are the wire's");
        }
        if recorded.get("added").is_some() {
            self.changes(request, recorded, got);
        }
    }

    fn changes(&mut self, request: &Request<'_>, recorded: &Value, got: &Head<'_>) {
        let changes = Changes::between(request, &got.headers);
        let added: Vec<Vec<String>> = changes
            .added
            .iter()
            .map(|(name, value)| vec![(*name).to_owned(), changes::text(value).into_owned()])
            .collect();
        let changed: Vec<Vec<String>> = changes
            .changed
            .iter()
            .map(|(name, values)| {
                std::iter::once((*name).to_owned()).chain(values.iter().map(ToString::to_string)).collect()
            })
            .collect();
        self.rows("added", &rows(recorded.get("added")), &added);
        self.rows("changed", &rows(recorded.get("changed")), &changed);
        let removed: Vec<String> = list(recorded.get("removed")).iter().map(text).collect();
        if removed != changes.removed {
            self.problem("removed", removed, changes.removed);
        }
    }

    fn rows(&mut self, what: &str, recorded: &[Vec<String>], got: &[Vec<String>]) {
        if !same_rows(recorded, got, self.port) {
            let only = |these: &[Vec<String>], others: &[Vec<String>]| -> Vec<String> {
                these.iter().filter(|row| !others.contains(row)).map(|row| row.join(": ")).collect()
            };
            self.problem(what, only(recorded, got), only(got, recorded));
        }
    }

    fn mirrors(&mut self, request: &Request<'_>, expect: &Value, forwarded: &Forwarded<'_, '_>) {
        let recorded = list(expect.get("mirrored"));
        match (recorded, forwarded.mirror) {
            ([], None) => {}
            ([one], Some((cluster, _))) => {
                let cluster = self.case.compilation.table.cluster(cluster);
                self.service("mirrored to", one.get("service"), cluster);
                if let Some(copy) = forwarded.mirrored() {
                    self.upstream_request(request, one, &copy, cluster);
                }
            }
            (_, Some((_, percent))) if percent < 100 => self.open.push("whether a copy is sent is drawn"),
            (recorded, mirror) => self.problem("mirrors", recorded.len(), mirror.map(|(id, _)| id.index())),
        }
    }

    fn bytes(&mut self, request: &Request<'_>, expect: &Value, cluster: &Cluster) {
        self.service("upstream", expect.get("upstream"), cluster);
        let recorded = &expect["upstream_request"];
        self.text("upstream path", recorded.get("path"), Some(request.target.to_string()));
        self.text("upstream authority", recorded.get("authority"), request.authority.as_deref().map(str::to_owned));
        match echo_status(request, false) {
            Ok(status) => self.status(expect, status),
            Err(reason) => self.open.push(reason),
        }
    }

    fn answered(&mut self, request: &Request<'_>, expect: &Value, decision: &Decision<'_, '_>) {
        self.text("upstream", expect.get("upstream"), None);
        let (status, headers, body) = match &decision.outcome {
            Outcome::Redirect(redirected) => (redirected.status, redirected.headers.clone(), ""),
            Outcome::Reply(reply) => (reply.status, reply.headers_for(&request.method), &*reply.body),
            _ => return,
        };
        self.status(expect, status);
        let Some(response) = expect.get("response") else { return };
        let location = headers.get("location").map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        self.text("location", response.get("location"), location);
        let body = Some(body).filter(|body| !body.is_empty() && request.method != "HEAD").map(str::to_owned);
        self.text("body", response.get("body"), body);
        if response.get("tls").is_some() {
            self.open.push("certificates are shown on the wire");
        }
        let version = (request.version == Version::Http10 && self.case.compilation.table.settings.enable_http10)
            .then(|| "HTTP/1.0".to_owned());
        self.text("version", response.get("version"), version);
        let mut added: Vec<Vec<String>> = headers
            .iter()
            .filter(|(name, _)| *name != "location" && *name != "content-length")
            .map(|(name, value)| vec![name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()])
            .collect();
        added.push(vec!["date".to_owned(), "<date>".to_owned()]);
        added.push(vec!["server".to_owned(), self.case.compilation.table.settings.server_name.clone()]);
        if decision.closes || request.version == Version::Http10 || says_close(request) {
            added.push(vec!["connection".to_owned(), "close".to_owned()]);
        }
        added.sort();
        if response.get("added").is_some() {
            self.rows("response headers", &rows(response.get("added")), &added);
        }
    }

    fn asked(&mut self, expect: &Value, parties: &StandIns<'_>) {
        match (expect.get("auth_request"), &parties.auth_request) {
            (None, None) => {}
            (Some(recorded), Some(got)) => {
                self.text("auth method", recorded.get("method"), Some(got.method.to_string()));
                self.text("auth path", recorded.get("path"), Some(got.path.to_string()));
                self.text("auth authority", recorded.get("authority"), Some(got.authority.to_string()));
                let mut headers: Vec<Vec<String>> = got
                    .headers
                    .iter()
                    .map(|(name, value)| vec![name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()])
                    .collect();
                headers.sort();
                self.rows("auth headers", &rows(recorded.get("headers")), &headers);
            }
            (recorded, got) => self.problem("auth request", recorded.is_some(), got.is_some()),
        }
        let recorded = expect.get("ratelimit_request").map(|recorded| {
            let descriptors = list(recorded.get("descriptors")).iter().map(|one| rows(Some(one))).collect();
            (text(&recorded["domain"]), descriptors)
        });
        if recorded != parties.limit_request {
            self.problem("rate limit request", recorded, &parties.limit_request);
        }
    }
}

fn says_close(request: &Request<'_>) -> bool {
    request
        .values("connection")
        .flat_map(|value| value.split(','))
        .any(|token| token.trim().eq_ignore_ascii_case("close"))
}

/// Whether a circuit breaker of the request's priority lets nothing through.
fn is_shut(cluster: &Cluster, forwarded: &Forwarded<'_, '_>) -> bool {
    cluster.circuit_breakers.iter().filter(|breaker| breaker.priority == forwarded.forward.priority).any(|breaker| {
        breaker.max_requests == Some(0) || breaker.max_pending_requests == Some(0) && breaker.max_connections == Some(0)
    })
}
