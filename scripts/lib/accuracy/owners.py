"""`scripts/accuracy owners`: whose CPU time it is, on programs that know.

Each row starts a mix generator, which burns CPU time in sections and measures each with its thread
CPU clock, attaches boundscope, and compares `cpu_time[]` with the program's own figures over the
same time: within 5 points each (owners_truth.py). Samples are taken at 499 Hz, so that a miss is a
wrong owner and not luck: 20 s give 10000 samples, half a point of standard error. Runs too short for
that, as in continuous integration, have wider bounds.
"""

import os
import pathlib

from accuracy import owners_truth as truth
from accuracy.checks import Check, figure
from accuracy.owners_mix import Mix, ThreadTimes
from accuracy.row import Rows
from accuracy.runtimes import Root
from build_folder import SOURCE
from processes import Missing, find_program

ROWS = Rows()

_FREQUENCY_HZ = 499
_TOLERANCE = 0.05
# For continuous integration: fewer samples, and a disturbance of a second weighs more.
_SHORT_S = 15
_SHORT_TOLERANCE = 0.08
_UNKNOWN_MOST = 0.05
_UNKNOWN_MOST_STRIPPED = 0.15  # a third party's program without symbols
_NOTEWORTHY = 0.005
_MIX = SOURCE / "tests/workloads/mix"
_BUSY = ("cpu: *", "memory: gc")

_INTERPRETED_SHARES = {"language": 26, "zlib": 14, "hash": 12, "json": 12, "regex": 12,
                       "containers": 8, "alloc": 10, "syscalls": 6}
# What calls the allocator in passing is small where `alloc` is compared with it alone.
_COMPILED_SHARES = {"language": 30, "zlib": 15, "hash": 14, "json": 6, "regex": 10, "alloc": 15,
                    "syscalls": 10}


def _points(name, said, known_share, tolerance):
    error = said - known_share
    return figure(name, f"{100 * said:.1f} %", f"{100 * known_share:.1f} %",
                  f"{100 * error:+.1f} points", error, tolerance)


def _checks(groups, answer, sections, unknown_most, seconds):
    tolerance = _TOLERANCE if seconds >= _SHORT_S else _SHORT_TOLERANCE
    shares, rest = truth.measured(groups, truth.parts_of(answer.document["cpu_time"]))
    checks = [_points(name, shares[name], share, tolerance)
              for name, share in truth.known(groups, sections).items()]
    unknown = sum(share for part, share in rest.items() if part.startswith("unknown/"))
    checks.append(Check("unknown", f"{100 * unknown:.1f} %", f"<= {100 * unknown_most:.0f} %", "",
                        unknown <= unknown_most))
    checks += [_points(part, share, 0, tolerance) for part, share in rest.items()
               if not part.startswith("unknown/") and share >= _NOTEWORTHY]
    return checks


def _compare(lab, command, shares, groups, threads=None, unknown_most=_UNKNOWN_MOST):
    """Runs a mix under boundscope; the answer and its checks."""
    mix = Mix(lab, command, shares)
    lab.warm_up()
    times = ThreadTimes(mix.pid)
    answer = lab.attach(mix, "--pid", mix.pid, "--frequency", _FREQUENCY_HZ)
    by_thread = times.shares(threads or {})
    sections = mix.shares_between(answer.began, answer.ended)
    return answer, _checks(groups, answer, {**sections, **by_thread}, unknown_most, lab.seconds)


def _built(lab, name):
    program = lab.build.workloads / "mix" / name
    if not program.exists():
        raise Missing(f"{name} was not built (its compiler was not found)")
    return [program]


def _python(program="/usr/bin/python3"):
    return [program, "-B", _MIX / "python/mix.py"]


@ROWS.add("python", "Debian's CPython", says=_BUSY)
def _debian_python(lab):
    return _compare(lab, _python(), _INTERPRETED_SHARES, truth.CPYTHON)


@ROWS.add("python-own", "CPython built by pyenv", says=_BUSY)
def _own_python(lab):
    root = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"))
    found = sorted(root.glob("versions/3.11.*/bin/python3.11"))
    if not found:
        raise Missing("pyenv has built no CPython 3.11")
    return _compare(lab, _python(found[-1]), _INTERPRETED_SHARES, truth.CPYTHON)


# The two whose answers have to be opposite.
@ROWS.add("python-zlib", "Debian's CPython, mostly in zlib", says=("cpu: native",), ci=True)
def _python_zlib(lab):
    return _compare(lab, _python(), {"zlib": 80, "language": 20}, truth.CPYTHON)


@ROWS.add("python-language", "Debian's CPython, mostly interpreting", says=("cpu: language",),
          ci=True)
def _python_language(lab):
    return _compare(lab, _python(), {"language": 80, "zlib": 20}, truth.CPYTHON)


@ROWS.add("go", "Go", says=_BUSY, ci=True)
def _go(lab):
    return _compare(lab, _built(lab, "mix_go"), _COMPILED_SHARES, truth.GO)


@ROWS.add("go-stripped", "Go, stripped", says=_BUSY)
def _go_stripped(lab):
    return _compare(lab, _built(lab, "mix_go_stripped"), _COMPILED_SHARES, truth.GO,
                    unknown_most=_UNKNOWN_MOST_STRIPPED)


@ROWS.add("go-newer", "Go of another version, stripped", says=_BUSY)
def _go_newer(lab):
    return _compare(lab, _built(lab, "mix_go_newer"), _COMPILED_SHARES, truth.GO,
                    unknown_most=_UNKNOWN_MOST_STRIPPED)


@ROWS.add("jvm", "OpenJDK, G1", says=_BUSY)
def _jvm(lab):
    if not (lab.build.workloads / "mix/java/Mix.class").exists():
        raise Missing("mix/java was not built (javac was not found)")
    shares = {name: share for name, share in _COMPILED_SHARES.items() if name != "json"}
    return _compare(lab, [find_program("java"), "-Xmx384m", "-cp",
                          lab.build.workloads / "mix/java", "Mix"],
                    shares, truth.JVM, threads=truth.JVM_THREADS)


@ROWS.add("node", "Node", says=_BUSY)
def _node(lab):
    return _compare(lab, [find_program("node"), _MIX / "node/mix.js"], _INTERPRETED_SHARES,
                    truth.NODE)


@ROWS.add("node-debian", "Debian's Node, in a container-like root", says=_BUSY)
def _debian_node(lab):
    root = Root(lab, "node-debian")
    script = f"{root.bring(_MIX / 'node')}/mix.js"
    return _compare(lab, root.command("/usr/bin/node", script), _INTERPRETED_SHARES, truth.NODE)


@ROWS.add("ruby", "Debian's Ruby", says=_BUSY)
def _ruby(lab):
    return _compare(lab, [find_program("ruby"), _MIX / "ruby/mix.rb"], _INTERPRETED_SHARES,
                    truth.RUBY)


@ROWS.add("php", "Debian's PHP", says=_BUSY)
def _php(lab):
    return _compare(lab, [find_program("php"), _MIX / "php/mix.php"], _INTERPRETED_SHARES,
                    truth.PHP)


@ROWS.add("cpp", "C++ without frame pointers", says=_BUSY)
def _cpp(lab):
    return _compare(lab, _built(lab, "mix_cpp"), _COMPILED_SHARES, truth.NATIVE)


@ROWS.add("cpp-stripped", "C++ without frame pointers, stripped", says=_BUSY, ci=True)
def _cpp_stripped(lab):
    return _compare(lab, _built(lab, "mix_cpp_stripped"), _COMPILED_SHARES, truth.NATIVE,
                    unknown_most=_UNKNOWN_MOST_STRIPPED)


def _rust_shares():
    return {name: share for name, share in _COMPILED_SHARES.items()
            if name not in ("json", "regex")}


@ROWS.add("rust", "Rust", says=_BUSY)
def _rust(lab):
    return _compare(lab, _built(lab, "mix_rust"), _rust_shares(), truth.NATIVE)


@ROWS.add("rust-stripped", "Rust, stripped", says=_BUSY)
def _rust_stripped(lab):
    return _compare(lab, _built(lab, "mix_rust_stripped"), _rust_shares(), truth.NATIVE,
                    unknown_most=_UNKNOWN_MOST_STRIPPED)
