//! How a client proves who it is.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::secrets::SHORTEST;

/// A user of so many bytes may be a key.
const SHORTEST_KEY: usize = 16;

/// How a client proves who it is. Shows no secret, not even by `{:?}`.
///
/// ```
/// # use connector_http::Auth;
/// # let (token, user, password, secret) = ("hunter2", "me", "hunter2", "hunter2");
/// let pagerduty = Auth::header("Authorization", format!("Token token={token}"));
/// let circleci = Auth::header("Circle-Token", token);
/// let github = Auth::bearer(token);
/// let jenkins = Auth::basic(user, password);
/// let crowd: Auth = Auth::client_credentials("https://auth.example/token", "my-id", secret).scope("read").into();
/// # assert!(!format!("{pagerduty:?} {circleci:?} {github:?} {jenkins:?} {crowd:?}").contains("hunter2"));
/// ```
#[derive(Clone)]
pub struct Auth {
    pub(crate) scheme: Scheme,
    pub(crate) secrets: Vec<String>,
}

#[derive(Clone)]
pub(crate) enum Scheme {
    None,
    Header { name: String, value: String },
    ClientCredentials(Arc<ClientCredentials>),
}

impl Auth {
    /// Nothing to prove.
    #[must_use]
    pub fn none() -> Self {
        Self { scheme: Scheme::None, secrets: Vec::new() }
    }

    /// This header on every request.
    #[must_use]
    pub fn header(name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        let secrets = parts_of(&value);
        Self { scheme: Scheme::Header { name: name.to_owned(), value }, secrets }
    }

    /// `Authorization: Bearer <token>` (RFC 6750).
    #[must_use]
    pub fn bearer(token: &str) -> Self {
        Self::header("Authorization", format!("Bearer {token}"))
    }

    /// `Authorization: Basic <user:password>` (RFC 7617).
    #[must_use]
    pub fn basic(user: &str, password: &str) -> Self {
        let mut auth =
            Self::header("Authorization", format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))));
        auth.secrets.push(password.to_owned());
        // Some sources take a key for the user, with no password or one that is always the same.
        if user.len() >= SHORTEST_KEY || password.len() < SHORTEST {
            auth.secrets.push(user.to_owned());
        }
        auth
    }

    /// OAuth 2.0 client credentials (RFC 6749, section 4.4): a token is fetched from `token_url`, kept until a minute
    /// before it expires, or a tenth of its life where that is less, shared by all clones of the client, and fetched
    /// anew once where it is refused.
    #[must_use]
    pub fn client_credentials(token_url: &str, client_id: &str, client_secret: &str) -> ClientCredentials {
        let basic = format!("{}:{}", form_encoded(client_id), form_encoded(client_secret));
        ClientCredentials {
            token_url: token_url.to_owned(),
            basic: format!("Basic {}", STANDARD.encode(basic)),
            parameters: vec![("grant_type".to_owned(), "client_credentials".to_owned())],
            secrets: vec![client_secret.to_owned()],
        }
    }
}

/// OAuth 2.0 client credentials; becomes an [`Auth`].
#[derive(Clone)]
pub struct ClientCredentials {
    pub(crate) token_url: String,
    pub(crate) basic: String,
    pub(crate) parameters: Vec<(String, String)>,
    secrets: Vec<String>,
}

impl ClientCredentials {
    /// What the token is to be good for: names with a space between them.
    #[must_use]
    pub fn scope(self, scope: &str) -> Self {
        self.parameter("scope", scope)
    }

    /// One more pair in the form, such as the `audience` that some servers ask for.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl From<ClientCredentials> for Auth {
    fn from(credentials: ClientCredentials) -> Self {
        let mut secrets = credentials.secrets.clone();
        secrets.extend(parts_of(&credentials.basic));
        Self { scheme: Scheme::ClientCredentials(Arc::new(credentials)), secrets }
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.scheme {
            Scheme::None => "none",
            Scheme::Header { .. } => "header",
            Scheme::ClientCredentials(_) => "client credentials",
        })
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientCredentials")
            .field("token_url", &self.token_url)
            .finish_non_exhaustive()
    }
}

/// A header's value, with what may be the secret in it: `abc` of `Token token=abc`, `x` of `Bearer x`.
fn parts_of(value: &str) -> Vec<String> {
    let after_word = value.split_once(' ').map_or(value, |(_, rest)| rest);
    let after_name = after_word.split_once('=').map_or("", |(_, rest)| rest).trim_matches('"');
    [value, after_word, after_name].map(str::to_owned).to_vec()
}

/// RFC 6749, section 2.3.1: the two are encoded as in a form before they are joined.
fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
