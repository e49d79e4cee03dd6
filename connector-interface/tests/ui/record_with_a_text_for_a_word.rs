// says: expected `IncidentStatus`, found `&str`

use connector_interface::{
    DateTime, Uri,
    records::{Incident, NewIncident},
};

pub fn incident(uri: Uri, created_at: DateTime) -> Incident {
    Incident::new(NewIncident {
        id: "Q1".to_owned(),
        uri,
        title: "Disk full".to_owned(),
        status: "resolved",
        created_at,
    })
}
