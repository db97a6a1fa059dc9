"""The services that were written twice (tests/workloads/pairs), and what surrounds them."""

import dataclasses
import pathlib

from build_folder import SOURCE
from processes import Missing, find_program

_SOURCES = SOURCE / "tests/workloads/pairs"
_JAVA_OPTIONS = ("-Dsun.net.httpserver.nodelay=true",)
LOADS = (0.2, 0.5, 0.8)


@dataclasses.dataclass(frozen=True)
class Pair:
    name: str
    kind: str
    source: str  # languages as `--to` names them
    target: str
    text: str
    upstream_ms: int = 0  # 0: no upstream
    sends_orders: bool = False  # requests carry JSON
    java_heap_mb: int = 256  # small, as in a container of its own
    collects_rarely: bool = False  # a span of the usual length holds one long stop or none
    loads: tuple[float, ...] = LOADS  # CPU use of the source


PAIRS = (
    Pair("routes", "computing", "python", "go", "plans rounds of delivery vans"),
    Pair("spelling", "computing", "ruby", "java", "finds the nearest words of a dictionary"),
    # Twice more: the queue is in the gain at the one load, and not at the other.
    Pair("trading", "computing", "go", "rust", "matches orders, computes risks",
         loads=(0.1, *LOADS, 0.9)),
    Pair("quotes", "computing", "node", "rust", "prices loans of many lenders"),
    Pair("orders", "JSON", "python", "go", "adds up batches of orders", sends_orders=True),
    Pair("feed", "JSON", "node", "cpp", "finds what sells best", sends_orders=True),
    Pair("tickets", "text", "python", "rust", "sorts tickets by subject, picks keywords"),
    Pair("pages", "templates", "ruby", "go", "renders lists of articles as HTML"),
    Pair("catalog", "collections", "java", "go", "searches products, counts facets",
         java_heap_mb=512),
    Pair("sessions", "large heap", "java", "rust", "keeps sessions in memory",
         java_heap_mb=1200, collects_rarely=True),
    Pair("fraud", "large heap", "go", "rust", "scores payments by accounts' histories"),
    Pair("archive", "native library", "python", "cpp", "compresses with zlib",
         sends_orders=True),
    Pair("payment", "waiting upstream", "go", "rust", "asks a bank that takes 30 ms",
         upstream_ms=30),
    Pair("gateway", "waiting upstream", "node", "go", "passes on the answer of a service of 15 ms",
         upstream_ms=15),
    Pair("profile", "half and half", "python", "java", "asks a store of 1 ms, then computes",
         upstream_ms=1),
)


def build_targets(pair):
    """What CMake has to build for a pair."""
    kinds = {"go": "pairs_go", "java": "pairs_java", "rust": f"pairs_rust_{pair.name}",
             "cpp": f"pairs_cpp_{pair.name}"}
    return [kinds[language] for language in (pair.source, pair.target) if language in kinds]


def command(pair, language, build):
    """How the pair's service in that language is started, without options."""
    built = build.workloads / "pairs"
    scripts = {"python": ("/usr/bin/python3", ".py", ["-B"]), "node": ("node", ".js", []),
               "ruby": ("ruby", ".rb", [])}
    if language in scripts:
        program, suffix, options = scripts[language]
        return [find_program(program), *options, _SOURCES / pair.name / (pair.name + suffix)]
    if language == "java":
        _require(built / f"java/{pair.name.capitalize()}.class")
        return [find_program("java"), *_JAVA_OPTIONS, f"-Xmx{pair.java_heap_mb}m", "-cp",
                built / "java", pair.name.capitalize()]
    return [_require(built / language / pair.name)]


def _require(path):
    if not pathlib.Path(path).exists():
        raise Missing(f"{path} was not built (its compiler was not found)")
    return path
