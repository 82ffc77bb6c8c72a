package media

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"dialtone/internal/audio"
	"dialtone/internal/audio/clip"
	"dialtone/internal/audio/tune"
	"dialtone/store"
	"dialtone/store/blob"
	"dialtone/store/record"
)

// LibraryConfig sets up a [Library].
type LibraryConfig struct {
	Store *store.Store
	// Keep is how many bytes of clips nobody listens to stay in memory; 0 is the default.
	Keep int64
	// Most is how many all clips may take, those listened to included; who comes beyond
	// hears the built-in tune. 0 is the default.
	Most       int64
	Log        *slog.Logger          // nil: none
	Registerer prometheus.Registerer // nil: no metrics
}

// A clip of ten minutes takes 17 MB in all codecs.
const (
	defaultKeep = 64 << 20
	defaultMost = 384 << 20
)

// Library has the music for those who wait. A clip is read when its first listener comes,
// in all codecs, and then shared: every listener hears the same moment of it, and a
// packet to one is a header and a send. Clips are known by their content, so a replaced
// one is another, and who listens to the old one hears it to the end.
type Library struct {
	store      *store.Store
	keep, most int64
	log        *slog.Logger
	tune       func() *Sounds
	inUse      atomic.Int64 // bytes of all clips in memory
	noMemory   prometheus.Counter
	noFile     prometheus.Counter

	mu     sync.Mutex // guards what follows; not held while a file is read
	shelf  map[blob.Hash]*album
	newest []*album // least recently asked for first
	kept   int64    // bytes of those on the shelf
}

// album is a clip on the shelf.
type album struct {
	key  blob.Hash
	size int64
	read func() (*Sounds, error)
}

// NewLibrary makes an empty library.
func NewLibrary(c LibraryConfig) *Library {
	l := &Library{
		store: c.Store, keep: c.Keep, most: c.Most, log: c.Log, shelf: map[blob.Hash]*album{},
		tune: sync.OnceValue(func() *Sounds { return soundsOf(clip.New(tune.Samples())) }),
	}
	if l.keep <= 0 {
		l.keep = defaultKeep
	}
	if l.most <= 0 {
		l.most = defaultMost
	}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	f := promauto.With(c.Registerer)
	f.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dialtone_media_music_bytes", Help: "Memory of the clips that are played or kept ready.",
	}, func() float64 { return float64(l.inUse.Load()) })
	failures := f.NewCounterVec(prometheus.CounterOpts{
		Name: "dialtone_media_music_failures_total", Help: "Listeners who got the built-in tune for a clip of their own, by reason.",
	}, []string{"reason"})
	l.noMemory, l.noFile = failures.WithLabelValues("memory"), failures.WithLabelValues("file")
	return l
}

// Warm makes the built-in tune ready, which takes some tenths of a second; else its first
// listener waits for them.
func (l *Library) Warm() { l.tune() }

// Music is what somebody hears whom a user has put on hold: the user's clip, else the
// account's, else the built-in tune. It may read a file.
func (l *Library) Music(account, user string) Source {
	var wanted record.ID
	l.store.View(func(v *store.View) {
		if u, ok := store.Get[*record.User](v, record.ID(user)); ok && string(u.Account) == account {
			wanted = u.HoldMusicClip
		}
	})
	return l.Clip(record.ID(account), wanted)
}

// Clip is a clip of an account; without one the account's, else the built-in tune. It may
// read a file.
func (l *Library) Clip(account, wanted record.ID) Source {
	var found *record.AudioClip
	l.store.View(func(v *store.View) {
		var ok bool
		if found, ok = store.Get[*record.AudioClip](v, wanted); ok && found.Account == account {
			return
		}
		found = nil
		if a, ok := store.Get[*record.Account](v, account); ok {
			found, _ = store.Get[*record.AudioClip](v, a.HoldMusicClip)
		}
	})
	if found == nil {
		return l.tune()
	}
	sounds, err := l.take(found).read()
	if err == nil {
		return sounds
	}
	if errors.Is(err, errMusicMemory) {
		l.noMemory.Inc()
	} else {
		l.noFile.Inc()
	}
	l.log.Error("cannot play audio clip", "clip", found.ID, "err", err)
	l.drop(found.G722)
	return l.tune()
}

var errMusicMemory = errors.New("too many clips are played")

// take finds a clip on the shelf, or puts it there.
func (l *Library) take(r *record.AudioClip) *album {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.shelf[r.G722]
	if a == nil {
		files := *r
		a = &album{key: r.G722, size: memoryOf(r), read: sync.OnceValues(func() (*Sounds, error) { return l.load(&files) })}
		l.shelf[a.key] = a
		l.kept += a.size
	} else {
		l.unlist(a)
	}
	l.newest = append(l.newest, a)
	for l.kept > l.keep && len(l.newest) > 1 {
		l.forget(l.newest[0])
	}
	return a
}

// drop forgets a clip that could not be read.
func (l *Library) drop(key blob.Hash) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.shelf[key]; a != nil {
		l.forget(a)
	}
}

// forget takes a clip off the shelf; those who listen keep it. mu is held.
func (l *Library) forget(a *album) {
	l.unlist(a)
	delete(l.shelf, a.key)
	l.kept -= a.size
}

func (l *Library) unlist(a *album) {
	for i, other := range l.newest {
		if other == a {
			l.newest = append(l.newest[:i], l.newest[i+1:]...)
			return
		}
	}
}

// memoryOf is what a clip takes in memory: its frames and where they are.
func memoryOf(r *record.AudioClip) int64 {
	const slice = 24
	return int64(r.DurationMS) / 20 * 3 * (narrowFrame + slice)
}

// load reads a clip. What it takes counts until nobody has it any more.
func (l *Library) load(r *record.AudioClip) (*Sounds, error) {
	size := memoryOf(r)
	if l.inUse.Add(size) > l.most {
		l.inUse.Add(-size)
		return nil, errMusicMemory
	}
	var c clip.Clip
	err := errors.Join(l.file(r.PCMU, &c.PCMU), l.file(r.PCMA, &c.PCMA), l.file(r.G722, &c.G722))
	if err == nil && (len(c.PCMU) != len(c.PCMA) || len(c.PCMU) != len(c.G722) || len(c.PCMU) < narrowFrame) {
		err = fmt.Errorf("cannot play files of %d, %d and %d bytes", len(c.PCMU), len(c.PCMA), len(c.G722))
	}
	if err != nil {
		l.inUse.Add(-size)
		return nil, err
	}
	s := soundsOf(&c)
	runtime.AddCleanup(s, func(size int64) { l.inUse.Add(-size) }, size)
	return s, nil
}

// maxMusic is the size of the longest clip in one codec, in bytes.
const maxMusic = int64(clip.MaxLength/time.Millisecond) * audio.BytesPerMillisecond

func (l *Library) file(h blob.Hash, to *[]byte) error {
	info, err := l.store.Blobs().Stat(h)
	if err != nil {
		return err
	}
	if info.Size > maxMusic {
		return fmt.Errorf("cannot play a file of %d bytes", info.Size)
	}
	f, err := l.store.Blobs().Open(h)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	*to = make([]byte, info.Size)
	_, err = io.ReadFull(f, *to)
	return err
}

// soundsOf are a clip's frames, the same moment for all who listen.
func soundsOf(c *clip.Clip) *Sounds {
	s := &Sounds{clips: map[audio.Codec]*Clip{}}
	for _, codec := range []audio.Codec{audio.PCMU, audio.PCMA, audio.G722} {
		frames := cut(c.Encoded(codec), true)
		frames.Live = true
		s.clips[codec] = frames
	}
	return s
}
