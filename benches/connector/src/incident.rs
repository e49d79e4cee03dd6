//! The incident that everything is measured with: 343 bytes, the same but for its number.

use connector_interface::{
    DateTime, Error,
    records::{Incident, IncidentStatus, NewIncident},
};
use serde_json::{Value, json};

/// The number of the first incident: all that are produced have as many digits.
pub const FIRST: u64 = 100_000_000;

const SITE: &str = "https://incidents.example.com";
const TITLE: &str = "Disk of db-primary-1 is 91 % full and fills in an hour";
const CREATED_AT: &str = "2020-02-21T12:00:00Z";
const UPDATED_AT: &str = "2020-02-21T13:37:42Z";

/// The incident as a source would send it, and where its number stands in it.
#[derive(Clone)]
pub struct Template {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

impl Template {
    /// # Errors
    /// Where an incident cannot be written as JSON.
    pub fn new() -> Result<Self, Error> {
        let bytes = serde_json::to_vec(&typed(FIRST)?)?;
        let digits = FIRST.to_string();
        let is_number = |at: &usize| bytes[*at..].starts_with(digits.as_bytes());
        let places = (0..bytes.len()).filter(is_number).collect();
        Ok(Self { bytes, places })
    }

    /// The bytes of the incident with this number, of nine digits.
    pub fn numbered(&mut self, number: u64) -> &[u8] {
        let mut rest = number;
        let mut digits = [b'0'; 9];
        for digit in digits.iter_mut().rev() {
            // A remainder of ten fits.
            *digit += u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        for place in &self.places {
            self.bytes[*place..*place + digits.len()].copy_from_slice(&digits);
        }
        &self.bytes
    }
}

/// The incident with this number, made as an author makes it.
///
/// # Errors
/// Where a part of it is not what it should be.
pub fn typed(number: u64) -> Result<Incident, Error> {
    let created_at: DateTime = CREATED_AT.parse()?;
    let updated_at: DateTime = UPDATED_AT.parse()?;
    let required = NewIncident {
        id: format!("INC{number}"),
        uri: format!("{SITE}/api/{number}").parse()?,
        title: TITLE.to_owned(),
        status: IncidentStatus::Resolved,
        created_at,
    };
    let page = format!("{SITE}/accounts/acme/incidents/{number}").parse()?;
    Ok(Incident::new(required).html_url(Some(page)).number(i64::try_from(number)?).updated_at(updated_at))
}

/// The same as a value.
pub fn value(number: u64) -> Value {
    json!({
        "_type": "Incident",
        "id": format!("INC{number}"),
        "self": format!("{SITE}/api/{number}"),
        "title": TITLE,
        "htmlUrl": format!("{SITE}/accounts/acme/incidents/{number}"),
        "number": number,
        "status": "resolved",
        "createdAt": CREATED_AT,
        "updatedAt": UPDATED_AT,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_an_incident_are_the_same_record_of_343_bytes() {
        let mut template = Template::new().unwrap();
        for number in [FIRST, FIRST + 1, FIRST + 123_456_789] {
            let bytes = template.numbered(number);
            assert_eq!(bytes.len(), 343, "{}", String::from_utf8_lossy(bytes));
            let json: Value = serde_json::from_slice(bytes).unwrap();
            assert_eq!(json, value(number));
            assert_eq!(json, serde_json::to_value(typed(number).unwrap()).unwrap());
        }
    }
}
