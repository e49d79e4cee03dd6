//! connector-interface
