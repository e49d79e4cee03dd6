// says: expected `Uri`, found `String`

use connector_interface::records::{Actor, NewActor};

pub fn actor(id: String) -> Actor {
    let uri = format!("https://example.com/{id}");
    Actor::new(NewActor { id, uri })
}
