package test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dialtone/test/peer"
)

// attempt is a test's try at something that may fail without the test's ending: what
// would end the test ends the attempt.
type attempt struct{ testing.TB }

// failure is why an attempt ended.
type failure string

func (attempt) Helper() {}

func (attempt) Fatalf(format string, args ...any) { panic(failure(fmt.Sprintf(format, args...))) }

func (attempt) Fatal(args ...any) { panic(failure(fmt.Sprint(args...))) }

// try makes an attempt and returns why it failed.
func try(t testing.TB, do func(testing.TB)) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			err = fmt.Errorf("%s", string(r))
		default:
			panic(r)
		}
	}()
	do(attempt{t})
	return nil
}

// fates are how calls end; the second phone has the number 1002.
var fates = []struct {
	name string
	do   func(t testing.TB, ada, ben *peer.Handset)
}{
	{"given up", func(t testing.TB, ada, ben *peer.Handset) {
		a := ada.Dial(t, "1002")
		ringing(t, ben).Reply(180)
		a.Await(t, 180)
		a.Cancel(t)
		a.Final(t)
	}},
	{"refused", func(t testing.TB, ada, ben *peer.Handset) {
		a := ada.Dial(t, "1002")
		ringing(t, ben).Reply(486)
		a.Final(t)
	}},
	{"hung up by the caller", func(t testing.TB, ada, ben *peer.Handset) {
		a, b := connect(t, ada, "1002", ben)
		a.Tone(450)
		b.Hears(t, 450)
		a.Hangup(t)
		b.AwaitRequest(t, "BYE")
	}},
	{"hung up by the callee", func(t testing.TB, ada, ben *peer.Handset) {
		a, b := connect(t, ada, "1002", ben)
		b.Tone(950)
		a.Hears(t, 950)
		b.Hangup(t)
		a.AwaitRequest(t, "BYE")
	}},
	{"the caller dies ringing", func(t testing.TB, ada, ben *peer.Handset) {
		ada.Dial(t, "1002")
		b := ringing(t, ben)
		b.Reply(180)
		ada.Close()
	}},
	{"the callee dies ringing", func(t testing.TB, ada, ben *peer.Handset) {
		a := ada.Dial(t, "1002")
		ringing(t, ben).Reply(180)
		a.Await(t, 180)
		ben.Close()
		a.Cancel(t)
	}},
	{"the caller dies talking", func(t testing.TB, ada, ben *peer.Handset) {
		_, b := connect(t, ada, "1002", ben)
		ada.Close()
		b.Hangup(t)
	}},
	{"the callee dies talking", func(t testing.TB, ada, ben *peer.Handset) {
		a, _ := connect(t, ada, "1002", ben)
		ben.Close()
		a.Hangup(t)
	}},
	{"the callee dies on hold", func(t testing.TB, ada, ben *peer.Handset) {
		a, b := connect(t, ada, "1002", ben)
		a.Tone(450)
		b.Hears(t, 450)
		a.Reinvite(t, "sendonly")
		b.HearsElse(t, 450) // music
		ben.Close()
		a.Hangup(t)
	}},
	{"both die talking", func(t testing.TB, ada, ben *peer.Handset) {
		a, b := connect(t, ada, "1002", ben)
		hearEachOther(t, a, b)
		ada.Close()
		ben.Close()
	}},
}

// footprint is what a daemon has taken of the machine.
type footprint struct{ goroutines, files, resident int }

func (d *daemon) footprint(t testing.TB) footprint {
	t.Helper()
	return footprint{int(metric(t, d, "go_goroutines")), d.files(), int(metric(t, d, "process_resident_memory_bytes")) >> 20}
}

func (f footprint) String() string {
	return fmt.Sprintf("%d goroutines, %d files, %d MB", f.goroutines, f.files, f.resident)
}

// patientHandset is handset for a user who registers more often than he may.
func (o *office) patientHandset(t testing.TB, phone int, transport string) (h *peer.Handset) {
	t.Helper()
	await(t, "registration", func() error { return try(t, func(t testing.TB) { h = o.handset(t, phone, transport) }) })
	return h
}

// forget unregisters what is left of an office's first two phones.
func (o *office) forget(t testing.TB) {
	t.Helper()
	for i := range 2 {
		h := peer.StartHandset(t, o.sipAccount(o.d, i, "udp"))
		h.Distort(func(text string) string { return strings.Replace(text, "<"+h.Contact()+">", "*", 1) })
		await(t, "unregistration", func() error { // a user may register five times a second
			if resp := h.Register(t, 0); resp.Status() != 200 {
				return errors.New(resp.String())
			}
			return nil
		})
		h.Close()
	}
}

// awaitFootprint waits until a daemon without calls takes no more than before, up to what
// our own requests, idle connections and what the store does at times take; who leaks at
// every end of one kind takes more. Dead phones are given up only after the timers of RFC
// 3261 and the time without media.
func awaitFootprint(t testing.TB, d *daemon, before footprint) {
	t.Helper()
	const slack = 15
	var err error
	for end := time.Now().Add(10 * patience); time.Now().Before(end); {
		err = nil
		for _, name := range append(slices.Clone(idleGauges), "dialtone_media_port_pairs") {
			if n := metric(t, d, name); n != 0 {
				err = fmt.Errorf("%s %v", name, n)
			}
		}
		if now := d.footprint(t); now.goroutines > before.goroutines+slack || now.files > before.files+slack {
			err = errors.Join(err, fmt.Errorf("%s", now))
		}
		if err == nil {
			return
		}
		<-time.After(patience / 100)
	}
	t.Fatalf("not as before (%s): %v", before, err)
}

// TestCallsLeaveNothing: 200 calls that end in every way, phones that die among them,
// leave no goroutine, no file, no port and no dialog.
func TestCallsLeaveNothing(t *testing.T) {
	t.Parallel()
	const workers, calls = 5, 40
	d := start(t, options{})
	var offices []*office
	for range workers {
		offices = append(offices, newOffice(t, d))
	}
	play := func(t testing.TB, o *office, r *rand.Rand, fate int) {
		t.Helper()
		transports := []string{"udp", "tcp"}
		ada := o.patientHandset(t, 0, transports[r.IntN(2)])
		defer ada.Close()
		ben := o.patientHandset(t, 1, transports[r.IntN(2)])
		defer ben.Close()
		defer o.forget(t)
		fates[fate].do(t, ada, ben)
	}
	for _, fate := range []int{2, 3} { // what is made once is there afterwards
		play(t, offices[0], rand.New(rand.NewPCG(1, 1)), fate)
	}
	before := d.footprint(t)
	var wg sync.WaitGroup
	for i, o := range offices {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 42))
			for n := range calls {
				fate := (n + i) % len(fates) // each twenty times
				if err := try(t, func(t testing.TB) { play(t, o, r, fate) }); err != nil {
					t.Errorf("%s: %v", fates[fate].name, err)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("before %s; with the last calls %s", before, d.footprint(t))
	awaitFootprint(t, d, before)
	t.Logf("after %s", d.footprint(t))
}

// converse is a call in which both sides hear each other again and again.
func (o *office) converse(t testing.TB, r *rand.Rand) {
	t.Helper()
	transports := []string{"udp", "tcp"}
	ada, ben := o.patientHandset(t, 0, transports[r.IntN(2)]), o.patientHandset(t, 1, transports[r.IntN(2)])
	defer ada.Close()
	defer ben.Close()
	a, b := connect(t, ada, "1002", ben)
	for n := range 1 + r.IntN(40) {
		high := float64(n%2) * 300 // another tone than before
		a.Tone(400 + high)
		b.Tone(1000 + high)
		a.Hears(t, 1000+high)
		b.Hears(t, 400+high)
	}
	if r.IntN(2) == 0 {
		a, b = b, a
	}
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	o.forget(t)
}
