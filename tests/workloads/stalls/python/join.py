"""Joins two tables of a database in memory in random order, for ever.

First it tells how much of that is waiting for memory, from its own clock: the same join takes less
time where all keys lie within a few pages, which caches hold.
"""

import json
import random
import sqlite3
import time

SIZE = 500_000
NEAR = 500  # rows
ROUNDS = 7
JOIN = ("select sum(thing.value + {0}.weight) from {0} join thing on thing.id = {0}.thing")

source = random.Random(1)
database = sqlite3.connect(":memory:")
database.execute("create table thing(id integer primary key, value int)")
database.executemany("insert into thing values(?, ?)", ((i, i) for i in range(SIZE)))
for name, first, keys in (("far", 0, SIZE), ("near", SIZE // 2, NEAR)):
    database.execute(f"create table {name}(thing int, weight int)")
    database.executemany(f"insert into {name} values(?, ?)",
                         ((first + source.randrange(keys), i) for i in range(SIZE)))


def join(name):
    began = time.process_time()
    database.execute(JOIN.format(name)).fetchall()
    return time.process_time() - began


times = {name: sorted(join(name) for _ in range(ROUNDS))[ROUNDS // 2] for name in ("near", "far")}
print(json.dumps({"stall_share": 1 - times["near"] / times["far"]}), flush=True)
while True:
    join("far")
