package main

import (
	"runtime"
	"strconv"
	"sync"
)

// Of the records that a request makes, one in so many replaces one that was kept.
const keptOneIn = 64

func version() string { return runtime.Version() }

type tag struct {
	key, value string
	next       *tag
}

// A record and what it points to take about 1 KiB.
type record struct {
	id   int
	name string
	tags *tag
	body []byte
}

func newRecord(id int) *record {
	made := &record{id: id, name: "record-" + strconv.Itoa(id), body: make([]byte, 480)}
	for i := 0; i < 6; i++ {
		made.tags = &tag{key: strconv.Itoa(1000 + id%1000), value: made.name, next: made.tags}
	}
	return made
}

// A ring holds the live set.
type ring struct {
	mutex   sync.Mutex
	records []*record
	made    int
}

func newRing(size int) *ring {
	kept := &ring{records: make([]*record, size)}
	for i := range kept.records {
		kept.records[i] = newRecord(i)
	}
	return kept
}

func (r *ring) replaceNext(made *record) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.made++
	r.records[r.made*7919%len(r.records)] = made
}

// work makes `count` records, most of them garbage at once.
func (r *ring) work(count int) int {
	sum := 0
	for i := 0; i < count; i++ {
		made := newRecord(i)
		sum += len(made.tags.key)
		if i%keptOneIn == 0 {
			r.replaceNext(made)
		}
	}
	return sum
}
