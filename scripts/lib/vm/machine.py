"""One boot of an emulated machine: what its init script (guest.sh) said about each of its steps."""

import contextlib
import dataclasses
import os
import pathlib
import re
import subprocess
import time

from processes import Failure, find_program

_MEMORY_MB = 1024
_COMMAND_LINE = "console={} panic=-1 psi=1 mitigations=off"
# A slow disk, so that what reads from it has to wait.
_DISK_OPERATIONS_PER_S = 75
_NICE = -10  # where we may


@dataclasses.dataclass
class Step:
    status: int | None = None  # None: it did not end
    text: str = ""


def make_disk(path, size_mb=64):
    with open(path, "wb") as image:
        image.truncate(size_mb << 20)
    subprocess.run([find_program("mkfs.ext4"), "-q", "-F", path], check=True)


def boot(platform, kernel, initramfs, disk, folder, timeout_s):
    """Runs the machine until it switches itself off; {name: Step} in the order of the steps.

    KVM is not asked for: where this runs inside of a virtual machine itself, it may hang. And one thread
    emulates both CPUs: with one each, rewriting a function's first instruction while the other CPU is in
    it, as attaching to it does, now and then leaves both there for good (docs/findings.md)."""
    console, results = folder / "console.log", folder / "results.log"
    emulator, *options = platform.emulator
    command = [
        find_program(emulator), *options, "-accel", "tcg,thread=single",
        "-smp", "2", "-m", str(_MEMORY_MB), "-kernel", kernel.image, "-initrd", initramfs,
        "-append", _COMMAND_LINE.format(platform.console), "-net", "none", "-display", "none",
        "-no-reboot", "-serial", f"file:{console}",
        *(option.format(results) for option in platform.results_options),
        "-drive", f"file={disk},format=raw,if=virtio,cache=unsafe,"
                  f"throttling.iops-total={_DISK_OPERATIONS_PER_S}"]
    began = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, preexec_fn=_raise_priority) as process:
        try:
            _, errors = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            errors = f"not finished within {timeout_s} s".encode()
        except BaseException:
            process.kill()
            raise
    steps = _parse(results.read_text(errors="replace")) if results.exists() else {}
    if not steps or any(step.status is None for step in steps.values()):
        words = console.read_text(errors="replace")[-1500:] if console.exists() else ""
        if not steps:
            raise Failure(f"{kernel.release} did not come up: {errors.decode().strip()}\n{words}")
        list(steps.values())[-1].text += f"\n[{errors.decode().strip()}]\n{words}"
    return steps, time.monotonic() - began


def _raise_priority():
    """What shares the host with an emulated machine looks like a stolen CPU inside of it."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)


def _parse(text):
    steps, current = {}, None
    for line in text.replace("\r", "").split("\n"):
        begin = re.fullmatch(r"@@ begin (\S+)", line)
        end = re.fullmatch(r"@@ end (\S+) (\d+)", line)
        if begin:
            current = steps[begin.group(1)] = Step()
        elif end and end.group(1) in steps:
            steps[end.group(1)].status = int(end.group(2))
            current = None
        elif current is not None:
            current.text += line + "\n"
    return steps


def keep_logs(folder, kernel, target):
    target = pathlib.Path(target)
    target.mkdir(parents=True, exist_ok=True)
    for name in ("console.log", "results.log"):
        if (folder / name).exists():
            (target / f"{kernel.series}-{name}").write_bytes((folder / name).read_bytes())
