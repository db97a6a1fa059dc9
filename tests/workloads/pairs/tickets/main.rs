//! The same subjects and keywords as tickets.py.

#[path = "../serve/rust/serve.rs"]
mod serve;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

const BATCHES: usize = 16;
const TICKETS: usize = 40;
const SENTENCES: usize = 5;
const SENTENCE: usize = 7;
const KEYWORDS: usize = 5;
const SUBJECTS: [(&str, &str); 5] = [
    ("billing", "invoice refund charged card price twice"),
    ("delivery", "parcel courier delivered address late door"),
    ("access", "password login locked account reset mail"),
    ("fault", "crash broken error update screen twice"),
    ("contract", "cancel renewal notice month plan price"),
];
const OTHERS: &str = "the a my your I it is was and but not to of on at with for since can't \
    didn't please thanks again still nobody somebody Monday Friday yesterday today week shop \
    office phone answer question colleague order number photo morning";

type Subject = (&'static str, HashMap<&'static str, u32>);

/// Lehmer's random numbers: the same tickets in each language.
fn make_numbers() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(48_271), |value| Some(value * 48_271 % 2_147_483_647))
}

fn make_ticket<'a>(words: &mut impl Iterator<Item = &'a str>) -> String {
    let mut make_sentence = || {
        let sentence: Vec<&str> = words.by_ref().take(SENTENCE).collect();
        format!("So {}. ", sentence.join(" "))
    };
    (0..SENTENCES).map(|_| make_sentence()).collect()
}

fn make_batches() -> Vec<Vec<String>> {
    let vocabulary: Vec<&str> = OTHERS
        .split(' ')
        .chain(SUBJECTS.iter().flat_map(|(_, words)| words.split(' ')))
        .collect();
    let mut words = make_numbers().map(|number| vocabulary[number as usize % vocabulary.len()]);
    (0..BATCHES)
        .map(|_| (0..TICKETS).map(|_| make_ticket(&mut words)).collect())
        .collect()
}

fn make_weights((subject, words): (&'static str, &'static str)) -> Subject {
    let words: Vec<&str> = words.split(' ').collect();
    let weights = (1..=words.len() as u32).rev();
    (subject, words.into_iter().zip(weights).collect())
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_lowercase() && letter != '\'')
        .filter(|word| !word.is_empty())
}

fn subject_of(counts: &HashMap<&str, u32>, subjects: &[Subject]) -> &'static str {
    let score = |weights: &HashMap<&str, u32>| -> u32 {
        let weight = |word| weights.get(word).copied().unwrap_or(0);
        counts
            .iter()
            .map(|(word, count)| weight(word) * count)
            .sum()
    };
    subjects
        .iter()
        .min_by_key(|(_, weights)| Reverse(score(weights)))
        .map_or("", |(subject, _)| subject)
}

/// The words that are frequent here and rare elsewhere (tf-idf).
fn keywords<'a>(
    counts: &HashMap<&'a str, u32>,
    found_in: &HashMap<&str, u32>,
    tickets: usize,
) -> Vec<&'a str> {
    let mut weighed: Vec<(f64, &str)> = counts
        .iter()
        .map(|(&word, &count)| {
            let rarity = (tickets as f64 / f64::from(found_in[word])).ln();
            (f64::from(count) * rarity, word)
        })
        .collect();
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    weighed
        .iter()
        .take(KEYWORDS)
        .map(|(_, word)| *word)
        .collect()
}

fn classify(texts: &[String], subjects: &[Subject]) -> String {
    let lowered: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    let mut found_in: HashMap<&str, u32> = HashMap::new();
    let mut counted: Vec<HashMap<&str, u32>> = Vec::new();
    for text in &lowered {
        let mut counts = HashMap::new();
        for word in words_of(text) {
            *counts.entry(word).or_default() += 1;
        }
        for word in counts.keys() {
            *found_in.entry(word).or_default() += 1;
        }
        counted.push(counts);
    }
    counted
        .iter()
        .map(|counts| {
            let words = keywords(counts, &found_in, texts.len()).join(" ");
            format!("{}: {words}\n", subject_of(counts, subjects))
        })
        .collect()
}

fn main() {
    let batches = make_batches();
    let subjects = SUBJECTS.map(make_weights);
    let turn = AtomicUsize::new(0);
    serve::serve(&serve::options(), move |_| {
        let number = turn.fetch_add(1, Ordering::Relaxed);
        classify(&batches[number % BATCHES], &subjects).into_bytes()
    });
}
