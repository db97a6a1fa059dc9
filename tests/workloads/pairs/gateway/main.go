// The same gateway as gateway.js.
package main

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	serve "boundscope.test/pairs/serve/go"
)

func ask(client *http.Client, address string) ([]byte, error) {
	answer, err := client.Get(address)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}

func main() {
	given := serve.ParseOptions()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024}}
	var turns uint64
	serve.Run(given, func([]byte) ([]byte, error) {
		turn := atomic.AddUint64(&turns, 1)
		trace := fmt.Sprintf("%016x", turn)
		body, err := ask(client, fmt.Sprintf("http://127.0.0.1:%d/articles/%d?trace=%s",
			given.UpstreamPort, turn%1000, trace))
		if err != nil {
			return nil, err
		}
		return []byte(fmt.Sprintf("%s %d %s\n", trace, len(body), body)), nil
	})
}
