//! Lines that a commit adds and deletes, as git counts them.
