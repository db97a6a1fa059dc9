//! The same quotes as quotes.js.

#[path = "../serve/rust/serve.rs"]
mod serve;

use std::sync::atomic::{AtomicU32, Ordering};

const TERMS: [u32; 8] = [12, 24, 36, 48, 60, 72, 84, 120];
const BEST: usize = 10;
const LENDERS: u32 = 16;

struct Lender {
    name: String,
    rate: f64,
    fee: f64,
    premium: f64,
}

struct Row {
    interest: f64,
    insurance: f64,
    principal: f64,
}

struct Quote<'a> {
    lender: &'a str,
    months: u32,
    first: f64,
    cost: f64,
    insurance: f64,
    rate: f64,
}

fn make_lender(i: u32) -> Lender {
    Lender {
        name: format!("lender-{i}"),
        rate: 0.029 + 0.0023 * f64::from(i * 7 % 16),
        fee: 0.004 * f64::from(i % 5),
        premium: 0.0001 + 0.00003 * f64::from(i % 7),
    }
}

fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}

fn schedule(amount: f64, months: u32, lender: &Lender) -> Vec<Row> {
    let monthly = lender.rate / 12.0;
    let instalment = cents(amount * monthly / (1.0 - (1.0 + monthly).powi(-(months as i32))));
    let mut balance = amount;
    (1..=months)
        .map(|month| {
            let interest = cents(balance * monthly);
            let insurance = cents(balance * lender.premium);
            let principal = if month < months {
                cents(instalment - interest)
            } else {
                balance
            };
            balance = cents(balance - principal);
            Row {
                interest,
                insurance,
                principal,
            }
        })
        .collect()
}

/// The yearly rate at which the payments are worth what was paid out, by Newton's method.
fn effective_rate(paid_out: f64, payments: &[f64]) -> f64 {
    let mut rate = 0.005;
    for _ in 0..20 {
        let (mut value, mut slope, mut discount) = (-paid_out, 0.0, 1.0);
        for (i, payment) in payments.iter().enumerate() {
            discount /= 1.0 + rate;
            value += payment * discount;
            slope -= (i + 1) as f64 * payment * discount / (1.0 + rate);
        }
        let change: f64 = value / slope;
        rate -= change;
        if change.abs() < 1e-10 {
            break;
        }
    }
    (1.0 + rate).powi(12) - 1.0
}

fn quote(amount: f64, months: u32, lender: &Lender) -> Quote<'_> {
    let rows = schedule(amount, months, lender);
    let payments: Vec<f64> = rows
        .iter()
        .map(|row| row.interest + row.insurance + row.principal)
        .collect();
    Quote {
        lender: &lender.name,
        months,
        first: payments[0],
        cost: payments.iter().sum::<f64>() - amount * (1.0 - lender.fee),
        insurance: rows.iter().map(|row| row.insurance).sum(),
        rate: effective_rate(amount * (1.0 - lender.fee), &payments),
    }
}

fn best_quotes(amount: f64, lenders: &[Lender]) -> Vec<Quote<'_>> {
    let mut quotes: Vec<Quote> = TERMS
        .iter()
        .flat_map(|&months| {
            lenders
                .iter()
                .map(move |lender| quote(amount, months, lender))
        })
        .collect();
    quotes.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    quotes.truncate(BEST);
    quotes
}

fn describe(quote: &Quote) -> String {
    format!(
        "{} {} {:.2} {:.2} {:.2} {:.3} %\n",
        quote.lender,
        quote.months,
        quote.first,
        quote.cost,
        quote.insurance,
        100.0 * quote.rate
    )
}

fn main() {
    let lenders: Vec<Lender> = (0..LENDERS).map(make_lender).collect();
    let turn = AtomicU32::new(0);
    serve::serve(&serve::options(), move |_| {
        let number = turn.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let amount = 5000.0 + 250.0 * f64::from(number % 100);
        let quotes = best_quotes(amount, &lenders);
        quotes.iter().map(describe).collect::<String>().into_bytes()
    });
}
