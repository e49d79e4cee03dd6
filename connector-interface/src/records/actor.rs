//! The record type `Actor`.
//!
//! Written from `schemas/schemas/records/actor.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, record},
};

/// Someone or something that acts in a service: a person with an account, a commit author, a bot.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// The account's identifier in the service it comes from; for a git author, usually the e-mail address.
    pub id: String,
    /// Address that identifies this account for good, even if its owner renames it; other records refer to the actor
    /// by it.
    pub uri: Uri,
    /// The name people see next to this account's work, such as a full name or a login.
    pub name: Option<String>,
    /// The address the service or the commit gives for this actor, exactly as found; it may be empty or not an
    /// address at all.
    pub email: Option<String>,
    /// True for automation (a CI user, a dependency updater), false for a person.
    pub bot: Option<bool>,
    /// The profile page of this account.
    pub html_url: Option<Uri>,
    /// The picture shown for this account.
    pub avatar_url: Option<Uri>,
    /// When the account was opened.
    pub created_at: Option<DateTime>,
    /// When the account's details last changed.
    pub updated_at: Option<DateTime>,
    /// When the account was closed; left out while it is in use.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Actor`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewActor {
    /// The account's identifier in the service it comes from; for a git author, usually the e-mail address.
    pub id: String,
    /// Address that identifies this account for good, even if its owner renames it; other records refer to the actor
    /// by it.
    pub uri: Uri,
}

impl Actor {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewActor) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: None,
            email: None,
            bot: None,
            html_url: None,
            avatar_url: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The name people see next to this account's work, such as a full name or a login.
    #[must_use]
    pub fn name(mut self, name: impl OptionalValue<String>) -> Self {
        self.name = name.into_value();
        self
    }

    /// The address the service or the commit gives for this actor, exactly as found; it may be empty or not an
    /// address at all.
    #[must_use]
    pub fn email(mut self, email: impl OptionalValue<String>) -> Self {
        self.email = email.into_value();
        self
    }

    /// True for automation (a CI user, a dependency updater), false for a person.
    #[must_use]
    pub fn bot(mut self, bot: impl OptionalValue<bool>) -> Self {
        self.bot = bot.into_value();
        self
    }

    /// The profile page of this account.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// The picture shown for this account.
    #[must_use]
    pub fn avatar_url(mut self, avatar_url: impl OptionalValue<Uri>) -> Self {
        self.avatar_url = avatar_url.into_value();
        self
    }

    /// When the account was opened.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the account's details last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the account was closed; left out while it is in use.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Actor "Actor" {
        required id "id",
        required uri "self",
        optional name "name",
        optional email "email",
        optional bot "bot",
        optional html_url "htmlUrl",
        optional avatar_url "avatarUrl",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
