//! What a JSON text says in numbers, to see whether another text says the same.

/// The numbers of a JSON text as they are written, sorted, with the number of its strings.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Literals<'a> {
    numbers: Vec<&'a [u8]>,
    strings: usize,
}

pub(super) fn literals(json: &[u8]) -> Literals<'_> {
    let mut found = Literals::default();
    let mut rest = json;
    while let Some(first) = rest.first() {
        let length = match first {
            b'"' => {
                found.strings += 1;
                string_length(rest)
            }
            b'-' | b'0'..=b'9' => {
                let length = number_length(rest);
                found.numbers.push(&rest[..length]);
                length
            }
            _ => 1,
        };
        rest = &rest[length..];
    }
    found.numbers.sort_unstable();
    found
}

/// The bytes of the string at the start, with its quotes.
fn string_length(text: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = text.iter().skip(1).position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

fn number_length(text: &[u8]) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    text.iter().position(|byte| !is_part(byte)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_strings() {
        let found = literals(br#"{"a 1": [-2.5e+3, 10,"\\\"7", "\\"], "b":0}"#);
        let numbers: [&[u8]; 3] = [b"-2.5e+3", b"0", b"10"];
        assert_eq!(found, Literals { numbers: numbers.to_vec(), strings: 4 });
    }
}
