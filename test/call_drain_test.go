package test

import (
	"errors"
	"strings"
	"syscall"
	"testing"
)

// withDrain is the base configuration with another time to drain.
func withDrain(limit string) string {
	return strings.Replace(baseConfig, "drain: 5s", "drain: "+limit, 1)
}

// TestCallsDrain: while the daemon waits for calls to end it takes no new ones but those to
// 911, and it stops when the last has ended.
func TestCallsDrain(t *testing.T) {
	t.Parallel()
	d := start(t, options{config: withDrain("60s")})
	carrier := startCarrier(t, d)
	o, phones := trio(t, d)
	o.awaitTrunk(t, o.trunk(t, "Carrier", []string{carrier}, object{"emergency": true}), "ok")
	psap := telephone(t, carrier, "911")
	a, b := connect(t, phones[0], "1002", phones[1])
	hearEachOther(t, a, b)
	earlier := phones[2].Dial(t, "911")
	first := ringing(t, psap)
	first.Answer(t)
	earlier.Await(t, 200)
	earlier.Hangup(t)
	first.AwaitRequest(t, "BYE")

	d.signal(syscall.SIGTERM)
	awaitLog(t, d, "stopping")
	await(t, "readiness to go", func() error {
		if d.ready() == nil {
			return errors.New("still ready")
		}
		return nil
	})
	if m := phones[2].Dial(t, "1001").Final(t); m.Status() != 503 || m.Get("Retry-After") == "" {
		t.Errorf("a new call: %s, Retry-After %q", m, m.Get("Retry-After"))
	}
	emergency := phones[2].Dial(t, "911")
	help := ringing(t, psap)
	help.Answer(t)
	emergency.Await(t, 200)
	hearEachOther(t, emergency, help)
	hearEachOther(t, a, b)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	select {
	case <-d.exited:
		t.Fatal("stopped amid an emergency call")
	default:
	}
	hearEachOther(t, emergency, help)
	emergency.Hangup(t)
	help.AwaitRequest(t, "BYE")
	if status := d.wait(); status != 0 {
		t.Errorf("status %d", status)
	}
	if strings.Contains(d.log.String(), "calls are ended by the stop") {
		t.Errorf("calls were ended:\n%s", d.log)
	}
}

// TestCallsOutlastDrain: calls that outlast the time to drain are hung up, and the log tells how
// many they were.
func TestCallsOutlastDrain(t *testing.T) {
	t.Parallel()
	d := start(t, options{config: withDrain("1s")})
	_, phones := trio(t, d)
	a, b := connect(t, phones[0], "1002", phones[1])
	waiting := phones[2].Dial(t, "1002")
	c := ringing(t, phones[1])
	c.Reply(180)
	waiting.Await(t, 180)
	d.signal(syscall.SIGTERM)
	a.AwaitRequest(t, "BYE")
	b.AwaitRequest(t, "BYE")
	c.AwaitRequest(t, "CANCEL")
	if m := waiting.Final(t); m.Status() != 503 {
		t.Errorf("who waited was told %s", m)
	}
	if status := d.wait(); status != 0 {
		t.Errorf("status %d", status)
	}
	if !strings.Contains(d.log.String(), "calls=2") {
		t.Errorf("not told how many:\n%s", d.log)
	}
}
