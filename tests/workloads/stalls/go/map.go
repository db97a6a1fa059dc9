// Looks up keys in random order in a map of millions, for ever.
package main

import (
	"fmt"
	"math/rand"
	"os"
)

func main() {
	const size = 4 << 20
	values := make(map[uint64]uint64, size)
	keys := make([]uint64, size)
	source := rand.New(rand.NewSource(1))
	for i := range keys {
		keys[i] = source.Uint64()
		values[keys[i]] = uint64(i)
	}
	source.Shuffle(size, func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	fmt.Println("ready")
	os.Stdout.Sync()
	var sum uint64
	for {
		for _, key := range keys {
			sum += values[key]
		}
		if sum == 1 {
			fmt.Println(sum)
		}
	}
}
