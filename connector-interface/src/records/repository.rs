//! The record type `Repository`.
//!
//! Written from `schemas/schemas/records/repository.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, enumeration, object, record},
};

/// A version-controlled body of source code.
#[derive(Debug, Clone, PartialEq)]
pub struct Repository {
    /// The repository's identifier at its host.
    pub id: String,
    /// Address that identifies this repository; for a hosted one, usually its API or clone address.
    pub uri: Uri,
    /// The account under which the repository is kept.
    pub owner: RepositoryOwner,
    /// The repository's name without its owner.
    pub name: String,
    /// The page on which people browse the code.
    pub html_url: Option<Uri>,
    /// The branch that the host shows first and that clones check out.
    pub default_branch: Option<String>,
    /// The programming languages found in it, the most used first.
    ///
    /// The name of one language.
    pub languages: Option<Vec<String>>,
    /// True if it began as a copy of another repository.
    pub fork: Option<bool>,
    /// True if only invited accounts may see it.
    pub private: Option<bool>,
    /// When the repository was set up at its host.
    pub created_at: Option<DateTime>,
    /// When the repository's settings or content last changed.
    pub updated_at: Option<DateTime>,
    /// When it was removed from the host; left out while it is there.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Repository`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRepository {
    /// The repository's identifier at its host.
    pub id: String,
    /// Address that identifies this repository; for a hosted one, usually its API or clone address.
    pub uri: Uri,
    /// The account under which the repository is kept.
    pub owner: RepositoryOwner,
    /// The repository's name without its owner.
    pub name: String,
}

impl Repository {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewRepository) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            owner: required.owner,
            name: required.name,
            html_url: None,
            default_branch: None,
            languages: None,
            fork: None,
            private: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The page on which people browse the code.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// The branch that the host shows first and that clones check out.
    #[must_use]
    pub fn default_branch(mut self, default_branch: impl OptionalValue<String>) -> Self {
        self.default_branch = default_branch.into_value();
        self
    }

    /// The programming languages found in it, the most used first.
    ///
    /// The name of one language.
    #[must_use]
    pub fn languages(mut self, languages: impl OptionalValue<Vec<String>>) -> Self {
        self.languages = languages.into_value();
        self
    }

    /// True if it began as a copy of another repository.
    #[must_use]
    pub fn fork(mut self, fork: impl OptionalValue<bool>) -> Self {
        self.fork = fork.into_value();
        self
    }

    /// True if only invited accounts may see it.
    #[must_use]
    pub fn private(mut self, private: impl OptionalValue<bool>) -> Self {
        self.private = private.into_value();
        self
    }

    /// When the repository was set up at its host.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the repository's settings or content last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When it was removed from the host; left out while it is there.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Repository "Repository" {
        required id "id",
        required uri "self",
        required owner "owner",
        required name "name",
        optional html_url "htmlUrl",
        optional default_branch "defaultBranch",
        optional languages "languages",
        optional fork "fork",
        optional private "private",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}

/// The account under which the repository is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct RepositoryOwner {
    /// The account's identifier at the host.
    pub id: String,
    /// Whether one person (`user`) or an `organization` holds the account.
    pub type_: RepositoryOwnerType,
    /// The account's name as it stands in the repository's path.
    pub name: String,
    /// The account's page.
    pub html_url: Option<Uri>,
    /// The account's picture.
    pub avatar_url: Option<Uri>,
    extras: Extras,
}

/// What every [`RepositoryOwner`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRepositoryOwner {
    /// The account's identifier at the host.
    pub id: String,
    /// Whether one person (`user`) or an `organization` holds the account.
    pub type_: RepositoryOwnerType,
    /// The account's name as it stands in the repository's path.
    pub name: String,
}

impl RepositoryOwner {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewRepositoryOwner) -> Self {
        Self {
            id: required.id,
            type_: required.type_,
            name: required.name,
            html_url: None,
            avatar_url: None,
            extras: Extras::default(),
        }
    }

    /// The account's page.
    #[must_use]
    pub fn html_url(mut self, html_url: impl OptionalValue<Uri>) -> Self {
        self.html_url = html_url.into_value();
        self
    }

    /// The account's picture.
    #[must_use]
    pub fn avatar_url(mut self, avatar_url: impl OptionalValue<Uri>) -> Self {
        self.avatar_url = avatar_url.into_value();
        self
    }
}

object! {
    RepositoryOwner {
        required id "id",
        required type_ "type",
        required name "name",
        optional html_url "htmlUrl",
        optional avatar_url "avatarUrl",
    }
}

enumeration! {
    /// Whether one person (`user`) or an `organization` holds the account.
    RepositoryOwnerType {
        User "user",
        Organization "organization",
    }
}
