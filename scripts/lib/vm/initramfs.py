"""The file system of the machine under test: programs with the libraries that they need.

Written in the "newc" format that the kernel unpacks (Documentation/driver-api/early-userspace/
buffer-format.rst), uncompressed: emulated machines unpack slowly.
"""

import os
import pathlib
import re
import stat
import subprocess

from processes import Failure, find_program


class Initramfs:
    def __init__(self):
        self._entries = {}  # path without the leading slash: (mode, bytes)
        for folder in ("proc", "sys", "dev", "tmp", "run", "disk", "root", "modules"):
            self._folder(folder)
        self._entries["dev/console"] = (stat.S_IFCHR | 0o600, b"", os.makedev(5, 1))

    def file(self, path, data, mode=0o644):
        path = str(path).lstrip("/")
        self._folder(str(pathlib.PurePath(path).parent))
        self._entries[path] = (stat.S_IFREG | mode, data, 0)

    def program(self, source, path=None):
        """A program and its shared libraries, without what only debuggers read."""
        source = pathlib.Path(source)
        self.file(path or source, _stripped(source), 0o755)
        for library in _libraries(source):
            if str(library).lstrip("/") not in self._entries:
                self.file(library, library.read_bytes(), 0o755)

    def busybox(self):
        self.program(find_program("busybox"), "bin/busybox")
        for name in ("sh", "env", "true", "sleep"):
            self._entries[f"bin/{name}"] = (stat.S_IFLNK | 0o777, b"/bin/busybox", 0)

    def write(self, path):
        with open(path, "wb") as out:
            for number, name in enumerate(sorted(self._entries), 1):
                _write_entry(out, number, name, *self._entries[name])
            _write_entry(out, 0, "TRAILER!!!", 0, b"", 0)

    def _folder(self, path):
        while path not in ("", "."):
            self._entries.setdefault(path, (stat.S_IFDIR | 0o755, b"", 0))
            path = str(pathlib.PurePath(path).parent)


def _write_entry(out, number, name, mode, data, device):
    encoded = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, os.major(device), os.minor(device),
              len(encoded), 0)
    out.write(b"070701" + b"".join(b"%08X" % field for field in fields) + encoded)
    out.write(b"\0" * (-(110 + len(encoded)) % 4) + data + b"\0" * (-len(data) % 4))


def _stripped(source):
    done = subprocess.run(["strip", "--strip-debug", "-o", "/dev/stdout", source],
                          capture_output=True, check=False)
    return done.stdout if done.returncode == 0 and done.stdout else source.read_bytes()


def _libraries(program):
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    if listed.returncode != 0:  # not a dynamic executable
        return []
    if "not found" in listed.stdout:
        raise Failure(f"{program} lacks a library:\n{listed.stdout}")
    return [pathlib.Path(path) for path in re.findall(r"(/\S+) \(0x", listed.stdout)]
