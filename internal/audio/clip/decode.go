package clip

import (
	"bytes"
	"context"
	"fmt"
)

// Format is a kind of sound file.
type Format string

// The formats that are understood.
const (
	WAV  Format = "wav"
	MP3  Format = "mp3"
	Opus Format = "opus" // in Ogg
)

// decode is the sound of a file: one channel, Rate.
func decode(ctx context.Context, file []byte) (f Format, samples []float32, err error) {
	if len(file) > MaxFile {
		return "", nil, refuse(TooLarge, "the file has more than %d MB", MaxFile>>20)
	}
	defer func() {
		if r := recover(); r != nil { // a decoder of somebody else's met what it did not expect
			samples, err = nil, refuse(Damaged, "the file is damaged")
		}
	}()
	f, err = recognise(file)
	if err != nil {
		return "", nil, err
	}
	switch f {
	case WAV:
		samples, err = decodeWAV(ctx, file)
	case MP3:
		samples, err = decodeMP3(ctx, file)
	default:
		samples, err = decodeOpus(ctx, file)
	}
	if err == nil && len(samples) == 0 {
		err = refuse(Empty, "there is no sound in the file")
	}
	if err != nil {
		return "", nil, err
	}
	return f, samples, nil
}

// wanted ends the sentence about a file of another kind.
const wanted = "; send WAV, MP3 or Ogg Opus"

// foreign are the beginnings of other sound and film files, at an offset.
var foreign = []struct {
	at          int
	magic, name string
}{
	{0, "fLaC", "a FLAC file"},
	{0, "FORM", "an AIFF file"},
	{0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"},
	{4, "ftyp", "an MP4, M4A or M4P file, which may be protected against copying"},
	{0, "\x1a\x45\xdf\xa3", "a Matroska or WebM file"},
	{0, "#!AMR", "an AMR file"},
	{0, ".snd", "an AU file"},
	{0, "MThd", "a MIDI file"},
	{0, "RF64", "an RF64 file"},
	{0, "RIFX", "a RIFX file"},
}

// recognise finds out what a file is, whatever it is called.
func recognise(file []byte) (Format, error) {
	switch {
	case len(file) == 0:
		return "", refuse(Empty, "the file is empty")
	case has(file, 0, "RIFF") && has(file, 8, "WAVE"):
		return WAV, nil
	case has(file, 0, "OggS"):
		return recogniseOgg(file)
	case isMP3(file):
		return MP3, nil
	}
	for _, f := range foreign {
		if has(file, f.at, f.magic) {
			return "", refuse(Unsupported, "the file is %s%s", f.name, wanted)
		}
	}
	if aac(file) {
		return "", refuse(Unsupported, "the file is an AAC file%s", wanted)
	}
	return "", refuse(NotAudio, "the file is no sound file that is known%s", wanted)
}

func has(file []byte, at int, magic string) bool {
	return len(file) >= at+len(magic) && string(file[at:at+len(magic)]) == magic
}

// recogniseOgg looks at the first packet of an Ogg file (RFC 3533 section 6).
func recogniseOgg(file []byte) (Format, error) {
	const header = 27
	if len(file) < header {
		return "", refuse(Damaged, "the Ogg file is cut off")
	}
	packet := file[min(len(file), header+int(file[header-1])):]
	switch {
	case has(packet, 0, "OpusHead"):
		return Opus, nil
	case has(packet, 0, "\x01vorbis"):
		return "", refuse(Unsupported, "the file is Ogg Vorbis%s", wanted)
	case has(packet, 0, "\x7fFLAC"):
		return "", refuse(Unsupported, "the file is Ogg FLAC%s", wanted)
	case has(packet, 0, "Speex "):
		return "", refuse(Unsupported, "the file is Ogg Speex%s", wanted)
	}
	return "", refuse(Unsupported, "the Ogg file has no Opus in it%s", wanted)
}

// aac tells an ADTS stream, whose layer is 0 where MP3 has 1.
func aac(file []byte) bool {
	return len(file) > 7 && file[0] == 0xff && file[1]&0xf6 == 0xf0
}

// damaged wraps what a decoder said.
func damaged(kind string, err error) *Error {
	return refuse(Damaged, "the %s file is damaged: %s", kind, bytes.ToValidUTF8(fmt.Append(nil, err), []byte("?")))
}
