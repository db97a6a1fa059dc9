"""Joins two tables of a database in memory in random order, for ever."""

import random
import sqlite3

SIZE = 500_000
source = random.Random(1)
database = sqlite3.connect(":memory:")
database.execute("create table thing(id integer primary key, value int)")
database.execute("create table use_of(thing int, weight int)")
database.executemany("insert into thing values(?, ?)", ((i, i) for i in range(SIZE)))
database.executemany("insert into use_of values(?, ?)",
                     ((source.randrange(SIZE), i) for i in range(SIZE)))
print("ready", flush=True)
while True:
    database.execute("select sum(thing.value + use_of.weight) from use_of"
                     " join thing on thing.id = use_of.thing").fetchall()
