//! What the sections do. A call takes some 0.1 to 1 ms.

use std::collections::HashMap;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;

use crate::language::{make_text, Language};
use crate::system;

type Work = Box<dyn FnMut()>;

fn zlib() -> Work {
    let mut text = make_text(64000).into_bytes();
    let mut packed = vec![0; 70000];
    Box::new(move || system::zlib_round_trip(&mut text, &mut packed))
}

fn hash() -> Work {
    let block = make_text(256 * 1024).into_bytes();
    Box::new(move || {
        black_box(system::sha256(&block));
    })
}

/// Blocks of many sizes, freed in another order than they were made.
fn alloc() -> Work {
    let mut blocks: Vec<Vec<u8>> = (0..4096).map(|_| Vec::new()).collect();
    let mut turn: u32 = 1;
    Box::new(move || {
        for _ in 0..5000 {
            turn = turn.wrapping_mul(1664525).wrapping_add(1013904223);
            let block = &mut blocks[(turn >> 20) as usize];
            *block = Vec::new();
            block.reserve_exact(16 + ((turn >> 8) % 2000) as usize);
            block.push(1);
        }
    })
}

fn syscalls() -> Work {
    let path = std::env::temp_dir().join(format!("mix-{}", std::process::id()));
    let mut buffer = vec![b'x'; 64 * 1024];
    fs::write(&path, &buffer).expect("a file in the temporary folder");
    let file = File::open(&path).expect("the file just written");
    fs::remove_file(&path).expect("the file just written");
    let (mut near, mut far) = UnixStream::pair().expect("a socket pair");
    Box::new(move || {
        for _ in 0..4 {
            file.read_at(&mut buffer, 0).expect("the file");
        }
        for _ in 0..20 {
            near.write_all(&buffer[..512]).expect("the socket pair");
            far.read_exact(&mut buffer[..512]).expect("the socket pair");
        }
        black_box(fs::read_dir("/etc").expect("/etc").count());
    })
}

pub fn all() -> HashMap<&'static str, Work> {
    let mut language = Language::new();
    let work: Work = Box::new(move || language.work());
    HashMap::from([
        ("language", work),
        ("zlib", zlib()),
        ("hash", hash()),
        ("alloc", alloc()),
        ("syscalls", syscalls()),
    ])
}
