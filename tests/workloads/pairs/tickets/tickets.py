#!/usr/bin/python3
"""Sorts a help desk's tickets by subject and finds the words that tell each from the others."""

import collections
import itertools
import math
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "serve/python"))

from serve import options, serve  # noqa: E402

BATCHES = 16
TICKETS = 40
SENTENCES = 5
SENTENCE = 7
KEYWORDS = 5
WORD = re.compile(r"[a-z']+")
SUBJECTS = {
    "billing": "invoice refund charged card price twice".split(),
    "delivery": "parcel courier delivered address late door".split(),
    "access": "password login locked account reset mail".split(),
    "fault": "crash broken error update screen twice".split(),
    "contract": "cancel renewal notice month plan price".split(),
}
WEIGHTS = {subject: dict(zip(words, itertools.count(len(words), -1)))
           for subject, words in SUBJECTS.items()}
OTHERS = ("the a my your I it is was and but not to of on at with for since can't didn't please "
          "thanks again still nobody somebody Monday Friday yesterday today week shop office phone "
          "answer question colleague order number photo morning").split()


def make_numbers():
    """Lehmer's random numbers: the same tickets in each language."""
    value = 1
    while True:
        value = value * 48_271 % 2_147_483_647
        yield value


def make_batches():
    vocabulary = OTHERS + list(itertools.chain(*SUBJECTS.values()))
    words = (vocabulary[number % len(vocabulary)] for number in make_numbers())

    def make_ticket():
        sentences = (" ".join(itertools.islice(words, SENTENCE)) for _ in range(SENTENCES))
        return "".join(f"So {sentence}. " for sentence in sentences)

    return [[make_ticket() for _ in range(TICKETS)] for _ in range(BATCHES)]


def words_of(text):
    return WORD.findall(text.lower())


def subject_of(counts):
    scores = {subject: sum(weights.get(word, 0) * count for word, count in counts.items())
              for subject, weights in WEIGHTS.items()}
    return max(scores, key=scores.get)


def keywords(counts, found_in, tickets):
    """The words that are frequent here and rare elsewhere (tf-idf)."""
    weights = {word: count * math.log(tickets / found_in[word]) for word, count in counts.items()}
    return sorted(weights, key=lambda word: (-weights[word], word))[:KEYWORDS]


def classify(texts):
    counted = [collections.Counter(words_of(text)) for text in texts]
    found_in = collections.Counter(itertools.chain.from_iterable(counted))
    return "".join(
        f"{subject_of(counts)}: {' '.join(keywords(counts, found_in, len(texts)))}\n"
        for counts in counted)


def main():
    batches = itertools.cycle(make_batches())
    serve(options(), lambda _: classify(next(batches)).encode())


if __name__ == "__main__":
    main()
