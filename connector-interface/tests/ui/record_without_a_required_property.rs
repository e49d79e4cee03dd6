// says: missing field `title` in initializer of `NewIncident`

use connector_interface::{
    DateTime, Uri,
    records::{Incident, IncidentStatus, NewIncident},
};

pub fn incident(uri: Uri, created_at: DateTime) -> Incident {
    Incident::new(NewIncident { id: "Q1".to_owned(), uri, status: IncidentStatus::Resolved, created_at })
}
