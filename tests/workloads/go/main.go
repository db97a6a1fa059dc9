// go_service is a small net/http service on loopback. Its handlers say what a request costs:
//
//	/compute  --work rounds of parsing, sorting and hashing in Go
//	/relay    one call to the upstream on --upstream-port, its answer passed on
//	/hello    a fixed text
//
// With --tls it speaks HTTP/2 over TLS with a certificate made at start.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// endEventually ends the process on SIGTERM or after the given time, whichever comes first.
func endEventually(lifetime time.Duration) {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		select {
		case <-terminated:
		case <-time.After(lifetime):
		}
		os.Exit(0)
	}()
}

func main() {
	port := flag.Int("port", 0, "port to listen on, 0 to choose one")
	seconds := flag.Int("seconds", 120, "end after this time")
	upstreamPort := flag.Int("upstream-port", 0, "port of the upstream that /relay calls")
	work := flag.Int("work", 20, "rounds of computation per request")
	withTLS := flag.Bool("tls", false, "serve HTTP/2 over TLS")
	flag.Parse()
	endEventually(time.Duration(*seconds) * time.Second)

	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/compute", computeHandler(*work))
	mux.HandleFunc("/relay", relayHandler(*upstreamPort))
	mux.HandleFunc("/hello", helloHandler)
	server := &http.Server{Handler: mux}

	fmt.Printf("ready %d\n", listener.Addr().(*net.TCPAddr).Port)
	if !*withTLS {
		log.Fatal(server.Serve(listener))
	}
	config, err := selfSignedConfig()
	if err != nil {
		log.Fatal(err)
	}
	server.TLSConfig = config
	log.Fatal(server.ServeTLS(listener, "", ""))
}
