package sip

import (
	"strconv"
	"strings"
	"testing"

	"dialtone/sip/registrar"
	"dialtone/test/peer"
)

// TestLoadLevel: what waits for the disk and what the kernel drops make the level, a
// burst does not.
func TestLoadLevel(t *testing.T) {
	const limit = 100
	type step struct {
		samples, waiting int
		losing           bool
		want             level
	}
	for name, steps := range map[string][]step{
		"nothing to do":         {{1000, 0, false, calm}},
		"a burst":               {{pressedAfter - 1, 0, true, calm}, {1000, 0, false, calm}},
		"losses that go on":     {{pressedAfter, 0, true, pressed}, {fullAfter - pressedAfter, 0, true, full}, {fullAfter - 1, 0, false, full}, {1, 0, false, calm}},
		"losses now and then":   {{5, 0, true, calm}, {5, 0, false, calm}, {5, 0, true, calm}, {5, 0, false, calm}},
		"the disk falls behind": {{1, limit/2 - 1, false, calm}, {1, limit / 2, false, pressed}, {1, limit / 4, false, pressed}, {1, limit/4 - 1, false, calm}},
		"the disk stands still": {{1, limit, false, full}, {1, limit / 2, false, pressed}, {1, 0, false, calm}},
		"both":                  {{pressedAfter, limit, true, full}, {1, 0, true, pressed}},
	} {
		t.Run(name, func(t *testing.T) {
			var o overload
			lost := uint64(0)
			for i, s := range steps {
				for range s.samples {
					if s.losing {
						lost++
					}
					o.sample(s.waiting, limit, lost)
				}
				if got := o.at(); got != s.want {
					t.Fatalf("after step %d: level %d, want %d", i+1, got, s.want)
				}
			}
		})
	}
}

// TestShed: under overload who begins something is told to come later, and what must
// not wait does not.
func TestShed(t *testing.T) {
	d := drive(t)
	list := d.authorized(t, 3)
	to := "To: <sip:" + testUser + "@" + testDomain + ">"
	d.edge.overload.level.Store(int32(pressed))
	got, err := peer.ParseMessage(string(d.ask(t, d.datagram("REGISTER", 10), noon, "503")))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := strconv.Atoi(got.Get("Retry-After")); err != nil || n < retryLeast || n >= retryLeast+retrySpread {
		t.Errorf("Retry-After %q", got.Get("Retry-After"))
	}
	d.ask(t, list[0], noon, "200")
	d.ask(t, d.datagram("OPTIONS", 1), noon, "503")
	invite := d.datagram("INVITE", 1)
	d.take(invite, noon)
	if strings.Contains(string(d.answered(t)), " 503 ") {
		t.Error("a new call is put off while the edge is only pressed")
	}

	d.edge.overload.level.Store(int32(full))
	d.ask(t, list[1], noon, "503")
	d.ask(t, invite, noon, "503")
	for name, request := range map[string][]byte{
		"emergency by Request-URI": replaced(invite, "INVITE sip:", "INVITE sip:911@"),
		"emergency by To":          replaced(invite, "To: <sip:"+testUser, "To: <sip:911"),
		"an emergency message":     replaced(d.datagram("MESSAGE", 1), "To: <sip:"+testUser, "To: <sip:911"),
		"within a dialog":          replaced(invite, to, to+";tag=1"),
		"the end of a call":        replaced(d.datagram("BYE", 1), to, to+";tag=1"),
	} {
		t.Run(name, func(t *testing.T) {
			d.take(request, noon)
			if d.passed() {
				return
			}
			if got := string(d.answered(t)); strings.Contains(got, " 503 ") {
				t.Errorf("got\n%s", got)
			}
		})
	}
	d.silent(t, replaced(d.datagram("OPTIONS", 1), "Yealink", "friendly-scanner"), noon)
	d.ask(t, replaced(d.datagram("REGISTER", 1), "CSeq: 1 ", "CSeq: x "), noon, "400")
	d.silent(t, d.datagram("ACK", 1), noon)

	d.edge.overload.level.Store(int32(calm))
	d.ask(t, list[2], noon, "200")
}

// stalled is a disk that tells when it begins and does not come to an end until it is
// released.
type stalled struct{ began, released chan struct{} }

func (s stalled) Commit([]registrar.Op) error {
	select {
	case s.began <- struct{}{}:
	default:
	}
	<-s.released
	return nil
}

// TestBackedUpDiskIsOverload: registrations that wait for a disk that stands still make
// the edge refuse new ones, and no others once it goes on.
func TestBackedUpDiskIsOverload(t *testing.T) {
	d := drive(t)
	disk := stalled{make(chan struct{}, 1), make(chan struct{})}
	release := d.withRegistrar(t, registrar.Config{Log: disk, MaxWaiting: 8})
	list := d.authorized(t, 5)
	d.take(list[0], noon)
	<-disk.began
	for i, request := range list[1:] {
		if d.edge.sampleLoad(noon); d.edge.overload.at() != calm {
			t.Fatalf("overloaded with %d waiting", i)
		}
		d.take(request, noon)
	}
	d.edge.sampleLoad(noon)
	d.ask(t, d.datagram("REGISTER", 10), noon, "503")
	close(disk.released)
	for range list {
		if got := string(d.answered(t)); !strings.HasPrefix(got, "SIP/2.0 200 ") {
			t.Fatalf("got\n%s", got)
		}
	}
	d.edge.sampleLoad(noon)
	d.ask(t, d.datagram("REGISTER", 11), noon, "401")
	release()
}
