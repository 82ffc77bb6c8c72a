package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// agent is what a T46U calls itself.
const agent = "Yealink SIP-T46U 108.86.0.20 80:5e:c0:00:00:00"

// loadResult is what the load generator tells.
type loadResult struct {
	Requests int           `json:"requests"`
	Wall     time.Duration `json:"wall_ns"`
}

// fetchMany is the load generator: so many requests for one path over so many
// connections, each sending its next one when it has the answer. Every answer must
// be a 200 of the same length, the first one of each connection with the bytes of a
// file.
func fetchMany(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("fetch", flag.ContinueOnError)
	address := flags.String("address", "", "server")
	path := flags.String("path", "", "request target")
	file := flags.String("file", "", "file with the bytes to expect")
	conns := flags.Int("conns", 1, "connections")
	requests := flags.Int("requests", 1, "requests over all connections")
	if err := flags.Parse(args); err != nil {
		return err
	}
	want, err := os.ReadFile(*file)
	if err != nil {
		return err
	}
	request := fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nAccept: */*\r\n\r\n", *path, *address, agent)
	clients := make([]*client, *conns)
	for i := range clients {
		if clients[i], err = dial(ctx, *address, request, want); err != nil {
			return err
		}
		defer func() { _ = clients[i].conn.Close() }()
	}
	each := *requests / *conns
	wall, err := lasts(func() error {
		var group errgroup.Group
		for _, c := range clients {
			group.Go(func() error { return c.fetch(each) })
		}
		return group.Wait()
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(loadResult{Requests: each * *conns, Wall: wall})
}

// client is one connection.
type client struct {
	conn    net.Conn
	request []byte
	length  int // of an answer with its header
	buf     []byte
}

// clientDeadline bounds the life of a connection.
const clientDeadline = time.Minute

var errAnswer = errors.New("wrong answer")

// dial opens a connection and learns from a first answer how long all will be.
func dial(ctx context.Context, address string, request, want []byte) (*client, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(clientDeadline)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(request); err != nil {
		return nil, err
	}
	var seen bytes.Buffer
	resp, err := http.ReadResponse(bufio.NewReader(io.TeeReader(conn, &seen)), nil)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK || !bytes.Equal(body, want) {
		return nil, fmt.Errorf("%w: %s with %d bytes, %d wanted", errAnswer, resp.Status, len(body), len(want))
	}
	return &client{conn: conn, request: request, length: seen.Len(), buf: make([]byte, seen.Len()+1)}, nil
}

// fetch makes n requests.
func (c *client) fetch(n int) error {
	for range n {
		if _, err := c.conn.Write(c.request); err != nil {
			return err
		}
		got := 0
		for got < c.length {
			n, err := c.conn.Read(c.buf[got:])
			if err != nil {
				return err
			}
			got += n
		}
		if got != c.length || !strings.HasPrefix(string(c.buf[:12]), "HTTP/1.1 200") {
			return fmt.Errorf("%w: %d bytes, %d wanted: %.40q", errAnswer, got, c.length, c.buf)
		}
	}
	return nil
}
