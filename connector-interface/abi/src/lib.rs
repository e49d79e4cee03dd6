//! connector-interface/abi
