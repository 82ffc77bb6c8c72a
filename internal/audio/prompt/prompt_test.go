package prompt

import (
	"archive/zip"
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/internal/audio"
	"dialtone/internal/audio/clip"
)

var spoken = flag.String("spoken", "", "folder of spoken words to make the archives of; see tools/prompts.sh")

// maxArchives is what all languages may take, in bytes.
const maxArchives = 3 << 19

// vocabulary is every word.
func vocabulary() []Word {
	words := Words()
	for n := range uint(Largest + 1) {
		words = append(words, Number(n)...)
	}
	return words
}

// TestArchive checks that every word is there, equally loud and sounding like speech.
// With -spoken it makes the archives first.
func TestArchive(t *testing.T) {
	total := 0
	for i, language := range Languages() {
		archive := [][]byte{englishZip, frenchZip}[i]
		if *spoken != "" {
			archive = pack(t, filepath.Join(*spoken, language))
			if err := os.WriteFile(language+".zip", archive, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		total += len(archive)
		files, err := open(archive)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(vocabulary()); len(files) != n {
			t.Errorf("%s has %d words, not %d", language, len(files), n)
		}
		for _, w := range vocabulary() {
			if files[w] == nil {
				t.Errorf("%s: no %q", language, w)
				continue
			}
			encoded, err := read(files[w])
			if err != nil {
				t.Fatal(err)
			}
			checkSpeech(t, language+" "+string(w), audio.NewG722Decoder().Append(nil, encoded))
		}
	}
	if total > maxArchives {
		t.Errorf("%d bytes in all", total)
	}
}

func checkSpeech(t *testing.T, what string, pcm []int16) {
	t.Helper()
	length := time.Duration(len(pcm)) * time.Second / Rate
	if length < 150*time.Millisecond || length > 4*time.Second {
		t.Errorf("%s is %v long", what, length)
	}
	sound := make([]float32, len(pcm))
	low, all := 0.0, 0.0
	smooth := 0.0
	for i, v := range pcm {
		sound[i] = float32(v) / (1 << 15)
		smooth += (float64(v) - smooth) * 0.6 // a low-pass at 2.3 kHz
		low, all = low+smooth*smooth, all+float64(v)*float64(v)
	}
	if level := clip.Loudness(sound, Rate); math.Abs(level-clip.Target) > 1.5 {
		t.Errorf("%s has %.1f LUFS", what, level)
	}
	if low/all < 0.3 {
		t.Errorf("%s is noise: %.2f of its power is low", what, low/all)
	}
}

// pack encodes a folder of recorded words.
func pack(t *testing.T, folder string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	words := vocabulary()
	slices.Sort(words)
	for _, w := range words {
		pcm := record(t, filepath.Join(folder, string(w)+".wav"))
		f, err := z.CreateHeader(&zip.FileHeader{Name: string(w), Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(audio.NewG722Encoder().Append(nil, pcm)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// record reads one recording, takes the silence off both ends and makes it as loud as
// all are.
func record(t *testing.T, name string) []int16 {
	t.Helper()
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	sound, err := clip.Samples(t.Context(), file)
	if err != nil {
		t.Fatal(name, err)
	}
	const floor, before, after = 0.006, Rate / 100, Rate / 20
	first := slices.IndexFunc(sound, func(v float32) bool { return v > floor || v < -floor })
	last := len(sound) - 1
	for sound[last] < floor && sound[last] > -floor {
		last--
	}
	pcm, _ := clip.Master(sound[max(0, first-before):min(len(sound), last+after)])
	return pcm
}

func TestNumber(t *testing.T) {
	for n, want := range map[uint][]Word{0: {"0"}, 7: {"7"}, 99: {"99"}, 100: {"1", "0", "0"}, 2026: {"2", "0", "2", "6"}} {
		if diff := cmp.Diff(want, Number(n)); diff != "" {
			t.Error(n, diff)
		}
	}
}

func TestSay(t *testing.T) {
	one, err := Say("en", ParkedAt)
	if err != nil {
		t.Fatal(err)
	}
	seven, err := Say("en", Number(7)...)
	if err != nil {
		t.Fatal(err)
	}
	both, err := Say("en", append([]Word{ParkedAt}, Number(7)...)...)
	if err != nil || len(both) != len(one)+len(seven)+pause {
		t.Error(len(both), len(one), len(seven), err)
	}
	french, err := Say("fr", ParkedAt)
	if err != nil || cmp.Equal(french, one) {
		t.Error("French is English", err)
	}
	if other, err := Say("de", ParkedAt); err != nil || !cmp.Equal(other, one) {
		t.Error("German is not English", err)
	}
	if _, err := Say("en", "no such word"); err == nil {
		t.Error("said what is no word")
	}
}

func TestVocabularyIsListed(t *testing.T) {
	for _, language := range Languages() {
		text, err := os.ReadFile(filepath.Join("words", language+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		var listed []Word
		for line := range bytes.Lines(text) {
			name, _, _ := bytes.Cut(line, []byte("\t"))
			listed = append(listed, Word(name))
		}
		if diff := cmp.Diff(Words(), listed); diff != "" {
			t.Error(language, diff)
		}
	}
	if strconv.Itoa(Largest) != string(Number(Largest)[0]) {
		t.Error("the largest number has no name")
	}
}
