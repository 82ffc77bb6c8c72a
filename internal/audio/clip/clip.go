package clip

import (
	"context"
	"time"

	"dialtone/internal/audio"
)

// Bounds of a clip.
const (
	// MaxFile is the size of the largest file, in bytes.
	MaxFile = 5 << 20
	// MaxLength is the length of the longest sound.
	MaxLength = 10 * time.Minute
)

// Clip is a file ready to be played.
type Clip struct {
	Format   Format
	Duration time.Duration // of what is played, whole frames
	// Loudness is that of the file as it came, LUFS; audio.Silence or less of one
	// without sound.
	Loudness float64
	// PCMU, PCMA and G722 have the same number of frames of 20 ms, 160 bytes each. Their
	// end fits their beginning.
	PCMU, PCMA, G722 []byte
}

// Make decodes a file and encodes it for telephones. What is wrong with a file is an
// [*Error].
func Make(ctx context.Context, file []byte) (*Clip, error) {
	format, samples, err := decode(ctx, file)
	if err != nil {
		return nil, err
	}
	c := New(samples)
	c.Format = format
	return c, ctx.Err()
}

// New makes a clip of samples at Rate, which it changes.
func New(samples []float32) *Clip {
	pcm, loudness := Master(samples)
	pcm = whole(pcm)
	return &Clip{
		Duration: time.Duration(len(pcm)) * time.Second / Rate, Loudness: loudness,
		PCMU: EncodeLoop(pcm, audio.PCMU), PCMA: EncodeLoop(pcm, audio.PCMA), G722: EncodeLoop(pcm, audio.G722),
	}
}

// Encoded is the clip in a codec; nil in one it is not in.
func (c *Clip) Encoded(codec audio.Codec) []byte {
	switch codec {
	case audio.PCMU:
		return c.PCMU
	case audio.PCMA:
		return c.PCMA
	case audio.G722:
		return c.G722
	}
	return nil
}

// frame is 20 ms at Rate, in samples.
const frame = Rate / 50

// whole cuts samples to whole frames; a shorter sound is filled up.
func whole(pcm []int16) []int16 {
	if len(pcm) < frame {
		return append(pcm, make([]int16, frame-len(pcm))...)
	}
	return pcm[:len(pcm)/frame*frame]
}

// Samples decodes a file to one channel at Rate, full scale 1.
func Samples(ctx context.Context, file []byte) ([]float32, error) {
	_, samples, err := decode(ctx, file)
	return samples, err
}
