package t4

import (
	"strconv"
	"strings"
)

// Code words in the order of the runs they stand for: Tables 2/T.4 (0 to 63 pixels),
// 3a/T.4 (64 to 1728, by 64) and 3b/T.4 (1792 to 2560, for both colours).
const (
	whiteTerminating = `
		00110101 000111 0111 1000 1011 1100 1110 1111
		10011 10100 00111 01000 001000 000011 110100 110101
		101010 101011 0100111 0001100 0001000 0010111 0000011 0000100
		0101000 0101011 0010011 0100100 0011000 00000010 00000011 00011010
		00011011 00010010 00010011 00010100 00010101 00010110 00010111 00101000
		00101001 00101010 00101011 00101100 00101101 00000100 00000101 00001010
		00001011 01010010 01010011 01010100 01010101 00100100 00100101 01011000
		01011001 01011010 01011011 01001010 01001011 00110010 00110011 00110100`
	blackTerminating = `
		0000110111 010 11 10 011 0011 0010 00011
		000101 000100 0000100 0000101 0000111 00000100 00000111 000011000
		0000010111 0000011000 0000001000 00001100111 00001101000 00001101100 00000110111 00000101000
		00000010111 00000011000 000011001010 000011001011 000011001100 000011001101 000001101000 000001101001
		000001101010 000001101011 000011010010 000011010011 000011010100 000011010101 000011010110 000011010111
		000001101100 000001101101 000011011010 000011011011 000001010100 000001010101 000001010110 000001010111
		000001100100 000001100101 000001010010 000001010011 000000100100 000000110111 000000111000 000000100111
		000000101000 000001011000 000001011001 000000101011 000000101100 000001011010 000001100110 000001100111`
	whiteMakeUp = `
		11011 10010 010111 0110111 00110110 00110111 01100100 01100101 01101000
		01100111 011001100 011001101 011010010 011010011 011010100 011010101 011010110 011010111
		011011000 011011001 011011010 011011011 010011000 010011001 010011010 011000 010011011`
	blackMakeUp = `
		0000001111 000011001000 000011001001 000001011011 000000110011 000000110100 000000110101 0000001101100 0000001101101
		0000001001010 0000001001011 0000001001100 0000001001101 0000001110010 0000001110011 0000001110100 0000001110101 0000001110110
		0000001110111 0000001010010 0000001010011 0000001010100 0000001010101 0000001011010 0000001011011 0000001100100 0000001100101`
	extendedMakeUp = `
		00000001000 00000001100 00000001101 000000010010 000000010011 000000010100 000000010101
		000000010110 000000010111 000000011100 000000011101 000000011110 000000011111`
)

// mode is how a piece of a row is coded in two dimensions (Table 4/T.4, Table 1/T.6).
type mode uint8

// Modes of two-dimensional coding. The vertical ones say how far the change in this row
// is from that in the row above: vertical0+n is n pixels to its right.
const (
	badMode mode = iota
	pass
	horizontal
	verticalL3
	verticalL2
	verticalL1
	vertical0
	verticalR1
	verticalR2
	verticalR3
)

const modeCodes = `0001 001 0000010 000010 010 1 011 000011 0000011` // from pass on

// word is a code word: the low length bits of bits, the highest of them first.
type word struct {
	bits   uint16
	length uint8
}

const (
	white = 0
	black = 1

	maxMakeUp  = 2560
	makeUps    = maxMakeUp / 64
	runBits    = 13 // the longest code word of a run
	modeBits   = 7
	eolBits    = 12
	eolZeros   = eolBits - 1
	rtcEOLs    = 6        // return to control, T.4 section 4.1.4
	endOfBlock = 0x001001 // two end-of-line codes, T.6 section 2.4.1.1
	eofbBits   = 2 * 12
)

// Encoding: terminating[colour][run], makeUp[colour][run/64-1], modeWord[mode].
var (
	terminating = [2][64]word{
		[64]word(words(whiteTerminating)),
		[64]word(words(blackTerminating)),
	}
	makeUp = [2][makeUps]word{
		[makeUps]word(words(whiteMakeUp + extendedMakeUp)),
		[makeUps]word(words(blackMakeUp + extendedMakeUp)),
	}
	modeWord = append([]word{{}}, words(modeCodes)...)
)

// entry is a decoded run: its pixels times 16 plus the bits of its code word; 0 is none.
type entry uint16

func (e entry) run() int    { return int(e >> 4) }
func (e entry) length() int { return int(e & 15) }

// Decoding: the next runBits or modeBits bits are the index.
var (
	runTable  = [2][1 << runBits]entry{runEntries(white), runEntries(black)}
	modeTable = modeEntries()
)

func words(text string) (list []word) {
	for _, code := range strings.Fields(text) {
		v, err := strconv.ParseUint(code, 2, 16)
		if err != nil {
			panic(err) // a misprint above
		}
		list = append(list, word{uint16(v), uint8(len(code))})
	}
	return list
}

func runEntries(colour int) (table [1 << runBits]entry) {
	add := func(w word, run int) {
		first := int(w.bits) << (runBits - w.length)
		for i := range 1 << (runBits - w.length) {
			table[first+i] = entry(run<<4 | int(w.length))
		}
	}
	for run, w := range terminating[colour] {
		add(w, run)
	}
	for i, w := range makeUp[colour] {
		add(w, (i+1)*64)
	}
	return table
}

// modeEntries has in each entry a mode in place of the run.
func modeEntries() (table [1 << modeBits]entry) {
	for m, w := range modeWord {
		first := int(w.bits) << (modeBits - w.length)
		for i := range 1 << (modeBits - w.length) {
			if m != int(badMode) {
				table[first+i] = entry(m<<4 | int(w.length))
			}
		}
	}
	return table
}
