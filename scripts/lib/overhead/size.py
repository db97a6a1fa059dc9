"""How quickly boundscope is there, how large it is, how long an analysis takes."""

import json
import pathlib
import signal
import subprocess
import time

import procfs
from overhead.pairs import Goal, spread
from processes import Failure, run
from services import Load

_MIB = 1 << 20
_FIRST_WINDOW_S = 0.3
_TOOL_RSS_BYTES = 50 * _MIB
_KERNEL_MAP_BYTES = 32 * _MIB
_ANALYSIS_S = 0.05
_FIRST_WINDOW_TIMEOUT_S = 20


def _first_window(recording):
    """The first line of kind "window" of a growing recording; None until it is complete."""
    if not recording.exists():
        return None
    with open(recording, encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n") and (document := json.loads(line))["kind"] == "window":
                return document
    return None


def _kernel_map_bytes(pid):
    """Kernel memory of the BPF maps a process holds, from its descriptors."""
    sizes = {}
    for info in pathlib.Path(f"/proc/{pid}/fdinfo").glob("*"):
        fields = dict(line.split(":", 1) for line in info.read_text().splitlines() if ":" in line)
        if "map_id" in fields:
            sizes[fields["map_id"]] = int(fields["memlock"])
    return sum(sizes.values())


def attach_once(processes, build, service, number):
    """(seconds until the first window began, peak RSS, kernel map bytes)"""
    recording = processes.folder / f"first-{number}.jsonl"
    started = time.monotonic()
    tool = processes.start([build.boundscope, "record", "--pid", service.pid, "--output", recording,
                            "--duration", 30])
    while not (window := _first_window(recording)):
        if time.monotonic() - started > _FIRST_WINDOW_TIMEOUT_S or tool.process.poll() is not None:
            raise Failure(f"no first window: {tool.log.read_text()[-300:]}")
        time.sleep(0.005)
    elapsed = time.monotonic() - started
    maps, rss = _kernel_map_bytes(tool.pid), procfs.peak_rss_bytes(tool.pid)
    processes.stop(tool, signal.SIGINT)
    return elapsed - window["duration_ns"] / 1e9, rss, maps


def _analysis_seconds(processes, build, service, recording_s, repeats):
    recording = processes.folder / "long.jsonl"
    run([build.boundscope, "record", "--pid", service.pid, "--output", recording, "--duration",
         recording_s])
    times = []
    for _ in range(repeats):
        started = time.monotonic()
        subprocess.run([build.boundscope, "report", recording, "--format", "json"],
                       stdout=subprocess.DEVNULL, check=True)
        times.append(time.monotonic() - started)
    return times


def measure(processes, services, build, repeats, recording_s, progress):
    """(table rows, goals)"""
    service = services.redis()
    load = Load(processes, build, service.port, "--protocol", "resp", "--connections", 50)
    attached = []
    for number in range(repeats):
        progress(f"attach {number + 1}/{repeats}")
        attached.append(attach_once(processes, build, service, number))
    progress(f"recording {recording_s} s for the analysis")
    analysis = spread(_analysis_seconds(processes, build, service, recording_s, repeats))
    load.finish()
    first = spread(times for times, _, _ in attached)
    rss = spread(size / _MIB for _, size, _ in attached)
    maps = spread(size / _MIB for _, _, size in attached)
    if maps.median == 0:
        raise Failure("boundscope holds no BPF maps: it did not measure")
    rows = [("attach to first window, s", first.format(".2f"), "", ""),
            ("tool RSS, MiB", rss.format(".1f"), "", ""),
            ("kernel maps, MiB", maps.format(".1f"), "", ""),
            (f"analysis of {recording_s} s, ms", spread([analysis.median * 1e3,
             analysis.low * 1e3, analysis.high * 1e3]).format(".0f"), "", "")]
    goals = [Goal(f"attach to first window {first.median:.2f} s < {_FIRST_WINDOW_S} s",
                  first.median < _FIRST_WINDOW_S),
             Goal(f"tool RSS {rss.median:.1f} MiB < 50 MB", rss.median * _MIB < _TOOL_RSS_BYTES),
             Goal(f"kernel maps {maps.median:.1f} MiB < 32 MB",
                  maps.median * _MIB < _KERNEL_MAP_BYTES),
             Goal(f"analysis of a {recording_s} s recording {analysis.median * 1e3:.0f} ms < 50 ms",
                  analysis.median < _ANALYSIS_S)]
    return rows, goals
