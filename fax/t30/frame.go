package t30

import (
	"math/bits"
	"strings"
)

// Kinds of frames (T.30 table 1, T.4 Annex A), without the bit that says who speaks.
const (
	fDIS    = 0x01
	fCSI    = 0x02
	fNSF    = 0x04
	fDTC    = 0x81
	fCFR    = 0x21
	fFTT    = 0x22
	fCTR    = 0x23
	fMCF    = 0x31
	fRTN    = 0x32
	fRTP    = 0x33
	fPIN    = 0x34
	fPIP    = 0x35
	fRNR    = 0x37
	fERR    = 0x38
	fPPR    = 0x3d
	fDCS    = 0x41
	fTSI    = 0x42
	fSUB    = 0x43
	fSID    = 0x45
	fCTC    = 0x48
	fCRP    = 0x58
	fDCN    = 0x5f
	fFCD    = 0x60
	fRCP    = 0x61
	fEOM    = 0x71
	fMPS    = 0x72
	fEOR    = 0x73
	fEOP    = 0x74
	fRR     = 0x76
	fPRIEOM = 0x79
	fPRIMPS = 0x7a
	fPRIEOP = 0x7c
	fPPS    = 0x7d
	fNULL   = 0x00 // only after PPS and EOR
	fPWD    = 0x83
)

// Octets every frame begins with.
const (
	address      = 0xff
	controlMore  = 0xc0
	controlFinal = 0xc8
	// speaker is set by the station that has received a DIS.
	speaker = 0x80
)

// maxFrame is the longest frame of procedure that is taken, maxBurst how many of them
// come in a row; more are dropped.
const (
	maxFrame = 256
	maxBurst = 24
)

// frame is one frame in parts.
type frame struct {
	kind  byte
	fif   []byte
	final bool
}

// parseFrame reads a frame without its check sequence.
func parseFrame(b []byte) (f frame, ok bool) {
	if len(b) < 3 || b[0] != address || b[1]&^byte(controlFinal&^controlMore) != controlMore {
		return frame{}, false
	}
	return frame{kind: kindOf(b[2]), fif: b[3:], final: b[1] == controlFinal}, true
}

// kindOf leaves the speaker out. In frames of identification and polling it is part of
// the kind.
func kindOf(b byte) byte {
	if b&0x70 == 0 {
		return b
	}
	return b &^ speaker
}

// newFrame writes a frame; kind has the speaker's bit already.
func newFrame(final bool, kind byte, fif ...byte) []byte {
	control := byte(controlMore)
	if final {
		control = controlFinal
	}
	return append([]byte{address, control, kind}, fif...)
}

// MaxIdent is the length of a station's name: a number of digits, blanks, + and such.
const MaxIdent = 20

// appendIdent writes a name, last character first, each with its bits turned.
func appendIdent(dst []byte, id string) []byte {
	for i := MaxIdent - 1; i >= 0; i-- {
		c := byte(' ')
		if i < len(id) {
			c = id[i]
		}
		dst = append(dst, bits.Reverse8(c))
	}
	return dst
}

// parseIdent reads a name. What is no printable ASCII becomes a question mark.
func parseIdent(fif []byte) string {
	var b strings.Builder
	for i := min(len(fif), MaxIdent) - 1; i >= 0; i-- {
		c := bits.Reverse8(fif[i])
		if c < ' ' || c > '~' {
			c = '?'
		}
		b.WriteByte(c)
	}
	return strings.TrimSpace(b.String())
}
