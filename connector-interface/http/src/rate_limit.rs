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

/// Numbers of seconds from here on are points in time: 2001-09-09, and no wait. A thousand times as much counts
/// milliseconds, and so on up to nanoseconds.
const FIRST_EPOCH_SECOND: f64 = 1e9;
/// No wait is longer, whatever a header says: a day. A clock that differs from this one by more is wrong.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

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
        Ok(seconds) => until_reset(seconds, headers, now),
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
    let remaining: f64 = text(headers, remaining)?.parse().ok()?;
    let reset: f64 = text(headers, reset)?.parse().ok()?;
    // Some say -1 where there is no limit.
    (remaining == 0.0).then(|| Told { wait: until_reset(reset, headers, now), by })
}

/// One header: draft-ietf-httpapi-ratelimit-headers-10, section 4 (`"burst";r=0;t=30, "daily";r=10`), or its version 07
/// (`limit=100, remaining=0, reset=30`). Of several limits that are used up the longest wait counts.
fn draft(headers: &HeaderMap) -> Option<Told> {
    let text = text(headers, "ratelimit")?;
    let item_wait = |item: &str| {
        let value = |name| parameter(item, ';', name);
        if value("r")? == 0.0 { value("t").map(seconds_from_now) } else { None }
    };
    let newer = split_unquoted(text, ',').filter_map(item_wait).max();
    let older = || {
        let value = |name| parameter(text, ',', name);
        if value("remaining")? == 0.0 { value("reset").map(seconds_from_now) } else { None }
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

/// The source's clock, which its dates are of, where it tells and can be right.
fn server_time(headers: &HeaderMap, now: SystemTime) -> SystemTime {
    let told = text(headers, "date").and_then(|date| httpdate::parse_http_date(date).ok());
    let is_near = |told: &SystemTime| {
        let difference = told.duration_since(now).unwrap_or_else(|earlier| earlier.duration());
        difference <= LONGEST
    };
    told.filter(is_near).unwrap_or(now)
}

/// A number of seconds, or a point in time; its size tells which.
fn until_reset(reset: f64, headers: &HeaderMap, now: SystemTime) -> Duration {
    let per_second = [1e9, 1e6, 1e3, 1.0].into_iter().find(|unit| reset >= FIRST_EPOCH_SECOND * unit);
    let Some(per_second) = per_second else { return seconds_from_now(reset) };
    let epoch = Duration::try_from_secs_f64(reset / per_second).ok();
    let instant = epoch.and_then(|since_epoch| UNIX_EPOCH.checked_add(since_epoch));
    instant.map_or(LONGEST, |instant| until(instant, server_time(headers, now)))
}

fn until(instant: SystemTime, now: SystemTime) -> Duration {
    instant.duration_since(now).unwrap_or_default().min(LONGEST)
}

fn seconds_from_now(seconds: f64) -> Duration {
    // What is in the past is over.
    Duration::try_from_secs_f64(seconds.max(0.0)).map_or(LONGEST, |wait| wait.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2020-02-21T12:00:00Z
    const NOW: u64 = 1_582_286_400;
    const DAY: Option<u64> = Some(86_400);

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
            (&[("retry-after", "1e300")], DAY),
            (&[("retry-after", "inf")], DAY),
            (&[("retry-after", "18446744073709551615")], DAY),
            (&[("retry-after", "1582286430")], Some(30)),
            (&[("retry-after", "1893456000")], DAY),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1582286460000000")], Some(60)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1582286460000000000")], Some(60)),
            (&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "99999999999")], DAY),
            (
                &[
                    ("retry-after", "Fri, 21 Feb 2020 12:00:30 GMT"),
                    ("date", "Thu, 01 Jan 1970 00:00:00 GMT"),
                ],
                Some(30),
            ),
            (&[("x-ratelimit-remaining", "-1"), ("x-ratelimit-reset", "60")], None),
            (&[("ratelimit", r#""default";r=-1;t=30"#)], None),
            (&[("ratelimit", "limit=100, remaining=-1, reset=45")], None),
            (&[], None),
        ] {
            let found = told(&headers(pairs), now).map(|told| told.wait.as_secs());
            assert_eq!(found, wanted, "{pairs:?}");
        }
    }
}
