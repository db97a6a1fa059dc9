// The same summary of a batch of orders as orders.py.
package main

import (
	"encoding/json"

	serve "boundscope.test/pairs/serve/go"
)

type item struct {
	Article string  `json:"article"`
	Price   float64 `json:"price"`
	Count   int     `json:"count"`
}

type order struct {
	Customer string `json:"customer"`
	Items    []item `json:"items"`
}

type batch struct {
	Batch  string  `json:"batch"`
	Orders []order `json:"orders"`
}

type summary struct {
	Orders int      `json:"orders"`
	Total  float64  `json:"total"`
	Items  []string `json:"items"`
}

type answer struct {
	Batch     string              `json:"batch"`
	Customers map[string]*summary `json:"customers"`
}

func summarise(orders []order) map[string]*summary {
	customers := make(map[string]*summary)
	for _, one := range orders {
		of := customers[one.Customer]
		if of == nil {
			of = &summary{}
			customers[one.Customer] = of
		}
		of.Orders++
		for _, bought := range one.Items {
			of.Total += bought.Price * float64(bought.Count)
			of.Items = append(of.Items, bought.Article)
		}
	}
	return customers
}

func main() {
	serve.Run(serve.ParseOptions(), func(body []byte) ([]byte, error) {
		var given batch
		if err := json.Unmarshal(body, &given); err != nil {
			return nil, err
		}
		return json.Marshal(answer{given.Batch, summarise(given.Orders)})
	})
}
