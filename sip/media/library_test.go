package media

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"runtime"
	"testing"

	"dialtone/internal/audio"
	"dialtone/internal/audio/prompt"
	"dialtone/sip/sdp"
	"dialtone/store"
	"dialtone/store/blob"
	"dialtone/store/record"

	"github.com/pion/rtp"
)

// shop is a library over a store with one account and one user.
type shop struct {
	*Library
	store   *store.Store
	account *record.Account
	user    *record.User
}

func newShop(t *testing.T, change ...func(*LibraryConfig)) *shop {
	t.Helper()
	s, err := store.Open(store.Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := &shop{store: s, account: record.NewAccount(), user: record.NewUser()}
	w.update(t, func(tx *store.Tx) error {
		w.account.Name, w.account.Email = "Office", "office@example.com"
		if err := tx.Create(w.account); err != nil {
			return err
		}
		w.user.Account, w.user.Name, w.user.Email = w.account.ID, "Ann", "ann@example.com"
		return tx.Create(w.user)
	})
	c := LibraryConfig{Store: s}
	for _, f := range change {
		f(&c)
	}
	w.Library = NewLibrary(c)
	return w
}

func (w *shop) update(t *testing.T, fn func(*store.Tx) error) {
	t.Helper()
	if err := w.store.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// numbered are frames of a codec that say which they are.
func numbered(mark byte, frames int) []byte {
	b := bytes.Repeat([]byte{mark}, frames*narrowFrame)
	for i := range frames {
		binary.BigEndian.PutUint32(b[i*narrowFrame:], uint32(i))
	}
	return b
}

// clip puts a clip into the store; its content depends on its name.
func (w *shop) clip(t *testing.T, name string, frames int) *record.AudioClip {
	t.Helper()
	c := &record.AudioClip{Meta: record.Meta{Account: w.account.ID}, Name: name, Format: "wav", DurationMS: 20 * frames}
	for i, h := range []*blob.Hash{&c.PCMU, &c.PCMA, &c.G722} {
		var err error
		if *h, _, err = w.store.Blobs().Put(bytes.NewReader(numbered(name[0]+byte(i), frames)), 1<<30); err != nil {
			t.Fatal(err)
		}
	}
	c.File = c.PCMU
	w.update(t, func(tx *store.Tx) error { return tx.Create(c) })
	return c
}

// play makes a clip the account's and the user's; nil for none.
func (w *shop) play(t *testing.T, account, user *record.AudioClip) {
	t.Helper()
	id := func(c *record.AudioClip) record.ID {
		if c == nil {
			return ""
		}
		return c.ID
	}
	w.account.HoldMusicClip, w.user.HoldMusicClip = id(account), id(user)
	w.update(t, func(tx *store.Tx) error {
		if err := tx.Replace(w.account, 0); err != nil {
			return err
		}
		return tx.Replace(w.user, 0)
	})
}

// hears is the mark of what the user's callers hear; 0 for the built-in tune.
func (w *shop) hears(t *testing.T) byte {
	t.Helper()
	return w.markOf(w.Music(string(w.account.ID), string(w.user.ID)))
}

func (w *shop) markOf(s Source) byte {
	if s == Source(w.tune()) {
		return 0
	}
	return s.Clip(spoken[0]).Frames[0][10]
}

func TestLibraryChooses(t *testing.T) {
	w := newShop(t)
	waltz, polka := w.clip(t, "waltz", 10), w.clip(t, "polka", 10)
	for _, tt := range []struct {
		name          string
		account, user *record.AudioClip
		want          byte
	}{
		{"nobody has any", nil, nil, 0},
		{"the account's", waltz, nil, 'w'},
		{"the user's", waltz, polka, 'p'},
		{"the user's alone", nil, polka, 'p'},
	} {
		w.play(t, tt.account, tt.user)
		if got := w.hears(t); got != tt.want {
			t.Errorf("%s: hears %q", tt.name, got)
		}
	}
	w.play(t, waltz, polka)
	if s := w.Music(string(w.account.ID), "user_absent"); w.markOf(s) != 'w' {
		t.Error("an unknown user has other music than the account")
	}
	if s := w.Music("acct_absent", string(w.user.ID)); w.markOf(s) != 0 {
		t.Error("another account plays the user's clip")
	}
	if a, b := w.Music(string(w.account.ID), string(w.user.ID)), w.Clip(w.account.ID, polka.ID); a != b {
		t.Error("one clip was read twice")
	}
}

// A clip that gets another sound changes for those who come after; those who listen go on.
func TestLibraryFollowsChanges(t *testing.T) {
	w := newShop(t)
	waltz, other := w.clip(t, "waltz", 10), w.clip(t, "other", 10)
	w.play(t, waltz, nil)
	before := w.Music(string(w.account.ID), "")
	w.update(t, func(tx *store.Tx) error {
		c, err := store.Load[*record.AudioClip](tx, waltz.ID)
		if err != nil {
			return err
		}
		c.PCMU, c.PCMA, c.G722 = other.PCMU, other.PCMA, other.G722
		return tx.Replace(c, 0)
	})
	if got := w.hears(t); got != 'o' {
		t.Errorf("hears %q", got)
	}
	if w.markOf(before) != 'w' {
		t.Error("what is played has changed")
	}
}

func TestLibraryWithoutFile(t *testing.T) {
	w := newShop(t)
	waltz := w.clip(t, "waltz", 10)
	w.play(t, waltz, nil)
	if err := w.store.Blobs().Delete(waltz.G722); err != nil {
		t.Fatal(err)
	}
	if got := w.hears(t); got != 0 {
		t.Errorf("hears %q", got)
	}
	if _, _, err := w.store.Blobs().Put(bytes.NewReader(numbered('w'+2, 10)), 1<<20); err != nil {
		t.Fatal(err)
	}
	if got := w.hears(t); got != 'w' {
		t.Errorf("with its file again hears %q", got)
	}
}

// What is in memory is bounded, and given back when nobody hears it any more.
func TestLibraryMemory(t *testing.T) {
	const frames = 1000
	size := memoryOf(&record.AudioClip{DurationMS: 20 * frames})
	w := newShop(t, func(c *LibraryConfig) { c.Keep, c.Most = size, 2*size })
	first, second, third := w.clip(t, "first", frames), w.clip(t, "second", frames), w.clip(t, "third", frames)
	a, b := w.Clip(w.account.ID, first.ID), w.Clip(w.account.ID, second.ID)
	if w.markOf(a) != 'f' || w.markOf(b) != 's' {
		t.Fatal("clips are not played")
	}
	if w.kept != size || len(w.shelf) != 1 || len(w.newest) != 1 {
		t.Errorf("%d bytes of %d clips kept", w.kept, len(w.shelf))
	}
	if got := w.markOf(w.Clip(w.account.ID, third.ID)); got != 0 {
		t.Errorf("beyond the bound hears %q", got)
	}
	runtime.KeepAlive(a)
	runtime.KeepAlive(b)
	eventually(t, "memory given back", func() bool {
		runtime.GC()
		return w.inUse.Load() <= size
	})
	if got := w.markOf(w.Clip(w.account.ID, third.ID)); got != 't' {
		t.Errorf("afterwards hears %q", got)
	}
}

// listener negotiates a stream for one who only listens.
func listener(t *testing.T, e *Engine, formats string) (*Stream, *phone) {
	t.Helper()
	s, _ := newStream(t, e)
	p := newPhone(t, "127.0.0.1")
	agreeOn(t, s, p, formats)
	return s, p
}

func agreeOn(t *testing.T, s *Stream, p *phone, formats string) {
	t.Helper()
	if err := s.RemoteOffer(p.describe(formats)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Answer(AnswerOptions{}); err != nil {
		t.Fatal(err)
	}
}

// place is which frame of a clip a packet has.
func place(packet *rtp.Packet) int { return int(binary.BigEndian.Uint32(packet.Payload)) }

func TestMusicHasOneMoment(t *testing.T) {
	const frames = 50 * 60
	w := newShop(t)
	w.play(t, w.clip(t, "waltz", frames), nil)
	music := w.Music(string(w.account.ID), "")
	e := newEngine(t)
	a, phoneA := listener(t, e, "0")
	b, phoneB := listener(t, e, "9")
	a.Play(music)
	var first *rtp.Packet
	for range 5 {
		first = phoneA.receive()
	}
	b.Play(music)
	later := phoneB.receive()
	for place(first) < place(later) {
		first = phoneA.receive()
	}
	if place(first) != place(later) {
		t.Errorf("one hears frame %d, the other %d", place(first), place(later))
	}
	if first.PayloadType != 0 || first.Payload[10] != 'w' || later.PayloadType != 9 || later.Payload[10] != 'w'+2 {
		t.Errorf("types %d and %d", first.PayloadType, later.PayloadType)
	}

	// In another codec it goes on where it was.
	last := phoneA.receive()
	agreeOn(t, a, phoneA, "9")
	changed := phoneA.receive()
	for changed.PayloadType == 0 {
		last, changed = changed, phoneA.receive()
	}
	if step := place(changed) - place(last); step < 1 || step > 5 || changed.Payload[10] != 'w'+2 {
		t.Errorf("after frame %d comes %d", place(last), place(changed))
	}
	if changed.SequenceNumber != last.SequenceNumber+1 || changed.SSRC != last.SSRC {
		t.Errorf("%v after %v", changed, last)
	}

	// And from its end to its beginning, also after a pause.
	a.Stop()
	a.wait()
	a.Play(music)
	if again := phoneA.receive(); place(again) == 0 {
		t.Error("begins again for a listener")
	}
}

// A hundred hear a clip to its end although it gets another sound meanwhile, without a
// packet missing; asked again, each hears the new one.
func TestClipReplacedWhileHundredListen(t *testing.T) {
	w := newShop(t)
	waltz, other := w.clip(t, "waltz", 500), w.clip(t, "other", 500)
	w.play(t, waltz, nil)
	e := newEngine(t)
	streams, phones := make([]*Stream, 100), make([]*phone, 100)
	for i := range streams {
		streams[i], phones[i] = listener(t, e, []string{"0", "8", "9"}[i%3])
		streams[i].Play(w.Music(string(w.account.ID), ""))
	}
	hear := func(i int, mark byte) *rtp.Packet {
		got := phones[i].receive()
		if want := mark + byte(i%3); got.Payload[10] != want {
			t.Fatalf("listener %d hears %q, not %q", i, got.Payload[10], want)
		}
		return got
	}
	last := make([]uint16, len(streams))
	for i := range streams {
		last[i] = hear(i, 'w').SequenceNumber
	}
	w.update(t, func(tx *store.Tx) error {
		c, err := store.Load[*record.AudioClip](tx, waltz.ID)
		if err != nil {
			return err
		}
		c.PCMU, c.PCMA, c.G722 = other.PCMU, other.PCMA, other.G722
		return tx.Replace(c, 0)
	})
	for range 5 {
		for i := range streams {
			got := hear(i, 'w')
			if last[i]++; got.SequenceNumber != last[i] {
				t.Fatalf("listener %d gets packet %d after %d", i, got.SequenceNumber, last[i]-1)
			}
		}
	}
	for i, s := range streams {
		s.Play(w.Music(string(w.account.ID), ""))
		s.wait()
		for got := phones[i].receive(); got.Payload[10] != 'o'+byte(i%3); got = phones[i].receive() {
			if got.Payload[10] != 'w'+byte(i%3) {
				t.Fatalf("listener %d hears %q", i, got.Payload[10])
			}
		}
	}
}

func TestMusicOverSRTP(t *testing.T) {
	w := newShop(t)
	w.play(t, w.clip(t, "waltz", 100), nil)
	e := newEngine(t)
	s, _ := newStream(t, e, func(o *Options) { o.SRTP = Optional })
	p := newSecurePhone(t, sdp.AEADAES128GCM)
	if err := s.RemoteOffer(describe(addrOf(p.rtp), "RTP/SAVP 8", p.crypto(1))); err != nil {
		t.Fatal(err)
	}
	answer, err := s.Answer(AnswerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p.learn(answer)
	s.Play(w.Music(string(w.account.ID), ""))
	got := p.receive()
	for range 10 {
		next := p.receive()
		if step := place(next) - place(got); step != 1 && place(next) != 0 || next.Payload[10] != 'w'+1 {
			t.Fatalf("frame %d after %d", place(next), place(got))
		}
		got = next
	}
}

func TestMusicDoesNotAllocate(t *testing.T) {
	w := newShop(t)
	w.play(t, w.clip(t, "waltz", 100), nil)
	l, a, _ := packetPath(t, [2]string{"0", "0"}, Off)
	a.flow.player = player{source: w.Music(string(w.account.ID), "")}
	a.reach()
	a.flow.player.choose(a.flow.seen)
	if allocs := testing.AllocsPerRun(100, func() { l.frames++; a.makeFrame(l) }); allocs != 0 {
		t.Errorf("%v allocations a frame", allocs)
	}
	if a.flow.out.packets < 100 {
		t.Errorf("%d sent", a.flow.out.packets)
	}
}

func TestTuneIsReady(t *testing.T) {
	w := newShop(t)
	w.Warm()
	for _, c := range spoken {
		frames := w.Music(string(w.account.ID), "").Clip(c)
		if !frames.Loop || !frames.Live || len(frames.Frames) < 30*50 {
			t.Fatalf("%s: %d frames", c.Name, len(frames.Frames))
		}
		middle := bytes.Join(frames.Frames[500:550], nil)
		var pcm []int16
		switch coding(c) {
		case audio.PCMU:
			pcm = audio.AppendFromULaw(nil, middle)
		case audio.PCMA:
			pcm = audio.AppendFromALaw(nil, middle)
		default:
			pcm = audio.NewG722Decoder().Append(nil, middle)
		}
		if level := audio.Level(pcm); level < -30 || level > -10 {
			t.Errorf("%s: %.1f dBm0", c.Name, level)
		}
	}
}

func TestPrompt(t *testing.T) {
	s, err := NewPrompt("fr", append([]prompt.Word{prompt.ParkedAt}, prompt.Number(42)...)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range spoken {
		clip := s.Clip(c)
		if clip.Loop || clip.Live || len(clip.Frames) < 50 || len(clip.Frames) > 300 {
			t.Errorf("%s: %d frames", c.Name, len(clip.Frames))
		}
	}
	if _, err := NewPrompt("en", "no such word"); err == nil {
		t.Error("spoke what is no word")
	}
}
