//! What requests say of the trace that they belong to: the headers of B3 and of W3C.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Driver, Tracer};

const TRACE_ID: HeaderName = HeaderName::from_static("x-b3-traceid");
const SPAN_ID: HeaderName = HeaderName::from_static("x-b3-spanid");
const PARENT_ID: HeaderName = HeaderName::from_static("x-b3-parentspanid");
const SAMPLED: HeaderName = HeaderName::from_static("x-b3-sampled");
const FLAGS: HeaderName = HeaderName::from_static("x-b3-flags");
const SINGLE: HeaderName = HeaderName::from_static("b3");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A place in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Context {
    pub(super) trace: u128,
    /// Whether the trace has an id of 128 bits.
    pub(super) is_wide: bool,
    pub(super) span: u64,
    pub(super) parent: Option<u64>,
    pub(super) is_sampled: bool,
    /// Whether the span is also that of the client.
    pub(super) is_shared: bool,
}

impl Context {
    /// The span of a request on its way through the gateway; `is_wanted` decides where the client says nothing.
    pub(super) fn of(tracer: &Tracer, headers: &HeaderMap, is_wanted: bool) -> Self {
        let told = match tracer.driver {
            Driver::Zipkin => b3(headers, tracer.wish.shares_spans, is_wanted),
            Driver::OpenTelemetry => w3c(headers),
        };
        told.unwrap_or_else(|| {
            let span = fresh();
            let is_wide = tracer.driver == Driver::OpenTelemetry || tracer.wish.wide_ids;
            let high = if is_wide { u128::from(fresh()) << 64 } else { 0 };
            // A lone decision of the client's counts, too.
            let is_sampled = match tracer.driver {
                Driver::Zipkin => sampled(headers).unwrap_or(is_wanted),
                Driver::OpenTelemetry => is_wanted,
            };
            Self { trace: high | u128::from(span), is_wide, span, parent: None, is_sampled, is_shared: false }
        })
    }

    /// A span below this one.
    pub(super) fn child(&self) -> Self {
        Self { span: fresh(), parent: Some(self.span), is_shared: false, ..*self }
    }

    /// The id of the trace, in hexadecimal digits.
    pub(super) fn trace_id(&self) -> String {
        if self.is_wide { format!("{:032x}", self.trace) } else { format!("{:016x}", self.trace) }
    }

    /// Tells it in the headers of a request.
    pub(super) fn write(&self, driver: Driver, headers: &mut HeaderMap) {
        let mut put = |name: HeaderName, value: String| {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        };
        match driver {
            Driver::Zipkin => {
                put(TRACE_ID, self.trace_id());
                put(SPAN_ID, format!("{:016x}", self.span));
                if let Some(parent) = self.parent {
                    put(PARENT_ID, format!("{parent:016x}"));
                }
                put(SAMPLED, u8::from(self.is_sampled).to_string());
            }
            Driver::OpenTelemetry => {
                let flags = u8::from(self.is_sampled);
                put(TRACEPARENT, format!("00-{:032x}-{:016x}-{flags:02x}", self.trace, self.span));
            }
        }
    }
}

fn fresh() -> u64 {
    fastrand::u64(1..)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// A number of so many hexadecimal digits.
fn hex(text: &str) -> Option<u128> {
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

fn span_id(text: &str) -> Option<u64> {
    u64::try_from(hex(text).filter(|_| text.len() == 16)?).ok()
}

/// Whether B3's headers say that the trace is kept.
fn sampled(headers: &HeaderMap) -> Option<bool> {
    if text(headers, &FLAGS) == Some("1") {
        return Some(true);
    }
    match text(headers, &SAMPLED).or_else(|| text(headers, &SINGLE).filter(|b3| b3.len() == 1))? {
        "1" | "true" | "d" => Some(true),
        "0" | "false" => Some(false),
        _ => None,
    }
}

fn b3(headers: &HeaderMap, shares: bool, is_wanted: bool) -> Option<Context> {
    let (trace, span, decision, parent) = match text(headers, &SINGLE) {
        Some(single) => {
            let mut parts = single.split('-');
            let (trace, span) = (parts.next()?, parts.next()?);
            let decision = match parts.next() {
                Some("1" | "d") => Some(true),
                Some("0") => Some(false),
                _ => None,
            };
            (trace, span, decision, parts.next())
        }
        None => (text(headers, &TRACE_ID)?, text(headers, &SPAN_ID)?, sampled(headers), text(headers, &PARENT_ID)),
    };
    let is_wide = match trace.len() {
        32 => true,
        16 => false,
        _ => return None,
    };
    let told = Context {
        trace: hex(trace)?,
        is_wide,
        span: span_id(span)?,
        parent: parent.and_then(span_id).filter(|parent| *parent != 0),
        is_sampled: decision.unwrap_or(is_wanted),
        is_shared: true,
    };
    Some(if shares { told } else { told.child() })
}

fn w3c(headers: &HeaderMap) -> Option<Context> {
    let mut parts = text(headers, &TRACEPARENT)?.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_odd = version.len() != 2 || version == "ff" || trace.len() != 32 || flags.len() != 2;
    if is_odd || version == "00" && parts.next().is_some() {
        return None;
    }
    hex(version)?;
    let (trace, span) = (hex(trace)?, span_id(span)?);
    let is_sampled = hex(flags)? & 1 == 1;
    let told = Context { trace, is_wide: true, span, parent: None, is_sampled, is_shared: false };
    (trace != 0 && span != 0).then(|| told.child())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::tests::tracer;
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap()))
            .collect()
    }

    fn of(driver: &str, pairs: &[(&str, &str)]) -> Context {
        Context::of(&tracer(driver, [100; 3]), &headers(pairs), true)
    }

    fn handed_on(driver: Driver, context: Context) -> HeaderMap {
        let mut headers = HeaderMap::new();
        context.child().write(driver, &mut headers);
        headers
    }

    #[test]
    fn a_trace_of_b3_goes_on_and_its_span_is_shared() {
        let told = of("zipkin", &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-sampled", "0")]);
        assert!(told.is_shared && !told.is_sampled);
        let headers = handed_on(Driver::Zipkin, told);
        assert_eq!(
            (&headers["x-b3-traceid"], &headers["x-b3-parentspanid"]),
            (&TRACE.parse().unwrap(), &SPAN.parse().unwrap())
        );
        assert_eq!(headers["x-b3-sampled"], "0");
        let single = of("zipkin", &[("b3", &format!("{TRACE}-{SPAN}-0"))]);
        assert_eq!(single, told);
    }

    #[test]
    fn a_trace_of_w3c_goes_on() {
        let told = of("opentelemetry", &[("traceparent", &format!("00-{TRACE}-{SPAN}-00"))]);
        assert_eq!((told.trace_id().as_str(), told.parent), (TRACE, span_id(SPAN)));
        let headers = handed_on(Driver::OpenTelemetry, told);
        let parent = format!("00-{TRACE}-");
        assert!(headers["traceparent"].to_str().unwrap().starts_with(&parent), "{headers:?}");
        assert!(headers["traceparent"].to_str().unwrap().ends_with("-00"), "{headers:?}");
    }

    #[test]
    fn what_is_no_trace_begins_a_fresh_one() {
        for traceparent in ["", "00-0-0-01", &format!("ff-{TRACE}-{SPAN}-01"), &format!("00-{TRACE}-{SPAN}-01-x")] {
            let fresh = of("opentelemetry", &[("traceparent", traceparent)]);
            assert_ne!(fresh.trace_id(), TRACE, "{traceparent}");
            assert!(fresh.is_sampled && fresh.parent.is_none());
        }
        for (trace, span) in [("abc", SPAN), (TRACE, "x"), (&TRACE[..31], SPAN)] {
            let fresh = of("zipkin", &[("x-b3-traceid", trace), ("x-b3-spanid", span)]);
            assert_ne!(fresh.trace_id(), TRACE, "{trace} {span}");
        }
        assert!(!of("zipkin", &[("x-b3-sampled", "0")]).is_sampled);
        assert!(!of("zipkin", &[("b3", "0")]).is_sampled);
    }
}
