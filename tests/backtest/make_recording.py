"""A recording as `boundscope record` would have made it, from a handful of assumed figures (cases.toml)."""

import json
import math
import random

WINDOWS = 30
S = 1_000_000_000
PID = 4000

# Where the samples of each owner stand: module, symbol, thread name (empty: the service's).
_KERNEL = ("[kernel]", "tcp_sendmsg_locked", "")
_LIBRARY = ("libcrypto.so.3", "EVP_EncryptUpdate", "")
PLACES = {
    "go": {
        "application": ("service", "main.handle", ""),
        "gc": ("service", "runtime.gcBgMarkWorker", ""),
        "allocator": ("service", "runtime.mallocgc", ""),
        "runtime": ("service", "runtime.schedule", ""),
    },
    "cpython": {
        "interpreter": ("python3.11", "_PyEval_EvalFrameDefault", ""),
        "builtin": ("_json.cpython-311-x86_64-linux-gnu.so", "scanner_call", ""),
        "gc": ("python3.11", "gc_collect_main", ""),
        "allocator": ("python3.11", "_PyObject_Malloc", ""),
    },
    "ruby": {
        "interpreter": ("libruby-3.1.so.3.1", "vm_exec_core", ""),
        "builtin": ("parser.so", "cParser_parse", ""),
        "gc": ("libruby-3.1.so.3.1", "gc_mark_children", ""),
        "allocator": ("libruby-3.1.so.3.1", "ruby_xmalloc", ""),
    },
    "jvm": {
        "application": ("[jit]", "com.example.Service.handle", ""),
        "gc": ("libjvm.so", "G1ParScanThreadState::trim_queue", "GC Thread#0"),
        "runtime": ("libjvm.so", "ObjectSynchronizer::enter", ""),
        "jit_compiler": ("libjvm.so", "Compile::Optimize", "C2 CompilerThre"),
    },
    "node": {
        "application": ("[jit]", "LazyCompile:*check", ""),
        "gc": ("node", "v8::internal::MarkCompactCollector::MarkLiveObjects", ""),
        "builtin": ("node", "Builtins_StringPrototypeIndexOf", ""),
    },
    "native": {
        "application": ("service", "handle_request", ""),
        "allocator": ("libc.so.6", "malloc", ""),
    },
}
VERSIONS = {"go": "go1.22.1", "cpython": "3.11.2", "ruby": "3.1.2", "jvm": "17.0.12", "node": "18.19.0",
            "native": ""}
LANGUAGES = {"go": "go", "cpython": "python", "ruby": "ruby", "jvm": "java", "node": "javascript"}


def bucket(value_ns):
    """The latency bucket of docs/recording-format.md."""
    value = int(value_ns)
    if value < 1024:
        return 0
    exponent = value.bit_length() - 1
    return min(703, 1 + 16 * (exponent - 10) + ((value >> (exponent - 4)) & 15))


class Service:
    """One case, with what follows from its figures."""

    def __init__(self, case):
        self.case = case
        self.runtime = case["runtime"]
        self.batch = case.get("batch", False)
        self.workers = case.get("workers", 1)
        self.stops = case.get("stops", {"per_s": 0, "ms": 0})
        self.random = random.Random(case["name"])
        if self.batch:
            self.cores = 1.15  # a loop, and helpers of the runtime
        else:
            self.cores = case["rate"] * case["cpu_ms"] / 1000
        self.samples = sorted(case["cpu"].items())
        total = sum(share for _, share in self.samples)
        assert abs(total - 1) < 1e-6, f"{case['name']}: shares of the CPU time add up to {total}"
        if not self.batch:
            self.check_time()

    def check_time(self):
        """What a request's time is made of has to be possible."""
        # `parallel`: threads that work for one request at a time, on the mean (fan-out, background work).
        wait = self.case["wait"]
        self.stop_share = self.stops["per_s"] * self.stops["ms"] / 1000
        running = self.case["cpu_ms"] / self.case.get("parallel", 1) / self.case["latency_ms"]
        rest = 1 - sum(wait.values()) - self.case["queue"] - self.stop_share
        self.running = min(running, rest)
        assert self.running > 0, f"{self.case['name']}: no time is left for the CPU"
        self.left = rest - self.running
        assert self.left < 0.2, f"{self.case['name']}: {self.left:.0%} of the time is nobody's"

    def noise(self):
        return 1 + self.random.uniform(-0.05, 0.05)

    def lines(self):
        yield self.header()
        yield from self.processes()
        yield from self.stacks()
        for number in range(WINDOWS):
            yield self.window(number)
        yield {"kind": "end", "reason": "complete"}

    def header(self):
        cores = self.case["cores"]
        capabilities = [{"name": name, "state": "available", "mechanism": mechanism, "reason": ""}
                        for name, mechanism in (("scheduling", "tp_btf"), ("requests", "tp_btf"),
                                                ("samples", "perf_event"), ("cgroup", "v2"))]
        return {"kind": "header", "major": 1, "minor": 1, "tool_version": "0.1.0", "started": "2026-01-01T00:00:00Z",
                "kernel": "6.1.0", "architecture": "x86_64", "cpus": cores, "cpu_limit": cores, "cpu_quota": False,
                "host_memory_bytes": 64 << 30, "frequency_hz": 99, "budget_share": 0.01, "seed": 1,
                "target": self.case["name"], "capabilities": capabilities}

    def processes(self):
        for worker in range(self.workers):
            line = {"kind": "process", "pid": PID + worker, "parent": PID if worker else 1, "start_ticks": 100 + worker,
                    "comm": "service", "exe": "/srv/service", "cgroup": "/service", "runtime": self.runtime,
                    "runtime_version": VERSIONS[self.runtime], "threads": 8,
                    "language": self.case.get("language", LANGUAGES.get(self.runtime, ""))}
            if self.runtime == "ruby":
                line["jit"] = "none"
            if self.runtime == "jvm":
                line["collector"] = "g1"
            yield line

    def stacks(self):
        """One frame and one stack for each owner; Go's end in goexit, so that they are known to be whole."""
        frame = 0
        for number, (owner, _) in enumerate(self.samples):
            module, symbol, _ = self.place(owner)
            yield {"kind": "frame", "module": module, "symbol": symbol}
            frames = [frame]
            frame += 1
            if self.runtime == "go" and module == "service":
                yield {"kind": "frame", "module": "service", "symbol": "runtime.goexit.abi0"}
                frames.append(frame)
                frame += 1
            yield {"kind": "stack", "id": number, "in_kernel": module == "[kernel]", "frames": frames}

    def place(self, owner):
        if owner == "kernel":
            return _KERNEL
        return _LIBRARY if owner == "native" else PLACES[self.runtime][owner]

    def window(self, number):
        factor = self.noise()
        cpu = int(self.cores * factor * S)
        window = {"kind": "window", "start_ns": number * S, "duration_ns": S, "observed_ns": S,
                  "processes": [self.process(PID + worker, cpu // self.workers, factor) for worker in
                                range(self.workers)],
                  "threads": self.threads(cpu), "samples": self.sample_rows(factor),
                  "host": {"cpu_ns": cpu, "rss_bytes": self.case["rss_mb"] << 20, "minor_faults": 10,
                           "major_faults": 0, "steal_ns": 0, "host_busy_ns": int(1.05 * cpu)},
                  "cost": {"tool_cpu_ns": 3_000_000, "tool_rss_bytes": 20 << 20, "switches": 4000,
                           "socket_events": 2000, "events_on_target_ns": 900_000, "samples": int(99 * self.cores)}}
        if not self.batch:
            window |= self.traffic(factor)
        if self.runtime in ("go", "jvm") and not self.batch:
            window["gc"] = [self.collections()]
        return window

    def process(self, pid, cpu, factor):
        process = {"pid": pid, "on_cpu_ns": cpu, "woken_ns": cpu // 20, "preempted_ns": cpu // 50,
                   "blocked_ns": {"poll": 3 * S}, "running_any_ns": min(S, int(cpu * 0.9)) if not self.batch else int(0.98 * S)}
        if not self.batch:
            process["requests"] = self.requests(factor)
        return process

    def requests(self, factor):
        """The integrals of one process. Everything in request-nanoseconds."""
        case, wait = self.case, self.case["wait"]
        finished = max(1, round(case["rate"] * factor / self.workers))
        whole = int(finished * case["latency_ms"] * 1e6)

        def share(part):
            return int(whole * part)

        running, queue = share(self.running * self.noise()), share(case["queue"])
        upstream, stopped = share(wait.get("upstream", 0)), share(self.stop_share)
        pool = share(wait.get("pool", 0))
        rest = max(0, whole - running - queue - upstream - stopped - pool)
        whole = running + queue + upstream + stopped + pool + rest

        def around(value):
            return {"point_ns": value, "low_ns": int(value * 0.97), "high_ns": int(value * 1.03)}

        # In how much of the time nothing is in flight, if requests came at random.
        idle = int(S * math.exp(-whole / S))
        return {"observed_ns": S, "idle_ns": idle, "in_flight_ns": whole,
                "activity": {"running": around(running), "runnable": around(queue), "upstream": around(upstream)},
                "behind_running_ns": rest, "behind_waiting_ns": pool, "stopped_ns": stopped, "started": finished,
                "finished": finished, "latency_ns": whole, "socket_queue_ns": int(pool * 0.9),
                "peak_in_flight": 4 + whole // S * 2}

    def threads(self, cpu):
        """A loop or a worker each, or as many as a runtime that spreads its work would have."""
        single = self.runtime in ("node", "cpython", "ruby") or self.workers > 1
        if self.batch:
            return self.loop()
        count = self.workers if single else max(4, math.ceil(1.5 * self.cores))
        rows = []
        for number in range(count):
            pid = PID + (number if self.workers > 1 else 0)
            busy = min(int(0.98 * S), cpu // count)
            rows.append({"tid": pid if single else PID + 100 + number, "pid": pid, "comm": "service",
                         "on_cpu_ns": busy, "woken_ns": busy // 30, "blocked_ns": {"poll": S - busy - busy // 30},
                         "switches": 500})
        return rows

    def loop(self):
        """A single thread that computes all the time, and helpers of the runtime."""
        busy, helpers = int(0.98 * S), int((self.cores - 0.98) * S)
        return [{"tid": PID, "pid": PID, "comm": "service", "on_cpu_ns": busy, "woken_ns": S // 100,
                 "blocked_ns": {"disk_read": S // 100}, "switches": 50},
                {"tid": PID + 1, "pid": PID, "comm": "V8 Worker", "on_cpu_ns": helpers,
                 "blocked_ns": {"park": S - helpers}, "switches": 300}]

    def sample_rows(self, factor):
        rows = []
        for number, (owner, share) in enumerate(self.samples):
            count = round(99 * self.cores * factor * share + self.random.uniform(-0.5, 0.5))
            thread = self.place(owner)[2] or "service"
            for worker in range(self.workers):
                own = count // self.workers + (1 if worker < count % self.workers else 0)
                if own > 0:
                    rows.append({"pid": PID + worker, "comm": thread, "stack": number, "count": own})
        return rows

    def traffic(self, factor):
        case = self.case
        finished = max(1, round(case["rate"] * factor))
        spread = case.get("tail", 0.3)  # of the logarithm
        median = case["latency_ms"] * 1e6 * math.exp(-spread * spread / 2)
        # Of many requests the shape, of few each one.
        drawn = min(finished, 400)
        weights = [finished // drawn + (1 if i < finished % drawn else 0) for i in range(drawn)]
        # A request meets a stop if one begins while it is there, or if it begins in one.
        meets = self.stops["per_s"] * (case["latency_ms"] + self.stops["ms"]) / 1000
        with_stops, without_stops = {}, {}
        for weight in weights:
            own = median * math.exp(self.random.gauss(0, spread))
            stop = self.stops["ms"] * 1e6 * self.random.uniform(0.5, 1.5) if self.random.random() < meets else 0
            with_stops[bucket(own + stop)] = with_stops.get(bucket(own + stop), 0) + weight
            without_stops[bucket(own)] = without_stops.get(bucket(own), 0) + weight
        rows = {"latencies": _histogram(with_stops),
                "protocols": [{"port": 8080, "protocol": "http1", "sampled": 40, "messages": 40}]}
        if self.runtime in ("go", "jvm"):
            rows["latencies_without_stops"] = _histogram(without_stops)
        if "upstream" in case:
            rows["upstreams"] = [self.calls(PID + worker, finished) for worker in range(self.workers)]
        return rows

    def calls(self, pid, finished):
        calls = max(1, finished // self.workers)
        latency = calls * self.case["latency_ms"] * 1e6 * self.case["wait"]["upstream"]
        return {"pid": pid, "peer": self.case["upstream"], "calls": calls, "latency_ns": int(latency),
                "longest_ns": int(3 * latency / calls), "pickup_ns": int(calls * 20_000)}

    def collections(self):
        heap = self.case["heap_mb"] << 20
        count = round(self.stops["per_s"]) or (1 if self.random.random() < self.stops["per_s"] else 0)
        stopped = int(count * self.stops["ms"] * 1e6)
        gc_share = self.case["cpu"].get("gc", 0)
        row = {"pid": PID, "source": "go-memstats" if self.runtime == "go" else "hsperfdata", "probes": "symbols",
               "collector": "go" if self.runtime == "go" else "g1", "stops": count, "stopped_ns": stopped,
               "longest_stop_ns": int(1.5 * stopped / count) if count else 0, "cycles": count, "pauses": count,
               "pause_ns": stopped, "longest_pause_ns": int(1.5 * stopped / count) if count else 0,
               "gc_cpu_ns": int(gc_share * self.cores * S), "live_heap_bytes": heap, "heap_used_bytes": heap * 3 // 2,
               "heap_capacity_bytes": heap * 2, "heap_goal_bytes": heap * 2}
        if self.runtime == "go":
            row |= {"gc_percent": 100, "max_procs": self.case["cores"]}
        return row


def _histogram(counts):
    return [{"index": index, "count": count} for index, count in sorted(counts.items())]


def write_recording(case, path):
    with open(path, "w", encoding="utf-8") as out:
        for line in Service(case).lines():
            out.write(json.dumps(line, separators=(",", ":")) + "\n")
