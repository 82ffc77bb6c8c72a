package admin

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"time"

	"dialtone/internal/audio"
	"dialtone/internal/audio/clip"
	"dialtone/store"
	"dialtone/store/blob"
	"dialtone/store/record"
)

const clipPath = "/v1/accounts/{account}/audio_clips"

func audioClips() *collection[*record.AudioClip] {
	return inAccount(collection[*record.AudioClip]{
		path: clipPath, param: "clip", noun: "audio clip",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"name", fileField},
		blank: func() *record.AudioClip { return &record.AudioClip{} },
	})
}

// audioClipOperations are those of every collection, but that creating and changing take
// a form, and hearing a clip.
func audioClipOperations() []*operation {
	ops := audioClips().operations()
	for _, op := range ops {
		switch op.method {
		case http.MethodPost:
			op.form, op.handle = true, handleCreateClip
			op.summary = "Creates an audio clip from a WAV, MP3 or Ogg Opus file of at most 5 MB and 10 minutes."
		case http.MethodPatch:
			op.form, op.handle = true, handleUpdateClip
			op.summary = "Changes an audio clip's name, or its sound for those who hear it from now on."
		}
	}
	return append(ops, &operation{
		method: http.MethodGet, path: clipPath + "/{clip}/audio", event: "audio_clip.read_audio", scope: record.ScopeRead,
		summary: "Plays an audio clip as it is heard on a telephone. Takes Range.",
		query:   []parameter{{name: "codec", doc: "pcmu, pcma or g722, as a phone with that codec hears it; wav or none is pcmu."}},
		media:   "audio/wav", status: http.StatusOK, handle: handleClipAudio,
	})
}

func handleCreateClip(c *call) (*answer, error) {
	f, leave, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	defer leave()
	k := audioClips()
	if _, err := k.fill(f.fields, k.blank(), true); err != nil {
		return nil, err
	}
	if f.file == nil {
		return nil, invalidField(fileField, record.CodeRequired, "must be a sound file, in a form (multipart/form-data)")
	}
	if k.prepare, err = c.makeClip(f.file); err != nil {
		return nil, err
	}
	return k.createFrom(c, f.fields)
}

func handleUpdateClip(c *call) (*answer, error) {
	f, leave, err := c.enterForm()
	if err != nil {
		return nil, err
	}
	defer leave()
	if _, err := c.clip(); err != nil {
		return nil, err // before the file takes anybody's time
	}
	k := audioClips()
	if f.file != nil {
		if k.prepare, err = c.makeClip(f.file); err != nil {
			return nil, err
		}
	}
	return k.updateFrom(c, f.fields)
}

// clip is the account's clip the path names.
func (c *call) clip() (*record.AudioClip, error) {
	var r *record.AudioClip
	c.view(func(v *store.View) { r, _ = store.Get[*record.AudioClip](v, c.id("clip")) })
	if r == nil || r.Account != c.account {
		return nil, store.ErrNotFound
	}
	c.resource = r.ID
	return r, nil
}

// enterForm reads the form once there is a place for it.
func (c *call) enterForm() (*form, func(), error) {
	leave, err := c.server.workshop.enter()
	if err != nil {
		return nil, nil, err
	}
	f, err := c.readForm()
	if err != nil {
		leave()
		return nil, nil, err
	}
	return f, leave, nil
}

// workshop bounds what is done with files: each place holds one in memory, and one at a
// time is worked on.
type workshop struct{ places, bench chan struct{} }

// maxFiles is how many files may be in memory.
const maxFiles = 8

func newWorkshop() *workshop {
	return &workshop{places: make(chan struct{}, maxFiles), bench: make(chan struct{}, 1)}
}

// enter takes a place.
func (w *workshop) enter() (leave func(), err error) {
	select {
	case w.places <- struct{}{}:
		return func() { <-w.places }, nil
	default:
		return nil, store.ErrOverloaded
	}
}

// work does something when it is its turn.
func (w *workshop) work(ctx context.Context, do func() error) error {
	select {
	case w.bench <- struct{}{}:
		defer func() { <-w.bench }()
		return do()
	case <-ctx.Done():
		return ctx.Err()
	}
}

type prepareClip = func(*call, *store.Tx, *input[*record.AudioClip]) (any, error)

// makeClip turns a file into what is played and stores both; what it returns enters them
// into a record.
func (c *call) makeClip(file []byte) (prepareClip, error) {
	var made *clip.Clip
	err := c.server.workshop.work(c.r.Context(), func() (err error) {
		made, err = clip.Make(c.r.Context(), file)
		return err
	})
	var wrong *clip.Error
	if errors.As(err, &wrong) {
		return nil, invalidField(fileField, string(wrong.Code), "%s", wrong.Detail)
	}
	if err != nil {
		return nil, err
	}
	var kept record.AudioClip
	for _, one := range []struct {
		content []byte
		hash    *blob.Hash
	}{{file, &kept.File}, {made.PCMU, &kept.PCMU}, {made.PCMA, &kept.PCMA}, {made.G722, &kept.G722}} {
		if *one.hash, _, err = c.server.Store.Blobs().Put(bytes.NewReader(one.content), int64(len(one.content))); err != nil {
			return nil, err
		}
	}
	return func(_ *call, _ *store.Tx, in *input[*record.AudioClip]) (any, error) {
		r := in.record
		r.File, r.PCMU, r.PCMA, r.G722 = kept.File, kept.PCMU, kept.PCMA, kept.G722
		r.Format, r.Size, r.DurationMS = string(made.Format), int64(len(file)), int(made.Duration/time.Millisecond)
		r.Loudness = nil
		if !math.IsInf(made.Loudness, 0) {
			rounded := math.Round(made.Loudness*10) / 10
			r.Loudness = &rounded
		}
		return nil, nil
	}, nil
}

// handleClipAudio answers with what is heard, as a WAV file.
func handleClipAudio(c *call) (*answer, error) {
	q := c.query()
	codec := q.oneOf("codec", "wav", "pcmu", "pcma", "g722")
	if err := q.err(); err != nil {
		return nil, err
	}
	r, err := c.clip()
	if err != nil {
		return nil, err
	}
	leave, err := c.server.workshop.enter()
	if err != nil {
		return nil, err
	}
	file, err := c.heard(r, codec)
	if err != nil {
		leave()
		return nil, err
	}
	return &answer{status: http.StatusOK, serve: func(w http.ResponseWriter, req *http.Request) {
		defer leave()
		w.Header().Set("Content-Type", "audio/wav")
		w.Header().Set("ETag", `"`+r.PCMU.String()[:32]+"-"+strings.ToLower(codec)+`"`)
		http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(file))
	}}, nil
}

// heard is a clip in a codec as a WAV file of linear samples.
func (c *call) heard(r *record.AudioClip, name string) ([]byte, error) {
	hash, codec := r.PCMU, audio.PCMU
	switch name {
	case "pcma":
		hash, codec = r.PCMA, audio.PCMA
	case "g722":
		hash, codec = r.G722, audio.G722
	}
	f, err := c.server.Store.Blobs().Open(hash)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	encoded, err := io.ReadAll(io.LimitReader(f, maxEncoded))
	if err != nil {
		return nil, err
	}
	var file []byte
	err = c.server.workshop.work(c.r.Context(), func() error {
		pcm, rate := clip.Decode(encoded, codec)
		file = wavFile(pcm, rate)
		return nil
	})
	return file, err
}

// maxEncoded is the size of the longest clip in a codec, in bytes.
const maxEncoded = int64(clip.MaxLength/time.Millisecond) * audio.BytesPerMillisecond

// wavFile is a RIFF WAVE file of linear samples, one channel, 16 bits.
func wavFile(pcm []int16, rate int) []byte {
	size := uint32(2 * len(pcm))
	b := make([]byte, 0, 44+int(size))
	b = binary.LittleEndian.AppendUint32(append(b, "RIFF"...), 36+size)
	b = binary.LittleEndian.AppendUint32(append(b, "WAVEfmt "...), 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // linear
	b = binary.LittleEndian.AppendUint16(b, 1) // channel
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(2*rate))
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = binary.LittleEndian.AppendUint32(append(b, "data"...), size)
	for _, s := range pcm {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}
