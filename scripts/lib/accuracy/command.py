"""What every subcommand of scripts/accuracy has in common: options, running its rows, the end."""

import sys

from accuracy import row as rows_module
from build_folder import BuildFolder

NOTHING_RAN = 77  # what ctest takes as "skipped"


def add_options(parser):
    parser.add_argument("--build",
                        help="build folder (default: the newest of build/release, build/dev)")
    parser.add_argument("--boundscope", help="program to test, if not that of the build folder")
    parser.add_argument("--seconds", type=int, default=20, help="length of each measurement")
    parser.add_argument("--only", action="append", metavar="NAME", help="run this row (repeatable)")
    parser.add_argument("--subset", choices=("all", "ci"), default="all")
    parser.add_argument("--room", type=float, default=1, metavar="N",
                        help="for a busy host: a figure misses only beyond N tolerances")
    parser.add_argument("--attempts", type=int, default=1, metavar="N",
                        help="for a busy host: measure a row that misses again, N times at most")
    parser.add_argument("--list", action="store_true", help="list the rows and end")
    parser.add_argument("--json", metavar="FILE", help="write the results there as well")
    parser.add_argument("--answers", metavar="DIR", help="keep boundscope's answers there")
    parser.add_argument("--require-all", action="store_true", help="a skipped row is a miss")


def _choose(rows, options):
    known = {row.name for row in rows}
    unknown = set(options.only or ()) - known
    if unknown:
        sys.exit(f"no such row: {', '.join(sorted(unknown))} (see --list)")
    if options.only:
        return [row for row in rows if row.name in options.only]
    return [row for row in rows if row.ci or options.subset == "all"]


def run(rows, options):
    """Runs the chosen rows; the exit status."""
    chosen = _choose(rows, options)
    if options.list:
        for row in chosen:
            print(f"{row.name:<18} {' or '.join(row.says):<42} {row.text}")
        return 0
    build = BuildFolder(options.build, options.boundscope)
    results = []
    try:
        for number, row in enumerate(chosen, 1):
            print(f"[{number}/{len(chosen)}] {row.name}: {row.text}", file=sys.stderr, flush=True)
            results.append(_run_row(row, build, options))
    finally:
        rows_module.print_results(results)
        if options.answers:
            rows_module.write_answers(options.answers, results)
        if options.json:
            rows_module.write_json(options.json, results)
    return _exit_status(results, options.require_all)


def _run_row(row, build, options):
    """Each attempt is shown: one that is right the second time was disturbed, and that is worth knowing."""
    for attempt in range(1, options.attempts + 1):
        result = rows_module.run_row(row, build, options.seconds, options.room)
        print(f"    {result.status} {result.reason}", file=sys.stderr, flush=True)
        if result.status in ("ok", "skip") or attempt == options.attempts:
            return result
        rows_module.print_results([result])


def _exit_status(results, require_all):
    counts = {status: sum(result.status == status for result in results)
              for status in ("ok", "MISS", "error", "skip")}
    print(f"\n{counts['ok']} ok, {counts['MISS']} missed, {counts['error']} failed to run, "
          f"{counts['skip']} skipped")
    if counts["MISS"] or counts["error"] or (require_all and counts["skip"]):
        return 1
    return NOTHING_RAN if results and counts["skip"] == len(results) else 0
