package call

import (
	"bytes"
	"encoding/binary"
	"io"
	"sync"
	"testing"

	"dialtone/internal/audio"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

// archive keeps recordings in memory.
type archive struct {
	mu   sync.Mutex
	list []*filed
	full bool // the disk
}

type filed struct {
	mu       sync.Mutex
	b        bytes.Buffer
	about    record.Recording
	finished bool
	full     bool
}

func (a *archive) Create(r record.Recording) (io.Writer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := &filed{about: r, full: a.full}
	a.list = append(a.list, f)
	return f, nil
}

func (a *archive) Finish(r record.Recording) {
	for _, f := range a.all() {
		f.mu.Lock()
		if f.about.ID == r.ID {
			f.about, f.finished = r, true
		}
		f.mu.Unlock()
	}
}

func (a *archive) all() []*filed {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]*filed{}, a.list...)
}

func (f *filed) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full {
		return 0, store.ErrNoSpace
	}
	return f.b.Write(b)
}

// last is how loud two tones are in the last of one side, and all of it, in dBm0.
func (f *filed) last(side int, hertz float64) (tone, all float64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	rate := max(f.about.SampleRate, 8000)
	b := f.b.Bytes()
	b = b[max(0, len(b)-4*rate/5):]
	var samples []int16
	for i := 2 * side; i+1 < len(b); i += 4 {
		samples = append(samples, int16(binary.LittleEndian.Uint16(b[i:])))
	}
	if len(samples) < rate/5 {
		return audio.Silence, audio.Silence
	}
	return audio.ToneLevel(samples, rate, hertz), audio.Level(samples)
}

// await waits for the recording number n, from 0, to sound like two tones at its end; 0
// is silence.
func (a *archive) await(t *testing.T, n int, left, right float64) {
	t.Helper()
	eventually(t, "recording", func() bool {
		list := a.all()
		if len(list) <= n {
			return false
		}
		for side, hertz := range []float64{left, right} {
			tone, all := list[n].last(side, hertz)
			if hertz == 0 && all > -60 || hertz != 0 && (all < -40 || all-tone > 3) {
				return false
			}
		}
		return true
	})
}

// ended waits for the end of the recording number n.
func (a *archive) ended(t *testing.T, n int) record.Recording {
	t.Helper()
	var r record.Recording
	eventually(t, "end of recording", func() bool {
		list := a.all()
		if len(list) <= n {
			return false
		}
		f := list[n]
		f.mu.Lock()
		defer f.mu.Unlock()
		r = f.about
		return f.finished
	})
	return r
}

func newRecordingPBX(t *testing.T) (*pbx, *archive) {
	t.Helper()
	a := &archive{}
	p := newPBX(t, func(c *Config) { c.Archive, c.Waiting = a, newMusicians() })
	p.recordCalls(t, true)
	return p, a
}

func (r *records) recordCalls(t *testing.T, on bool) {
	t.Helper()
	err := r.store.Update(t.Context(), func(tx *store.Tx) error {
		a, err := store.Load[*record.Account](tx, r.account)
		if err != nil {
			return err
		}
		a.RecordingEnabled = on
		return tx.Replace(a, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// press is the record key of a phone.
func press(t *testing.T, c *peer.PhoneCall, value string) int {
	t.Helper()
	return c.Request(t, "INFO", "", "Record: "+value).Status()
}

// Both sides are recorded from the answer on; on hold both are silent.
func TestRecordCall(t *testing.T) {
	p, files := newRecordingPBX(t)
	a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Tone(440)
	b.Tone(700)
	files.await(t, 0, 440, 700)
	a.Reinvite(t, "sendonly")
	files.await(t, 0, 0, 0)
	a.Reinvite(t, "sendrecv")
	files.await(t, 0, 440, 700)
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	p.quiet()
	r, c := files.ended(t, 0), p.record(t, 0)
	if r.Call != c.CallID || r.Account != c.Account || r.From != "1001" || r.To != "1003" || r.Reason != record.RecordingCallEnded ||
		r.Seconds <= 0 || r.SampleRate != 8000 || r.MissedPackets != 0 || r.EndedAt.Before(r.StartedAt) {
		t.Errorf("%+v", r)
	}
}

// A transfer goes on in the same recording, with the new party on the old one's side.
func TestRecordTransferredCall(t *testing.T) {
	p, files := newRecordingPBX(t)
	bob := p.phone("bob")
	a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Tone(440)
	c.Tone(700)
	files.await(t, 0, 440, 700)
	a.Refer(t, "sip:1002@"+office)
	b := ringing(t, bob)
	b.Answer(t)
	a.AwaitTransfer(t)
	b.Tone(1000)
	files.await(t, 0, 1000, 700)
	b.Hangup(t)
	p.quiet()
	if files.ended(t, 0); len(files.all()) != 1 {
		t.Errorf("%d recordings", len(files.all()))
	}
}

// The record key and its code stop the recording and begin another.
func TestRecordToggle(t *testing.T) {
	p, files := newRecordingPBX(t)
	a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Tone(440)
	b.Tone(700)
	files.await(t, 0, 440, 700)
	if status := press(t, a, "off"); status != 200 {
		t.Errorf("off answered %d", status)
	}
	if r := files.ended(t, 0); r.Reason != record.RecordingStopped {
		t.Errorf("ended by %s", r.Reason)
	}
	if status := press(t, b, "On"); status != 200 {
		t.Errorf("on answered %d", status)
	}
	files.await(t, 1, 440, 700)
	keyIn(t, b, "*3")
	files.ended(t, 1)
	keyIn(t, b, "*3")
	files.await(t, 2, 440, 700)
	if status := press(t, a, "maybe"); status != 400 {
		t.Errorf("nonsense answered %d", status)
	}
	a.Hangup(t)
	p.quiet()
	files.ended(t, 2)
}

// Where the account does not record calls, no key does.
func TestRecordingNotEnabled(t *testing.T) {
	p, files := newRecordingPBX(t)
	p.recordCalls(t, false)
	a, _ := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	if status := press(t, a, "on"); status != 403 {
		t.Errorf("on answered %d", status)
	}
	keyIn(t, a, "*3")
	a.Hangup(t)
	p.quiet()
	if n := len(files.all()); n != 0 {
		t.Errorf("%d recordings", n)
	}
}

// Nobody is recorded who talks to a crisis line, even when he is transferred there; a
// carrier switches nothing.
func TestNeverRecord(t *testing.T) {
	p, files := newRecordingPBX(t)
	carrier := p.carrier()
	a, b := talk(t, p.phone("ann"), "988", carrier)
	if status := press(t, a, "on"); status != 403 {
		t.Errorf("on answered %d", status)
	}
	a.Hangup(t)
	b.AwaitRequest(t, "BYE")
	p.quiet()
	if n := len(files.all()); n != 0 {
		t.Fatalf("%d recordings", n)
	}

	a, c := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	a.Tone(440)
	c.Tone(700)
	files.await(t, 0, 440, 700)
	a.Refer(t, "sip:988@"+office)
	line := carrier.Calls.Await(t, "call", func(c *peer.PhoneCall) bool { return c != b })
	line.Answer(t)
	a.AwaitTransfer(t)
	if status := press(t, line, "off"); status != 403 {
		t.Errorf("the carrier's off answered %d", status)
	}
	if r := files.ended(t, 0); r.Reason != record.RecordingNotAllowed {
		t.Errorf("ended by %s", r.Reason)
	}
	c.Hangup(t)
	p.quiet()
	if n := len(files.all()); n != 1 {
		t.Errorf("%d recordings", n)
	}
}

// A full disk ends the recording and not the call.
func TestRecordOnFullDisk(t *testing.T) {
	p, files := newRecordingPBX(t)
	files.full = true
	a, b := talk(t, p.phone("ann"), "1003", p.phone("cid"))
	if r := files.ended(t, 0); r.Reason != record.RecordingDiskFull {
		t.Errorf("ended by %s", r.Reason)
	}
	hearEachOther(t, a, b)
	eventually(t, "the call to know", func() bool { return !p.Active(p.account)[0].Recording })
	a.Hangup(t)
	p.quiet()
	if n := len(files.all()); n != 1 {
		t.Errorf("%d recordings", n)
	}
}

// A fault of ours in recording ends the recording, not the call.
func TestRecordingFaults(t *testing.T) {
	r := newRecords(t)
	r.bind("cid", dead, "sip:cid@127.0.0.1:1")
	r.recordCalls(t, true)
	m, s := newScripted(r)
	defer m.Close()
	m.config.Archive = &archive{}
	a, _ := talking(r, m, s, "ann", "1003") // the script has no tapes
	do(m, a, func(c *Call, _ *leg) {
		if !c.talking() || c.recorder.running != nil || !c.recorder.never {
			t.Errorf("talking %t, %+v", c.talking(), c.recorder)
		}
	})
	settle(m)
	bye(a)
	eventually(t, "end of the call", func() bool { return m.Len() == 0 })
	if c := r.record(t, 0); c.Reason != record.ReasonNormal {
		t.Errorf("ended by %s", c.Reason)
	}
}
