//! A token that is fetched once for all, kept while it is good.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::Value;

use crate::{address::Address, auth::ClientCredentials, error::Error, waits::Waits};

/// How often who waits for another's token asks whether to go on.
const NOTICE: Duration = Duration::from_millis(50);
/// How long before its end a token is not used any more; where it does not live long, a tenth of its life.
const MARGIN: Duration = Duration::from_secs(60);

/// Where tokens come from, with the present one.
pub(crate) struct TokenSource {
    pub(crate) credentials: Arc<ClientCredentials>,
    pub(crate) address: Address,
    kept: Mutex<Kept>,
    changed: Condvar,
}

enum Kept {
    Nothing,
    BeingFetched,
    Token { token: String, good_until: Option<Instant> },
}

/// RFC 6749, section 5.1.
#[derive(Deserialize)]
pub(crate) struct Grant {
    pub(crate) access_token: String,
    #[serde(default)]
    expires_in: Value,
}

impl Grant {
    /// How long the token is used. Some servers write the number as a text; what is neither says nothing.
    fn lifetime(&self) -> Option<Duration> {
        let seconds = match &self.expires_in {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_f64(),
        };
        let lifetime = Duration::try_from_secs_f64(seconds?).ok()?;
        Some(lifetime - MARGIN.min(lifetime / 10))
    }
}

impl TokenSource {
    pub(crate) fn new(credentials: Arc<ClientCredentials>, address: Address) -> Self {
        Self { credentials, address, kept: Mutex::new(Kept::Nothing), changed: Condvar::new() }
    }

    /// The form that asks for a token.
    pub(crate) fn form(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.credentials.parameters).finish()
    }

    /// The present token, or a new one; one caller fetches it, and the others wait for that one.
    pub(crate) fn token(
        &self,
        waits: &Waits,
        fetch: impl FnOnce() -> Result<Grant, Error>,
    ) -> Result<String, Error> {
        if let Some(token) = self.present(waits)? {
            return Ok(token);
        }
        let fetching = Fetching(self);
        let grant = fetch()?;
        let good_until = grant.lifetime().and_then(|lifetime| Instant::now().checked_add(lifetime));
        *self.kept() = Kept::Token { token: grant.access_token.clone(), good_until };
        drop(fetching);
        Ok(grant.access_token)
    }

    /// The source has refused this token. It may have been replaced meanwhile.
    pub(crate) fn forget(&self, refused: &str) {
        let mut kept = self.kept();
        if matches!(&*kept, Kept::Token { token, .. } if token == refused) {
            *kept = Kept::Nothing;
        }
    }

    /// The token, or nothing where the caller is to fetch one.
    fn present(&self, waits: &Waits) -> Result<Option<String>, Error> {
        let mut kept = self.kept();
        loop {
            match &*kept {
                Kept::Token { token, good_until } if good_until.is_none_or(|end| Instant::now() < end) => {
                    return Ok(Some(token.clone()));
                }
                Kept::BeingFetched => {
                    waits.check()?;
                    kept = self.changed.wait_timeout(kept, NOTICE).unwrap_or_else(PoisonError::into_inner).0;
                }
                Kept::Token { .. } | Kept::Nothing => {
                    *kept = Kept::BeingFetched;
                    return Ok(None);
                }
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the next caller fetch where this one could not.
struct Fetching<'a>(&'a TokenSource);

impl Drop for Fetching<'_> {
    fn drop(&mut self) {
        let mut kept = self.0.kept();
        if matches!(*kept, Kept::BeingFetched) {
            *kept = Kept::Nothing;
        }
        drop(kept);
        self.0.changed.notify_all();
    }
}
