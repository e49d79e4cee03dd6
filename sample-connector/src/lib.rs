//! sample-connector
