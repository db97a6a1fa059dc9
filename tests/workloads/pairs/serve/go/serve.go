// Package serve is the HTTP part of the Go services: net/http.
package serve

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"
)

// Options are what every service can be told.
type Options struct {
	Port         int
	Seconds      int
	UpstreamPort int
}

// ParseOptions reads the command line.
func ParseOptions() Options {
	var given Options
	flag.IntVar(&given.Port, "port", 0, "port to listen on, 0 to choose one")
	flag.IntVar(&given.Seconds, "seconds", 120, "end after this time")
	flag.IntVar(&given.UpstreamPort, "upstream-port", 0, "port of the upstream on loopback")
	flag.Parse()
	return given
}

// Run answers each request with what handle makes of its body.
func Run(given Options, handle func(body []byte) ([]byte, error)) {
	time.AfterFunc(time.Duration(given.Seconds)*time.Second, func() { os.Exit(0) })
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", given.Port))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("ready %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, http.HandlerFunc(
		func(writer http.ResponseWriter, request *http.Request) {
			body, err := io.ReadAll(request.Body)
			if err == nil {
				body, err = handle(body)
			}
			if err != nil {
				http.Error(writer, err.Error(), http.StatusInternalServerError)
				return
			}
			writer.Header().Set("Content-Type", "application/octet-stream")
			writer.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = writer.Write(body) // a client that has left is no error of ours
		})))
}
