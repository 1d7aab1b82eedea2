//! Durations and times as Go reads and writes them.

/// A Go duration in nanoseconds, such as `1.5h`, `1m30s`, `-2us`.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(number_end);
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        total += nanoseconds(number, unit)?;
        if total > 1 << 63 {
            return None;
        }
        rest = after;
    }
    let total = if negative { -total } else { total };
    i64::try_from(total).ok()
}

fn nanoseconds(number: &str, unit: &str) -> Option<i128> {
    let unit: i128 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.get(..whole.len().min(30))?.parse().ok()? };
    let mut total = whole.checked_mul(unit)?;
    let mut scale = unit;
    for digit in fraction.bytes().take(20) {
        // Below a nanosecond nothing counts.
        total += i128::from(digit - b'0') * scale / 10;
        scale /= 10;
    }
    Some(total)
}

/// A duration as Go prints it: `1m0s`, `1.5s`, `300ms`.
pub(crate) fn print_duration(nanoseconds: i64) -> String {
    if nanoseconds == 0 {
        return "0s".into();
    }
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let n = nanoseconds.unsigned_abs();
    if n < 1_000 {
        return format!("{sign}{n}ns");
    }
    if n < 1_000_000 {
        return format!("{sign}{}µs", decimal(n, 1_000));
    }
    if n < 1_000_000_000 {
        return format!("{sign}{}ms", decimal(n, 1_000_000));
    }
    let minutes = n / 60_000_000_000;
    let seconds = decimal(n % 60_000_000_000, 1_000_000_000);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// A fixed-point number without trailing zeros.
fn decimal(n: u64, unit: u64) -> String {
    let digits = unit.ilog10() as usize;
    let fraction = format!("{:0digits$}", n % unit);
    match fraction.trim_end_matches('0') {
        "" => format!("{}", n / unit),
        fraction => format!("{}.{fraction}", n / unit),
    }
}

/// Whether a text is a time of RFC 3339.
pub(crate) fn is_rfc3339(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:dd";
    if bytes.len() <= shape.len() {
        return false;
    }
    let fits = shape.iter().zip(bytes).all(|(want, have)| match want {
        b'd' => have.is_ascii_digit(),
        other => have == other,
    });
    let number = |at: usize| u32::from(bytes[at] - b'0') * 10 + u32::from(bytes[at + 1] - b'0');
    if !fits
        || !(1..=12).contains(&number(5))
        || !(1..=31).contains(&number(8))
        || number(11) > 23
        || number(14) > 59
        || number(17) > 59
    {
        return false;
    }
    let zone = &text[shape.len()..];
    let zone = match zone.strip_prefix('.') {
        Some(fraction) => {
            let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
            if end == 0 {
                return false;
            }
            &fraction[end..]
        }
        None => zone,
    };
    let offset = |zone: &str| {
        let bytes = zone.as_bytes();
        bytes.len() == 6
            && matches!(bytes[0], b'+' | b'-')
            && bytes[3] == b':'
            && [1, 2, 4, 5].iter().all(|at| bytes[*at].is_ascii_digit())
    };
    zone == "Z" || offset(zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_printed_in_gos_normal_form() {
        for (written, printed) in [
            ("60s", "1m0s"),
            ("1500ms", "1.5s"),
            ("5s", "5s"),
            ("500ms", "500ms"),
            ("1h", "1h0m0s"),
            ("1h30m", "1h30m0s"),
            (".5s", "500ms"),
            ("0", "0s"),
            ("-1m", "-1m0s"),
            ("1.5us", "1.5µs"),
            ("90m", "1h30m0s"),
        ] {
            assert_eq!(parse_duration(written).map(print_duration).as_deref(), Some(printed), "{written}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "soon",
            "5",
            "1",
            "s",
            ".",
            "1.2.3s",
            "5 s",
            "1d",
            "+",
            "99999999999999999999h",
            "9999999999s9999999999s",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn times_have_a_zone() {
        assert!(is_rfc3339("2026-08-19T12:00:00Z"));
        assert!(is_rfc3339("2026-08-19T12:00:00.25+02:00"));
        for text in [
            "2026-08-19",
            "2026-08-19T12:00:00",
            "2026-13-19T12:00:00Z",
            "soon",
            "2026-08-19T12:00:00.Z",
            "2026-08-19T12:00:00é",
        ] {
            assert!(!is_rfc3339(text), "{text}");
        }
    }
}
