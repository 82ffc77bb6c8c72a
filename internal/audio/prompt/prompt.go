// Package prompt has the few words the daemon speaks, in English and French: numbers to
// 99 and what stands before them.
//
// The voices are those of SVOX Pico (copyright 2008-2009 SVOX AG, Apache License 2.0,
// see NOTICE), the words are listed in words/, and tools/prompts.sh speaks them. They are
// kept as G.722, all equally loud.
package prompt

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"sync"

	"dialtone/internal/audio"
)

// Word is something that can be said.
type Word string

// The words besides numbers.
const (
	ParkedAt         Word = "parked_at"         // "parked at", before a number
	Position         Word = "position"          // "your position in the queue is", before a number
	NextInLine       Word = "next_in_line"      // "you are next in line"
	CallbackOffer    Word = "callback_offer"    // "to be called back … press one"
	CallbackAccepted Word = "callback_accepted" // "we will call you back"
	SlotTaken        Word = "slot_taken"        // "this parking place is taken"
	NoSlot           Word = "no_slot"           // "there is no free parking place"
	LoggedIn         Word = "logged_in"         // "you are logged in"
	LoggedOut        Word = "logged_out"        // "you are logged out"
	Paused           Word = "paused"            // "you are on a break"
)

// Words are all but the numbers.
func Words() []Word {
	return []Word{ParkedAt, Position, NextInLine, CallbackOffer, CallbackAccepted, SlotTaken, NoSlot, LoggedIn, LoggedOut, Paused}
}

// Largest is the largest number with a name of its own.
const Largest = 99

// Number is how a number is said: those over Largest digit by digit.
func Number(n uint) []Word {
	text := strconv.FormatUint(uint64(n), 10)
	if n <= Largest {
		return []Word{Word(text)}
	}
	words := make([]Word, len(text))
	for i := range text {
		words[i] = Word(text[i : i+1])
	}
	return words
}

// Languages are those that are spoken.
func Languages() []string { return []string{"en", "fr"} }

// Rate is the rate of what Say returns, in Hz.
const Rate = 16000

// pause is between two words, in samples.
const pause = Rate / 12

// Say speaks words one after the other, at Rate. A language that is not spoken is
// English.
func Say(language string, words ...Word) ([]int16, error) {
	files, err := english()
	if language == "fr" {
		files, err = french()
	}
	if err != nil {
		return nil, err
	}
	var pcm []int16
	for i, w := range words {
		f := files[w]
		if f == nil {
			return nil, fmt.Errorf("cannot say %q: no such word", w)
		}
		encoded, err := read(f)
		if err != nil {
			return nil, fmt.Errorf("cannot say %q: %w", w, err)
		}
		if i > 0 {
			pcm = append(pcm, make([]int16, pause)...)
		}
		pcm = audio.NewG722Decoder().Append(pcm, encoded)
	}
	return pcm, nil
}

//go:embed en.zip
var englishZip []byte

//go:embed fr.zip
var frenchZip []byte

var (
	english = sync.OnceValues(func() (map[Word]*zip.File, error) { return open(englishZip) })
	french  = sync.OnceValues(func() (map[Word]*zip.File, error) { return open(frenchZip) })
)

// open lists an archive's words.
func open(archive []byte) (map[Word]*zip.File, error) {
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("cannot read prompts: %w", err)
	}
	files := make(map[Word]*zip.File, len(r.File))
	for _, f := range r.File {
		files[Word(f.Name)] = f
	}
	return files, nil
}

func read(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(r)
}
