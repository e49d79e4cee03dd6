//! What the headers of an answer say about when to ask again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ureq::http::HeaderMap;

use crate::quoted::split_unquoted;

/// A wait, with the header that it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) wait: Duration,
    pub(crate) by: &'static str,
}

/// Numbers of seconds from here on are points in time: 2001-09-09, and no wait.
const FIRST_EPOCH_SECOND: f64 = 1e9;
/// Numbers from here on count milliseconds.
const FIRST_EPOCH_MILLISECOND: f64 = 1e12;
/// No wait is longer, whatever a header says: a year.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// How long to wait after an answer that says 'later'.
pub(crate) fn told(headers: &HeaderMap, now: SystemTime) -> Option<Told> {
    retry_after(headers, now).or_else(|| exhausted(headers, now))
}

/// How long nothing is left of the rate limit: the headers of an answer, good or not, say that it was the last one.
pub(crate) fn exhausted(headers: &HeaderMap, now: SystemTime) -> Option<Told> {
    draft(headers)
        .or_else(|| pair(headers, now, "ratelimit-remaining", "ratelimit-reset", "RateLimit-Reset"))
        .or_else(|| pair(headers, now, "x-ratelimit-remaining", "x-ratelimit-reset", "X-RateLimit-Reset"))
}

/// RFC 9110, section 10.2.3: seconds, or a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Told> {
    let text = text(headers, "retry-after")?;
    let wait = match text.parse::<f64>() {
        Ok(seconds) => seconds_from_now(seconds)?,
        Err(_) => until(httpdate::parse_http_date(text).ok()?, server_time(headers, now)),
    };
    Some(Told { wait, by: "Retry-After" })
}

/// Two headers, as most sources have them. The reset is a number of seconds in
/// draft-ietf-httpapi-ratelimit-headers-07, section 5 (`RateLimit-Reset`; PagerDuty), and an epoch with GitHub
/// (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>, `X-RateLimit-Reset`); its size
/// tells which.
fn pair(
    headers: &HeaderMap,
    now: SystemTime,
    remaining: &str,
    reset: &str,
    by: &'static str,
) -> Option<Told> {
    if text(headers, remaining)?.parse::<f64>().ok()? > 0.0 {
        return None;
    }
    let reset: f64 = text(headers, reset)?.parse().ok()?;
    let wait = match reset {
        reset if reset >= FIRST_EPOCH_MILLISECOND => until_epoch(reset / 1e3, headers, now)?,
        reset if reset >= FIRST_EPOCH_SECOND => until_epoch(reset, headers, now)?,
        reset => seconds_from_now(reset)?,
    };
    Some(Told { wait, by })
}

/// One header: draft-ietf-httpapi-ratelimit-headers-10, section 4 (`"burst";r=0;t=30, "daily";r=10`), or its version 07
/// (`limit=100, remaining=0, reset=30`). Of several limits that are used up the longest wait counts.
fn draft(headers: &HeaderMap) -> Option<Told> {
    let text = text(headers, "ratelimit")?;
    let item_wait = |item: &str| {
        let value = |name| parameter(item, ';', name);
        if value("r")? > 0.0 { None } else { seconds_from_now(value("t")?) }
    };
    let newer = split_unquoted(text, ',').filter_map(item_wait).max();
    let older = || {
        let value = |name| parameter(text, ',', name);
        if value("remaining")? > 0.0 { None } else { seconds_from_now(value("reset")?) }
    };
    Some(Told { wait: newer.or_else(older)?, by: "RateLimit" })
}

fn parameter(text: &str, separator: char, name: &str) -> Option<f64> {
    split_unquoted(text, separator)
        .filter_map(|part| part.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| value.parse().ok())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// The source's clock, which its dates are of, where it tells.
fn server_time(headers: &HeaderMap, now: SystemTime) -> SystemTime {
    text(headers, "date").and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now)
}

fn until_epoch(seconds: f64, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let since_epoch = Duration::try_from_secs_f64(seconds).ok()?;
    Some(until(UNIX_EPOCH.checked_add(since_epoch)?, server_time(headers, now)))
}

fn until(instant: SystemTime, now: SystemTime) -> Duration {
    instant.duration_since(now).unwrap_or_default().min(LONGEST)
}

fn seconds_from_now(seconds: f64) -> Option<Duration> {
    // What is in the past is over.
    Duration::try_from_secs_f64(seconds.max(0.0)).ok().map(|wait| wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2020-02-21T12:00:00Z
    const NOW: u64 = 1_582_286_400;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn every_form_of_a_wait_is_understood() {
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        for (pairs, wanted) in [
            (&[("retry-after", "7")][..], Some(7)),
            (&[("retry-after", "Fri, 21 Feb 2020 12:00:30 GMT")], Some(30)),
            (&[("retry-after", "Fri, 21 Feb 2020 11:00:00 GMT")], Some(0)),
            (
                &[
                    ("retry-after", "Fri, 21 Feb 2020 13:00:30 GMT"),
                    ("date", "Fri, 21 Feb 2020 13:00:00 GMT"),
                ],
                Some(30),
            ),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "-3")], Some(0)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1582286460")], Some(60)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1582286460000")], Some(60)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "60")], Some(60)),
            (&[("x-ratelimit-remaining", "1"), ("x-ratelimit-reset", "60")], None),
            (&[("x-ratelimit-remaining", "0")], None),
            (&[("ratelimit-remaining", "0"), ("ratelimit-reset", "12")], Some(12)),
            (&[("ratelimit", r#""default";r=0;t=30"#)], Some(30)),
            (&[("ratelimit", r#""burst";r=0;t=30, "daily, all;r=9";r=0;t=3600"#)], Some(3600)),
            (&[("ratelimit", r#""burst";r=3;t=30"#)], None),
            (&[("ratelimit", "limit=100, remaining=0, reset=45")], Some(45)),
            (&[("ratelimit", "limit=100, remaining=5, reset=45")], None),
            (&[("retry-after", "1e300")], None),
            (&[], None),
        ] {
            let found = told(&headers(pairs), now).map(|told| told.wait.as_secs());
            assert_eq!(found, wanted, "{pairs:?}");
        }
    }
}
