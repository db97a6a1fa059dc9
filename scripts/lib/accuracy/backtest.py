"""Predictions for rewrites whose outcome is known (tests/backtest/cases.toml)."""

import json
import math
import pathlib
import subprocess
import sys
import tempfile
import tomllib

from build_folder import SOURCE, newest_program
from processes import Failure
from table import format_table

FOLDER = SOURCE / "tests/backtest"
CASES = FOLDER / "cases.toml"
GOALS = ("latency", "tail", "capacity", "memory")

# Of the project's own story: costs such as three teams of a bank might have given.
COSTS = """
team = 3
months = 5..8
salary = 110k..130k
years = 4
parallel_months = 1..2
velocity_loss = 20..40 %
velocity_months = 3..9
client_latency = 400
"""

NOTE = """\
This is a check of sanity, not of truth. Nobody recorded these services: their recordings are assumed from what was
published (tests/backtest/cases.toml says what is assumed), and what gets published are mostly successes. A figure
inside of the range shows that the prediction is not absurd; measured pairs are another table.
"beyond": the text itself names another cause than the language, so the prediction should be passed.
"""


def add_options(parser):
    parser.add_argument("--boundscope", help="program to test (default: of the newest of build/release, build/dev)")
    parser.add_argument("--only", action="append", metavar="NAME", help="run this case (repeatable)")
    parser.add_argument("--keep", metavar="DIR", help="keep the recordings there")
    parser.add_argument("--json", metavar="FILE", help="write the results there as well")
    parser.add_argument("--list", action="store_true", help="list the cases with their sources, and end")


def _cases(only):
    cases = tomllib.loads(CASES.read_text(encoding="utf-8"))["case"]
    unknown = set(only or ()) - {case["name"] for case in cases}
    if unknown:
        raise Failure(f"no such case: {', '.join(sorted(unknown))} (see --list)")
    return [case for case in cases if not only or case["name"] in only]


def _answer(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, arguments))}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def _goals(report, language):
    """What is predicted for the language; a prediction for any stands for all of them."""
    by_language = {row["language"]: row["goals"] for row in report["rewrite"]["to"]}
    return by_language.get(language) or by_language.get("any") or {}


def compare(predicted, outcome, is_beyond):
    """How a range [low, high] of gains and an outcome (one number, or a range) go together."""
    if predicted is None or predicted["mid"] is None:
        return "not predicted"
    least, most = outcome if isinstance(outcome, list) else (outcome, outcome)
    rounding = 1.02  # published figures have two digits
    if most * rounding >= predicted["low"] and least <= predicted["high"] * rounding:
        return "inside"
    if is_beyond and least > predicted["high"]:
        return "beyond"
    return "MISS, above" if least > predicted["high"] else "MISS, below"


def _range(low, high):
    return f"{low:.2f}x" if math.isclose(low, high, rel_tol=0.005) else f"{low:.2f}x to {high:.2f}x"


def _predicted_words(predicted):
    if predicted is None or predicted["mid"] is None:
        return "-", "-"
    return f"{_range(predicted['low'], predicted['high'])} ({predicted['mid']:.2f}x)", predicted["answer"]


def _outcome_words(outcome):
    return _range(*outcome) if isinstance(outcome, list) else f"{outcome:.2f}x"


def _rows_of(case, report):
    goals = _goals(report, case["to"])
    for goal in GOALS:
        if goal not in case["outcome"]:
            continue
        predicted, outcome = goals.get(goal), case["outcome"][goal]
        yield {"case": case["name"], "to": case["to"], "goal": goal, "predicted": predicted, "outcome": outcome,
               "result": compare(predicted, outcome, goal in case.get("beyond", ())),
               "verdict": f"{report['verdict']['bound']}: {report['verdict']['cause'] or '-'}"}


def _print_rows(rows):
    cells = [(row["case"], row["verdict"], row["goal"], *_predicted_words(row["predicted"]),
              _outcome_words(row["outcome"]), row["result"]) for row in rows]
    print(format_table(("case", "verdict", "goal", "predicted (middle)", "answer", "outcome", "result"), cells))
    said = [row for row in rows if row["result"] != "not predicted"]
    inside = sum(row["result"] == "inside" for row in said)
    beyond = sum(row["result"] == "beyond" for row in said)
    print(f"\n{inside} of {len(said)} outcomes are inside of their range, {beyond} beyond it as they should be, "
          f"{len(said) - inside - beyond} missed; {len(rows) - len(said)} were not predicted")


def _section(case):
    lines = [f"[{case['name']}]", f"language = {case['to']}"]
    lines += [f"{key} = {value}" for key, value in case["costs"].items()]
    return "\n".join(lines) + "\n"


def _story(program, cases, recordings, folder):
    """The services that have costs and an expected advice, together: (claim, whether it holds)."""
    cases = [case for case in cases if "expect" in case]
    if not cases:
        return []
    costs = folder / "costs.ini"
    sections = "".join(map(_section, cases))
    costs.write_text(COSTS + sections, encoding="utf-8")
    files = [recordings[case["name"]] for case in cases]
    services = _answer(program, "roi", "--format", "json", "--costs", costs, *files)["services"]
    by_name = {service["name"]: service for service in services}
    print("\nWhat `boundscope roi` makes of them, with assumed costs:\n")
    print(subprocess.run([program, "roi", "--costs", costs, *files], capture_output=True, text=True,
                         check=True).stdout)
    claims = []
    for case in cases:
        claims += _claims(case, by_name[case["name"]])
    return claims


def _claims(case, service):
    options = service["options"]
    rewrite = service["rewrite"]
    if case["expect"] == "rewrite":
        return [(f"{case['name']}: advised is the rewrite", service["advice"]["action"] == "rewrite")]
    cache = next((i for i, option in enumerate(options) if option["action"] == case["expect"]), None)
    memory = [gain for gain in options[rewrite]["gains"] if gain["goal"] == "memory"]
    latency = [gain for gain in options[rewrite]["gains"] if gain["goal"] == "latency"]
    return [
        (f"{case['name']}: advised is something cheaper", service["advice"]["action"] == "alternative"),
        (f"{case['name']}: {case['expect']} is ranked above the rewrite", cache is not None and cache < rewrite),
        (f"{case['name']}: latency is unlikely to gain", bool(latency) and latency[0]["answer"] == "unlikely"),
        (f"{case['name']}: its gain in memory is still shown", bool(memory) and memory[0]["mid"] > 1.2),
    ]


def _print_list(cases):
    for case in cases:
        print(f"{case['name']:<20} {case['text']}\n{'':<20} from: {case['source']}")


def run(options):
    """The exit status: 1 if a claim of the project's own story does not hold."""
    cases = _cases(options.only)
    if options.list:
        _print_list(cases)
        return 0
    sys.path.insert(0, str(FOLDER))
    from make_recording import write_recording

    program = pathlib.Path(options.boundscope) if options.boundscope else newest_program()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        recordings, rows = {}, []
        for case in cases:
            recordings[case["name"]] = folder / f"{case['name']}.rec"
            write_recording(case, recordings[case["name"]])
            report = _answer(program, "report", "--format", "json", recordings[case["name"]])
            rows += _rows_of(case, report)
        _print_rows(rows)
        claims = _story(program, cases, recordings, folder)
    for claim, holds in claims:
        print(f"{'ok  ' if holds else 'MISS'} {claim}")
    print(f"\n{NOTE}", end="")
    if options.json:
        result = {"rows": rows, "claims": [{"claim": claim, "holds": holds} for claim, holds in claims]}
        pathlib.Path(options.json).write_text(json.dumps(result, indent=1), encoding="utf-8")
    return 0 if all(holds for _, holds in claims) else 1
