//! To whom a repository belongs: read from the URL of its origin, else the local user.

use gix::{Url, bstr::ByteSlice, remote::Direction, url::Scheme};
use serde::Serialize;

use crate::uri::percent_encoded;

/// The owner of a repository.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Owner {
    id: String,
    #[serde(rename = "type")]
    kind: Kind,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    html_url: Option<String>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    User,
    Organization,
}

/// The owner, with the web page of the repository where its origin has one.
pub(crate) fn owner_and_page(git: &gix::Repository) -> (Owner, Option<String>) {
    // An origin that cannot be read is not reported: its text may hold a password.
    let origin = git.find_remote("origin").ok();
    let url = origin.as_ref().and_then(|origin| origin.url(Direction::Fetch));
    url.and_then(of_url).unwrap_or_else(|| (local_user(git), None))
}

/// Reads `host/owner/name`. User and password of the URL are never looked at, save for the `git` of `git@host`.
///
/// A URL does not tell people from organizations; most repositories that are worth measuring belong to the
/// latter, so that is what the owner is called.
fn of_url(url: &Url) -> Option<(Owner, Option<String>)> {
    let host = url.host.as_deref().filter(|host| !host.is_empty())?;
    let path = url.path.to_str().ok()?.split(['?', '#']).next()?.trim_matches(['/', '~']);
    // A password with a `/` in it moves the `@` into what looks like the path.
    let (owner, name) =
        path.strip_suffix(".git").unwrap_or(path).rsplit_once('/').filter(|_| !path.contains('@'))?;
    let page = |path: &str| Some(format!("{}/{}", site(url, host)?, percent_encoded(path.as_bytes())));
    let html_url = page(owner);
    let owner_record =
        Owner { id: owner.to_owned(), kind: Kind::Organization, name: owner.to_owned(), html_url };
    Some((owner_record, page(&format!("{owner}/{name}"))))
}

/// The web site of a host. `git@` is how hosting services spell SSH, and they have one at the same name.
fn site(url: &Url, host: &str) -> Option<String> {
    let is_plain = |host: &str| host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    let port = url.port.map(|port| format!(":{port}")).unwrap_or_default();
    match url.scheme {
        _ if !is_plain(host) => None,
        Scheme::Https => Some(format!("https://{host}{port}")),
        Scheme::Http => Some(format!("http://{host}{port}")),
        Scheme::Ssh if url.user() == Some("git") => Some(format!("https://{host}")),
        _ => None,
    }
}

fn local_user(git: &gix::Repository) -> Owner {
    let configuration = git.config_snapshot();
    let configured = |key: &str| configuration.string(key).map(|value| value.to_str_lossy().into_owned());
    let of_system = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).ok();
    let given = |text: &String| !text.trim().is_empty();
    let name = configured("user.name").filter(given).or_else(of_system).filter(given);
    let email = configured("user.email").filter(given);
    let id = email.or_else(|| name.clone()).unwrap_or_else(|| "unknown".to_owned());
    Owner { name: name.unwrap_or_else(|| id.clone()), id, kind: Kind::User, html_url: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_and_the_page_are_read_from_every_form_of_url_without_its_credentials() {
        let acme = Some(("acme", Some("https://git.example/acme/rocket")));
        let cases = [
            ("https://git.example/acme/rocket.git", acme),
            ("https://git.example/acme/rocket/", acme),
            ("https://ada:hunter2@git.example/acme/rocket.git", acme),
            ("https://hunter2@git.example/acme/rocket.git", acme),
            ("https://git.example/acme/rocket.git?private_token=hunter2", acme),
            ("git@git.example:acme/rocket.git", acme),
            ("git@git.example:/acme/rocket", acme),
            ("ssh://git@git.example/acme/rocket.git", acme),
            ("ssh://git@git.example:2222/acme/rocket.git", acme),
            ("ssh://hunter2@git.example/acme/rocket.git", Some(("acme", None))),
            ("git://git.example/acme/rocket.git", Some(("acme", None))),
            ("ssh://git@[::1]/acme/rocket.git", Some(("acme", None))),
            ("http://localhost:3000/acme/rocket", Some(("acme", Some("http://localhost:3000/acme/rocket")))),
            (
                "git@git.example:acme/crew/rocket.git",
                Some(("acme/crew", Some("https://git.example/acme/crew/rocket"))),
            ),
            ("https://git.example/a%20b/c%3Fd", Some(("a b", Some("https://git.example/a%20b/c")))),
            ("git@git.example:~ada/rocket.git", Some(("ada", Some("https://git.example/ada/rocket")))),
            ("https://ada:12/hunter2@git.example/acme/rocket.git", None),
            ("ada:hunter2@git.example:acme/rocket.git", None),
            ("git@git.example:rocket.git", None),
            ("/srv/git/acme/rocket.git", None),
            ("file:///srv/git/acme/rocket.git", None),
            ("../rocket", None),
            ("s3::https://bucket.example/acme/rocket", None),
        ];
        for (url, expected) in cases {
            let found = gix::url::parse(url).ok().as_ref().and_then(of_url);
            let expected = expected.map(|(owner, page)| (owner.to_owned(), page.map(str::to_owned)));
            assert_eq!(found.map(|(owner, page)| (owner.id, page)), expected, "{url}");
        }
    }
}
