//! Leads the URLs of the upstream back to the cassette.

use serde_json::Value;

use super::tape::Delivered;

/// From where to where URLs are led, without a `/` at the end.
pub(super) struct Local<'a> {
    pub(super) upstream: &'a str,
    pub(super) base_url: &'a str,
}

impl Local<'_> {
    /// The answer with its links, and with the URLs of its body at these JSON pointers, leading to the cassette.
    pub(super) fn answer(&self, mut delivered: Delivered, pointers: &[String]) -> Delivered {
        for (name, value) in &mut delivered.headers {
            match name.as_str() {
                "link" => *value = self.links(value),
                "location" => *value = self.url(value).unwrap_or_else(|| value.clone()),
                _ => {}
            }
        }
        if let Some(body) = self.body(&delivered.body, pointers) {
            delivered.body = body;
        }
        delivered
    }

    /// The body where it has to be another: all other bodies stay as they came, byte for byte.
    fn body(&self, body: &[u8], pointers: &[String]) -> Option<Vec<u8>> {
        if pointers.is_empty() {
            return None;
        }
        let mut value: Value = serde_json::from_slice(body).ok()?;
        let mut is_changed = false;
        for pointer in pointers {
            let Some(place) = value.pointer_mut(pointer) else { continue };
            if let Some(url) = place.as_str().and_then(|url| self.url(url)) {
                *place = url.into();
                is_changed = true;
            }
        }
        if is_changed { serde_json::to_vec(&value).ok() } else { None }
    }

    /// Each `<target>` of a `Link` header (RFC 8288, section 3).
    fn links(&self, header: &str) -> String {
        let mut links = String::new();
        let mut rest = header;
        while let Some((before, (target, behind))) =
            rest.split_once('<').and_then(|(before, rest)| Some((before, rest.split_once('>')?)))
        {
            let local = self.url(target).unwrap_or_else(|| target.to_owned());
            links.push_str(&format!("{before}<{local}>"));
            rest = behind;
        }
        links + rest
    }

    /// The URL by which a client reaches the same through the cassette; none where nothing leads there.
    pub(super) fn url(&self, url: &str) -> Option<String> {
        if self.upstream.is_empty() {
            return None;
        }
        if let Some(rest) = below(url, self.upstream) {
            return Some(format!("{}{rest}", self.base_url));
        }
        if has_authority(url) {
            return None;
        }
        if !url.starts_with('/') {
            // What is relative to the request stays so.
            return Some(url.to_owned());
        }
        let rest = below(url, base_path(self.upstream))?;
        Some(if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") })
    }
}

/// What follows the base, where the URL is that or stands below it.
fn below<'a>(url: &'a str, base: &str) -> Option<&'a str> {
    url.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

fn has_authority(url: &str) -> bool {
    let scheme_end = url.find(':').filter(|at| !url[..*at].contains(['/', '?', '#']));
    scheme_end.is_some() || url.starts_with("//")
}

/// `/v2` of `https://host/v2`.
fn base_path(upstream: &str) -> &str {
    let rest = upstream.split_once("://").map_or(upstream, |(_, rest)| rest);
    rest.find('/').map_or("", |at| &rest[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_to_the_cassette_where_the_upstream_has_it() {
        let local = Local { upstream: "https://api.example/v2", base_url: "http://127.0.0.1:1" };
        let table = [
            ("https://api.example/v2", Some("http://127.0.0.1:1")),
            ("https://api.example/v2/b?c#d", Some("http://127.0.0.1:1/b?c#d")),
            ("https://api.example/v2?page=2", Some("http://127.0.0.1:1?page=2")),
            ("/v2/b", Some("/b")),
            ("/v2", Some("/")),
            ("/v2?page=2", Some("/?page=2")),
            ("b", Some("b")),
            ("?at=12:30", Some("?at=12:30")),
            ("/v20/b", None),
            ("/v1/b", None),
            ("https://api.example/v20", None),
            ("https://api.example.org/v2", None),
            ("//elsewhere.example/v2", None),
        ];
        for (url, expected) in table {
            assert_eq!(local.url(url).as_deref(), expected, "{url}");
        }
        assert_eq!(
            local.links(
                "<https://api.example/v2/b?page=2>; rel=\"next\", </v2/c>; rel=prev, <https://x.example>"
            ),
            "<http://127.0.0.1:1/b?page=2>; rel=\"next\", </c>; rel=prev, <https://x.example>"
        );
        let plain = Local { upstream: "https://api.example", base_url: "http://127.0.0.1:1" };
        assert_eq!(plain.url("/b").as_deref(), Some("/b"));
    }
}
