//! The record type `Sprint`.
//!
//! Written from `schemas/schemas/records/sprint.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Board;
use crate::{
    DateTime, Uri,
    property::{Extras, Nullable, OptionalLink, OptionalValue, RecordOrUri, enumeration, record},
};

/// A fixed span of time in which a team sets out to finish chosen work.
#[derive(Debug, Clone, PartialEq)]
pub struct Sprint {
    /// The sprint's identifier in the planning tool.
    pub id: String,
    /// Address that identifies this sprint.
    pub uri: Uri,
    /// What the team calls the sprint.
    pub name: String,
    /// Whether the sprint is under way (`active`) or over (`closed`).
    pub state: SprintState,
    /// What the team wants to have reached by the end.
    pub goal: Option<String>,
    /// When the sprint is planned to end; null if no date is set.
    pub end_time: Nullable<DateTime>,
    /// When the sprint was planned; null if the planning tool does not say.
    pub created_at: Nullable<DateTime>,
    /// When the sprint's plan last changed; null if the planning tool does not say.
    pub updated_at: Nullable<DateTime>,
    /// When the sprint was struck from the plan; null or left out while it stands.
    pub deleted_at: Nullable<DateTime>,
    /// When the team really closed the sprint; null while it is under way.
    pub complete_time: Nullable<DateTime>,
    /// The board on which the sprint is run.
    pub board: Option<RecordOrUri<Board>>,
    extras: Extras,
}

/// What every [`Sprint`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSprint {
    /// The sprint's identifier in the planning tool.
    pub id: String,
    /// Address that identifies this sprint.
    pub uri: Uri,
    /// What the team calls the sprint.
    pub name: String,
    /// Whether the sprint is under way (`active`) or over (`closed`).
    pub state: SprintState,
}

impl Sprint {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewSprint) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            name: required.name,
            state: required.state,
            goal: None,
            end_time: Nullable::Absent,
            created_at: Nullable::Absent,
            updated_at: Nullable::Absent,
            deleted_at: Nullable::Absent,
            complete_time: Nullable::Absent,
            board: None,
            extras: Extras::default(),
        }
    }

    /// What the team wants to have reached by the end.
    #[must_use]
    pub fn goal(mut self, goal: impl OptionalValue<String>) -> Self {
        self.goal = goal.into_value();
        self
    }

    /// When the sprint is planned to end; null if no date is set.
    #[must_use]
    pub fn end_time(mut self, end_time: impl Into<Nullable<DateTime>>) -> Self {
        self.end_time = end_time.into();
        self
    }

    /// When the sprint was planned; null if the planning tool does not say.
    #[must_use]
    pub fn created_at(mut self, created_at: impl Into<Nullable<DateTime>>) -> Self {
        self.created_at = created_at.into();
        self
    }

    /// When the sprint's plan last changed; null if the planning tool does not say.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl Into<Nullable<DateTime>>) -> Self {
        self.updated_at = updated_at.into();
        self
    }

    /// When the sprint was struck from the plan; null or left out while it stands.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl Into<Nullable<DateTime>>) -> Self {
        self.deleted_at = deleted_at.into();
        self
    }

    /// When the team really closed the sprint; null while it is under way.
    #[must_use]
    pub fn complete_time(mut self, complete_time: impl Into<Nullable<DateTime>>) -> Self {
        self.complete_time = complete_time.into();
        self
    }

    /// The board on which the sprint is run.
    #[must_use]
    pub fn board(mut self, board: impl OptionalLink<Board>) -> Self {
        self.board = board.into_link();
        self
    }
}

record! {
    Sprint "Sprint" {
        required id "id",
        required uri "self",
        required name "name",
        required state "state",
        optional goal "goal",
        nullable end_time "endTime",
        nullable created_at "createdAt",
        nullable updated_at "updatedAt",
        nullable deleted_at "deletedAt",
        nullable complete_time "completeTime",
        optional board "board",
    }
}

enumeration! {
    /// Whether the sprint is under way (`active`) or over (`closed`).
    SprintState {
        Closed "closed",
        Active "active",
    }
}
