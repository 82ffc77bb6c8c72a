package call

import (
	"strings"
	"time"

	"dialtone/internal/audio"
	"dialtone/sip/media"
	"dialtone/sip/sdp"
)

// confirmationTime bounds how long the tone that confirms a feature code is waited for.
const confirmationTime = 3 * time.Second

// tone is a sound of the line as media play it.
type tone struct {
	tone audio.Tone
	time time.Duration // of one round
	loop bool
}

// Clip is the tone in a codec, nil for one we cannot make.
func (t *tone) Clip(c sdp.Codec) *media.Clip {
	var codec audio.Codec
	for _, known := range []audio.Codec{audio.PCMU, audio.PCMA, audio.G722} {
		if strings.EqualFold(c.Name, known.String()) {
			codec = known
		}
	}
	if codec == 0 {
		return nil
	}
	clip := &media.Clip{Loop: t.loop}
	source := audio.NewToneSource(t.tone)
	samples := make([]int16, 160)
	var up audio.Upsampler
	wide := audio.NewG722Encoder()
	for range t.time / (20 * time.Millisecond) {
		source.Fill(samples)
		var frame []byte
		switch codec {
		case audio.PCMU:
			frame = audio.AppendULaw(nil, samples)
		case audio.PCMA:
			frame = audio.AppendALaw(nil, samples)
		default:
			frame = wide.Append(nil, up.Append(nil, samples))
		}
		clip.Frames = append(clip.Frames, frame)
	}
	return clip
}

// ringTone is what a caller hears while it rings, as in his country.
func ringTone(region string) *tone {
	t := audio.RingBack(region)
	total := time.Duration(0)
	for _, step := range t {
		total += step.Duration
	}
	return &tone{tone: t, time: total, loop: true}
}

// dialTone asks for digits, as in the user's country.
func dialTone(region string) *tone {
	return &tone{tone: audio.Dial(region), time: time.Second, loop: true}
}

// confirmation says that a feature code was taken: two short beeps.
func confirmation() *tone {
	beep := audio.Step{Hertz: [2]float64{440, 0}, Level: -16, Duration: 150 * time.Millisecond}
	pause := audio.Step{Duration: 100 * time.Millisecond}
	return &tone{tone: audio.Tone{pause, beep, pause, beep, {Duration: 100 * time.Millisecond}}, time: 600 * time.Millisecond}
}

// waitingTone is what somebody who is parked hears where there is no music.
func waitingTone() *tone {
	beep := audio.Step{Hertz: [2]float64{440, 0}, Level: -24, Duration: 200 * time.Millisecond}
	return &tone{tone: audio.Tone{beep, {Duration: 4800 * time.Millisecond}}, time: 5 * time.Second, loop: true}
}

// asksIntercom says whether a caller wants to be answered at once: Call-Info with
// answer-after=0 or Alert-Info that says so, as makers' intercom keys send.
func asksIntercom(l *leg) bool {
	req := l.Request()
	for _, v := range headers(req, "Call-Info") {
		if strings.Contains(strings.ReplaceAll(strings.ToLower(v), " ", ""), "answer-after=0") {
			return true
		}
	}
	for _, v := range headers(req, "Alert-Info") {
		v = strings.ToLower(v)
		for _, word := range []string{"alert-autoanswer", "intercom", "auto-answer", "auto answer", "ring answer", "ring-answer"} {
			if strings.Contains(v, word) {
				return true
			}
		}
	}
	return false
}
