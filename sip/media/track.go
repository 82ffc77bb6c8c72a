package media

// track finds the place in time of what a tap hears.
type track struct {
	tap     *Tap
	rate    int // of the tape, Hz
	foreign uint64

	// The source that is heard: where its timestamp ts belongs.
	started  bool
	ssrc, ts uint32
	clock    int
	at       int64 // frame
	decoder  *voiceDecoder
	samples  []int16
}

// place decodes a packet and says at which frame it begins: by its timestamp, which knows
// nothing of the network's hurry, as long as that agrees with when it came to a quarter of
// a second. The samples are good until the next call.
func (tr *track) place(p sound, came int64) (at int64, samples []int16) {
	if tr.decoder == nil || tr.decoder.encoding != p.encoding || tr.ssrc != p.ssrc {
		tr.started = false
		tr.decoder, _ = newVoiceDecoder(p.encoding, tr.rate)
	}
	if p.encoding.rate() == 0 {
		tr.foreign++
		return came, nil
	}
	at = came
	if tr.started && p.clock == tr.clock && p.clock > 0 {
		expected := tr.at + int64(int32(p.ts-tr.ts))*int64(tr.rate)/int64(p.clock)
		if off := expected - came; off > -int64(tr.rate)/4 && off < int64(tr.rate)/4 {
			at = expected
		}
	}
	tr.started, tr.ssrc, tr.ts, tr.clock, tr.at = true, p.ssrc, p.ts, p.clock, at
	tr.samples = tr.decoder.append(tr.samples[:0], p.payload)
	return at, tr.samples
}
