"""`scripts/accuracy rewrite`: what boundscope predicts of a rewrite, against the rewrite itself.

Each service of tests/workloads/pairs exists in two languages. The source is recorded at several
loads and the predictions are frozen to files; only then is the target started and measured at the
same arrival rates. What is shown is the range that was predicted for each goal and what came.
"""

import dataclasses
import json
import pathlib
import subprocess
import sys
import tempfile

from accuracy import rewrite_baselines, rewrite_pairs
from accuracy.lab import Lab
from accuracy.rewrite_measure import Outcome, PairRun, Seen, build_pair, predict
from accuracy.rewrite_score import GOALS, Cell, baseline_score, our_score
from accuracy.rewrite_verdicts import verdict_lines
from build_folder import BuildFolder
from processes import Failure, Missing
from table import format_table

NOTHING_RAN = 77
_LEAST_COVERAGE = 0.8
_LEAST_PREDICTED = 0.9  # an abstention is honest, but is no prediction
_OUTCOMES = "outcomes.json"
# What continuous integration asks: one pair cannot tell how often ranges hold, and where others use
# the host latencies are theirs.
_CI_PAIR, _CI_LOADS = "routes", (0.5,)
_CI_GOALS, _CI_ROOM = ("capacity", "memory"), 1.5


def add_options(parser):
    parser.add_argument("--loads", type=_numbers, metavar="L,L", help="only these loads")
    parser.add_argument("--realtime", action="store_true",
                        help="services and load come before everything else on this host: for one "
                             "that others use")
    parser.add_argument("--again", metavar="DIR",
                        help="measure nothing: predict from the recordings that --answers left "
                             "there, and compare with the outcomes of then")


def _numbers(text):
    return tuple(float(word) for word in text.split(","))


def run(options):
    """Runs the chosen pairs; the exit status."""
    pairs = _choose(options)
    if options.list:
        for pair in pairs:
            print(f"{pair.name:<10} {pair.kind:<17} {pair.source + ' to ' + pair.target:<15} "
                  f"{pair.text}")
        return 0
    build = BuildFolder(options.build, options.boundscope)
    if options.again:
        outcomes, failures = _again(build, pairs, pathlib.Path(options.again)), []
    else:
        outcomes, failures = _measure(build, pairs, options)
    if not outcomes:
        print("\n".join(failures))
        return 1 if any("MISS" in line for line in failures) else NOTHING_RAN
    return _show(outcomes, failures, options)


def _choose(options):
    known = {pair.name: pair for pair in rewrite_pairs.PAIRS}
    names = options.only or ([_CI_PAIR] if options.subset == "ci" else list(known))
    if unknown := set(names) - known.keys():
        sys.exit(f"no such pair: {', '.join(sorted(unknown))} (see --list)")
    loads = options.loads or (_CI_LOADS if options.subset == "ci" else None)
    if not loads:
        return [known[name] for name in names]
    return [dataclasses.replace(known[name], loads=loads) for name in names]


def _measure(build, pairs, options):
    outcomes, failures = [], []
    with tempfile.TemporaryDirectory(prefix="boundscope-pairs-") as temporary:
        folder = pathlib.Path(options.answers or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        for number, pair in enumerate(pairs, 1):
            print(f"[{number}/{len(pairs)}] {pair.name}: {pair.kind}, {pair.source} to "
                  f"{pair.target}", file=sys.stderr, flush=True)
            try:
                build_pair(pair, build)
                with Lab(build, options.seconds, options.realtime) as lab:
                    outcomes += PairRun(pair, lab, folder).run(pair.loads)
                if options.answers:
                    _keep(folder / _OUTCOMES, outcomes)
            except Missing as missing:
                failures.append(f"{pair.name}: {'MISS' if options.require_all else 'skipped'}: "
                                f"{missing}")
            except (Failure, OSError, ValueError, KeyError, TypeError,
                    subprocess.SubprocessError) as failure:
                failures.append(f"{pair.name}: MISS: {type(failure).__name__}: {failure}")
    return outcomes, failures


def _keep(path, outcomes):
    """What was seen, beside the recordings; of the pairs that did not run now, what was there."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    ran = {one.pair.name for one in outcomes}
    kept = [one for one in kept if one["pair"] not in ran]
    kept += [{"pair": one.pair.name, "load": one.load, "sha256": one.sha256,
              "before": dataclasses.asdict(one.before), "after": dataclasses.asdict(one.after)}
             for one in outcomes]
    path.write_text(json.dumps(kept, indent=1), encoding="utf-8")


def _again(build, pairs, folder):
    """What this build would have predicted: to try a change, not to prove it."""
    chosen = {pair.name: pair for pair in pairs}
    outcomes = []
    for kept in json.loads((folder / _OUTCOMES).read_text(encoding="utf-8")):
        pair = chosen.get(kept["pair"])
        if pair and kept["load"] in pair.loads:
            name = f"{pair.name}-{kept['load']:g}"
            prediction, digest = predict(build, pair, folder / f"{name}.jsonl",
                                         folder / f"{name}.again.json")
            outcomes.append(Outcome(pair, kept["load"], prediction, digest,
                                    Seen(**kept["before"]), Seen(**kept["after"])))
    return outcomes


def _cells(outcome):
    goals = outcome.prediction["rewrite"]["to"][0]["goals"]
    observed = outcome.before.gain_over(outcome.after)
    guesses = rewrite_baselines.guesses(outcome.pair, outcome.before.cores)
    saturated = outcome.before.saturated or outcome.after.saturated
    return [Cell(outcome.pair.name, outcome.load, goal, goals[goal]["answer"], goals[goal]["low"],
                 goals[goal]["mid"], goals[goal]["high"], observed[goal],
                 {name: guess[goal] for name, guess in guesses.items()},
                 not saturated or goal not in ("latency", "tail")) for goal in GOALS]


def _cell_row(cell):
    if not cell.predicted:
        return (cell.pair, f"{cell.load:g}", cell.goal, cell.answer, "not predicted", "",
                f"{cell.observed:.2f}", "", "")
    distance = "" if cell.covered else ("above" if cell.observed > cell.high else "below")
    if not cell.steady:
        distance = "saturated"
    return (cell.pair, f"{cell.load:g}", cell.goal, cell.answer,
            f"{cell.low:.2f} to {cell.high:.2f}", f"{cell.mid:.2f}", f"{cell.observed:.2f}",
            distance, f"{cell.score:.2f}" if cell.steady else "")


def _seen_row(outcome):
    """What was before and after."""
    before, after = outcome.before, outcome.after
    return (outcome.pair.name, f"{outcome.load:g}", f"{before.rps:.0f}",
            f"{before.mean_ms:.2f} -> {after.mean_ms:.2f}",
            f"{before.p99_ms:.2f} -> {after.p99_ms:.2f}",
            f"{before.cpu_ms:.3f} -> {after.cpu_ms:.3f}",
            f"{before.rss_mb:.1f} -> {after.rss_mb:.1f}",
            outcome.prediction["verdict"]["bound"] + ": "
            + str(outcome.prediction["verdict"]["cause"]))


def _score_rows(cells):
    scores = [our_score(cells)] + [baseline_score(name, cells)
                                   for name in rewrite_baselines.NAMES]
    return scores, [(one.name, f"{one.coverage:.2f}", f"{one.width:.2f}", f"{one.score:.2f}",
                     f"{one.error:.2f}") for one in scores]


def _goal_rows(cells):
    for goal in GOALS:
        of_goal = [cell for cell in cells if cell.goal == goal]
        if of_goal:
            scores, _ = _score_rows(of_goal)
            yield (goal, len(of_goal), f"{scores[0].coverage:.2f}", f"{scores[0].width:.2f}",
                   *(f"{one.score:.2f}" for one in scores))


def _required_in_ci(cells):
    for cell in cells:
        if cell.predicted and cell.goal in _CI_GOALS:
            yield (f"{cell.goal} came within {_CI_ROOM} times of its range",
                   cell.low / _CI_ROOM <= cell.observed <= cell.high * _CI_ROOM)


def _requirements(cells, predicted):
    """(what, met) of the acceptance."""
    steady = sum(cell.steady for cell in cells)
    yield (f"{len(predicted)} of {steady} goals are predicted (at least "
           f"{_LEAST_PREDICTED:.0%})", len(predicted) >= _LEAST_PREDICTED * steady)
    if not predicted:
        return
    scores, _ = _score_rows(predicted)
    ours = scores[0]
    yield (f"the 80 % ranges hold {ours.coverage:.0%} of the outcomes (at least "
           f"{_LEAST_COVERAGE:.0%})", ours.coverage >= _LEAST_COVERAGE)
    for other in scores[1:]:
        yield (f"narrower ({ours.width:.2f}) than the errors of \"{other.name}\" "
               f"({other.width:.2f})", ours.width < other.width)
        yield (f"interval score ({ours.score:.2f}) less than that of \"{other.name}\" "
               f"({other.score:.2f})", ours.score < other.score)


def _show(outcomes, failures, options):
    cells = [cell for outcome in outcomes for cell in _cells(outcome)]
    predicted = [cell for cell in cells if cell.counts]
    print(format_table(("pair", "load", "goal", "answer", "80 % range", "middle", "came", "",
                        "score"), [_cell_row(cell) for cell in cells]))
    print("\n" + format_table(("pair", "load", "1/s", "mean ms", "p99 ms", "CPU ms", "RSS MiB",
                               "verdict"), [_seen_row(outcome) for outcome in outcomes]))
    if predicted:
        names = ("boundscope", *rewrite_baselines.NAMES)
        print("\n" + format_table(("goal", "n", "covered", "width", *names),
                                  list(_goal_rows(predicted))))
        print("\n" + format_table(("", "covered", "width", "interval score", "error"),
                                  _score_rows(predicted)[1]))
    claims = list(verdict_lines(outcomes))
    if claims:
        print("\nverdicts\n" + format_table(
            ("claim", "measure", "boundscope", "known", ""),
            [(claim, check.measure, check.said, check.truth, "ok" if check.ok else "MISS")
             for claim, check in claims]))
    required = list(_required_in_ci(cells) if options.subset == "ci"
                    else _requirements(cells, predicted))
    print()
    for text, met in required:
        print(f"{'ok  ' if met else 'MISS'} {text}")
    print("\n".join(failures))
    if options.json:
        _write_json(options.json, cells, claims, required)
    bad = (not all(met for _, met in required) or not all(check.ok for _, check in claims)
           or any("MISS" in line for line in failures))
    return 1 if bad else 0


def _write_json(path, cells, claims, required):
    document = {
        "cells": [dataclasses.asdict(cell) for cell in cells],
        "verdicts": [{"claim": claim, **dataclasses.asdict(check)} for claim, check in claims],
        "required": [{"text": text, "met": met} for text, met in required],
    }
    pathlib.Path(path).write_text(json.dumps(document, indent=1), encoding="utf-8")
