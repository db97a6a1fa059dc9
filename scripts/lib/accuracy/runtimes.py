"""Runtimes of other versions than this host's, as scripts/runtimes unpacked them."""

import os
import pathlib
import shutil
import tempfile

from processes import Missing, find_program


def folder():
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    return pathlib.Path(os.environ.get("BOUNDSCOPE_RUNTIMES", cache / "boundscope/runtimes"))


def program(name, variable, path):
    """What the user names in `variable`, or `path` of what was unpacked."""
    found = pathlib.Path(os.environ.get(variable) or folder() / name / path)
    if not found.is_file():
        raise Missing(f"scripts/runtimes {name} was not run, and {variable} names no program")
    return found


class Root:
    """A root folder with a runtime; what runs in it sees nothing else, as in a container."""

    def __init__(self, lab, name):
        self._root = folder() / name
        if not self._root.is_dir():
            raise Missing(f"scripts/runtimes {name} was not run")
        self._place = pathlib.Path(tempfile.mkdtemp(prefix="boundscope-", dir=self._root))
        self._place.chmod(0o755)
        lab.processes.on_exit(shutil.rmtree, self._place)

    def bring(self, source):
        """Copies a folder into the root; its path in there."""
        source = pathlib.Path(source)
        shutil.copytree(source, self._place / source.name)
        return f"/{self._place.name}/{source.name}"

    def outside(self, name):
        """(path in the root, the same file's path out here) of a file that a service writes."""
        return f"/{self._place.name}/{name}", self._place / name

    def find(self, pattern):
        """Path in the root of a program."""
        found = sorted(self._root.glob(pattern))
        if not found:
            raise Missing(f"{self._root} has no {pattern}")
        return f"/{found[-1].relative_to(self._root)}"

    def command(self, *words):
        return [find_program("unshare"), "--mount", f"--root={self._root}", "--mount-proc", *words]
