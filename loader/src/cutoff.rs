//! Reads the earliest time that a sync goes back to.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::exit_code::ExitCode;

#[cfg(test)]
mod tests;

/// How far ahead of now a cutoff may lie, in hours.
///
/// It is already tomorrow up to 14 hours east of Greenwich, so a scheduler there that writes its own date is right.
const AHEAD_HOURS: i64 = 14;

/// Why a text is not a cutoff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CutoffError {
    /// Nothing was written.
    #[error(
        "the cutoff is empty; write a date such as 2020-02-21, a time such as 2020-02-21T12:00:00Z or an age such as 90d"
    )]
    Empty,
    /// A year alone.
    #[error(
        "cutoff {text:?} is only a year, which could mean its start or its end; write a whole date such as {text}-01-01"
    )]
    OnlyYear {
        /// The text as written.
        text: String,
    },
    /// A year and a month alone.
    #[error(
        "cutoff {text:?} is only a month, which could mean its start or its end; write a whole date such as {text}-01"
    )]
    OnlyMonth {
        /// The text as written.
        text: String,
    },
    /// A date that no calendar has.
    #[error("cutoff {text:?} names a day that does not exist: {reason}; write a date such as 2020-02-21")]
    NoSuchDay {
        /// The text as written.
        text: String,
        /// Which part is wrong.
        reason: String,
    },
    /// A time without `Z` or an offset.
    #[error(
        "cutoff {text:?} has no offset from UTC, so it could be any of some forty moments; write {text}Z for UTC, or an offset such as {text}+02:00"
    )]
    NoOffset {
        /// The text as written.
        text: String,
    },
    /// A date followed by something that is not a time.
    #[error(
        "cutoff {text:?} starts with a date, but what follows is not a time; write a time such as {date}T12:00:00Z, or {date} alone"
    )]
    NoSuchTime {
        /// The text as written.
        text: String,
        /// The date that it starts with.
        date: String,
        /// What the parser of times said.
        #[source]
        source: TimeError,
    },
    /// An age with a minus sign.
    #[error("cutoff {text:?} is a negative age, but an age already counts back from now; write {positive}")]
    NegativeAge {
        /// The text as written.
        text: String,
        /// The same age without its sign.
        positive: String,
    },
    /// A number with a unit that is not offered, or with none.
    #[error("cutoff {text:?} is a number {}; write an age in w, d, h or m (weeks, days, hours, minutes) such as 90d", unit_found(.unit))]
    AgeUnit {
        /// The text as written.
        text: String,
        /// What stands after the number.
        unit: String,
    },
    /// An age that ends before the first year that can be written.
    #[error(
        "cutoff {text:?} goes back further than any calendar; write a date such as 1970-01-01 to get everything"
    )]
    TooOld {
        /// The text as written.
        text: String,
    },
    /// A time that lies ahead.
    #[error(
        "cutoff {text:?} lies in the future (now is {now}), so that no record could be recent enough; write a time in the past or an age such as 90d"
    )]
    Future {
        /// The text as written.
        text: String,
        /// The time that it was compared with.
        now: Timestamp,
    },
    /// Nothing that can be recognised.
    #[error(
        "cutoff {text:?} is neither a date, nor a time, nor an age; write for example 2020-02-21, 2020-02-21T12:00:00Z or 90d"
    )]
    Unknown {
        /// The text as written.
        text: String,
    },
}

/// What the parser of times says about a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TimeError(String);

impl CutoffError {
    /// The ending that this error leads to.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        ExitCode::Usage
    }
}

fn unit_found(unit: &str) -> String {
    if unit.is_empty() {
        return "without a unit".to_owned();
    }
    format!("with the unknown unit {unit:?}")
}

/// The cutoff that `text` names, seen from `now`.
///
/// A date (`2020-02-21`) is its midnight in UTC. A time is RFC 3339, with a `T` or a space between date and time, and
/// needs `Z` or an offset: nobody knows in which time zone a scheduler's machine was set up. An age (`2w`, `90d`,
/// `12h`, `30m`) counts back from `now`; a day has 24 hours. Times ahead of `now` are accepted up to 14 hours, because
/// a date may already be the current one further east, and refused beyond.
///
/// # Errors
///
/// A [`CutoffError`] with the reason and an example of what to write.
pub fn parse_cutoff(text: &str, now: Timestamp) -> Result<Timestamp, CutoffError> {
    let text = text.trim();
    let shape = text.get(..10).unwrap_or(text);
    match shape_of(shape).as_str() {
        "" => Err(CutoffError::Empty),
        "0000" => Err(CutoffError::OnlyYear { text: text.to_owned() }),
        "0000-00" => Err(CutoffError::OnlyMonth { text: text.to_owned() }),
        "0000-00-00" => not_ahead(text, date_or_time(text, shape)?, now),
        _ => age(text, now),
    }
}

/// The text with every digit as `0`, so that its form can be compared.
fn shape_of(text: &str) -> String {
    text.chars().map(|character| if character.is_ascii_digit() { '0' } else { character }).collect()
}

fn not_ahead(text: &str, cutoff: Timestamp, now: Timestamp) -> Result<Timestamp, CutoffError> {
    if cutoff.duration_since(now) > SignedDuration::from_hours(AHEAD_HOURS) {
        return Err(CutoffError::Future { text: shortened(text), now });
    }
    Ok(cutoff)
}

fn date_or_time(text: &str, date_text: &str) -> Result<Timestamp, CutoffError> {
    let date = date(date_text)?;
    match text.strip_prefix(date_text) {
        None | Some("") => Ok(midnight(date)),
        Some(_) => time(text, date_text),
    }
}

fn date(text: &str) -> Result<Date, CutoffError> {
    let mut numbers = text.split('-').map(|part| part.parse::<i16>().unwrap_or_default());
    let mut next = || numbers.next().unwrap_or_default();
    let (year, month, day) = (next(), next() as i8, next() as i8);
    Date::new(year, month, day)
        .map_err(|_| CutoffError::NoSuchDay { text: text.to_owned(), reason: wrong_day(year, month) })
}

fn wrong_day(year: i16, month: i8) -> String {
    match Date::new(year, month, 1) {
        Ok(first) => format!("month {month} of {year} has the days 1 to {}", first.days_in_month()),
        Err(_) => format!("months go from 01 to 12, not {month:02}"),
    }
}

/// The first moment of a day; the last day that can be written is clamped, as it lies ahead anyway.
fn midnight(date: Date) -> Timestamp {
    let midnight = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0));
    midnight.unwrap_or(Timestamp::MAX)
}

fn time(text: &str, date: &str) -> Result<Timestamp, CutoffError> {
    if text.contains('[') {
        return Err(no_such_time(text, date, "a time zone in brackets is not understood".to_owned()));
    }
    text.parse::<Timestamp>().map_err(|error| match text.parse::<jiff::civil::DateTime>() {
        Ok(_) => CutoffError::NoOffset { text: shortened(text) },
        Err(_) => no_such_time(text, date, error.to_string()),
    })
}

fn no_such_time(text: &str, date: &str, reason: String) -> CutoffError {
    CutoffError::NoSuchTime { text: shortened(text), date: date.to_owned(), source: TimeError(reason) }
}

fn age(text: &str, now: Timestamp) -> Result<Timestamp, CutoffError> {
    let positive = text.trim_start_matches(['-', '+']);
    let digits = positive.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = positive.split_at(digits);
    if number.is_empty() || unit.chars().any(|character| !character.is_ascii_alphabetic()) {
        return Err(CutoffError::Unknown { text: shortened(text) });
    }
    let minutes = unit_minutes(unit)
        .ok_or_else(|| CutoffError::AgeUnit { text: shortened(text), unit: shortened(unit) })?;
    if text.starts_with('-') {
        return Err(CutoffError::NegativeAge { text: shortened(text), positive: shortened(positive) });
    }
    before(now, number, minutes).ok_or_else(|| CutoffError::TooOld { text: shortened(text) })
}

const fn unit_minutes(unit: &str) -> Option<i64> {
    match unit.as_bytes() {
        b"m" => Some(1),
        b"h" => Some(60),
        b"d" => Some(24 * 60),
        b"w" => Some(7 * 24 * 60),
        _ => None,
    }
}

fn before(now: Timestamp, number: &str, minutes: i64) -> Option<Timestamp> {
    let seconds = number.parse::<i64>().ok()?.checked_mul(minutes)?.checked_mul(60)?;
    now.checked_sub(SignedDuration::from_secs(seconds)).ok()
}

/// Enough of the text to recognise it.
fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
