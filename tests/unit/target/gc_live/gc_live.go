// Collects garbage, says what the runtime counted of it, and runs another program when told to.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
)

var kept [][]byte

func main() {
	debug.SetGCPercent(73)
	for cycle := 0; cycle < 5; cycle++ {
		for i := 0; i < 1000; i++ {
			block := make([]byte, 4096)
			if i%4 == 0 {
				kept = append(kept, block)
			}
		}
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Println(stats.NumGC, stats.PauseTotalNs, stats.NextGC, stats.HeapAlloc, runtime.GOMAXPROCS(0))
	awaitLine()
	runtime.KeepAlive(kept)
	if err := syscall.Exec("/bin/cat", []string{"cat"}, nil); err != nil {
		fmt.Println(err)
	}
}

// Takes one line and no byte more: what follows is for the program that is executed.
func awaitLine() {
	one := make([]byte, 1)
	for {
		if n, err := os.Stdin.Read(one); n == 0 || err != nil || one[0] == '\n' {
			return
		}
	}
}
