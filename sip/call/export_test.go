package call

import (
	"testing"
	"time"

	"dialtone/internal/audio"
	"dialtone/internal/audio/prompt"
	"dialtone/sip/media"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/peer"
)

// What follows is for tests with the queues themselves, whose package is above this one.

// Office is an account's people, phones and trunk at a manager of its own.
type Office struct{ *pbx }

// NewOffice makes one whose calls wait in queues.
func NewOffice(t testing.TB, queues Queues) *Office {
	t.Helper()
	s := &slots{}
	p := newPBX(t, func(c *Config) {
		c.Queues, c.Clips, c.Voice, c.Slots, c.Waiting = queues, clips{newMusic()}, voice{}, s, newMusic()
	})
	p.minute = time.Millisecond // calls that are parked ring back at once
	return &Office{p}
}

// The tones music and voice of an office are, in Hz.
const (
	MusicHertz = musicHertz
	VoiceHertz = 1500
)

type clips struct{ music }

func (c clips) Clip(record.ID, record.ID) media.Source { return c.source }

// voice says everything by a tone.
type voice struct{}

func (voice) Say(record.ID, record.ID, ...prompt.Word) media.Source {
	tone := &tone{tone: audio.Tone{{Hertz: [2]float64{VoiceHertz, 0}, Level: -10}}, time: 2 * time.Second}
	return tone
}

// Phone registers a phone, Carrier is one of the trunk's hosts, Unbind ends a phone's
// registration.
func (o *Office) Phone(name string) *peer.Handset { return o.phone(name) }
func (o *Office) Carrier() *peer.Handset          { return o.carrier() }
func (o *Office) Unbind(name string)              { o.unbind(name) }

// Account, User and Store are the records'; Change edits a user.
func (o *Office) Account() record.ID                                     { return o.account }
func (o *Office) User(name string) record.ID                             { return o.users[name].ID }
func (o *Office) Store() *store.Store                                    { return o.records.store }
func (o *Office) Change(t testing.TB, name string, f func(*record.User)) { o.change(t, name, f) }

// Record waits for a call's record, Told for an event of a kind.
func (o *Office) Record(t testing.TB, n int) record.CallRecord { t.Helper(); return o.record(t, n) }

// Told is what the first event of a kind told of a queue.
func (o *Office) Told(t testing.TB, kind EventKind) *Queued {
	t.Helper()
	eventually(t, "event "+string(kind), func() bool {
		for _, k := range o.kinds() {
			if k == kind {
				return true
			}
		}
		return false
	})
	return o.event(t, kind).Queued
}

// Quiet waits until nothing is left of any call.
func (o *Office) Quiet() { o.quiet() }

// Announce has said what is due to every caller who waits.
func (o *Office) Announce() {
	o.Manager.mu.Lock()
	defer o.Manager.mu.Unlock()
	for _, c := range o.calls {
		c.post(func(c *Call) {
			if c.queueing != nil {
				c.announce(c.queueing)
			}
		})
	}
}

// Ringing is the next call that comes to a phone, Both have two parties hear each other,
// Eventually waits.
func Ringing(t testing.TB, h *peer.Handset) *peer.PhoneCall { t.Helper(); return ringing(t, h) }
func Both(t testing.TB, a, b *peer.PhoneCall)               { t.Helper(); both(t, a, b) }
func Eventually(t testing.TB, what string, ok func() bool)  { t.Helper(); eventually(t, what, ok) }

// Talk connects two phones.
func Talk(t *testing.T, from *peer.Handset, number string, to *peer.Handset) (a, b *peer.PhoneCall) {
	t.Helper()
	return talk(t, from, number, to)
}

// Domain is the office's.
const Domain = office
