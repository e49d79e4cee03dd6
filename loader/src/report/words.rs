//! Numbers, times and foreign texts as people read them.

use bytesize::ByteSize;
use jiff::Timestamp;

/// A text from a connector, at most so many characters of it. Characters that cannot be seen, or that turn the text
/// around them, are written as escapes: two ids that look alike must not be different ones.
pub(crate) fn shown(text: &str, most: usize) -> String {
    let mut written = String::new();
    for (number, character) in text.chars().enumerate() {
        if number == most {
            written.push('…');
            break;
        }
        match character {
            '\n' | '\t' => written.push(' '),
            character if is_unseen(character) => written.extend(character.escape_unicode()),
            character => written.push(character),
        }
    }
    written
}

/// Control characters, marks of direction, and what has no width; see <https://www.unicode.org/reports/tr9/>.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(character, '\u{e0000}'..='\u{e007f}')
}

/// `12,345`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// `1 run`, `2 runs`.
pub(crate) fn counted(number: u64, word: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {word}{ending}", count(number))
}

/// `1.5 GiB`.
pub(crate) fn bytes(number: u64) -> String {
    ByteSize::b(number).display().iec().to_string()
}

/// `850 ms`, `1.5 s`, `2 min 30 s`, `3 h 5 min`, `4 d 2 h`.
pub(crate) fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..60 => format!("{seconds}.{} s", milliseconds % 1_000 / 100),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// How long it is since then, in the one unit that matters: `5 minutes`.
pub(crate) fn since(time: Timestamp, now: Timestamp) -> String {
    let seconds = u64::try_from(now.as_second() - time.as_second()).unwrap_or(0);
    match seconds {
        0..60 => "less than a minute".to_owned(),
        60..3_600 => counted(seconds / 60, "minute"),
        3_600..172_800 => counted(seconds / 3_600, "hour"),
        _ => counted(seconds / 86_400, "day"),
    }
}

/// `2026-03-31 12:00`, in UTC, as the page says once.
pub(crate) fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M").to_string()
}

/// Records in a second: whole ones where there are many.
pub(crate) fn per_second(records: u64, milliseconds: u64) -> String {
    let rate = records as f64 * 1_000.0 / milliseconds.max(1) as f64;
    if rate < 10.0 { format!("{rate:.1}") } else { count(rate.round() as u64) }
}
