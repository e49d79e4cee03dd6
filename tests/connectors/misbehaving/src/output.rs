//! More output than anybody reads.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use connector_interface::Error;

use crate::{Misbehaving, records};

pub(crate) fn print_storm(client: &Misbehaving) -> Result<(), Error> {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for printer in 0..4 {
            let done = &done;
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    println!("{{\"_type\":\"Branch\",\"printer\":{printer}}} {}", "x".repeat(100));
                }
            });
        }
        let produced = records::well(client);
        done.store(true, Ordering::Relaxed);
        produced
    })
}

pub(crate) fn log_storm(client: &Misbehaving) -> Result<(), Error> {
    for number in 1..=client.configuration.count {
        client.context.records.produce(&records::branch(number))?;
        client.context.logger.with_tag("page", number).info("one of a storm");
    }
    Ok(())
}

/// A mebibyte of lines on stderr for each record.
pub(crate) fn flood(client: &Misbehaving) -> Result<(), Error> {
    let lines = format!("{}\n", "x".repeat(127)).repeat(8192);
    for number in 1..=client.configuration.count {
        eprint!("{lines}");
        client.context.records.produce(&records::branch(number))?;
    }
    Ok(())
}

pub(crate) fn giant_line(client: &Misbehaving) -> Result<(), Error> {
    let mebibyte = "x".repeat(1 << 20);
    for _ in 0..client.configuration.count {
        eprint!("{mebibyte}");
    }
    records::well(client)
}
