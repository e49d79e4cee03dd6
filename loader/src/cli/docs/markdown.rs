//! Texts of others inside Markdown.

/// Words on one line that cannot start markup: neither HTML nor links nor images.
///
/// Backquotes stay: authors write names of keys between them.
pub(super) fn text(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for character in words.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '[' | ']' | '\\' => escaped.extend(['\\', character]),
            character => escaped.push(character),
        }
    }
    escaped
}

/// A piece of code, also one with backquotes.
pub(super) fn code(text: &str) -> String {
    let line = text.split(['\n', '\r']).collect::<Vec<_>>().join(" ");
    let longest = line.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}

/// What stands in a cell of a table, where a bar would end it even inside code.
pub(super) fn cell(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_leave_their_place() {
        assert_eq!(text("two\n lines <b> [a](b)"), "two lines &lt;b> \\[a\\](b)");
        assert_eq!(cell("a|b"), "a\\|b");
        let table = [("a", "`a`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("a\nb", "`a b`")];
        for (plain, expected) in table {
            assert_eq!(code(plain), expected);
        }
    }
}
