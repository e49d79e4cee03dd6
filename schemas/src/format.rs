//! The string formats that schemas assert: `date`, `date-time` and `uri`.
//!
//! Validators call these for every date and address of every record, so they look at bytes and allocate nothing.

use std::fmt::Write as _;

use jiff::civil::Date;
use jsonschema::Uri;

/// Whether the text is a full date of the calendar, `2020-02-21`.
pub(crate) fn is_date(text: &str) -> bool {
    text.len() == "2020-02-21".len() && starts_with_date(text.as_bytes())
}

/// Whether the text is a date and time after RFC 3339, such as `2020-02-21T12:00:00Z`.
///
/// As the RFC allows, `t` and `z` may be small and a space may stand in place of the `T`. Second 60 is accepted where
/// leap seconds happen: at 23:59:60 in UTC.
pub(crate) fn is_date_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    starts_with_date(bytes)
        && matches!(bytes.get(10), Some(b'T' | b't' | b' '))
        && bytes.get(11..).is_some_and(is_time)
}

/// Whether the text is an absolute URI after RFC 3986, such as `https://example.com/incidents/7`.
///
/// Letters beyond ASCII may stand unencoded, as in RFC 3987: services hand out such addresses.
pub(crate) fn is_uri(text: &str) -> bool {
    if is_plain_web_address(text) {
        return true;
    }
    if text.is_ascii() {
        return Uri::parse(text).is_ok();
    }
    !text.chars().any(|letter| letter.is_control() || letter.is_whitespace())
        && Uri::parse(percent_encoded(text).as_str()).is_ok()
}

fn starts_with_date(bytes: &[u8]) -> bool {
    let fields = (number(bytes, 0, 4), number(bytes, 5, 2), number(bytes, 8, 2));
    let (Some(year), Some(month), Some(day)) = fields else {
        return false;
    };
    bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-') && is_day_of_the_calendar(year, month, day)
}

fn is_day_of_the_calendar(year: u16, month: u16, day: u16) -> bool {
    let (Ok(year), Ok(month), Ok(day)) = (i16::try_from(year), i8::try_from(month), i8::try_from(day)) else {
        return false;
    };
    Date::new(year, month, day).is_ok()
}

/// `12:00:00`, perhaps a fraction, and an offset.
fn is_time(bytes: &[u8]) -> bool {
    let fields = (number(bytes, 0, 2), number(bytes, 3, 2), number(bytes, 6, 2));
    let (Some(hour), Some(minute), Some(second)) = fields else {
        return false;
    };
    let Some(offset) = after_fraction(bytes).and_then(offset_minutes) else {
        return false;
    };
    let minute_of_day_in_utc = (i32::from(hour) * 60 + i32::from(minute) - offset).rem_euclid(24 * 60);
    let last_second = if minute_of_day_in_utc == 24 * 60 - 1 { 60 } else { 59 };
    bytes.get(2) == Some(&b':')
        && bytes.get(5) == Some(&b':')
        && hour < 24
        && minute < 60
        && second <= last_second
}

/// What follows `12:00:00` and its fraction, if it has one; `None` for a point without digits.
fn after_fraction(time: &[u8]) -> Option<&[u8]> {
    let rest = time.get(8..)?;
    let Some(fraction) = rest.strip_prefix(b".") else {
        return Some(rest);
    };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 { None } else { fraction.get(digits..) }
}

/// Minutes east of UTC for `Z`, `z`, `+01:00` or `-01:00`.
fn offset_minutes(offset: &[u8]) -> Option<i32> {
    let sign = match offset {
        b"Z" | b"z" => return Some(0),
        [b'+', _, _, b':', _, _] => 1,
        [b'-', _, _, b':', _, _] => -1,
        _ => return None,
    };
    let (hours, minutes) = (number(offset, 1, 2)?, number(offset, 4, 2)?);
    (hours < 24 && minutes < 60).then(|| sign * i32::from(hours * 60 + minutes))
}

/// The decimal number of `length` digits at `start`; four digits at most.
fn number(bytes: &[u8], start: usize, length: usize) -> Option<u16> {
    bytes
        .get(start..start + length)?
        .iter()
        .try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u16::from(byte - b'0')))
}

/// Recognises the commonest addresses, `https://host/path`, in a fifth of the time the whole grammar takes.
///
/// `false` means only that the grammar must decide.
fn is_plain_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some((chunks, rest)) = rest.map(|rest| rest.as_bytes().as_chunks::<16>()) else {
        return false;
    };
    // All of a chunk is looked at, without a branch, so that the compiler makes vector instructions of it.
    let all_plain = |bytes: &[u8]| bytes.iter().fold(true, |all, &byte| all & is_plain_in_address(byte));
    chunks.iter().all(|chunk| all_plain(chunk)) && all_plain(rest)
}

/// Whether the byte is a letter, a digit or one of `/-_.~`.
#[inline]
fn is_plain_in_address(byte: u8) -> bool {
    // `-`, `.`, `/` and the digits stand in a row.
    let in_row = byte.wrapping_sub(b'-') <= b'9' - b'-';
    let letter = (byte | 0x20).wrapping_sub(b'a') <= b'z' - b'a';
    in_row | letter | (byte == b'_') | (byte == b'~')
}

/// The text with every letter beyond ASCII as its percent-encoded UTF-8 bytes.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len() * 2), |mut encoded, byte| {
        if byte.is_ascii() {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_each(is_format: fn(&str) -> bool, expected: bool, texts: &[&str]) {
        for text in texts {
            assert_eq!(is_format(text), expected, "{text:?}");
        }
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        assert_each(is_date, true, &["2020-02-21", "2020-02-29", "0000-01-01", "9999-12-31"]);
        let wrong = [
            "",
            "2020",
            "2020-2-1",
            "2019-02-29",
            "2020-13-01",
            "2020-00-10",
            "2020-04-31",
            "2020-01-00",
            "20200221",
            "2020/02/21",
            "2020-02-21T",
            " 2020-02-21",
            "２020-02-21",
            "+020-02-21",
            "2020-02-2é",
        ];
        assert_each(is_date, false, &wrong);
    }

    #[test]
    fn date_times_follow_rfc_3339() {
        let right = [
            "2020-02-21T12:00:00Z",
            "2020-02-21 12:00:00Z",
            "2020-02-21t12:00:00z",
            "2020-02-21T12:00:00.1Z",
            "2020-02-21T12:00:00.123456789123456789Z",
            "2020-02-21T12:00:00+01:00",
            "2020-02-21T12:00:00-23:59",
            "2020-02-21T12:00:00-00:00",
            "2020-02-21T00:00:00Z",
            "2020-02-21T23:59:59Z",
        ];
        assert_each(is_date_time, true, &right);
        let wrong = [
            "",
            "2020-02-21",
            "2020-02-21T12:00:00",
            "2020-02-21T12:00Z",
            "2020-02-21T12Z",
            "2020-02-21  12:00:00Z",
            "2020-02-21_12:00:00Z",
            "2020-02-30T12:00:00Z",
            "2020-02-21T24:00:00Z",
            "2020-02-21T12:60:00Z",
            "2020-02-21T12:00:61Z",
            "2020-02-21T12:00:00.Z",
            "2020-02-21T12:00:00,5Z",
            "2020-02-21T12:00:00 Z",
            "2020-02-21T12:00:00+0100",
            "2020-02-21T12:00:00+01",
            "2020-02-21T12:00:00+24:00",
            "2020-02-21T12:00:00+01:60",
            "2020-02-21T12:00:00Z[UTC]",
            "2020-02-21T12:00:00Zé",
            "2020-02-21T1é:00:00Z",
            "1582286400",
        ];
        assert_each(is_date_time, false, &wrong);
    }

    #[test]
    fn second_60_is_accepted_only_where_leap_seconds_happen() {
        let right = ["2016-12-31T23:59:60Z", "2017-01-01T00:59:60+01:00", "2016-12-31T18:29:60.5-05:30"];
        assert_each(is_date_time, true, &right);
        let wrong = [
            "2016-12-31T12:59:60Z",
            "2016-12-31T23:59:60+01:00",
            "2016-12-31T23:58:60Z",
            "2016-12-31T23:59:61Z",
        ];
        assert_each(is_date_time, false, &wrong);
    }

    #[test]
    fn uris_are_absolute_and_hold_no_space() {
        let right = [
            "https://example.com",
            "https://example.com/a_b/c-d.e~f",
            "https://example.com:8080/a?b=c&d=%20#e",
            "https://user@[::1]/",
            "HTTPS://EXAMPLE.COM/",
            "mailto:ada@example.com",
            "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
            "file:///srv/git/rocket.git",
            "https://example.com/acme/café",
            "https://例え.jp/",
        ];
        assert_each(is_uri, true, &right);
        let wrong = [
            "",
            "example.com/a",
            "/a/b",
            "//example.com/a",
            "1http://example.com",
            "https://example.com/a b",
            "https://example.com/a\u{a0}é",
            "https://example.com/\u{9b}",
            "https://example.com/%zz",
            "https://example.com/#a#b",
            "https://example.com:port/",
            "https://[::1/",
            "https://example.com/<id>",
            "https://example.com/caf\u{e9}/<id>",
            "caf\u{e9}:x",
        ];
        assert_each(is_uri, false, &wrong);
    }

    #[test]
    fn what_looks_plain_is_a_uri_for_the_whole_grammar_too() {
        for text in
            ["https://", "http://", "https:///", "https://.", "https://-", "https://~/_/..//", "http://a/b.c"]
        {
            assert!(is_plain_web_address(text) && Uri::parse(text).is_ok(), "{text:?}");
        }
        for (byte, length) in (0..=127).flat_map(|byte| [1, 15, 16, 17, 40].map(|length| (byte, length))) {
            let text = format!("https://{}{}", "a".repeat(length), char::from(byte));
            let expected = byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
            assert_eq!(is_plain_web_address(&text), expected, "{text:?}");
            assert!(!expected || Uri::parse(&*text).is_ok(), "{text:?}");
        }
    }
}
