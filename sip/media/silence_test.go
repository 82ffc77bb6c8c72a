package media

import (
	"testing"
	"time"
)

func TestNoMedia(t *testing.T) {
	e := newEngine(t, func(c *Config) { c.SilenceAfter = 200 * time.Millisecond })
	for _, tt := range []struct {
		name, line string
		want       bool
	}{{"sends", "a=sendrecv", true}, {"held", "a=inactive", false}, {"only listens", "a=recvonly", false}, {"holds", "a=sendonly", false}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, events := newStream(t, e)
			if err := s.RemoteOffer(audioAt("0", tt.line)); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Answer(AnswerOptions{}); err != nil {
				t.Fatal(err)
			}
			if tt.want {
				if got := next[NoMedia](t, events); got.Silence < 200*time.Millisecond {
					t.Fatal(got)
				}
			}
			visits := func() (n int) {
				s.loop.Load().wait(func() { n = s.flow.visits })
				return n
			}
			for until := visits() + 2; visits() < until; { // told once, or never
				time.Sleep(10 * time.Millisecond)
			}
			select {
			case e := <-events:
				t.Fatalf("%#v", e)
			default:
			}
		})
	}
}

func TestMediaEndsSilence(t *testing.T) {
	e := newEngine(t, func(c *Config) { c.SilenceAfter = 100 * time.Millisecond })
	s, events := newStream(t, e)
	p := newPhone(t, "127.0.0.1")
	if err := s.RemoteOffer(p.describe("0")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Answer(AnswerOptions{}); err != nil {
		t.Fatal(err)
	}
	p.to = s.Addr()
	for range 2 {
		next[NoMedia](t, events)
		p.send(0, make([]byte, 160))
	}
	next[NoMedia](t, events)
}
