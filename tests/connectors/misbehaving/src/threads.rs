//! Records from many threads, or from the wrong one.

use std::{thread, time::Duration};

use connector_interface::{Error, ProduceError};

use crate::{Misbehaving, records::branch};

const THREADS: u64 = 16;

pub(crate) fn produce_from_many(client: &Misbehaving) -> Result<(), Error> {
    let (records, count) = (&client.context.records, client.configuration.count);
    let produce =
        |thread| (1..=count).try_for_each(|number| records.produce(&branch(thread * count + number)));
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || produce(thread))).collect();
        let verdicts = threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(())));
        verdicts.collect::<Result<(), ProduceError>>()
    })?;
    Ok(())
}

pub(crate) fn produce_after_return(client: &Misbehaving) -> Result<(), Error> {
    let context = client.context.clone();
    thread::spawn(move || {
        for number in 1.. {
            if let Err(error) = context.records.produce(&branch(number)) {
                context.logger.info(format!("refused after the return: {error}"));
                thread::sleep(Duration::from_millis(1));
            }
        }
    });
    thread::sleep(Duration::from_millis(20));
    Ok(())
}
