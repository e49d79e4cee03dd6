// says: `&str` is no link to a `Repository`

use connector_interface::records::Branch;

pub fn branch() -> Branch {
    Branch::new().repository("https://github.com/ada/engine")
}
