// mix_go burns CPU time in sections of known shares and says what each has used (../README.md).
//
// Everything is one executable without cgo: compression, hashing (assembly), JSON and regular
// expressions of the standard library are the language's own code or built-ins, never a native
// library. The collector works on other threads than the main one.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const (
	sliceS         = 0.004
	processCPUTime = 2 // clock ids of <time.h>
	threadCPUTime  = 3
)

func cpuSeconds(clock uintptr) float64 {
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&now)), 0)
	return float64(now.Sec) + float64(now.Nsec)/1e9
}

// The main goroutine stays on the main thread, whose clock is read.
func init() { runtime.LockOSThread() }

type section struct {
	name  string
	share float64
	work  func()
	spent float64
}

func parseShares(text string, known map[string]func()) ([]*section, error) {
	var sections []*section
	total := 0.0
	for _, part := range strings.Split(text, ",") {
		name, weight, _ := strings.Cut(part, "=")
		share, err := strconv.ParseFloat(weight, 64)
		if err != nil || known[name] == nil {
			return nil, fmt.Errorf("bad share %q", part)
		}
		sections = append(sections, &section{name: name, share: share, work: known[name]})
		total += share
	}
	for _, section := range sections {
		section.share /= total
	}
	return sections, nil
}

func report(sections []*section) {
	spent := map[string]float64{}
	for _, section := range sections {
		spent[section.name] = section.spent
	}
	line := map[string]any{
		"at":       float64(time.Now().UnixNano()) / 1e9,
		"cpu_s":    cpuSeconds(processCPUTime),
		"sections": spent,
	}
	if err := json.NewEncoder(os.Stdout).Encode(line); err != nil {
		log.Fatal(err)
	}
}

// burn gives each slice to the section that is furthest behind its share. Thread CPU time is
// continuous from slice to slice, so nothing is lost between them.
func burn(sections []*section, end time.Time) {
	last, nextReport := cpuSeconds(threadCPUTime), time.Time{}
	for time.Now().Before(end) {
		if time.Now().After(nextReport) {
			report(sections)
			nextReport = time.Now().Add(time.Second)
		}
		total := 0.0
		for _, section := range sections {
			total += section.spent
		}
		next := sections[0]
		for _, section := range sections {
			if section.share*total-section.spent > next.share*total-next.spent {
				next = section
			}
		}
		now := last
		for now-last < sliceS {
			next.work()
			now = cpuSeconds(threadCPUTime)
		}
		next.spent += now - last
		last = now
	}
	report(sections)
}

func main() {
	seconds := flag.Float64("seconds", 10, "end after this time")
	shares := flag.String("shares", "language=1", "NAME=WEIGHT,...")
	flag.Parse()
	sections, err := parseShares(*shares, allSections())
	if err != nil {
		log.Fatal(err)
	}
	burn(sections, time.Now().Add(time.Duration(*seconds*float64(time.Second))))
}
