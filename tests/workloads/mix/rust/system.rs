//! The few calls of C that the sections and the clock need.

use std::os::raw::{c_int, c_long, c_uchar, c_ulong};

#[repr(C)]
struct Timespec {
    seconds: c_long,
    nanoseconds: c_long,
}

#[link(name = "z")]
extern "C" {
    fn compress2(
        to: *mut c_uchar,
        to_size: *mut c_ulong,
        from: *const c_uchar,
        size: c_ulong,
        level: c_int,
    ) -> c_int;
    fn uncompress(
        to: *mut c_uchar,
        to_size: *mut c_ulong,
        from: *const c_uchar,
        size: c_ulong,
    ) -> c_int;
}

#[link(name = "crypto")]
extern "C" {
    fn SHA256(data: *const c_uchar, size: usize, digest: *mut c_uchar) -> *mut c_uchar;
}

extern "C" {
    fn clock_gettime(clock: c_int, now: *mut Timespec) -> c_int;
    fn mallopt(what: c_int, value: c_int) -> c_int;
}

/// Makes malloc keep what is freed. Else `zlib` and `alloc` fault in the same pages over and over: kernel
/// time, which is known from the kernel's accounts already and would count twice.
pub fn keep_freed_memory() {
    const TRIM_THRESHOLD: c_int = -1;
    const MMAP_THRESHOLD: c_int = -3;
    const LARGE: c_int = 32 << 20; // the most that is accepted
    let done = unsafe { mallopt(TRIM_THRESHOLD, LARGE) & mallopt(MMAP_THRESHOLD, LARGE) };
    assert_eq!(done, 1);
}

fn seconds_of(clock: c_int) -> f64 {
    let mut now = Timespec {
        seconds: 0,
        nanoseconds: 0,
    };
    unsafe { clock_gettime(clock, &mut now) };
    now.seconds as f64 + now.nanoseconds as f64 / 1e9
}

pub fn process_cpu_s() -> f64 {
    seconds_of(2)
}

pub fn thread_cpu_s() -> f64 {
    seconds_of(3)
}

/// Compresses `text` into `packed` and back into `text`.
pub fn zlib_round_trip(text: &mut [u8], packed: &mut [u8]) {
    let mut packed_size = packed.len() as c_ulong;
    let mut text_size = text.len() as c_ulong;
    let done = unsafe {
        compress2(
            packed.as_mut_ptr(),
            &mut packed_size,
            text.as_ptr(),
            text_size,
            6,
        ) + uncompress(
            text.as_mut_ptr(),
            &mut text_size,
            packed.as_ptr(),
            packed_size,
        )
    };
    assert_eq!(done, 0);
}

pub fn sha256(data: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    unsafe { SHA256(data.as_ptr(), data.len(), digest.as_mut_ptr()) };
    digest
}
