// The same search as Catalog.java.
package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"sync/atomic"

	serve "boundscope.test/pairs/serve/go"
)

const (
	productCount = 100_000
	shown        = 20
)

var (
	categories = []string{"books", "garden", "kitchen", "lighting", "music", "office", "pets",
		"sports", "tools", "toys", "travel", "wardrobe"}
	tags = []string{"bamboo", "blue", "boxed", "cordless", "cotton", "durable", "foldable", "gift",
		"green", "handmade", "large", "leather", "light", "local", "new", "organic", "red", "reduced",
		"robust", "small", "steel", "used", "vintage", "white"}
)

type product struct {
	Number   int      `json:"number"`
	Name     string   `json:"name"`
	Category string   `json:"category"`
	Tags     []string `json:"tags"`
	Cents    int      `json:"cents"`
	Rating   float64  `json:"rating"`
}

type query struct {
	category, tag   string
	lowest, highest int
}

type answer struct {
	Found    int            `json:"found"`
	Products []*product     `json:"products"`
	Facets   map[string]int `json:"facets"`
}

// numbers are Lehmer's random numbers: the same products in each language.
type numbers int64

func (n *numbers) below(limit int) int {
	*n = *n * 48_271 % 2_147_483_647
	return int(*n) % limit
}

func makeProducts() map[string][]product {
	source := numbers(1)
	products := make(map[string][]product)
	for i := 0; i < productCount; i++ {
		one := product{Number: i, Category: categories[source.below(len(categories))]}
		one.Name = fmt.Sprintf("Article \"%s\" %d", one.Category, i)
		first := source.below(len(tags))
		step := 1 + source.below(7)
		for n := 0; n < 3; n++ {
			one.Tags = append(one.Tags, tags[(first+n*step)%len(tags)])
		}
		one.Cents = 100 + source.below(50_000)
		one.Rating = float64(101+2*source.below(200)) / 100
		products[one.Category] = append(products[one.Category], one)
	}
	return products
}

func queryOf(turn int) query {
	lowest := turn % 10 * 1_000
	return query{categories[turn%len(categories)], tags[turn%len(tags)], lowest, lowest + 30_000}
}

func (q query) matches(p *product) bool {
	if p.Cents < q.lowest || p.Cents > q.highest {
		return false
	}
	for _, tag := range p.Tags {
		if tag == q.tag {
			return true
		}
	}
	return false
}

func search(products map[string][]product, wanted query) answer {
	candidates := products[wanted.category]
	var found []*product
	facets := make(map[string]int)
	for i := range candidates {
		if one := &candidates[i]; wanted.matches(one) {
			found = append(found, one)
			for _, tag := range one.Tags {
				facets[tag]++
			}
		}
	}
	sort.Slice(found, func(i, j int) bool {
		if found[i].Rating != found[j].Rating {
			return found[i].Rating > found[j].Rating
		}
		return found[i].Number < found[j].Number
	})
	best := found
	if len(best) > shown {
		best = best[:shown]
	}
	return answer{len(found), best, facets}
}

func main() {
	products := makeProducts()
	var turn uint64
	serve.Run(serve.ParseOptions(), func([]byte) ([]byte, error) {
		return json.Marshal(search(products, queryOf(int(atomic.AddUint64(&turn, 1)))))
	})
}
