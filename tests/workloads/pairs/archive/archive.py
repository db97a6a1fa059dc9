#!/usr/bin/python3
"""Compresses what it is given, with zlib, and answers with that."""

import pathlib
import sys
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "serve/python"))

from serve import options, serve  # noqa: E402

LEVEL = 9

if __name__ == "__main__":
    serve(options(), lambda body: zlib.compress(body, LEVEL))
