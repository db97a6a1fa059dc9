"""Prints texts and numbers of a JVM as it publishes them.

    hsperfdata_seeds.py TICKS_PER_SECOND
"""
import struct
import sys

TEXTS = {"java.property.java.vm.version": "17.0.12+7", "sun.gc.policy.name": "G1", "sun.rt.javaCommand": "app.jar",
         "sun.gc.collector.0.name": "G1 young collection pauses"}
NUMBERS = {"sun.os.hrt.frequency": int(sys.argv[1]), "sun.rt.safepoints": 12, "sun.rt.safepointTime": 10**17,
           "sun.rt.safepointSyncTime": 10**6, "sun.gc.collector.0.invocations": 3,
           "sun.gc.generation.0.space.0.used": 10**6, "sun.gc.generation.1.maxCapacity": 10**9,
           "sun.threads.cpu_time.gc_parallel_workers": 10**7, "sun.threads.cpu_time.gc_conc_mark": 10**7}


def entry(name, kind, elements, data):
    name = name.encode() + b"\0"
    data_at = (20 + len(name) + 7) // 8 * 8
    size = (data_at + len(data) + 7) // 8 * 8
    head = struct.pack("<iiibbbbi", size, 20, elements, ord(kind), 0, 1, 1, data_at)
    return ((head + name).ljust(data_at, b"\0") + data).ljust(size, b"\0")


entries = b"".join(entry(name, "B", len(text) + 1, text.encode() + b"\0") for name, text in TEXTS.items())
entries += b"".join(entry(name, "J", 0, struct.pack("<q", number)) for name, number in NUMBERS.items())
header = b"\xca\xfe\xc0\xc0" + struct.pack("<bbbbiiqii", 1, 2, 0, 1, 32 + len(entries), 0, 0, 32,
                                        len(TEXTS) + len(NUMBERS))
sys.stdout.buffer.write(header + entries)
