package e911

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/mail"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"dialtone/internal/outbox"
	"dialtone/store/record"
)

// sender sends what is in the room's outbox to a relay of this machine.
func (r *room) sender(port string) *outbox.Outbox {
	n, _ := strconv.Atoi(port)
	return outbox.New(outbox.Config{
		Store: r.store, Log: slog.New(slog.DiscardHandler),
		Mail: outbox.MailConfig{From: "phones@example.com", Relays: []outbox.Relay{{Host: "127.0.0.1", Port: n, TLS: outbox.TLSNone}}},
	})
}

// clerk is a mail relay that may kill whoever sends.
type clerk struct {
	port string

	mu     sync.Mutex
	taken  map[string][]string // Message-IDs of the mails taken, by recipient and stage
	during func()              // called with a mail half taken, before the answer
	after  func(n int)         // called when the sender of the nth mail has heard that it is taken
	n      int
}

// open starts the relay; it ends with the test.
func (c *clerk) open(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, c.port, _ = net.SplitHostPort(l.Addr().String())
	c.taken = map[string][]string{}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &desk{clerk: c}, nil }))
	s.Domain, s.ErrorLog = "relay.example", mute{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() {
		_ = s.Close()
		<-done
	})
}

type mute struct{}

func (mute) Printf(string, ...any) {}
func (mute) Println(...any)        {}

// desk is one connection.
type desk struct {
	clerk *clerk
	to    string
	took  bool
}

func (*desk) Reset()                                      {}
func (*desk) Mail(string, *smtp.MailOptions) error        { return nil }
func (d *desk) Rcpt(to string, _ *smtp.RcptOptions) error { d.to = to; return nil }

func (d *desk) Data(body io.Reader) error {
	m, err := mail.ReadMessage(body)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, m.Body); err != nil {
		return err
	}
	c := d.clerk
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.during != nil {
		c.during()
		return fmt.Errorf("nobody listens")
	}
	key := d.to + " " + m.Header.Get("X-Dialtone-Stage")
	c.taken[key] = append(c.taken[key], m.Header.Get("Message-Id"))
	d.took = true
	return nil
}

// Logout comes when the sender has said goodbye: he has heard the answer.
func (d *desk) Logout() error {
	c := d.clerk
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.took {
		d.took = false
		c.n++
		if c.after != nil {
			c.after(c.n)
		}
	}
	return nil
}

// TestKilledWhileSending: a process that is killed while a relay takes a mail, or when all are
// taken but that is not written yet, sends again after its start: nobody is left out, and
// who gets a mail twice can tell.
func TestKilledWhileSending(t *testing.T) {
	for _, tt := range []struct {
		point       string
		least, most int // copies of the first mail to each
	}{
		{"smtp", 1, 2}, // what the relay had whole may be read after the end of who sent it
		{"accepted", 2, 2},
	} {
		t.Run(tt.point, func(t *testing.T) {
			t.Parallel()
			for range rounds() {
				killedSending(t, tt.point, tt.least, tt.most)
			}
		})
	}
}

func killedSending(t *testing.T, point string, least, most int) {
	t.Helper()
	c := &clerk{}
	c.open(t)
	dir, cmd := kill(t, point, portEnv+"="+c.port)
	end := func() { _ = cmd.Process.Kill() }
	c.mu.Lock()
	if point == "smtp" {
		c.during = end
	} else {
		c.after = func(n int) {
			if n == len(everybody()) {
				end()
			}
		}
	}
	err := cmd.Start()
	c.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	killed(t, cmd, err, nil)
	c.mu.Lock()
	c.during, c.after = nil, nil
	c.mu.Unlock()

	r := open(t, dir)
	defer r.close()
	ctx, cancel := context.WithCancel(t.Context())
	sent := make(chan error, 1)
	go func() { sent <- r.sender(c.port).Serve(ctx) }()
	c.await(t, record.StageStarted, least, most)
	c.await(t, record.StageEnded, 1, 1) // that nobody knows what became of the call
	cancel()
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

// await waits until everybody has at least so many copies of the mail about a stage, and wants
// no more than the most, all under one Message-ID.
func (c *clerk) await(t *testing.T, stage string, least, most int) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		c.mu.Lock()
		complete := true
		for _, to := range everybody() {
			ids := c.taken[to+" "+stage]
			complete = complete && len(ids) >= least
			for _, id := range ids {
				if id == "" || id != ids[0] {
					t.Errorf("%s got %v", to, ids)
				}
			}
			if len(ids) > most {
				t.Errorf("%s got %d copies", to, len(ids))
			}
		}
		taken := fmt.Sprint(c.taken)
		c.mu.Unlock()
		if complete {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not everybody is told of stage %s %d times: %s", stage, least, taken)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
