// An allocating net/http service that knows what its collector did (../README.md).
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"runtime/metrics"
	"syscall"
	"time"
)

// A histogram of every single stop; a cycle has two.
const pausesMetric = "/gc/pauses:seconds"

type truth struct {
	Cycles  int64   `json:"cycles"`
	Stops   uint64  `json:"stops"`
	PauseS  float64 `json:"pause_s"`
	Version string  `json:"version"`
	// What both stops of a cycle took together, the newest first.
	CyclePausesS []float64 `json:"cycle_pauses_s"`
}

// readTruth asks in ways that do not stop the world themselves.
func readTruth() truth {
	var stats debug.GCStats
	debug.ReadGCStats(&stats)
	samples := []metrics.Sample{{Name: pausesMetric}}
	metrics.Read(samples)
	stops := uint64(0)
	for _, count := range samples[0].Value.Float64Histogram().Counts {
		stops += count
	}
	told := truth{stats.NumGC, stops, stats.PauseTotal.Seconds(), version(), nil}
	for _, pause := range stats.Pause {
		told.CyclePausesS = append(told.CyclePausesS, pause.Seconds())
	}
	return told
}

func gcHandler(writer http.ResponseWriter, _ *http.Request) {
	if err := json.NewEncoder(writer).Encode(readTruth()); err != nil {
		log.Print(err)
	}
}

// endEventually ends the process on SIGTERM or after the given time, whichever comes first.
func endEventually(lifetime time.Duration) {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		select {
		case <-terminated:
		case <-time.After(lifetime):
		}
		os.Exit(0)
	}()
}

func main() {
	port := flag.Int("port", 0, "port to listen on, 0 to choose one")
	seconds := flag.Int("seconds", 120, "end after this time")
	liveMB := flag.Int("live-mb", 32, "what stays alive")
	garbageKB := flag.Int("garbage-kb", 256, "what a request allocates and drops")
	flag.Parse()
	endEventually(time.Duration(*seconds) * time.Second)

	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	kept := newRing(*liveMB << 10)
	http.HandleFunc("/", func(writer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(writer, "%d\n", kept.work(*garbageKB))
	})
	http.HandleFunc("/gc", gcHandler)
	fmt.Printf("ready %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}
