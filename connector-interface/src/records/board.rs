//! The record type `Board`.
//!
//! Written from `schemas/schemas/records/board.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, enumeration, record},
};

/// A planning board on which a team moves its work.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// The board's identifier in the planning tool.
    pub id: String,
    /// Address that identifies this board in the planning tool.
    pub uri: Uri,
    /// The heading of the board.
    pub name: String,
    /// How work flows over the board: continuously (kanban), in sprints (scrum), or with neither rule (simple).
    pub board_type: BoardType,
    /// When the board was set up.
    pub created_at: Option<DateTime>,
    /// When the board's settings last changed.
    pub updated_at: Option<DateTime>,
    /// When the board was taken down; left out while it is in use.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Board`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBoard {
    /// The board's identifier in the planning tool.
    pub id: String,
    /// Address that identifies this board in the planning tool.
    pub uri: Uri,
    /// The heading of the board.
    pub name: String,
    /// How work flows over the board: continuously (kanban), in sprints (scrum), or with neither rule (simple).
    pub board_type: BoardType,
}

impl Board {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewBoard) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: required.name,
            board_type: required.board_type,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// When the board was set up.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the board's settings last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the board was taken down; left out while it is in use.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Board "Board" {
        required id "id",
        required uri "self",
        required name "name",
        required board_type "boardType",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}

enumeration! {
    /// How work flows over the board: continuously (kanban), in sprints (scrum), or with neither rule (simple).
    BoardType {
        Kanban "kanban",
        Scrum "scrum",
        Simple "simple",
    }
}
