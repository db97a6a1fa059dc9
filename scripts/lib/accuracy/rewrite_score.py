"""How good predictions were: coverage and interval scores, beside simple ways to guess.

Gains are ratios before/after; everything is computed on their logarithms, where half and double are
equally far from 1.
"""

import dataclasses
import math
import statistics

GOALS = ("latency", "tail", "capacity", "memory")
_MISSED = 0.2  # a range is meant to hold 80 % of the outcomes


@dataclasses.dataclass
class Cell:
    """One goal of one pair at one load."""

    pair: str
    load: float
    goal: str
    answer: str
    low: float | None  # None: not predicted
    mid: float | None
    high: float | None
    observed: float
    guesses: dict  # by baseline
    steady: bool  # False: a queue grew as long as it was watched, so that no ratio is right

    @property
    def counts(self):
        return self.steady and self.predicted

    @property
    def predicted(self):
        return None not in (self.low, self.mid, self.high)

    @property
    def covered(self):
        return self.predicted and self.low <= self.observed <= self.high

    @property
    def width(self):
        return math.log(self.high / self.low)

    @property
    def score(self):
        return interval_score(self.low, self.high, self.observed)


def interval_score(low, high, observed):
    """Gneiting and Raftery (2007), equation 43, on logarithms: the width, and a penalty for what
    lies outside. Less is better."""
    low, high, observed = math.log(low), math.log(high), math.log(observed)
    return (high - low) + 2 / _MISSED * (max(0, low - observed) + max(0, observed - high))


@dataclasses.dataclass
class Score:
    name: str
    coverage: float
    width: float  # mean, as a logarithm
    score: float  # mean
    error: float  # mean |log| of the middle


def our_score(cells):
    return Score("boundscope",
                 coverage=statistics.mean(cell.covered for cell in cells),
                 width=statistics.mean(cell.width for cell in cells),
                 score=statistics.mean(cell.score for cell in cells),
                 error=statistics.mean(_error(cell.mid, cell.observed) for cell in cells))


def baseline_score(name, cells):
    """A baseline has no range. It gets, per goal, the one that it would have needed: as wide on
    both sides, for all pairs alike, as to hold 80 % of these very outcomes. No honest guess can
    know that."""
    bands = {}
    for goal in {cell.goal for cell in cells}:
        errors = sorted(_error(cell.guesses[name], cell.observed)
                        for cell in cells if cell.goal == goal)
        bands[goal] = math.exp(errors[math.ceil((1 - _MISSED) * len(errors)) - 1])
    ranges = [(cell.guesses[name] / bands[cell.goal], cell.guesses[name] * bands[cell.goal], cell)
              for cell in cells]
    return Score(name,
                 coverage=statistics.mean(low <= cell.observed <= high
                                          for low, high, cell in ranges),
                 width=statistics.mean(math.log(high / low) for low, high, _ in ranges),
                 score=statistics.mean(interval_score(low, high, cell.observed)
                                       for low, high, cell in ranges),
                 error=statistics.mean(_error(cell.guesses[name], cell.observed)
                                       for cell in cells))


def _error(guess, observed):
    return abs(math.log(observed / guess))
