//! The address of a repository, from what git clones it by.

use connector_interface::Uri;

/// `git@github.com:acme/web.git` and `ssh://git@github.com/acme/web.git` become `https://github.com/acme/web`,
/// which is what the connectors of code hosts call it. What names a password or token loses it.
pub(crate) fn address(clone_url: &str) -> Result<Uri, String> {
    let (host, path) = parts(clone_url).ok_or_else(|| format!("repository: {}", unreadable(clone_url)))?;
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    Uri::encoded(&format!("https://{host}/{path}")).map_err(|error| format!("repository: {error}"))
}

/// The host and the path of a URL, or of `user@host:path`.
fn parts(clone_url: &str) -> Option<(&str, &str)> {
    let (authority, path) = match clone_url.split_once("://") {
        Some(("https" | "http" | "ssh" | "git", rest)) => rest.split_once('/')?,
        Some(_) => return None,
        None => clone_url.split_once(':')?,
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _port)| host);
    let path = path.trim_start_matches('/');
    (!host.is_empty() && !host.contains('/') && !path.is_empty()).then_some((host, path))
}

/// Without what may be a password.
fn unreadable(clone_url: &str) -> String {
    let shown = clone_url.rsplit_once('@').map_or(clone_url, |(_, behind)| behind);
    format!("{shown:?} is neither a URL of a git server nor user@host:path")
}
