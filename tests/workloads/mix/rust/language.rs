//! The language section: Rust at work, the standard library's generics included.

use std::collections::HashMap;
use std::hint::black_box;

const WORDS: [&str; 16] = [
    "order", "item", "price", "amount", "customer", "address", "invoice", "payment", "status",
    "created", "updated", "shipping", "country", "currency", "discount", "quantity",
];

pub fn make_text(size: usize) -> String {
    let mut text = String::new();
    for i in 1.. {
        if text.len() >= size {
            break;
        }
        text += &format!("{}{} ", WORDS[i * 7919 % 16], i * i * 31 % 97);
    }
    text.truncate(size);
    text
}

fn collatz(limit: u64) -> usize {
    let mut longest = 0;
    for start in 1..limit {
        let (mut value, mut steps) = (start, 0);
        while value != 1 {
            value = if value % 2 == 0 {
                value / 2
            } else {
                3 * value + 1
            };
            steps += 1;
        }
        longest = longest.max(steps);
    }
    longest
}

fn mandelbrot(size: usize) -> usize {
    let mut inside = 0;
    for point in 0..size * size {
        let x0 = 3.0 * (point % size) as f64 / size as f64 - 2.0;
        let y0 = 2.0 * (point / size) as f64 / size as f64 - 1.0;
        let (mut x, mut y, mut turn) = (0.0, 0.0, 0);
        while turn < 50 && x * x + y * y <= 4.0 {
            (x, y) = (x * x - y * y + x0, 2.0 * x * y + y0);
            turn += 1;
        }
        inside += usize::from(turn == 50);
    }
    inside
}

trait Account {
    fn deposit(&mut self, amount: i64) -> i64;
}
struct Giro(i64);
struct Savings(Giro);

impl Account for Giro {
    fn deposit(&mut self, amount: i64) -> i64 {
        self.0 = (self.0 + amount) % 100_003;
        self.0
    }
}

impl Account for Savings {
    fn deposit(&mut self, amount: i64) -> i64 {
        self.0.deposit(amount + amount * 3 / 100)
    }
}

pub struct Language {
    accounts: Vec<Box<dyn Account>>,
    counters: Vec<Box<dyn FnMut(usize) -> usize>>,
    title: String,
    shouted: String,
    index: HashMap<usize, usize>,
    numbers: Vec<usize>,
}

impl Language {
    pub fn new() -> Self {
        Language {
            accounts: (0..64).map(Self::account).collect(),
            counters: (0..5).map(Self::counter).collect(),
            title: make_text(4000),
            shouted: String::with_capacity(4000),
            index: HashMap::new(),
            numbers: Vec::with_capacity(1000),
        }
    }

    fn account(number: i64) -> Box<dyn Account> {
        if number % 3 == 0 {
            Box::new(Savings(Giro(number)))
        } else {
            Box::new(Giro(number))
        }
    }

    fn counter(step: usize) -> Box<dyn FnMut(usize) -> usize> {
        let mut count = 1;
        Box::new(move |value| {
            count = (count * 31 + value * step) % 65521;
            count
        })
    }

    fn methods(&mut self) -> usize {
        let mut rich = 0;
        for turn in 0..200 {
            for account in &mut self.accounts {
                rich += usize::from(account.deposit(turn) > 1000);
            }
        }
        rich
    }

    fn closures(&mut self) -> usize {
        (0..8000).map(|value| self.counters[value % 5](value)).sum()
    }

    fn shout(&mut self) -> usize {
        self.shouted.clear();
        let mut word_start = true;
        for letter in self.title.chars() {
            self.shouted.push(if word_start {
                letter.to_ascii_uppercase()
            } else {
                letter
            });
            word_start = letter == ' ';
        }
        self.shouted.len()
    }

    fn sort_and_find(&mut self) -> usize {
        self.numbers.clear();
        self.numbers.extend((0..1000).map(|i| i * 7919 % 10007));
        self.numbers.sort_unstable();
        for (place, number) in self.numbers.iter().enumerate() {
            *self.index.entry(*number).or_default() += place;
        }
        self.index.len()
    }

    pub fn work(&mut self) {
        black_box(collatz(black_box(300)) + mandelbrot(black_box(20)));
        black_box(self.methods() + self.closures() + self.shout() + self.sort_and_find());
    }
}
