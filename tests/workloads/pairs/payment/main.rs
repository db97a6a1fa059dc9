//! The same payments as main.go.

#[path = "../serve/rust/serve.rs"]
mod serve;

use std::fmt::Write;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

const RECEIPT_LINES: u64 = 40;

/// Whether the last digit of a card's number is what the others make it.
fn plausible(card: &str) -> bool {
    let sum: u32 = card
        .bytes()
        .rev()
        .enumerate()
        .map(|(position, letter)| {
            let digit = u32::from(letter - b'0') * if position % 2 == 1 { 2 } else { 1 };
            if digit > 9 {
                digit - 9
            } else {
                digit
            }
        })
        .sum();
    sum % 10 == 0
}

fn receipt(card: &str, cents: u64, authorised: usize) -> String {
    let mut text = format!(
        "card ************{}\nauthorised {authorised}\n",
        &card[card.len() - 4..]
    );
    let mut balance = cents;
    for line in 1..=RECEIPT_LINES {
        let fee = balance * line / 10000;
        balance += fee;
        writeln!(
            text,
            "{line:3}  instalment {:8.2}  fee {:6.2}  left {:9.2}",
            cents as f64 / RECEIPT_LINES as f64 / 100.0,
            fee as f64 / 100.0,
            balance as f64 / 100.0
        )
        .expect("text can grow");
    }
    text
}

fn main() {
    let given = serve::options();
    let port = given.upstream_port;
    let turn = AtomicU64::new(0);
    let connect = || None;
    serve::serve_with(
        &given,
        connect,
        move |bank: &mut Option<serve::Upstream>, _| {
            let number = turn.fetch_add(1, Ordering::Relaxed) + 1;
            let start = format!("4{:014}", number * 7919 % 100_000_000_000_000);
            let card = (0..10)
                .map(|last| format!("{start}{last}"))
                .find(|card| plausible(card))
                .expect("one of ten digits fits");
            let cents = number % 100_000;
            if bank.is_none() {
                *bank = Some(serve::Upstream::connect(port)?);
            }
            let bank = bank.as_mut().ok_or(io::ErrorKind::NotConnected)?;
            let answer = bank.get(&format!("/authorise?card={card}&cents={cents}"))?;
            Ok(receipt(&card, cents, answer.len()).into_bytes())
        },
    );
}
