// The same round of a delivery van as routes.py.
package main

import (
	"fmt"
	"math"
	"math/rand"
	"sync/atomic"

	serve "boundscope.test/pairs/serve/go"
)

const (
	stopCount  = 24
	depotCount = 64
)

type stop struct{ x, y float64 }

func makeDepots() [][]stop {
	source := rand.New(rand.NewSource(1))
	depots := make([][]stop, depotCount)
	for i := range depots {
		for n := 0; n < stopCount; n++ {
			depots[i] = append(depots[i], stop{source.Float64() * 100, source.Float64() * 100})
		}
	}
	return depots
}

func distance(one, other stop) float64 {
	return math.Hypot(one.x-other.x, one.y-other.y)
}

func nearestFirst(stops []stop) []stop {
	left := append([]stop(nil), stops[1:]...)
	tour := []stop{stops[0]}
	for len(left) > 0 {
		last, best := tour[len(tour)-1], 0
		for i := range left {
			if distance(last, left[i]) < distance(last, left[best]) {
				best = i
			}
		}
		tour = append(tour, left[best])
		left = append(left[:best], left[best+1:]...)
	}
	return tour
}

func reverse(section []stop) {
	for i, j := 0, len(section)-1; i < j; i, j = i+1, j-1 {
		section[i], section[j] = section[j], section[i]
	}
}

// turnSections is one pass of 2-opt; the saved distance.
func turnSections(tour []stop) float64 {
	saved := 0.0
	for i := 1; i < len(tour)-2; i++ {
		for j := i + 1; j < len(tour)-1; j++ {
			before, first, last, after := tour[i-1], tour[i], tour[j], tour[j+1]
			gain := distance(before, first) + distance(last, after) -
				distance(before, last) - distance(first, after)
			if gain > 1e-9 {
				reverse(tour[i : j+1])
				saved += gain
			}
		}
	}
	return saved
}

func plan(stops []stop) float64 {
	tour := nearestFirst(stops)
	for turnSections(tour) > 0.5 {
	}
	total := 0.0
	for i := 1; i < len(tour); i++ {
		total += distance(tour[i-1], tour[i])
	}
	return total
}

func main() {
	depots := makeDepots()
	var turn uint64
	serve.Run(serve.ParseOptions(), func([]byte) ([]byte, error) {
		depot := depots[atomic.AddUint64(&turn, 1)%depotCount]
		return []byte(fmt.Sprintf("%.3f\n", plan(depot))), nil
	})
}
