//! The same orders and the same risk as main.go.

#[path = "../serve/rust/serve.rs"]
mod serve;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

const ORDERS: u32 = 400;
const INSTRUMENTS: u32 = 24;
const SCENARIOS: u32 = 60;

struct Order {
    instrument: u32,
    buys: bool,
    price: f64,
    amount: f64,
    number: u32,
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn make_orders(random: &mut Random) -> Vec<Order> {
    (0..ORDERS)
        .map(|number| Order {
            instrument: (random.next() * f64::from(INSTRUMENTS)) as u32,
            buys: random.next() < 0.5,
            price: 90.0 + 20.0 * random.next(),
            amount: (1.0 + 99.0 * random.next()).floor(),
            number,
        })
        .collect()
}

/// Trades the best prices against each other; what an instrument's holders have then.
fn matched(orders: Vec<Order>) -> HashMap<u32, f64> {
    let mut bids: HashMap<u32, Vec<Order>> = HashMap::new();
    let mut asks: HashMap<u32, Vec<Order>> = HashMap::new();
    for order in orders {
        let side = if order.buys { &mut bids } else { &mut asks };
        side.entry(order.instrument).or_default().push(order);
    }
    let mut positions = HashMap::new();
    for (instrument, mut buyers) in bids {
        let mut sellers = asks.remove(&instrument).unwrap_or_default();
        buyers.sort_by(|a, b| b.price.total_cmp(&a.price).then(a.number.cmp(&b.number)));
        sellers.sort_by(|a, b| a.price.total_cmp(&b.price).then(a.number.cmp(&b.number)));
        let (mut buyers, mut sellers) = (buyers.iter_mut(), sellers.iter_mut());
        let (mut buyer, mut seller) = (buyers.next(), sellers.next());
        while let (Some(bid), Some(ask)) = (&mut buyer, &mut seller) {
            if bid.price < ask.price {
                break;
            }
            let traded = bid.amount.min(ask.amount);
            *positions.entry(instrument).or_insert(0.0) += traded;
            bid.amount -= traded;
            ask.amount -= traded;
            let (bought, sold) = (bid.amount == 0.0, ask.amount == 0.0);
            if bought {
                buyer = buyers.next();
            }
            if sold {
                seller = sellers.next();
            }
        }
    }
    positions
}

/// Abramowitz and Stegun 7.1.26: the standard library has no error function.
fn erf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.3275911 * x.abs());
    let series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t
        + 0.254829592)
        * t;
    (1.0 - series * (-x * x).exp()).copysign(x)
}

fn normal(x: f64) -> f64 {
    0.5 * (1.0 + erf(x / std::f64::consts::SQRT_2))
}

/// What an option to buy is worth (Black and Scholes).
fn call_value(spot: f64, strike: f64, volatility: f64, years: f64) -> f64 {
    const RATE: f64 = 0.03;
    let spread = volatility * years.sqrt();
    let up = ((spot / strike).ln() + (RATE + volatility * volatility / 2.0) * years) / spread;
    spot * normal(up) - strike * (-RATE * years).exp() * normal(up - spread)
}

/// The second worst loss of all positions over the scenarios.
fn risk(positions: &HashMap<u32, f64>) -> f64 {
    let mut losses: Vec<f64> = (0..SCENARIOS)
        .map(|scenario| {
            let moved = 0.8 + 0.4 * f64::from(scenario) / f64::from(SCENARIOS);
            (0..INSTRUMENTS)
                .filter_map(|instrument| positions.get(&instrument).map(|held| (instrument, held)))
                .map(|(instrument, held)| {
                    let strike = 95.0 + f64::from(instrument);
                    let volatility = 0.15 + 0.01 * f64::from(instrument);
                    let now = call_value(100.0, strike, volatility, 0.5);
                    let then = call_value(100.0 * moved, strike, volatility * 1.1, 0.4);
                    held * (now - then)
                })
                .sum()
        })
        .collect();
    losses.sort_by(f64::total_cmp);
    losses[losses.len() - 2]
}

fn main() {
    let turn = AtomicU64::new(0);
    serve::serve(&serve::options(), move |_| {
        let number = turn.fetch_add(1, Ordering::Relaxed) + 1;
        let mut random = Random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        format!("{:.4}\n", risk(&matched(make_orders(&mut random)))).into_bytes()
    });
}
