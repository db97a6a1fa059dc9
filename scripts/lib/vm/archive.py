"""Packages of any of Debian's suites and architectures; nothing is installed.

apt does the fetching and checks the signatures, with a state folder of its own, so that the host's
package lists stay as they are. The archive is the host's own, or BOUNDSCOPE_DEBIAN_MIRROR and
BOUNDSCOPE_DEBIAN_SECURITY_MIRROR.
"""

import os
import pathlib
import shutil
import subprocess

from processes import Missing

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_FETCH_TIMEOUT_S = 300


def cache_folder(name):
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "boundscope" / name


class Archive:
    """Usable in a `with` block, after which the state folder is gone; raises Missing with the reason."""

    def __init__(self, suite, architecture, folder):
        self._folder = folder
        self._state = folder / "apt"
        self._environment = {**os.environ, "APT_CONFIG": str(self._state / "apt.conf")}
        self.packages = self._state / "cache/archives"
        (self._state / "state/lists/partial").mkdir(parents=True)
        (self.packages / "partial").mkdir(parents=True)
        (self._state / "sources.list").write_text(_sources(suite))
        (self._state / "apt.conf").write_text(
            f'Dir::State "{self._state}/state";\nDir::State::status "/dev/null";\n'
            f'Dir::Cache "{self._state}/cache";\nDir::Etc::sourcelist "{self._state}/sources.list";\n'
            'Dir::Etc::sourceparts "/dev/null";\n'
            f'APT::Architecture "{architecture}";\nAPT::Architectures "{architecture}";\n'
            'APT::Sandbox::User "root";\nAPT::Install-Recommends "false";\n'
            'Acquire::Languages "none";\n')

    def __enter__(self):
        self.apt("apt-get", "update", "-qq")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self._state)

    def apt(self, *words):
        """What it prints. Runs in the folder."""
        try:
            return subprocess.run(words, env=self._environment, cwd=self._folder,
                                  capture_output=True, text=True, check=True,
                                  timeout=_FETCH_TIMEOUT_S).stdout
        except subprocess.CalledProcessError as error:
            reason = error.stderr.strip()[-300:]
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = str(error)
        raise Missing(f"{' '.join(words)}: {reason}")


def _sources(suite):
    main, security = _addresses()
    sources = f"deb [signed-by={_KEYRING}] {main} {suite} main\n"
    if security:
        sources += f"deb [signed-by={_KEYRING}] {security} {suite}-security main\n"
    return sources


def _addresses():
    """Of the archive and of its security updates."""
    main = os.environ.get("BOUNDSCOPE_DEBIAN_MIRROR")
    security = os.environ.get("BOUNDSCOPE_DEBIAN_SECURITY_MIRROR")
    if main:
        return main, security
    try:
        listed = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)",
             "Created-By: Packages", "Origin: Debian"],
            capture_output=True, text=True, check=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):
        listed = []
    for line in filter(None, listed):
        uri, suite = line.split()
        if suite.endswith("-security"):
            security = security or uri
        elif main is None:
            main = uri
    if not main:
        raise Missing("this host does not know an archive of Debian: set BOUNDSCOPE_DEBIAN_MIRROR")
    return main, security
