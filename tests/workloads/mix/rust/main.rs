//! mix_rust burns CPU time in sections of known shares and says what each has used (../README.md).
//!
//! Built from the standard library alone. zlib and hash are shared libraries, called as C; alloc is
//! the system's malloc through Rust's allocator.

mod language;
mod sections;
mod system;

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const SLICE_S: f64 = 0.004;
const REPORT: Duration = Duration::from_secs(1);

struct Section {
    name: String,
    share: f64,
    work: Box<dyn FnMut()>,
    spent_s: f64,
}

fn parse_shares(text: &str) -> Result<Vec<Section>, String> {
    let mut known = sections::all();
    let mut chosen = Vec::new();
    for part in text.split(',') {
        let (name, weight) = part.split_once('=').ok_or(format!("bad share {part}"))?;
        let work = known
            .remove(name)
            .ok_or(format!("no such section: {name}"))?;
        let share = weight.parse::<f64>().map_err(|error| error.to_string())?;
        chosen.push(Section {
            name: name.to_string(),
            share,
            work,
            spent_s: 0.0,
        });
    }
    let total: f64 = chosen.iter().map(|section| section.share).sum();
    for section in &mut chosen {
        section.share /= total;
    }
    Ok(chosen)
}

fn report(sections: &[Section]) {
    let at = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970");
    let spent: Vec<String> = sections
        .iter()
        .map(|one| format!("\"{}\": {:.6}", one.name, one.spent_s))
        .collect();
    println!(
        "{{\"at\": {:.6}, \"cpu_s\": {:.6}, \"sections\": {{{}}}}}",
        at.as_secs_f64(),
        system::process_cpu_s(),
        spent.join(", ")
    );
}

/// The section that is furthest behind its share.
fn next_of(sections: &mut [Section]) -> &mut Section {
    let total: f64 = sections.iter().map(|section| section.spent_s).sum();
    let behind = |section: &Section| section.share * total - section.spent_s;
    sections
        .iter_mut()
        .max_by(|a, b| behind(a).total_cmp(&behind(b)))
        .expect("there is a section")
}

fn burn(sections: &mut [Section], lifetime: Duration) {
    let end = Instant::now() + lifetime;
    let mut next_report = Instant::now();
    let mut last = system::thread_cpu_s();
    while Instant::now() < end {
        if Instant::now() >= next_report {
            report(sections);
            next_report += REPORT;
        }
        let section = next_of(sections);
        let mut used = 0.0;
        while used < SLICE_S {
            (section.work)();
            used = system::thread_cpu_s() - last;
        }
        section.spent_s += used;
        last += used;
    }
    report(sections);
}

fn main() {
    system::keep_freed_memory();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let options: HashMap<&str, &str> = words
        .chunks_exact(2)
        .map(|pair| (pair[0].as_str(), pair[1].as_str()))
        .collect();
    let seconds = options
        .get("--seconds")
        .unwrap_or(&"10")
        .parse()
        .expect("--seconds is a number");
    match parse_shares(options.get("--shares").unwrap_or(&"language=1")) {
        Ok(mut sections) => burn(&mut sections, Duration::from_secs_f64(seconds)),
        Err(message) => {
            eprintln!("{message}");
            std::process::exit(2);
        }
    }
}
