"""Writes what go_gc_fuzz reads: the instructions by which a Go runtime's counters are found, and such counters.

    go_gc_seeds.py FOLDER
"""
import pathlib
import struct
import sys

CODE_AT = 0x401000
PAUSES, PACER, STATS, LATENCY, PROCS = 0x500000, 0x600000, 0x700000, 0x800000, 0x900000
CYCLES = PAUSES + 8 + 2 * 256 * 8
COARSE = 162 * 8  # bytes of a histogram
LOAD, STORE, ADDRESS = b"\x48\x8b\x05", b"\x48\x89\x05", b"\x48\x8d\x05"
ADD, INCREMENT, SUBTRACT = b"\x48\x01\x05", b"\xff\x05", b"\x48\x2b\x05"
LOAD_SIGNED, STORE_DOUBLE, CALL = b"\x48\x63\x05", b"\xf2\x0f\x11\x05", b"\xe8"

# The functions in the order in which they are looked for, as instructions with the address of their operand; a
# call names its function by number, and what has no operand is complete.
FUNCTIONS = [
    [(ADD, PAUSES), (INCREMENT, CYCLES), (STORE_DOUBLE, CYCLES + 8), (LOAD, PACER + 272), (STORE, CYCLES + 24),
     (LOAD, PACER + 104), (ADDRESS, STATS), (CALL, 7), (LOAD, STATS + 32), (SUBTRACT, STATS + 16), (LOAD, STATS + 80),
     (ADDRESS, CYCLES + 40), (CALL, 11)],
    [(ADDRESS, PACER), (LOAD, PACER + 8), (LOAD, PACER + 96)],
    [(b"\x48\x89\x98\x98\0\0\0\x48\x87\x58\x68", None)],
    [(b"\x48\x8b\x48\x48", None)],
    [(LOAD, PACER + 272 + at) for at in (0, 8, 16, 40)],
    [(LOAD, PACER + 272 + 24)],
    [(LOAD, PACER + 272 + 32)],
    [(LOAD_SIGNED, PROCS)],
    [(ADDRESS, LATENCY), (CALL, 11), (LOAD, LATENCY + COARSE + 8)],
    [(LOAD, PROCS), (ADDRESS, LATENCY + 3 * COARSE + 16), (CALL, 11), (ADDRESS, LATENCY + 4 * COARSE + 16), (CALL, 11)],
    [(LOAD, PROCS)],
    [(b"\xc3", None)],
]


def size_of(opcode, target):
    return len(opcode) + (0 if target is None else 4)


def code():
    sizes = [sum(size_of(*instruction) for instruction in function) for function in FUNCTIONS]
    starts = [CODE_AT + sum(sizes[:i]) for i in range(len(sizes))]
    seed = b""
    for at, size, function in zip(starts, sizes, FUNCTIONS):
        seed += struct.pack("<H", size)
        for opcode, target in function:
            at += size_of(opcode, target)
            seed += opcode
            if target is not None:
                seed += struct.pack("<i", (starts[target] if opcode == CALL else target) - at)
    return seed


# After three collections.
def pauses():
    spent, ends = [1000, 2000, 3000] + [0] * 253, [10, 20, 30] + [0] * 253
    return struct.pack("<QQ256Q256QIIdQ", 30, 6000, *spent, *ends, 3, 0, 0.02, 0)


def cpu_times():
    return struct.pack("<11q", 1, 2, 3, 4, 10, 0, 0, 0, 0, 0, 100)


def pacer():
    words = [0] * 40
    words[0], words[1], words[9], words[19] = 100, 1 << 30, 8 << 20, 4 << 20
    words[34:40] = 6 << 20, 0, 1 << 20, 9 << 20, 4 << 20, 8 << 20
    return struct.pack("<40Q", *words)


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for make in (code, pauses, cpu_times, pacer):
    (folder / make.__name__).write_bytes(make())
