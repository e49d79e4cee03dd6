//! Ways to use files.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use connector_interface::Error;

use crate::{Misbehaving, records};

fn path() -> PathBuf {
    std::env::temp_dir().join("of-a-misbehaving-connector")
}

fn write(path: &Path, mebibytes: u64) -> Result<(), Error> {
    let mut file = File::create(path)?;
    let mebibyte = vec![1; 1 << 20];
    for _ in 0..mebibytes {
        file.write_all(&mebibyte)?;
    }
    Ok(())
}

pub(crate) fn write_and_remove(client: &Misbehaving) -> Result<(), Error> {
    write(&path(), client.configuration.count)?;
    fs::remove_file(path())?;
    records::one_record_and_a_checkpoint(client)
}

pub(crate) fn write_and_leave(client: &Misbehaving) -> Result<(), Error> {
    write(&path(), client.configuration.count)?;
    records::one_record_and_a_checkpoint(client)
}

/// Many files of a mebibyte each, then a rest.
pub(crate) fn write_many(client: &Misbehaving) -> Result<(), Error> {
    records::one_record_and_a_checkpoint(client)?;
    for number in 0..client.configuration.count {
        write(&std::env::temp_dir().join(number.to_string()), 1)?;
    }
    std::thread::sleep(std::time::Duration::from_secs(3600));
    Ok(())
}

pub(crate) fn open_many(client: &Misbehaving) -> Result<(), Error> {
    let open = (0..client.configuration.count).map(|_| File::open("/dev/null"));
    let _open: Vec<File> = open.collect::<Result<_, _>>()?;
    records::one_record_and_a_checkpoint(client)
}
