// Payments: checks a card, asks the bank, which takes its time, and writes a receipt.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"

	serve "boundscope.test/pairs/serve/go"
)

const receiptLines = 40

// plausible tells whether the last digit of a card's number is what the others make it.
func plausible(card string) bool {
	sum := 0
	for i := range card {
		digit := int(card[len(card)-1-i] - '0')
		if i%2 == 1 {
			digit *= 2
			if digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0
}

func receipt(card string, cents int, authorised int) []byte {
	var text strings.Builder
	fmt.Fprintf(&text, "card ************%s\nauthorised %d\n", card[len(card)-4:], authorised)
	balance := cents
	for line := 1; line <= receiptLines; line++ {
		fee := balance * line / 10000
		balance += fee
		fmt.Fprintf(&text, "%3d  instalment %8.2f  fee %6.2f  left %9.2f\n", line,
			float64(cents)/receiptLines/100, float64(fee)/100, float64(balance)/100)
	}
	return []byte(text.String())
}

func askBank(client *http.Client, port int, card string, cents int) (int, error) {
	query := url.Values{"card": {card}, "cents": {strconv.Itoa(cents)}}
	answer, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/authorise?%s", port, query.Encode()))
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return len(body), err
}

func main() {
	given := serve.ParseOptions()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024}}
	var turn uint64
	serve.Run(given, func([]byte) ([]byte, error) {
		number := atomic.AddUint64(&turn, 1)
		card := fmt.Sprintf("4%014d", number*7919%100_000_000_000_000)
		for last := 0; last < 10; last++ {
			if plausible(card + strconv.Itoa(last)) {
				card += strconv.Itoa(last)
				break
			}
		}
		cents := int(number % 100_000)
		authorised, err := askBank(client, given.UpstreamPort, card, cents)
		if err != nil {
			return nil, err
		}
		return receipt(card, cents, authorised), nil
	})
}
