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
    """`sysroot`: where programs and their libraries are, if they are not for this machine."""

    def __init__(self, strip, sysroot=None):
        self._strip = strip
        self._sysroot = sysroot
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
        self.file(path or source, self._stripped(source), 0o755)
        libraries = _libraries_in(self._sysroot, source) if self._sysroot else _libraries(source)
        for library, file in libraries.items():
            if library.lstrip("/") not in self._entries:
                self.file(library, file.read_bytes(), 0o755)

    def installed(self, name, path):
        """A program of a package."""
        self.program(self._sysroot / path if self._sysroot else find_program(name), path)

    def busybox(self):
        self.installed("busybox", "bin/busybox")
        for name in ("sh", "env", "true", "sleep"):
            self._entries[f"bin/{name}"] = (stat.S_IFLNK | 0o777, b"/bin/busybox", 0)

    def python(self):
        """That of the sysroot, with the part of its library that it needs to start."""
        program = next((self._sysroot / "usr/bin").glob("python3.[0-9]*"))
        self.program(program, "usr/bin/python3")
        library = self._sysroot / "usr/lib" / program.name
        for file in library.rglob("*.py"):
            self.file(file.relative_to(self._sysroot), file.read_bytes())

    def write(self, path):
        with open(path, "wb") as out:
            for number, name in enumerate(sorted(self._entries), 1):
                _write_entry(out, number, name, *self._entries[name])
            _write_entry(out, 0, "TRAILER!!!", 0, b"", 0)

    def _stripped(self, source):
        done = subprocess.run([self._strip, "--strip-debug", "-o", "/dev/stdout", source],
                              capture_output=True, check=False)
        return done.stdout if done.returncode == 0 and done.stdout else source.read_bytes()

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


def _libraries(program):
    """{path: file}"""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    if listed.returncode != 0:  # not a dynamic executable
        return {}
    if "not found" in listed.stdout:
        raise Failure(f"{program} lacks a library:\n{listed.stdout}")
    return {path: pathlib.Path(path) for path in re.findall(r"(/\S+) \(0x", listed.stdout)}


def _libraries_in(sysroot, program):
    """The same where ldd cannot run them: {path in the machine: file}"""
    found, unread = {}, [program]
    while unread:
        dynamic = subprocess.run(["readelf", "-d", unread.pop()], capture_output=True, text=True,
                                 check=True).stdout
        for name in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic):
            file = next(sysroot.glob(f"usr/lib/*-linux-gnu/{name}"), None)
            if file is None:
                raise Failure(f"{program} needs {name}, which {sysroot} does not have")
            folder = "/lib" if name.startswith("ld-linux") else f"/lib/{file.parent.name}"
            if f"{folder}/{name}" not in found:
                found[f"{folder}/{name}"] = file
                unread.append(file)
    return found
