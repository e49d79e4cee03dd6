//! An instant, in the words of its source.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::timestamp::{Timestamp, TimestampError};

/// The time of a record: an instant as its source has written it, RFC 3339.
///
/// What it holds always passes the `date-time` format of the record schemas, and goes out as it came, with its offset and
/// its fraction. Spellings that can be read and are not RFC 3339 are written anew, in UTC.
///
/// ```
/// # use connector_interface::{DateTime, Timestamp};
/// let opened: DateTime = "2020-01-15T05:00:00+05:00".parse()?;
/// assert_eq!(opened.to_string(), "2020-01-15T05:00:00+05:00");
/// assert_eq!(opened.timestamp(), "2020-01-15T00:00:00Z".parse::<Timestamp>()?);
/// # Ok::<(), connector_interface::TimestampError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DateTime {
    text: Box<str>,
    instant: Timestamp,
}

impl DateTime {
    /// The instant, which can be compared.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        self.instant
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Whether a text that is known to be a time is written after RFC 3339. Second 60 is not told from others, so it is
/// written anew.
fn is_rfc_3339(text: &str) -> bool {
    let Some((head, rest)) = text.split_at_checked(SHAPE.len()) else {
        return false;
    };
    let fits = |(&wanted, &found): (&u8, &u8)| match wanted {
        b'd' => found.is_ascii_digit(),
        b'T' => matches!(found, b'T' | b't' | b' '),
        _ => found == wanted,
    };
    SHAPE.iter().zip(head.as_bytes()).all(fits) && !head.ends_with("60") && is_offset(without_fraction(rest))
}

const SHAPE: &[u8; 19] = b"dddd-dd-ddTdd:dd:dd";

/// The instant of a text as most sources write it, `2020-02-21T12:00:00Z`, in a fraction of the time that a parser for
/// every spelling takes. None means only that such a parser must decide.
fn plain_instant(text: &str) -> Option<Timestamp> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let number = |places: std::ops::Range<usize>| {
        let add = |value: i16, &byte: &u8| byte.is_ascii_digit().then(|| value * 10 + i16::from(byte - b'0'));
        bytes[places].iter().try_fold(0, add)
    };
    let marks = [bytes[4], bytes[7], bytes[10], bytes[13], bytes[16], bytes[19]];
    if marks != *b"--T::Z" {
        return None;
    }
    let small = |places| number(places).and_then(|number| i8::try_from(number).ok());
    let date = jiff::civil::Date::new(number(0..4)?, small(5..7)?, small(8..10)?).ok()?;
    let time = jiff::civil::Time::new(small(11..13)?, small(14..16)?, small(17..19)?, 0).ok()?;
    Timestamp::from_utc(date.to_datetime(time))
}

fn without_fraction(text: &str) -> &str {
    match text.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|letter: char| letter.is_ascii_digit()),
        None => text,
    }
}

fn is_offset(text: &str) -> bool {
    match text.as_bytes() {
        b"Z" | b"z" => true,
        [b'+' | b'-', hour @ .., b':', b'0'..=b'5', b'0'..=b'9'] => {
            matches!(hour, [b'0' | b'1', b'0'..=b'9'] | [b'2', b'0'..=b'3'])
        }
        _ => false,
    }
}

impl FromStr for DateTime {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        if let Some(instant) = plain_instant(text) {
            return Ok(Self { text: text.into(), instant });
        }
        let instant: Timestamp = text.parse()?;
        Ok(if is_rfc_3339(text) { Self { text: text.into(), instant } } else { Self::from(instant) })
    }
}

impl From<Timestamp> for DateTime {
    fn from(instant: Timestamp) -> Self {
        Self { text: instant.to_string().into(), instant }
    }
}

/// For the fields of records, many of which are an `Option` of a time.
impl From<Timestamp> for Option<DateTime> {
    fn from(instant: Timestamp) -> Self {
        Some(instant.into())
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rfc_3339_goes_out_as_it_came() {
        for text in [
            "2020-02-20T10:00:00Z",
            "2020-02-20T10:00:00.000Z",
            "2020-02-20 10:00:00.120000Z",
            "2020-02-20t10:00:00z",
            "2020-02-20T10:00:00-00:00",
            "2020-02-20T10:00:00+23:59",
            "0000-01-01T00:00:00Z",
        ] {
            assert_eq!(text.parse::<DateTime>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_plain_time_is_the_instant_that_the_whole_parser_finds() {
        let plain =
            ["0000-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2020-02-29T10:00:00Z", "9999-12-30T21:59:59Z"];
        for text in plain {
            assert_eq!(plain_instant(text), Some(text.parse().unwrap()), "{text}");
        }
        let others = [
            "2020-02-30T10:00:00Z",
            "2019-02-29T10:00:00Z",
            "2020-13-01T10:00:00Z",
            "2020-02-20T24:00:00Z",
            "2016-12-31T23:59:60Z",
            "2020-02-20 10:00:00Z",
            "2020-02-20T10:00:00z",
            "2020-02-2aT10:00:00Z",
            "-020-02-20T10:00:00Z",
            "9999-12-31T23:59:59Z",
            "2020-02-20T10:00Z000",
        ];
        for text in others {
            assert_eq!(plain_instant(text), None, "{text}");
        }
    }

    #[test]
    fn other_spellings_are_written_anew() {
        for (text, written) in [
            ("2020-02-20T10:00Z", "2020-02-20T10:00:00Z"),
            ("2020-02-20T10:00:00+0100", "2020-02-20T09:00:00Z"),
            ("2020-02-20T10:00:00+01", "2020-02-20T09:00:00Z"),
            ("2020-02-20T10:00:00,5Z", "2020-02-20T10:00:00.5Z"),
            ("2020-02-20T10:00:00+24:00", "2020-02-19T10:00:00Z"),
            ("20200220T100000Z", "2020-02-20T10:00:00Z"),
            ("2016-12-31T12:59:60Z", "2016-12-31T12:59:59Z"),
            ("2020-02-20T10:00:00Z[UTC]", "2020-02-20T10:00:00Z"),
        ] {
            assert_eq!(text.parse::<DateTime>().unwrap().to_string(), written, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2020-02-20",
            "2020-02-20T10:00:00",
            "2020-02-30T10:00:00Z",
            "10:00:00Z",
            "é020-02-20T10:00:00Z",
        ] {
            assert!(text.parse::<DateTime>().is_err(), "{text}");
        }
    }
}
