package main

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand"
	"os"
	"regexp"
	"strings"
	"syscall"
)

var words = strings.Fields("order item price amount customer address invoice payment status " +
	"created updated shipping country currency discount quantity")

func makeText(size int) string {
	source := rand.New(rand.NewSource(20))
	var text strings.Builder
	for text.Len() < size {
		fmt.Fprintf(&text, "%s%d ", words[source.Intn(len(words))], source.Intn(100))
	}
	return text.String()
}

func makeNumbers(count int) []int {
	source := rand.New(rand.NewSource(20))
	made := make([]int, count)
	for i := range made {
		made[i] = source.Intn(1000000)
	}
	return made
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func zlibSection() func() {
	text := []byte(makeText(16000))
	var packed bytes.Buffer
	writer := zlib.NewWriter(&packed)
	return func() {
		packed.Reset()
		writer.Reset(&packed)
		_, err := writer.Write(text)
		check(err)
		check(writer.Close())
		reader, err := zlib.NewReader(&packed)
		check(err)
		_, err = io.Copy(io.Discard, reader)
		check(err)
	}
}

func hashSection() func() {
	block := []byte(makeText(256 * 1024))
	return func() { sink += int(sha256.Sum256(block)[0]) }
}

type item struct {
	ID    int             `json:"id"`
	Name  string          `json:"name"`
	Price float64         `json:"price"`
	Tags  []string        `json:"tags"`
	Stock map[string]bool `json:"stock"`
}

func jsonSection() func() {
	var document, decoded []item
	for i := 0; i < 20; i++ {
		document = append(document, item{i, words[i%16], float64(i) * 1.37, words[:3],
			map[string]bool{"here": true, "there": false}})
	}
	return func() {
		text, err := json.Marshal(document)
		check(err)
		check(json.Unmarshal(text, &decoded))
	}
}

func regexSection() func() {
	var lines strings.Builder
	for i := 0; i < 60; i++ {
		fmt.Fprintf(&lines, "10.0.%d.%d - - \"GET /%s/%d?q=%d HTTP/1.1\" 200\n", i%7, i%251,
			words[i%16], i, i*7)
	}
	text := []byte(lines.String())
	request := regexp.MustCompile(`(?m)^(\d+\.\d+\.\d+\.\d+) .*"(GET|POST) (/\w+)/(\d+)(?:\?(\S*))? HTTP`)
	return func() {
		for rest := text; ; {
			found := request.FindSubmatchIndex(rest)
			if found == nil {
				return
			}
			rest = rest[found[1]:]
		}
	}
}

type node struct{ left, right, owner *node }

func tree(depth int, owner *node) *node {
	made := &node{owner: owner}
	if depth > 0 {
		made.left, made.right = tree(depth-1, made), tree(depth-1, made)
	}
	return made
}

func allocSection() func() {
	survivors, next := make([]*node, 500), 0
	return func() {
		for i := 0; i < 4; i++ {
			tree(8, nil)
		}
		survivors[next%len(survivors)] = tree(8, nil)
		next++
	}
}

func syscallsSection() func() {
	file, err := os.CreateTemp("", "mix")
	check(err)
	check(os.Remove(file.Name()))
	buffer := []byte(makeText(64 * 1024))[:64*1024]
	_, err = file.Write(buffer)
	check(err)
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	check(err)
	folder, err := os.Open("/etc")
	check(err)
	entries := make([]byte, 32*1024)
	return func() {
		for i := 0; i < 4; i++ {
			_, err := file.ReadAt(buffer, 0)
			check(err)
		}
		for i := 0; i < 20; i++ {
			_, err := syscall.Write(ends[0], buffer[:512])
			check(err)
			_, err = syscall.Read(ends[1], buffer[:512])
			check(err)
		}
		_, err := folder.Seek(0, io.SeekStart)
		check(err)
		for n := 1; n > 0; {
			n, err = syscall.Getdents(int(folder.Fd()), entries)
			check(err)
		}
	}
}

func allSections() map[string]func() {
	return map[string]func(){"language": language, "zlib": zlibSection(), "hash": hashSection(),
		"json": jsonSection(), "regex": regexSection(), "alloc": allocSection(),
		"syscalls": syscallsSection()}
}
