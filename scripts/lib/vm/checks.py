"""What has to come out of the steps of guest.sh, and the table of what did."""

import dataclasses
import json

from accuracy.checks import verdict_is

# The verdicts are those that scripts/accuracy asks for of the same services on the build host.
_VERDICTS = {
    "redis_kprobes": ("cpu: single-thread", "cpu: kernel"),
    "redis": ("cpu: single-thread", "cpu: kernel"),
    "upstream_kprobes": ("io: upstream",),
    "upstream": ("io: upstream",),
    "lock": ("contention: lock",),
    "disk": ("io: disk",),
    "memory": ("memory: capacity",),
    "idle": ("idle",),
}
SCENARIOS = tuple(_VERDICTS)
STEPS = ("kernel", "doctor", "container", "waits", "hotplug", "clock", "suspend", "crowd", "sockets", *SCENARIOS)
_FOREIGN_STEPS = ("units", "collections")  # where the machines' architecture is not that of the host

# What doctor says of the probes for threads and for requests, on x86-64 (docs/support-matrix.md): a kernel that
# falls to a lower rung measures less, whatever its verdicts are.
_PROBES = {
    "5.10": ("this kernel cannot keep a state with each", "fexit that stays, hash map"),
    "6.1": ("tp_btf, task storage", "fexit, socket storage"),
    "6.12": ("tp_btf, task storage", "tp_btf, socket storage"),
}

# Thread names of tests/bpf/programs/waits.cpp, and what each of them waits for.
_WAIT_CLASSES = {
    "pipe": "pipe", "pair": "socket_other", "accept": "accept", "client": "client",
    "upstream": "upstream", "poll_upstream": "upstream", "epoll": "poll", "poll": "poll",
    "select": "poll", "eventfd": "poll", "timerfd": "timer", "sleep": "timer", "mutex": "lock",
    "condition": "park", "child": "child", "io_uring": "io_uring",
    "disk_read": "disk_read", "disk_write": "disk_write", "disk_sync": "disk_sync", "page_fault": "page_fault",
}
# Waiting for its helper, for the end of the program, and for memory while all threads are started: not
# what a thread is named for.
_BESIDE = ("park", "other", "memory")


@dataclasses.dataclass
class Outcome:
    kernel: str
    step: str
    ok: bool
    said: str
    detail: str = ""  # only of what is not ok


def _last_words(text, size=1200):
    return text.strip()[-size:]


def _verdict(kernel, name, step):
    try:
        answer = json.loads(step.text)
    except ValueError:
        return Outcome(kernel, name, False, f"status {step.status}", _last_words(step.text))
    verdict = answer["verdict"]
    said = ": ".join(word for word in (verdict["bound"], verdict.get("cause")) if word)
    check = verdict_is(said, _VERDICTS[name])
    return Outcome(kernel, name, check.ok, said, "" if check.ok else _summary(answer))


def _summary(answer):
    load = answer["load"]
    parts = [f"{part['component']} {part['share']:.2f}" for part in answer["request_time"] or []]
    caveats = [f"{caveat['code']} {caveat['text']}" for caveat in answer["caveats"]]
    return "\n".join([
        answer["verdict"]["summary"],
        f"view {load['view']}, {load['requests_per_s']} requests/s, idle {load['idle_share']}, "
        f"cores {load['cpu_cores']}",
        ", ".join(parts), *caveats])


def _blocked_by_thread(recording):
    """{thread name: {wait class: ns}} of a recording."""
    sums = {}
    for line in recording.splitlines():
        try:
            part = json.loads(line)
        except ValueError:
            continue  # not of the recording
        for thread in part.get("threads", ()) if part.get("kind") == "window" else ():
            known = sums.setdefault(thread["comm"], {})
            for name, ns in thread.get("blocked_ns", {}).items():
                known[name] = known.get(name, 0) + ns
    return sums


def _waits(kernel, step):
    """In an emulated machine times are worth little; what a thread mostly waited for is."""
    wrong = []
    sums = _blocked_by_thread(step.text)
    for thread, expected in _WAIT_CLASSES.items():
        waited = {name: ns for name, ns in sums.get(thread, {}).items()
                  if name == expected or name not in _BESIDE}
        most = max(waited, key=waited.get, default="nothing")
        if most != expected:
            wrong.append(f"{thread}: {most} instead of {expected} ({waited})")
    said = f"{len(_WAIT_CLASSES) - len(wrong)} of {len(_WAIT_CLASSES)} classes"
    detail = "\n".join(wrong)
    if step.status != 0:
        detail += "\n" + _last_words(step.text)
    return Outcome(kernel, "waits", not detail, said, detail)


def _requests(kernel, name, step):
    """Of the service with the slow upstream: its clients keep 8 requests in flight, each of which
    waits 50 ms."""
    name = name.replace("upstream", "requests")
    try:
        load = json.loads(step.text)["load"]
    except (AttributeError, ValueError):
        return Outcome(kernel, name, False, "no answer")
    said = f"{load['requests']} of {load['latency_mean_ms'] or 0:.0f} ms"
    ok = (load["view"] == "requests" and 50 <= load["latency_mean_ms"] <= 150
          and 4 <= load["in_flight"] <= 8.2)
    return Outcome(kernel, name, ok, said, "" if ok else str(load))


def _judged(kernel, name, step, check):
    """Of a step that prints an answer: check(answer) says whether it is right, and in words."""
    try:
        ok, said = check(json.loads(step.text))
    except (KeyError, TypeError, ValueError):
        return Outcome(kernel, name, False, f"status {step.status}", _last_words(step.text))
    ok = ok and step.status == 0
    return Outcome(kernel, name, ok, said, "" if ok else _last_words(step.text))


def _hotplug(answer):
    """Most of the time the program runs on the CPU that went away and came back: is it sampled there again?"""
    wanted = 29 * answer["load"]["cpu_cores"] * answer["window"]["duration_s"]
    samples = answer["cost"]["samples"]
    return samples > 0.7 * wanted, f"{samples} of {wanted:.0f} samples"


def _clock(answer):
    """A program that computes, and a clock that is set to another day and back."""
    cores, seconds = answer["load"]["cpu_cores"], answer["window"]["duration_s"]
    return 0.3 < cores <= 1.05 and 5 < seconds < 30, f"{cores:.2f} cores in {seconds:.0f} s"


def _losses_are_told(answer):
    """Of more than the tables of the old object hold: what found no room is counted, and said; storage with each of
    them loses nothing. And what was found, in words."""
    lost = answer["cost"]["lost"]
    in_tables = any("hash map" in caveat["text"] or "8192" in caveat["text"] for caveat in answer["caveats"])
    said_so = any(caveat["code"] == "records_lost" for caveat in answer["caveats"]) \
        or any(reason["code"] == "records_lost" for reason in answer["verdict"]["evidence"])
    return (lost > 0 and said_so if in_tables else lost == 0), \
        f"{lost} without a state" + (" in a table" if in_tables else "")


def _crowd(answer):
    """Of 9000 threads."""
    threads = answer["target"]["threads"]
    ok, said = _losses_are_told(answer)
    return threads > 9000 and ok, f"{threads} threads, {said}"


def _sockets(answer):
    """Of the ends of connections that crowd.sh has made sure of."""
    return _losses_are_told(answer)


def _limit(answer):
    """Of the service in a cgroup: the limit, that it is met, and that pages are read again."""
    memory = answer["memory"]
    limit, hits, rereads = (memory[name] or 0 for name in ("limit_bytes", "limit_hits_per_s", "refaults_per_s"))
    return (limit == 16 << 20 and hits > 0 and rereads > 0,
            f"{limit / (1 << 20):.0f} MiB, met {hits:.1f} times a second, {rereads:.0f} pages read again")


def _doctor(kernel, step, architecture):
    lines = [line for line in step.text.splitlines() if "probes: " in line]
    expected = _PROBES[kernel] if architecture == "amd64" else ()
    missing = [words for words in expected if not any(words in line for line in lines)]
    if "  stalls  " not in step.text:
        missing.append("what stalls are told from")
    ok = step.status == 0 and not missing
    said = "the best probes of this kernel" if ok else f"status {step.status}, not: {', '.join(missing)}"
    return Outcome(kernel, "doctor", ok, said, "" if ok else _last_words(step.text, 3000))


def _container(kernel, step, outside):
    """`doctor` in a pid namespace of its own: the same probes, or what the container needs for them."""
    def probes(text):
        return [line[line.index("probes"):] for line in text.splitlines() if "  probes" in line]

    words = " ".join(outside.text.split())
    by_pid = any(told in words for told in ("hash map", "states in tables"))
    if by_pid:  # either without probes at all, or without those for requests
        ok = "from the host's own pid namespace" in " ".join(step.text.split())
    else:
        ok = probes(step.text) == probes(outside.text) != []
    said = "asks for the host's pid namespace" if by_pid else "the same probes"
    return Outcome(kernel, "container", ok, said if ok else "something else",
                   "" if ok else _last_words(step.text, 3000))


def _collections(answer):
    """Of collecting.py, which sleeps 0.1 s after each of them."""
    gc, seconds = answer["gc"] or {}, answer["window"]["duration_s"]
    ok = gc.get("source") == "usdt" and 2 * seconds <= gc["pauses"] <= 10.5 * seconds
    return ok, f"{gc.get('pauses')} in {seconds:.0f} s by {gc.get('source')}"


_ANSWERS = {"hotplug": _hotplug, "clock": _clock, "suspend": _clock, "crowd": _crowd, "sockets": _sockets,
            "collections": _collections}


def judge(kernel, steps, architecture):
    """One outcome for each step, and one for what the answers say of requests."""
    outcomes = [_requests(kernel, name, steps[name]) for name in ("upstream_kprobes", "upstream")
                if name in steps]
    if "memory" in steps:
        outcomes.append(_judged(kernel, "limit", steps["memory"], _limit))
    for name in (*STEPS, *(name for name in _FOREIGN_STEPS if name in steps)):
        step = steps.get(name)
        if step is None:
            outcomes.append(Outcome(kernel, name, False, "not reached"))
        elif step.status is None:
            outcomes.append(Outcome(kernel, name, False, "did not end", _last_words(step.text)))
        elif name == "waits":
            outcomes.append(_waits(kernel, step))
        elif name == "doctor":
            outcomes.append(_doctor(kernel, step, architecture))
        elif name == "container":
            outcomes.append(_container(kernel, step, steps["doctor"]))
        elif name in _ANSWERS:
            outcomes.append(_judged(kernel, name, step, _ANSWERS[name]))
        elif name in _VERDICTS:
            outcomes.append(_verdict(kernel, name, step))
        else:
            ok = step.status == 0
            said = "ok" if ok else f"status {step.status}"
            detail = "" if ok else _last_words(step.text, 3000)
            outcomes.append(Outcome(kernel, name, ok, said, detail))
    return outcomes


def capabilities(steps):
    """What boundscope itself said of its probes, from the first answer that has it."""
    for name in SCENARIOS:
        try:
            answer = json.loads(steps[name].text)
        except (KeyError, ValueError):
            continue
        return [caveat["text"] for caveat in answer["caveats"] if caveat["code"] == "capability"]
    return []
