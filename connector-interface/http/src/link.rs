//! The next page as a `Link` header names it.

use ureq::http::{HeaderMap, header::LINK};

/// The target of the first link whose relation is `next` (RFC 8288, section 3).
pub(crate) fn next_link(headers: &HeaderMap) -> Option<&str> {
    headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok()).find_map(next_of)
}

fn next_of(links: &str) -> Option<&str> {
    let mut rest = links;
    while let Some((_, link)) = rest.split_once('<') {
        let (target, after) = link.split_once('>')?;
        let end = end_of_parameters(after);
        if is_next(&after[..end]) {
            return Some(target.trim());
        }
        rest = &after[end..];
    }
    None
}

/// Parameters end at a comma that stands in no quotes.
fn end_of_parameters(text: &str) -> usize {
    let mut is_quoted = false;
    let is_end = |letter: char| {
        is_quoted ^= letter == '"';
        letter == ',' && !is_quoted
    };
    text.find(is_end).unwrap_or(text.len())
}

/// A relation is a list of words in any case.
fn is_next(parameters: &str) -> bool {
    let relation =
        parameters.split(';').filter_map(|parameter| parameter.split_once('=')).find_map(|(name, value)| {
            name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"'))
        });
    relation.is_some_and(|words| words.split_whitespace().any(|word| word.eq_ignore_ascii_case("next")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_in_every_form_of_the_header() {
        for (links, wanted) in [
            (r#"<https://a.example/x?page=2>; rel="next""#, Some("https://a.example/x?page=2")),
            (r#"</x?page=9>; rel="last", </x?page=2>; rel="next""#, Some("/x?page=2")),
            ("</x>; REL=Next", Some("/x")),
            (r#"</x>; title="a, <b>; rel=next"; rel="prev""#, None),
            (r#"</x,y>; title="a, b"; rel="last next""#, Some("/x,y")),
            (r#"</x>; rel="nextish""#, None),
            ("</x>", None),
            ("</x", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(LINK, links.parse().unwrap())]);
            assert_eq!(next_link(&headers), wanted, "{links}");
        }
    }
}
