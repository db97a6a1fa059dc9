"""The importer of speedscope, from the package that its authors publish. It reads all three formats."""
import base64
import collections
import hashlib
import json
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

from check import Skip, harmless, require, same_leaves, same_sum
from expected import folded

_VERSION = "1.25.0"
_SHA512 = "cpf9HWTZf1ijLXBJrk87Ve/54tnYx6rlf0gUThvn3ook6h63hLXVOQiMf44PT+XoV503cPfvfiT5gP5vojp6Ag=="
_BUNDLE = "package/dist/release/speedscope-Y2522XSH.js"
_NETWORK_ERRORS = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH")


class Consumer:
    formats = ("speedscope", "folded", "pprof")

    def __init__(self, work):
        for program in ("node", "npm"):
            if not shutil.which(program):
                raise Skip(f"there is no {program}")
        self._bundle = _bundle(work / f"speedscope-{_VERSION}")

    def check(self, profile, expected):
        if profile.suffix != ".speedscope" and not expected.samples:
            return  # there is nothing in it
        kinds = self._import(profile)
        if profile.suffix == ".speedscope":
            require([kind["name"].partition(":")[0] for kind in kinds] == ["on-CPU", "off-CPU"], "both kinds are there")
            require(all(kind["unit"] == "nanoseconds" for kind in kinds), "values have a unit")
            same_sum(kinds[1]["total"], expected.off_cpu_ns, expected.samples, "the time off the CPU")
        self._check_cpu(profile.suffix, kinds[0], expected)
        harmless(frame["name"] for kind in kinds for frame in kind["frames"])

    @staticmethod
    def _check_cpu(suffix, kind, expected):
        is_folded = suffix == ".folded"
        unit_ns = 1000 if is_folded else 1
        rounding = len(kind["frames"]) * 8  # each stack is rounded
        same_sum(kind["total"], expected.cpu_ns(expected.samples) / unit_ns, rounding, "the CPU time")
        wanted = {folded(name) if is_folded else name: expected.cpu_ns(samples) / unit_ns
                  for name, samples in expected.samples_by_leaf.items()}
        found = collections.Counter()
        for frame in kind["frames"]:
            if frame["self"]:
                found[frame["name"].removesuffix("_[k]" if is_folded else "")] += frame["self"]
        same_leaves(found, wanted, rounding, "CPU time by function")

    def _import(self, profile):
        script = pathlib.Path(__file__).with_name("speedscope_import.mjs")
        result = subprocess.run(["node", str(script), str(self._bundle), str(profile)], capture_output=True, text=True,
                                check=False)
        require(result.returncode == 0, "speedscope reads it", result.stderr)
        return json.loads(result.stdout)


def _bundle(folder):
    """The program as published, kept for the next time."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "package.tgz"
    if not archive.exists():
        _download(archive)
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    require(digest == _SHA512, "the package is the one that was published", digest)
    bundle = folder / pathlib.Path(_BUNDLE).name
    with tarfile.open(archive) as package:
        bundle.write_bytes(package.extractfile(_BUNDLE).read())
    return bundle


def _download(archive):
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        result = subprocess.run(["npm", "pack", "--loglevel=error", "--fetch-retries=5", "--fetch-timeout=60000",
                                 f"speedscope@{_VERSION}"], cwd=folder, capture_output=True, text=True, check=False)
        output = result.stdout + result.stderr
        if result.returncode and any(error in output for error in _NETWORK_ERRORS):
            raise Skip("the npm registry cannot be reached")
        require(result.returncode == 0, "npm downloads speedscope", output)
        (pathlib.Path(folder) / f"speedscope-{_VERSION}.tgz").rename(archive)
