"""What the sections do. A call takes some 0.1 to 1 ms."""

import collections
import hashlib
import json
import os
import random
import re
import socket
import tempfile
import zlib

_SEED = 20

_WORDS = ("order item price amount customer address invoice payment status created updated "
          "shipping country currency discount quantity").split()


def _text(size):
    source = random.Random(_SEED)
    words = []
    while sum(map(len, words)) + len(words) < size:
        words.append(f"{source.choice(_WORDS)}{source.randrange(100)}")
    return " ".join(words)


# --- language -----------------------------------------------------------------------------------


def _collatz(limit):
    longest = 0
    for start in range(1, limit):
        value, steps = start, 0
        while value != 1:
            value = value // 2 if value % 2 == 0 else 3 * value + 1
            steps += 1
        longest = max(longest, steps)
    return longest


def _mandelbrot(size):
    inside = 0
    for row in range(size):
        for column in range(size):
            x0, y0 = 3.0 * column / size - 2.0, 2.0 * row / size - 1.0
            x = y = 0.0
            for _ in range(20):
                if x * x + y * y > 4.0:
                    break
                x, y = x * x - y * y + x0, 2.0 * x * y + y0
            else:
                inside += 1
    return inside


class _Account:
    def __init__(self, balance):
        self.balance = balance
        self.moves = 0

    def deposit(self, amount):
        self.balance += amount
        self.moves += 1

    def is_rich(self):
        return self.balance > 1000


class _Savings(_Account):
    rate = 3

    def deposit(self, amount):
        super().deposit(amount + amount * self.rate // 100)


_ACCOUNTS = [(_Savings if i % 3 == 0 else _Account)(i) for i in range(50)]


def _methods():
    rich = 0
    for turn in range(8):
        for account in _ACCOUNTS:
            account.deposit(turn)
            if account.is_rich():
                rich += 1
                account.balance = 0
    return rich


def _counter(step):
    count = 0

    def advance(value):
        nonlocal count
        count = (count * 31 + value * step) % 65521
        return count

    return advance


def _closures():
    advance = [_counter(step) for step in range(5)]
    total = 0
    for value in range(300):
        total += advance[value % 5](value)
    return total


_TITLE = _text(600)


def _shout():
    """Letter by letter, as parsers and templates in the language's own code do."""
    shouted, word_start = "", True
    for letter in _TITLE:
        shouted += letter if not word_start else chr(ord(letter) - 32)
        word_start = letter == " "
    return shouted


_LANGUAGE = (lambda: _collatz(60), lambda: _mandelbrot(12), _methods, _closures, _shout)


def _language():
    for kind in _LANGUAGE:
        kind()


# --- native libraries ---------------------------------------------------------------------------

_DOCUMENT_TEXT = _text(16000).encode()
_BLOCK = random.Random(_SEED).randbytes(256 * 1024)


def _zlib():
    zlib.decompress(zlib.compress(_DOCUMENT_TEXT, 6))


def _hash():
    hashlib.sha256(_BLOCK).digest()


# --- built-ins ----------------------------------------------------------------------------------


def _document():
    source = random.Random(_SEED)
    return [{"id": i, "name": source.choice(_WORDS), "price": source.random(), "tags": _WORDS[:3],
             "stock": {"here": source.randrange(9), "there": None, "open": True}}
            for i in range(20)]


_DOCUMENT = _document()
_ENCODED = json.dumps(_DOCUMENT)


def _json():
    json.dumps(_DOCUMENT)
    json.loads(_ENCODED)


_LOG_LINES = "\n".join(
    f"10.0.{i % 7}.{i % 251} - - [24/Nov/2026] \"GET /{_WORDS[i % 16]}/{i}?q={i * 7} HTTP/1.1\" 200"
    for i in range(100))
_REQUEST = re.compile(r'^(\d+\.\d+\.\d+\.\d+) .*"(GET|POST) (/\w+)/(\d+)(?:\?(\S*))? HTTP', re.M)
_SPACES = re.compile(r"(?:[a-z]+\d){3}|[^\s\"]+\]$")


def _regex():
    for _ in _REQUEST.finditer(_LOG_LINES):
        pass
    _SPACES.search(_LOG_LINES)


_NUMBERS = random.Random(_SEED).sample(range(10**6), 2000)
_NAMES = _TITLE.split()


def _containers():
    ordered = sorted(_NUMBERS)
    positions = dict(zip(ordered, _NUMBERS))
    missing = set(_NUMBERS).difference(positions.values())
    joined = ",".join(_NAMES).replace("er", "re").split(",")
    return len(missing) + joined.count("item1") + ordered.index(_NUMBERS[-1])


# --- allocation, system calls -------------------------------------------------------------------


class _Node:
    __slots__ = ("left", "right", "owner", "__weakref__")


def _tree(depth, owner):
    node = _Node()
    node.owner = owner  # a cycle through the children: only the collector can free it
    if depth > 0:
        node.left, node.right = _tree(depth - 1, node), _tree(depth - 1, node)
    return node


_SURVIVORS = collections.deque(maxlen=300)


def _alloc():
    for _ in range(2):
        _tree(6, None)
    _SURVIVORS.append(_tree(6, None))


class _Files:
    _CHUNK = 64 * 1024

    def __init__(self):
        self._file = tempfile.TemporaryFile()
        self._file.write(_BLOCK)
        self._file.flush()
        self._buffer = [bytearray(self._CHUNK)]
        self._near, self._far = socket.socketpair()
        self._message = bytes(512)
        self._answer = bytearray(512)

    def __call__(self):
        descriptor = self._file.fileno()
        for offset in range(0, len(_BLOCK), self._CHUNK):
            os.preadv(descriptor, self._buffer, offset)
        for _ in range(20):
            self._near.send(self._message)
            self._far.recv_into(self._answer)
        os.listdir("/etc")


def all_sections():
    return {"language": _language, "zlib": _zlib, "hash": _hash, "json": _json, "regex": _regex,
            "containers": _containers, "alloc": _alloc, "syscalls": _Files()}
