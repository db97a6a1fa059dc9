//! The same sessions as Sessions.java.

#[path = "../serve/rust/serve.rs"]
mod serve;

use std::collections::hash_map::RandomState;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::sync::{Arc, Mutex};

const KEPT: u32 = 200_000;
const LOOKED_AT: u32 = 400;
const CHANGED: u32 = 20;
const PAGES: usize = 6;
const SHARDS: u32 = 64;

struct Session {
    #[allow(dead_code)]
    user: String,
    settings: HashMap<String, String>,
    pages: Vec<String>,
    visits: u64,
}

impl Session {
    fn begin(number: u32) -> Session {
        let language = if number % 3 == 0 { "de" } else { "en" };
        let currency = if number % 2 == 0 { "EUR" } else { "USD" };
        let settings = [
            ("language", language.to_string()),
            ("currency", currency.to_string()),
            ("basket", format!("basket-{}", u64::from(number) * 7)),
        ];
        Session {
            user: format!("user-{number}"),
            settings: settings
                .map(|(name, value)| (name.to_string(), value))
                .into(),
            pages: (0..PAGES as u32)
                .map(|page| format!("/articles/{}", number + page * 31))
                .collect(),
            visits: 0,
        }
    }

    fn visit(&mut self, article: u32) {
        self.visits += 1;
        if self.pages.len() >= PAGES {
            self.pages.remove(0);
        }
        self.pages.push(format!("/articles/{article}"));
    }
}

type Shard = Mutex<HashMap<u32, Session>>;

struct Random(u64);

impl Random {
    fn new() -> Random {
        Random(RandomState::new().build_hasher().finish() | 1)
    }

    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 32) % u64::from(limit)) as u32
    }
}

fn make_shards() -> Vec<Shard> {
    let mut shards: Vec<HashMap<u32, Session>> = Vec::new();
    shards.resize_with(SHARDS as usize, HashMap::new);
    for number in 0..KEPT {
        shards[(number % SHARDS) as usize].insert(number, Session::begin(number));
    }
    shards.into_iter().map(Mutex::new).collect()
}

fn visit(shards: &[Shard], random: &mut Random) -> String {
    let shard_of = |number: u32| {
        shards[(number % SHARDS) as usize]
            .lock()
            .expect("nobody panics with a lock")
    };
    let (mut visits, mut baskets) = (0, 0);
    for _ in 0..LOOKED_AT {
        let number = random.below(KEPT);
        if let Some(session) = shard_of(number).get_mut(&number) {
            session.visit(random.below(100_000));
            visits += session.visits;
            baskets += u32::from(session.settings["basket"].ends_with('7'));
        }
    }
    for _ in 0..CHANGED {
        let number = random.below(KEPT);
        let session = Session::begin(number);
        shard_of(number).insert(number, session);
    }
    format!("{visits} {baskets}\n")
}

fn main() {
    let shards = Arc::new(make_shards());
    serve::serve_with(&serve::options(), Random::new, move |random, _| {
        io::Result::Ok(visit(&shards, random).into_bytes())
    });
}
