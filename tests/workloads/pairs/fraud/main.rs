//! The same scores as main.go.

#[path = "../serve/rust/serve.rs"]
mod serve;

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::sync::Mutex;

const ACCOUNTS: u32 = 150_000;
const HISTORY: usize = 12;
const BATCH: usize = 60;
const SHARDS: u32 = 64;

struct Payment {
    merchant: String,
    country: String,
    amount: f64,
}

struct Account {
    history: VecDeque<Payment>,
}

type Shard = Mutex<HashMap<u32, Account>>;

struct Random(u64);

impl Random {
    fn new() -> Random {
        Random(RandomState::new().build_hasher().finish() | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, limit: u32) -> u32 {
        (self.next() % u64::from(limit)) as u32
    }

    fn share(&mut self) -> f64 {
        self.next() as f64 / (1u64 << 53) as f64
    }
}

impl Payment {
    fn make(random: &mut Random) -> Payment {
        Payment {
            merchant: format!("merchant-{}", random.below(50_000)),
            country: format!("C{:02}", random.below(40)),
            amount: 1.0 + 500.0 * random.share(),
        }
    }
}

impl Account {
    fn make(random: &mut Random) -> Account {
        Account {
            history: (0..HISTORY).map(|_| Payment::make(random)).collect(),
        }
    }

    /// How unusual a payment is for this account: by amount, merchant and country.
    fn score(&self, next: &Payment) -> f64 {
        let mut merchants: HashMap<&str, u32> = HashMap::new();
        let mut countries: HashMap<&str, u32> = HashMap::new();
        let (mut sum, mut squares) = (0.0, 0.0);
        for past in &self.history {
            *merchants.entry(&past.merchant).or_default() += 1;
            *countries.entry(&past.country).or_default() += 1;
            sum += past.amount;
            squares += past.amount * past.amount;
        }
        let count = self.history.len() as f64;
        let mean = sum / count;
        let deviation = (squares / count - mean * mean).max(1.0).sqrt();
        let seen = |map: &HashMap<&str, u32>, name: &str| {
            1.0 / f64::from(1 + map.get(name).copied().unwrap_or(0))
        };
        (next.amount - mean).abs() / deviation
            + seen(&merchants, &next.merchant)
            + seen(&countries, &next.country)
    }

    fn remember(&mut self, next: Payment) {
        self.history.pop_front();
        self.history.push_back(next);
    }
}

fn make_shards() -> Vec<Shard> {
    let mut random = Random::new();
    let mut shards: Vec<HashMap<u32, Account>> = Vec::new();
    shards.resize_with(SHARDS as usize, HashMap::new);
    for number in 0..ACCOUNTS {
        shards[(number % SHARDS) as usize].insert(number, Account::make(&mut random));
    }
    shards.into_iter().map(Mutex::new).collect()
}

fn score_batch(shards: &[Shard], random: &mut Random) -> f64 {
    let mut worst: f64 = 0.0;
    for _ in 0..BATCH {
        let number = random.below(ACCOUNTS);
        let next = Payment::make(random);
        let mut part = shards[(number % SHARDS) as usize]
            .lock()
            .expect("nobody panics with a lock");
        if let Some(account) = part.get_mut(&number) {
            worst = worst.max(account.score(&next));
            account.remember(next);
        }
    }
    worst
}

fn main() {
    let shards = make_shards();
    serve::serve_with(&serve::options(), Random::new, move |random, _| {
        io::Result::Ok(format!("{:.4}\n", score_batch(&shards, random)).into_bytes())
    });
}
