package media

import (
	"dialtone/internal/audio"
	"dialtone/internal/audio/clip"
	"dialtone/internal/audio/prompt"
)

// NewPrompt speaks words in a language, once, to whoever it is played to.
func NewPrompt(language string, words ...prompt.Word) (*Sounds, error) {
	pcm, err := prompt.Say(language, words...)
	if err != nil {
		return nil, err
	}
	const whole = prompt.Rate / 50
	pcm = append(pcm, make([]int16, (whole-len(pcm)%whole)%whole)...)
	s := &Sounds{clips: map[audio.Codec]*Clip{}}
	for _, codec := range []audio.Codec{audio.PCMU, audio.PCMA, audio.G722} {
		s.clips[codec] = cut(clip.Encode(pcm, codec), false)
	}
	return s, nil
}
