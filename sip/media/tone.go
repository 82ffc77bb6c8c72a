package media

import (
	"time"

	"dialtone/internal/audio"
	"dialtone/sip/sdp"
)

// Sounds are a Source made of linear audio or of a tone: encoded once in each codec we
// speak, played to any number of streams.
type Sounds struct{ clips map[audio.Codec]*Clip }

// maxTone is how long a tone's cycle may be; a longer one, or one that stays on, starts
// again after that. All whole numbers of Hz close without a click after a second.
const maxTone = 10 * time.Second

// NewTone encodes a tone, for instance audio.RingBack, which repeats until it is stopped.
func NewTone(t audio.Tone) *Sounds {
	var cycle time.Duration
	for _, step := range t {
		if step.Duration == 0 {
			cycle = maxTone
			break
		}
		cycle += step.Duration
	}
	n := int(min(max(cycle, frame), maxTone) / frame)
	pcm := make([]int16, n*narrowFrame)
	audio.NewToneSource(t).Fill(pcm)
	return newSounds(pcm, true)
}

// NewSounds encodes linear samples of 8 kHz; with loop they repeat without end.
func NewSounds(pcm []int16, loop bool) *Sounds {
	whole := (len(pcm) + narrowFrame - 1) / narrowFrame * narrowFrame
	return newSounds(append(pcm[:len(pcm):len(pcm)], make([]int16, whole-len(pcm))...), loop)
}

// narrowFrame is the samples of a frame at 8 kHz, and its bytes in any codec of ours.
const narrowFrame = 160

// newSounds takes whole frames.
func newSounds(pcm []int16, loop bool) *Sounds {
	s := &Sounds{clips: map[audio.Codec]*Clip{}}
	var up audio.Upsampler
	s.clips[audio.PCMU] = cut(audio.AppendULaw(nil, pcm), loop)
	s.clips[audio.PCMA] = cut(audio.AppendALaw(nil, pcm), loop)
	s.clips[audio.G722] = cut(audio.NewG722Encoder().Append(nil, up.Append(nil, pcm)), loop)
	return s
}

// cut makes frames of encoded audio.
func cut(b []byte, loop bool) *Clip {
	c := &Clip{Loop: loop}
	for ; len(b) >= narrowFrame; b = b[narrowFrame:] {
		c.Frames = append(c.Frames, b[:narrowFrame:narrowFrame])
	}
	return c
}

// Clip is the sound in a codec; nil if it is not one of ours.
func (s *Sounds) Clip(c sdp.Codec) *Clip { return s.clips[coding(c)] }
