package outbox

import (
	"context"
	"net"
	"strconv"
	"testing"
)

// greeter is a server that says one thing to everybody.
func greeter(t *testing.T, greeting string) Relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte(greeting))
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	host, port, _ := net.SplitHostPort(l.Addr().String())
	n, _ := strconv.Atoi(port)
	return Relay{Host: host, Port: n, TLS: TLSNone}
}

func TestReachable(t *testing.T) {
	closed := greeter(t, "")
	busy := greeter(t, "421 go away\r\n")
	good := greeter(t, "220 relay.example ESMTP\r\n")
	for _, tt := range []struct {
		name   string
		relays []Relay
		want   bool
	}{
		{"none", nil, false},
		{"one that says nothing", []Relay{closed}, false},
		{"one that takes nobody", []Relay{busy}, false},
		{"good", []Relay{good}, true},
		{"the last is good", []Relay{closed, busy, good}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := (&MailConfig{Relays: tt.relays}).Reachable(t.Context()); got != tt.want {
				t.Errorf("Reachable = %v, want %v", got, tt.want)
			}
		})
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if (&MailConfig{Relays: []Relay{good}}).Reachable(gone) {
		t.Error("reachable for who does not wait")
	}
}
