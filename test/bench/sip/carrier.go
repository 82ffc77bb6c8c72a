package sip

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// carrierAnswer is what the carrier says of its sound.
const carrierAnswer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\na=sendrecv\r\n"

// carrier takes every call that comes over its trunk at once, and notes when it came.
type carrier struct {
	conn net.PacketConn
	done chan struct{}

	mu      sync.Mutex
	invited map[string]time.Time // by the event its location names
}

// newCarrier listens on a free port.
func newCarrier(ctx context.Context) (*carrier, error) {
	conn, err := new(net.ListenConfig).ListenPacket(ctx, "udp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &carrier{conn: conn, done: make(chan struct{}), invited: map[string]time.Time{}}
	go c.serve()
	return c, nil
}

func (c *carrier) close() {
	_ = c.conn.Close()
	<-c.done
}

func (c *carrier) serve() {
	defer close(c.done)
	buffer := make([]byte, 65535)
	for {
		n, from, err := c.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		for _, answer := range c.answers(string(buffer[:n])) {
			_, _ = c.conn.WriteTo([]byte(answer), from)
		}
	}
}

// answers is what a request is answered with.
func (c *carrier) answers(request string) []string {
	head, _, _ := strings.Cut(request, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	method, _, _ := strings.Cut(lines[0], " ")
	if method == "ACK" || method == "SIP/2.0" {
		return nil
	}
	var kept strings.Builder
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		switch name = strings.ToLower(name); name {
		case "to":
			l += ";tag=carrier"
			if strings.Contains(value, ";tag=") {
				l = strings.TrimSuffix(l, ";tag=carrier")
			}
			kept.WriteString(l + "\r\n")
		case "via", "from", "call-id", "cseq":
			kept.WriteString(l + "\r\n")
		case "geolocation":
			c.note(value)
		}
	}
	if method != "INVITE" {
		return []string{"SIP/2.0 200 OK\r\n" + kept.String() + "Content-Length: 0\r\n\r\n"}
	}
	fmt.Fprintf(&kept, "Contact: <sip:911@%s>\r\n", c.conn.LocalAddr())
	return []string{
		"SIP/2.0 180 Ringing\r\n" + kept.String() + "Content-Length: 0\r\n\r\n",
		fmt.Sprintf("SIP/2.0 200 OK\r\n%sContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", kept.String(), len(carrierAnswer), carrierAnswer),
	}
}

// note keeps when the INVITE of an event came first: <cid:event@domain>.
func (c *carrier) note(geolocation string) {
	_, event, _ := strings.Cut(geolocation, "cid:")
	event, _, _ = strings.Cut(event, "@")
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, again := c.invited[event]; !again {
		c.invited[event] = time.Now()
	}
}

// calls are the events and when they came.
func (c *carrier) calls() map[string]time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make(map[string]time.Time, len(c.invited))
	for event, at := range c.invited {
		all[event] = at
	}
	return all
}
