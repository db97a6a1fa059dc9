// Fraud detection: the recent payments of all accounts are in memory. Each request scores a batch
// of payments against their accounts' histories, and remembers them.
package main

import (
	"fmt"
	"math"
	"math/rand"
	"sync"

	serve "boundscope.test/pairs/serve/go"
)

const (
	accountCount = 150_000
	historySize  = 12
	batchSize    = 60
	shardCount   = 64
)

type payment struct {
	merchant string
	country  string
	amount   float64
}

type account struct {
	history []*payment
}

type shard struct {
	mutex    sync.Mutex
	accounts map[int]*account
}

func makePayment() *payment {
	return &payment{
		merchant: fmt.Sprintf("merchant-%d", rand.Intn(50_000)),
		country:  fmt.Sprintf("C%02d", rand.Intn(40)),
		amount:   1 + 500*rand.Float64(),
	}
}

func makeShards() []*shard {
	shards := make([]*shard, shardCount)
	for i := range shards {
		shards[i] = &shard{accounts: make(map[int]*account)}
	}
	for number := 0; number < accountCount; number++ {
		made := &account{}
		for i := 0; i < historySize; i++ {
			made.history = append(made.history, makePayment())
		}
		shards[number%shardCount].accounts[number] = made
	}
	return shards
}

// score is how unusual a payment is for its account: by amount, merchant and country.
func (one *account) score(next *payment) float64 {
	merchants, countries := make(map[string]int), make(map[string]int)
	sum, squares := 0.0, 0.0
	for _, past := range one.history {
		merchants[past.merchant]++
		countries[past.country]++
		sum += past.amount
		squares += past.amount * past.amount
	}
	count := float64(len(one.history))
	mean := sum / count
	deviation := math.Sqrt(math.Max(1, squares/count-mean*mean))
	unusual := math.Abs(next.amount-mean) / deviation
	return unusual + 1/float64(1+merchants[next.merchant]) + 1/float64(1+countries[next.country])
}

// remember replaces the history, so that whoever still reads the old one may do so.
func (one *account) remember(next *payment) {
	history := make([]*payment, 0, historySize)
	history = append(history, one.history[1:]...)
	one.history = append(history, next)
}

func scoreBatch(shards []*shard) float64 {
	worst := 0.0
	for i := 0; i < batchSize; i++ {
		number, next := rand.Intn(accountCount), makePayment()
		part := shards[number%shardCount]
		part.mutex.Lock()
		one := part.accounts[number]
		worst = math.Max(worst, one.score(next))
		one.remember(next)
		part.mutex.Unlock()
	}
	return worst
}

func main() {
	shards := makeShards()
	serve.Run(serve.ParseOptions(), func([]byte) ([]byte, error) {
		return []byte(fmt.Sprintf("%.4f\n", scoreBatch(shards))), nil
	})
}
