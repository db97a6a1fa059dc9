"""Where the programs under test were built."""

import pathlib

from processes import Failure

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = SOURCE / "build"
_PRESETS = ("release", "dev")


class BuildFolder:
    """`build` and `boundscope` are what the user gave, or None."""

    def __init__(self, build=None, boundscope=None):
        if boundscope and not build and len(pathlib.Path(boundscope).resolve().parents) > 2:
            build = pathlib.Path(boundscope).resolve().parents[2]
        self.folder = pathlib.Path(build).resolve() if build else _newest_build()
        self.boundscope = pathlib.Path(boundscope or self.folder / "src/cli/boundscope").resolve()
        self.workloads = self.folder / "tests/workloads"
        for path in (self.boundscope, self.workloads / "load"):
            if not path.exists():
                raise Failure(f"{path} does not exist: build the project first, or give --build")


def newest_program():
    """The boundscope of the newest build, for what needs nothing else."""
    return _newest_build() / "src/cli/boundscope"


def _newest_build():
    built = [BUILD / preset for preset in _PRESETS]
    built = [folder for folder in built if (folder / "src/cli/boundscope").exists()]
    if not built:
        raise Failure("no build found in build/release or build/dev: give --build")
    return max(built, key=lambda folder: (folder / "src/cli/boundscope").stat().st_mtime)
