package outbox

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"time"
)

// probeTime bounds the question whether a relay is there.
const probeTime = 2 * time.Second

// Reachable says whether any of the relays answers as a mail server now: whoever waits for
// a mail is told at once when none will leave. A relay that answers may refuse it later.
func (c *MailConfig) Reachable(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	answers := make(chan bool, len(c.Relays))
	for _, r := range c.Relays {
		go func() { answers <- r.greets(ctx) }()
	}
	for range c.Relays {
		if <-answers {
			return true
		}
	}
	return false
}

// greets says whether the relay's first answer is that of one which takes mail (RFC 5321
// section 4.3.1).
func (r *Relay) greets(ctx context.Context) bool {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(r.Host, strconv.Itoa(r.Port)))
	if err != nil {
		return false
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		stop()
		_ = conn.Close()
	}()
	if r.TLS == TLSImplicit { // whose certificate it shows is the mail's to check
		conn = tls.Client(conn, &tls.Config{ServerName: r.Host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS12})
	}
	var code [3]byte
	for n := 0; n < len(code); {
		m, err := conn.Read(code[n:])
		if n += m; err != nil && n < len(code) {
			return false
		}
	}
	_, _ = conn.Write([]byte("QUIT\r\n")) // it hangs up as well when it does not come
	return string(code[:]) == "220"
}
