package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// secureClient is a phone that comes for the first time: it resumes no session and looks
// at no certificate. It offers one key exchange: that over P-256 is what phones know.
func secureClient(exchange tls.CurveID) *tls.Config {
	return &tls.Config{
		InsecureSkipVerify: true, SessionTicketsDisabled: true, //nolint:gosec // not what is measured
		CurvePreferences: []tls.CurveID{exchange},
	}
}

// connectMany is the load generator of new connections: each is opened, sends one
// request and is closed after the answer, which must have the bytes of a file.
func connectMany(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("connect", flag.ContinueOnError)
	address := flags.String("address", "", "server")
	path := flags.String("path", "", "request target")
	file := flags.String("file", "", "file with the bytes to expect")
	conns := flags.Int("conns", 1, "connections at once")
	requests := flags.Int("requests", 1, "connections in all")
	exchange := flags.Uint("exchange", uint(tls.CurveP256), "group of the key exchange (RFC 8446 4.2.7)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	want, err := os.ReadFile(*file)
	if err != nil {
		return err
	}
	request := fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nConnection: close\r\n\r\n", *path, *address, agent)
	each := *requests / *conns
	wall, err := lasts(func() error {
		var group errgroup.Group
		for range *conns {
			group.Go(func() error {
				for range each {
					if err := connectOnce(ctx, *address, tls.CurveID(*exchange), request, string(want)); err != nil {
						return err
					}
				}
				return nil
			})
		}
		return group.Wait()
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(loadResult{Requests: each * *conns, Wall: wall})
}

func connectOnce(ctx context.Context, address string, exchange tls.CurveID, request []byte, want string) error {
	dialer := tls.Dialer{Config: secureClient(exchange)}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(clientDeadline)); err != nil {
		return err
	}
	if _, err := conn.Write(request); err != nil {
		return err
	}
	got, err := io.ReadAll(conn)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(got), "HTTP/1.1 200 ") || !strings.HasSuffix(string(got), want) {
		return fmt.Errorf("%w: %.40q", errAnswer, got)
	}
	return nil
}

// How holdMany spreads its connections: a source may have only so many.
const (
	perSource    = 250
	firstSource  = 2 // of 127.0.0.x
	opensAtOnce  = 4
	answerAtMost = 64 << 10
)

// holdMany opens connections over TLS, has one request answered on each, says so and
// keeps them until its input ends.
func holdMany(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("hold", flag.ContinueOnError)
	address := flags.String("address", "", "server")
	request := flags.String("request", "", "what to send on each")
	count := flags.Int("conns", 1, "connections")
	if err := flags.Parse(args); err != nil {
		return err
	}
	conns := make([]net.Conn, *count)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(opensAtOnce)
	for i := range conns {
		group.Go(func() (err error) {
			conns[i], err = hold(ctx, *address, *request, net.IPv4(127, 0, 0, byte(firstSource+i/perSource)))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	fmt.Println("connected")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the measurement is done
	for _, c := range conns {
		_ = c.Close()
	}
	return nil
}

var errNoAnswer = errors.New("no answer")

func hold(ctx context.Context, address, request string, source net.IP) (net.Conn, error) {
	dialer := tls.Dialer{Config: secureClient(tls.CurveP256), NetDialer: &net.Dialer{LocalAddr: &net.TCPAddr{IP: source}}}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(conn, request); err != nil {
		return nil, err
	}
	answer := make([]byte, answerAtMost)
	if n, err := conn.Read(answer); err != nil || n == 0 {
		return nil, errors.Join(errNoAnswer, err)
	}
	return conn, nil
}
