"""A recording with what is hard to show: code without names, and names that mean something to their reader."""
import json

FREQUENCY_HZ = 100
HOSTILE_NAMES = (
    "main;evil;frames 7",
    "<script>alert(\"1\")</script>&amp;'",
    "\u001b]0;title\u0007\u001b[2J\r\nnew line\u0000",
    "\u202ereversed \u200bhidden \u2066isolated",
    "ends in a number 12345",
    "%s%n $(reboot) `reboot` {\"frames\":[]}",
    "caf\u00e9::gr\u00f6\u00dfe",
    "std::map<std::string, std::vector<int>>::operator[](" + "x" * 600 + ")",
    "trailing backslash\\",
)
# A module with an offset, generated code, nothing at all.
NAMELESS = ({"module": "libz.so.1", "offset": 0x1234}, {"module": "libz.so.1"}, {"module": "[jit]"}, {})


def _frames():
    named = [{"module": "serv\u001b[31m;ice", "symbol": name} for name in HOSTILE_NAMES]
    return named + list(NAMELESS) + [{"module": "[kernel]", "symbol": "tcp_sendmsg"},
                                     {"module": "service", "symbol": "main.main"}]


def lines():
    """The recording as lines: each frame is the leaf of one stack, called by main.main; one stack has no frames, one is
    cut."""
    frames = _frames()
    outermost = len(frames) - 1
    stacks = [{"frames": [leaf, outermost]} for leaf in range(outermost)]
    stacks[1]["cut"] = True
    stacks.append({"frames": []})
    yield {"kind": "header", "major": 1, "minor": 0, "tool_version": "0.1.0", "started": "2026-11-24T10:00:00Z",
           "architecture": "x86_64", "cpus": 2, "cpu_limit": 2.0, "frequency_hz": FREQUENCY_HZ, "seed": 1,
           "target": "comm a;b\u001b[2J"}
    for pid, comm in ((10, "ser;v\u001b[2J"), (20, "helper")):
        yield {"kind": "process", "pid": pid, "parent": 1, "comm": comm, "exe": f"/usr/bin/{comm}", "runtime": "native"}
    for frame in frames:
        yield {"kind": "frame", **frame}
    for number, stack in enumerate(stacks):
        yield {"kind": "stack", "id": number, **stack}
    for second in range(2):
        yield _window(second, len(stacks))
    yield {"kind": "end", "reason": "complete"}


def _window(second, stacks):
    samples = [{"pid": 10 if stack % 3 else 20, "comm": "th;read\u202e", "stack": stack, "count": stack + 1}
               for stack in range(stacks)]
    waits = [{"pid": 10, "comm": "th;read\u202e", "wait_class": "upstream", "stack": stack, "blocked_ns": 1000 + stack,
              "count": 1} for stack in range(0, stacks, 2)]
    return {"kind": "window", "start_ns": second * 10**9, "duration_ns": 10**9, "observed_ns": 10**9,
            "processes": [{"pid": 10, "on_cpu_ns": 10**9, "blocked_ns": {"upstream": 1_000_003, "poll": 900_000_000}},
                          {"pid": 20, "on_cpu_ns": 10**8, "blocked_ns": {"lock": 5_000}}],
            "samples": samples, "wait_stacks": waits}


def write(path):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines()))
