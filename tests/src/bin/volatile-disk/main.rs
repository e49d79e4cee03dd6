//! `volatile-disk SOCKET IMAGE SEED`: a disk with a cache that a power cut empties.
//!
//! It serves the image to one emulator over the protocol of network block devices, on a Unix socket. As a real disk may, it
//! calls a write done once that is in its cache, and keeps it for good only at a flush. When the emulator is killed, some of
//! what was written since the last flush is on the image and some is not, sector by sector, as the seed decides.

#![expect(clippy::expect_used, reason = "in a test, a panic with the reason is the report")]

mod disk;
mod protocol;

use std::{env, os::unix::net::UnixListener};

use disk::Disk;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [socket, image, seed] = &arguments[..] else { panic!("a socket, an image and a seed are wanted") };
    let mut disk = Disk::open(image.as_ref()).expect("the image can be opened");
    let listener = UnixListener::bind(socket).expect("the socket can be made");
    let (mut stream, _) = listener.accept().expect("the emulator comes");
    // Whoever is killed does not say goodbye.
    let ended = protocol::serve(&mut stream, &mut disk);
    let (kept, lost) = disk.cut_power(seed.parse().expect("a seed is a number")).expect("the image is ours");
    println!("cut: {kept} sectors of the cache kept, {lost} lost ({ended:?})");
}
