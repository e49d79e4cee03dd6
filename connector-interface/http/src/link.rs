//! The next page as a `Link` header names it.

use ureq::http::{HeaderMap, header::LINK};

use crate::quoted::split_unquoted;

/// The target of the first link whose relation is `next` (RFC 8288, section 3).
pub(crate) fn next_link(headers: &HeaderMap) -> Option<&str> {
    headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok()).find_map(next_of)
}

fn next_of(links: &str) -> Option<&str> {
    let mut rest = links;
    while let Some((_, link)) = rest.split_once('<') {
        let (target, after) = link.split_once('>')?;
        let parameters = split_unquoted(after, ',').next().unwrap_or_default();
        if is_next(parameters) {
            return Some(target.trim());
        }
        rest = &after[parameters.len()..];
    }
    None
}

/// A relation is a list of words in any case.
fn is_next(parameters: &str) -> bool {
    let relation = split_unquoted(parameters, ';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("rel"))
        .map(|(_, value)| value.trim().trim_matches('"'));
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
