package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/big"
	"net/http"
	"sort"
	"time"
)

type item struct {
	Name  string `json:"name"`
	Price int    `json:"price"`
}

// catalogue is what a request parses, again and again, as services do.
var catalogue = func() []byte {
	items := make([]item, 40)
	for i := range items {
		items[i] = item{Name: fmt.Sprintf("item-%d", i*7919%1009), Price: i * 31 % 97}
	}
	text, err := json.Marshal(items)
	if err != nil {
		panic(err)
	}
	return text
}()

// compute parses, sorts and hashes the catalogue; its cost is proportional to rounds.
func compute(rounds int) uint64 {
	hash := fnv.New64a()
	for round := 0; round < rounds; round++ {
		var items []item
		if err := json.Unmarshal(catalogue, &items); err != nil {
			panic(err)
		}
		sort.Slice(items, func(i, j int) bool { return items[i].Name < items[j].Name })
		for _, entry := range items {
			io.WriteString(hash, entry.Name)
		}
	}
	return hash.Sum64()
}

func computeHandler(rounds int) http.HandlerFunc {
	return func(response http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(response, "%x\n", compute(rounds))
	}
}

func helloHandler(response http.ResponseWriter, _ *http.Request) {
	io.WriteString(response, "hello\n")
}

// relayHandler keeps its connections to the upstream, as a well-behaved client does.
func relayHandler(upstreamPort int) http.HandlerFunc {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	url := fmt.Sprintf("http://127.0.0.1:%d/", upstreamPort)
	return func(response http.ResponseWriter, _ *http.Request) {
		answer, err := client.Get(url)
		if err != nil {
			http.Error(response, err.Error(), http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			http.Error(response, err.Error(), http.StatusBadGateway)
			return
		}
		response.Write(body)
	}
}

// selfSignedConfig makes a certificate that lives as long as the process.
func selfSignedConfig() (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}},
		NextProtos:   []string{"h2", "http/1.1"},
	}, nil
}
