// The same pages as pages.rb.
package main

import (
	"bytes"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	serve "boundscope.test/pairs/serve/go"
)

const (
	articleCount = 1200
	rowCount     = 60
	pageCount    = articleCount / rowCount
	longest      = 60
)

var (
	things = []string{"Desk lamp", "Nuts & bolts", "Joiner's saw", "Tape <5 m>", "Shelf", "Oak table"}
	makers = []string{"Brown & Sons", "O'Neill", "Müller", "Lindqvist", "P&P"}
	texts  = []string{"The craftsmen's choice: doesn't rust, fits walls & doors, and comes in a box.",
		"Made by hand & sold in pairs.",
		"Weighs < 2 kg, is enough for rooms of > 20 m² and is easily put up.",
		"For those who like it plain; the colour isn't fast."}
	labels = []string{"new", "solid", "light", "wood", "steel", "R&D"}
)

type article struct {
	Number            int
	Name, Maker, Text string
	Labels            []string
	Changed           time.Time
	Stock, Cents      int
}

type page struct {
	Number   int
	Articles []article
}

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"join": strings.Join, "price": price, "shorten": shorten,
}).Parse(`<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Articles, page {{.Number}}</title></head>
<body>
  <table>
    {{- range .Articles}}
    <tr class="{{if .Stock}}on-sale{{else}}sold-out{{end}}">
      <td><a href="/articles/{{.Number}}">{{.Name}}</a></td>
      <td>{{.Maker}}</td>
      <td>{{shorten .Text}}</td>
      <td>{{join .Labels ", "}}</td>
      <td>{{.Changed.Format "02 Jan 2006"}}</td>
      <td>{{.Stock}}</td>
      <td>{{price .Cents}}</td>
    </tr>
    {{- end}}
  </table>
  <p>{{len .Articles}} articles, worth {{price .Worth}}</p>
</body>
</html>
`))

// Worth is the price of all that is in stock.
func (p page) Worth() int {
	total := 0
	for _, one := range p.Articles {
		total += one.Cents * one.Stock
	}
	return total
}

func price(cents int) string {
	whole := strconv.Itoa(cents / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return fmt.Sprintf("€ %s.%02d", whole, cents%100)
}

func shorten(text string) string {
	letters := []rune(text)
	if len(letters) <= longest {
		return text
	}
	return strings.TrimRight(string(letters[:longest]), " ") + "…"
}

func makeArticle(number int) article {
	return article{
		Number:  number,
		Name:    fmt.Sprintf("%s No. %d", things[number%len(things)], number),
		Maker:   makers[number%len(makers)],
		Text:    texts[number%len(texts)],
		Labels:  labels[number%4:][:1+number%3],
		Changed: time.Unix(int64(1_700_000_000+number*50_000), 0).UTC(),
		Stock:   number * 7 % 40,
		Cents:   99 + number*number*31%900_000,
	}
}

func main() {
	articles := make([]article, articleCount)
	for number := range articles {
		articles[number] = makeArticle(number)
	}
	var turn uint64
	serve.Run(serve.ParseOptions(), func([]byte) ([]byte, error) {
		number := int(atomic.AddUint64(&turn, 1) % pageCount)
		var written bytes.Buffer
		err := pageTemplate.Execute(&written, page{number, articles[number*rowCount:][:rowCount]})
		return written.Bytes(), err
	})
}
