"""Three ways to guess what a rewrite brings without boundscope."""

# How many times faster small programs of the target's language are: medians over the Benchmarks Game
# as measured by Pereira et al. (github.com/greensoftwarelab/Energy-Languages), plb2 and
# kostya/benchmarks. Ruby to Java, Java to Go, Node to Rust and Python to Rust go by way of others.
_BENCHMARK_RATIO = {
    ("python", "go"): 43, ("python", "java"): 41, ("python", "cpp"): 60, ("ruby", "java"): 33,
    ("python", "rust"): 56, ("ruby", "go"): 35, ("node", "cpp"): 3.9, ("node", "go"): 2.5,
    ("node", "rust"): 3.3, ("java", "go"): 1.05, ("java", "rust"): 1.4, ("go", "rust"): 1.3,
}
# Memory of the program `primes` of kostya/benchmarks, whose heap is what it computes with.
_BENCHMARK_MB = {"python": 193, "ruby": 196, "node": 274, "java": 150, "go": 105, "rust": 76,
                 "cpp": 89}

NAMES = ("always 1", "Amdahl, CPU use", "benchmark ratio")


def guesses(pair, cpu_cores):
    """By baseline and goal. `cpu_cores`: what the source used of its one CPU."""
    ratio = _BENCHMARK_RATIO[pair.source, pair.target]
    memory = _BENCHMARK_MB[pair.source] / _BENCHMARK_MB[pair.target]
    use = min(1.0, cpu_cores)
    amdahl = 1 / (1 - use + use / ratio)
    return {
        "always 1": dict.fromkeys(("latency", "tail", "capacity", "memory"), 1.0),
        "Amdahl, CPU use": {"latency": amdahl, "tail": amdahl, "capacity": amdahl, "memory": 1.0},
        "benchmark ratio": {"latency": ratio, "tail": ratio, "capacity": ratio, "memory": memory},
    }
