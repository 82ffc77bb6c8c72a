package clip

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dialtone/internal/audio"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// share is how much of a sound's power is at a frequency.
func share(samples []float32, hertz float64) float64 {
	w := 2 * math.Cos(2*math.Pi*hertz/Rate)
	var s1, s2, power float64
	for _, v := range samples {
		power += float64(v) * float64(v)
		s1, s2 = float64(v)+w*s1-s2, s1
	}
	return (s1*s1 + s2*s2 - w*s1*s2) * 2 / (power * float64(len(samples)))
}

// middle is without what filters and encoders do at the ends.
func middle(samples []float32) []float32 { return samples[len(samples)/8 : len(samples)*7/8] }

func TestDecodeWAV(t *testing.T) {
	for _, tt := range []struct {
		name                       string
		tag, width, rate, channels int
	}{
		{"8 bits", tagPCM, 1, 8000, 1},
		{"16 bits", tagPCM, 2, 44100, 2},
		{"24 bits, 96 kHz, 8 channels", tagPCM, 3, 96000, 8},
		{"32 bits", tagPCM, 4, 48000, 1},
		{"floating point", tagFloat, 4, 22050, 2},
		{"double", tagFloat, 8, 11025, 1},
		{"µ-law", tagULaw, 1, 8000, 1},
		{"A-law", tagALaw, 1, 8000, 2},
		{"Rate", tagPCM, 2, Rate, 1},
		{"odd rate", tagPCM, 2, 44101, 1},
		{"highest rate", tagPCM, 2, 192000, 1},
		{"lowest rate", tagPCM, 2, 5512, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := waveFile(tt.tag, tt.width, tt.rate, tt.channels, sine(tt.rate, 440, 0.5, 0.5))
			f, samples, err := decode(t.Context(), file)
			if err != nil || f != WAV {
				t.Fatal(f, err)
			}
			if n := len(samples); n < Rate/2-2 || n > Rate/2+2 {
				t.Errorf("%d samples", n)
			}
			if s := share(middle(samples), 440); s < 0.99 {
				t.Errorf("%.3f of it is the tone", s)
			}
			if level := Loudness(samples, Rate); math.Abs(level+6.02+3.01+0.69) > 0.8 { // the weighting at 440 Hz
				t.Errorf("%.2f LUFS", level)
			}
		})
	}
}

func TestDecodeExtensible(t *testing.T) {
	format := waveFormat(tagExtensible, 2, 8000, 1)
	format = append(format, 22, 0, 16, 0, 4, 0, 0, 0)
	format = append(format, "\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"...)
	_, samples, err := decode(t.Context(), riff(format, make([]byte, 1600)))
	if err != nil || len(samples) != 1600 {
		t.Fatal(len(samples), err)
	}
}

// A program that did not know the length writes the largest or none; a file may be cut.
func TestDecodeWAVOfWrongLength(t *testing.T) {
	whole := waveFile(tagPCM, 2, Rate, 1, sine(Rate, 440, 0.5, 0.1))
	cut := whole[:len(whole)-101]
	endless := bytes.Replace(whole, []byte("data\x80\x0c\x00\x00"), []byte("data\xff\xff\xff\xff"), 1)
	if bytes.Equal(endless, whole) {
		t.Fatal("no length was found")
	}
	for name, file := range map[string][]byte{"cut": cut, "endless": endless} {
		if _, samples, err := decode(t.Context(), file); err != nil || len(samples) < 1500 {
			t.Errorf("%s: %d samples, %v", name, len(samples), err)
		}
	}
}

func TestDecodeCompressed(t *testing.T) {
	for _, tt := range []struct {
		name   string
		format Format
		hertz  []float64
		level  float64 // LUFS
	}{
		{"stereo.mp3", MP3, []float64{440, 1000}, -17},
		{"mono.mp3", MP3, []float64{440}, -14.2},
		{"padded.mp3", MP3, []float64{440}, -14.2},
		{"stereo.opus", Opus, []float64{440, 1000}, -17},
		{"silk.opus", Opus, []float64{440}, -14.2},
		{"hybrid.opus", Opus, []float64{440}, -14.2},
		{"long.opus", Opus, []float64{440}, -14.2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, samples, err := decode(t.Context(), read(t, tt.name))
			if err != nil || f != tt.format {
				t.Fatal(f, err)
			}
			if d := time.Duration(len(samples)) * time.Second / Rate; d < 990*time.Millisecond || d > 1100*time.Millisecond {
				t.Errorf("%v long", d)
			}
			sum := 0.0
			for _, hertz := range tt.hertz {
				s := share(middle(samples), hertz)
				if s < 0.3 {
					t.Errorf("%.3f of it is %.0f Hz", s, hertz)
				}
				sum += s
			}
			if sum < 0.98 {
				t.Errorf("%.3f of it is the tones", sum)
			}
			if level := Loudness(middle(samples), Rate); math.Abs(level-tt.level) > 1 {
				t.Errorf("%.2f LUFS", level)
			}
		})
	}
}

// Tags before and after the frames are passed over.
func TestDecodeTaggedMP3(t *testing.T) {
	sound := read(t, "mono.mp3")
	const size = 1 << 20
	tag := append([]byte("ID3\x04\x00\x00"), size>>21&0x7f, size>>14&0x7f, size>>7&0x7f, size&0x7f)
	for name, file := range map[string][]byte{
		"before": bytes.Join([][]byte{tag, make([]byte, size), sound}, nil),
		"after":  append(bytes.Clone(sound), append([]byte("TAG"), make([]byte, 125)...)...),
		"cut":    sound[:len(sound)-50],
	} {
		if _, samples, err := decode(t.Context(), file); err != nil || len(samples) < Rate*9/10 {
			t.Errorf("%s: %d samples, %v", name, len(samples), err)
		}
	}
}

func refused() map[string]struct {
	file []byte
	code Code
} {
	long := waveFormat(tagULaw, 1, 4000, 1)
	return map[string]struct {
		file []byte
		code Code
	}{
		"nothing":                {nil, Empty},
		"text":                   {[]byte("This is a text file called music.wav.\n"), NotAudio},
		"picture":                {[]byte("\x89PNG\r\n\x1a\n0000000000000000"), NotAudio},
		"AAC":                    {[]byte("\xff\xf1\x50\x80\x00\x1f\xfc\x00\x00\x00"), Unsupported},
		"M4A":                    {[]byte("\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00"), Unsupported},
		"FLAC":                   {[]byte("fLaC\x00\x00\x00\x22"), Unsupported},
		"WMA":                    {[]byte("\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9"), Unsupported},
		"Ogg page cut":           {[]byte("OggS\x00\x02"), Damaged},
		"WAV header alone":       {[]byte("RIFF\x00\x00\x00\x00WAVE"), Damaged},
		"WAV without format":     {[]byte("RIFF\x24\x00\x00\x00WAVEdata\x04\x00\x00\x00abcd"), Damaged},
		"WAV without samples":    {riff(waveFormat(tagPCM, 2, 8000, 1), nil), Empty},
		"WAV without channels":   {riff(waveFormat(tagPCM, 2, 8000, 0), make([]byte, 100)), Damaged},
		"WAV of 1,000 channels":  {riff(waveFormat(tagPCM, 1, 8000, 1000), make([]byte, 2000)), Unsupported},
		"WAV of 1 GHz":           {riff(waveFormat(tagPCM, 2, 1e9, 1), make([]byte, 100)), Unsupported},
		"WAV of ADPCM":           {riff(waveFormat(0x11, 1, 8000, 1), make([]byte, 100)), Unsupported},
		"WAV of eleven minutes":  {riff(long, make([]byte, 11*60*4000)), TooLong},
		"six megabytes":          {riff(waveFormat(tagPCM, 2, 44100, 2), make([]byte, 6<<20)), TooLarge},
		"MP3 tag alone":          {append([]byte("ID3\x04\x00\x00\x00\x00\x10\x00"), make([]byte, 3000)...), Damaged},
		"MP3 tag beyond the end": {append([]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), make([]byte, 3000)...), Damaged},
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, tt := range refused() {
		t.Run(name, func(t *testing.T) {
			_, samples, err := decode(t.Context(), tt.file)
			var e *Error
			if !errors.As(err, &e) || e.Code != tt.code || samples != nil {
				t.Fatalf("%v, want %s", err, tt.code)
			}
			if e.Detail == "" || strings.Contains(e.Detail, "%!") {
				t.Errorf("says %q", e.Detail)
			}
		})
	}
	if _, _, err := decode(t.Context(), read(t, "vorbis.ogg")); err == nil || !strings.Contains(err.Error(), "Vorbis") {
		t.Error(err)
	}
}

func TestDecodeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range []string{"stereo.mp3", "stereo.opus"} {
		if _, err := Make(ctx, read(t, name)); !errors.Is(err, context.Canceled) {
			t.Error(name, err)
		}
	}
}

func TestMake(t *testing.T) {
	c, err := Make(t.Context(), read(t, "stereo.mp3"))
	if err != nil {
		t.Fatal(err)
	}
	frames := int(c.Duration / (20 * time.Millisecond))
	for codec, b := range map[audio.Codec][]byte{audio.PCMU: c.PCMU, audio.PCMA: c.PCMA, audio.G722: c.G722} {
		if len(b) != frames*160 {
			t.Errorf("%v: %d bytes for %d frames", codec, len(b), frames)
		}
		pcm, rate := Decode(b, codec)
		samples := make([]float32, len(pcm))
		for i, v := range pcm {
			samples[i] = float32(v) / (1 << 15)
		}
		if level := Loudness(samples, rate); math.Abs(level-Target) > 0.5 {
			t.Errorf("%v: %.2f LUFS", codec, level)
		}
	}
}

func TestMakeOfAlmostNothing(t *testing.T) {
	for _, n := range []int{1, 100, 5000} {
		for name, v := range map[string]float32{"silence": 0, "one value": 0.5} {
			sound := make([]float32, n)
			for i := range sound {
				sound[i] = v
			}
			c, err := Make(t.Context(), waveFile(tagPCM, 2, Rate, 1, sound))
			if err != nil || len(c.PCMU) == 0 || len(c.PCMU)%160 != 0 {
				t.Errorf("%d samples of %s: %v", n, name, err)
			}
		}
	}
}

func FuzzMake(f *testing.F) {
	for _, tt := range refused() {
		if len(tt.file) < 1<<16 {
			f.Add(tt.file)
		}
	}
	for _, name := range []string{"mono.mp3", "stereo.mp3", "stereo.opus", "silk.opus", "hybrid.opus", "vorbis.ogg", "padded.mp3"} {
		f.Add(read(f, name)[:min(2000, len(read(f, name)))])
	}
	for _, tag := range []int{tagPCM, tagFloat, tagALaw, tagULaw} {
		width := map[int]int{tagPCM: 3, tagFloat: 4, tagALaw: 1, tagULaw: 1}[tag]
		f.Add(waveFile(tag, width, 8000, 2, sine(8000, 440, 0.5, 0.01)))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		c, err := Make(t.Context(), file)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			return
		}
		if len(c.PCMU) == 0 || len(c.PCMU)%160 != 0 || len(c.PCMU) != len(c.PCMA) || len(c.PCMU) != len(c.G722) || c.Duration > MaxLength {
			t.Fatal(fmt.Sprint(len(c.PCMU), len(c.PCMA), len(c.G722), c.Duration))
		}
	})
}
