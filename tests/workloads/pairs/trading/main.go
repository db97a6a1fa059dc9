// Trading: at each request the orders of a moment are matched, and the risk of the resulting
// positions is computed over a grid of scenarios.
package main

import (
	"fmt"
	"math"
	"sort"
	"sync/atomic"

	serve "boundscope.test/pairs/serve/go"
)

const (
	orderCount  = 400
	instruments = 24
	scenarios   = 60
)

type order struct {
	instrument int
	buys       bool
	price      float64
	amount     float64
	number     int
}

type random uint64

func (state *random) next() float64 {
	*state ^= *state << 13
	*state ^= *state >> 7
	*state ^= *state << 17
	return float64(*state>>11) / (1 << 53)
}

func makeOrders(state *random) []order {
	orders := make([]order, 0, orderCount)
	for number := 0; number < orderCount; number++ {
		orders = append(orders, order{
			instrument: int(state.next() * instruments),
			buys:       state.next() < 0.5,
			price:      90 + 20*state.next(),
			amount:     math.Floor(1 + 99*state.next()),
			number:     number,
		})
	}
	return orders
}

// match trades the best prices against each other; what an instrument's holders have then.
func match(orders []order) map[int]float64 {
	bids, asks := map[int][]order{}, map[int][]order{}
	for _, one := range orders {
		if one.buys {
			bids[one.instrument] = append(bids[one.instrument], one)
		} else {
			asks[one.instrument] = append(asks[one.instrument], one)
		}
	}
	positions := make(map[int]float64)
	for instrument, buyers := range bids {
		sellers := asks[instrument]
		sort.Slice(buyers, func(i, j int) bool {
			if buyers[i].price != buyers[j].price {
				return buyers[i].price > buyers[j].price
			}
			return buyers[i].number < buyers[j].number
		})
		sort.Slice(sellers, func(i, j int) bool {
			if sellers[i].price != sellers[j].price {
				return sellers[i].price < sellers[j].price
			}
			return sellers[i].number < sellers[j].number
		})
		for b, s := 0, 0; b < len(buyers) && s < len(sellers) &&
			buyers[b].price >= sellers[s].price; {
			traded := math.Min(buyers[b].amount, sellers[s].amount)
			positions[instrument] += traded
			buyers[b].amount -= traded
			sellers[s].amount -= traded
			if buyers[b].amount == 0 {
				b++
			}
			if sellers[s].amount == 0 {
				s++
			}
		}
	}
	return positions
}

func normal(x float64) float64 { return 0.5 * (1 + math.Erf(x/math.Sqrt2)) }

// callValue is what an option to buy is worth (Black and Scholes).
func callValue(spot, strike, volatility, years float64) float64 {
	const rate = 0.03
	spread := volatility * math.Sqrt(years)
	up := (math.Log(spot/strike) + (rate+volatility*volatility/2)*years) / spread
	return spot*normal(up) - strike*math.Exp(-rate*years)*normal(up-spread)
}

// risk is the second worst loss of all positions over the scenarios.
func risk(positions map[int]float64) float64 {
	losses := make([]float64, 0, scenarios)
	for scenario := 0; scenario < scenarios; scenario++ {
		move := 0.8 + 0.4*float64(scenario)/scenarios
		loss := 0.0
		for instrument := 0; instrument < instruments; instrument++ {
			held, any := positions[instrument]
			if !any {
				continue
			}
			volatility := 0.15 + 0.01*float64(instrument)
			now := callValue(100, 95+float64(instrument), volatility, 0.5)
			then := callValue(100*move, 95+float64(instrument), volatility*1.1, 0.4)
			loss += held * (now - then)
		}
		losses = append(losses, loss)
	}
	sort.Float64s(losses)
	return losses[len(losses)-2]
}

func main() {
	var turn uint64
	serve.Run(serve.ParseOptions(), func([]byte) ([]byte, error) {
		state := random(atomic.AddUint64(&turn, 1)*0x9e3779b97f4a7c15 | 1)
		return []byte(fmt.Sprintf("%.4f\n", risk(match(makeOrders(&state))))), nil
	})
}
