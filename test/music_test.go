package test

import (
	"bytes"
	"crypto/x509"
	endian "encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// sweep is a WAV file, 22 kHz and stereo, whose every moment sounds different: a tone
// that rises from one frequency to another.
func sweep(from, to, seconds float64) []byte {
	const rate = 22050
	n := int(seconds * rate)
	b := []byte("RIFF")
	b = endian.LittleEndian.AppendUint32(b, uint32(36+4*n))
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00"...)
	b = endian.LittleEndian.AppendUint32(b, rate)
	b = endian.LittleEndian.AppendUint32(b, 4*rate)
	b = append(b, "\x04\x00\x10\x00data"...)
	b = endian.LittleEndian.AppendUint32(b, uint32(4*n))
	phase := 0.0
	for i := range n {
		v := uint16(int16(12000 * math.Sin(phase)))
		b = endian.LittleEndian.AppendUint16(endian.LittleEndian.AppendUint16(b, v), v)
		phase += 2 * math.Pi * (from + (to-from)*float64(i)/float64(n)) / rate
	}
	return b
}

// upload sends a clip's file.
func (d *daemon) upload(t testing.TB, method, path, name string, file []byte, status int) object {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if name != "" {
		if err := form.WriteField("name", name); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", "music.wav")
	if err == nil {
		_, err = part.Write(file)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.Admin+path, &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+d.key)
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		t.Fatalf("%s %s: %d %s, %v", method, path, resp.StatusCode, raw, err)
	}
	var body object
	_ = json.Unmarshal(raw, &body) // a problem is an object too
	return body
}

// preview is a clip as a phone with PCMU hears it.
func (d *daemon) preview(t testing.TB, clip string) []int16 {
	t.Helper()
	return d.previewIn(t, clip, "pcmu")
}

// previewIn is a clip as a phone with a codec hears it, 8 kHz: of wider sound every other
// sample is the mean of two.
func (d *daemon) previewIn(t testing.TB, clip, codec string) []int16 {
	t.Helper()
	a := d.call(t, http.MethodGet, clip+"/audio?codec="+codec, nil)
	if a.status != http.StatusOK || len(a.raw) < 44 {
		t.Fatal(a)
	}
	width := int(endian.LittleEndian.Uint32(a.raw[24:])) / 8000
	samples := make([]int16, (len(a.raw)-44)/2/width)
	for i := range samples {
		sum := 0
		for j := range width {
			sum += int(int16(endian.LittleEndian.Uint16(a.raw[44+2*(i*width+j):])))
		}
		samples[i] = int16(sum / width)
	}
	return samples
}

// correlation is how like the end of what was heard is to the best fitting part of a
// sound that is repeated: 1 for the same.
func correlation(heard, sound []int16) float64 {
	const window = 3000
	if len(heard) < window || len(sound) < window {
		return 0
	}
	heard = heard[len(heard)-window:]
	round := append(append([]int16{}, sound...), sound[:window]...)
	power := func(s []int16) (sum float64) {
		for _, v := range s {
			sum += float64(v) * float64(v)
		}
		return sum
	}
	own, best := power(heard), 0.0
	theirs := power(round[:window])
	for at := 0; at+window < len(round); at++ {
		sum := 0.0
		for i, v := range heard {
			sum += float64(v) * float64(round[at+i])
		}
		best = max(best, sum/math.Sqrt(own*theirs+1))
		theirs += float64(round[at+window])*float64(round[at+window]) - float64(round[at])*float64(round[at])
	}
	return best
}

func awaitMusic(t *testing.T, what string, b *peer.Baresip, sound []int16) {
	t.Helper()
	await(t, what, func() error {
		if got := correlation(b.Samples(t), sound); got < 0.9 {
			return fmt.Errorf("correlates by %.2f", got)
		}
		return nil
	})
}

// TestMusicOnHold: whom a real phone holds hears the account's clip, exactly until the
// resume, with and without encryption (baresip records nothing after a hold of its own, so
// it is always the other one that is listened to); a clip that gets another sound is heard so at the
// next hold, and without one there is the built-in tune.
func TestMusicOnHold(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t, "Test")
	d := start(t, options{config: secureConfig(ca.issue(t, t.TempDir(), x509.RSA, "pbx.example"))})
	for _, c := range []struct{ transport, encryption string }{{"udp", ""}, {"tls", "srtp-mand"}} {
		t.Run(c.transport+c.encryption, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, d)
			clip := o.path + "/audio_clips/" + d.upload(t, http.MethodPost, o.path+"/audio_clips", "Sweep", sweep(400, 2400, 2), http.StatusCreated).id()
			id := d.get(t, clip).id()
			d.want(t, http.StatusOK, http.MethodPatch, o.path, object{"hold_music_clip": id})
			d.want(t, http.StatusConflict, http.MethodDelete, clip, nil)

			phones := callers(t, o, c.transport, c.encryption)
			ada, ben := phones[0], phones[1]
			talk(t, ada, ben, "1002")
			awaitTone(t, "Ada's tone at Ben's", ben, tones[0])
			ada.Command(t, "hold", "")
			awaitMusic(t, "the clip at Ben's", ben, d.preview(t, clip))
			ada.Command(t, "resume", "")
			awaitTone(t, "Ada's tone after the hold", ben, tones[0])

			d.upload(t, http.MethodPatch, clip, "", sweep(2400, 600, 2), http.StatusOK)
			ada.Command(t, "hold", "")
			awaitMusic(t, "the new clip at Ben's", ben, d.preview(t, clip))
			ada.Command(t, "resume", "")
			awaitTone(t, "Ada's tone after the second hold", ben, tones[0])

			d.want(t, http.StatusOK, http.MethodPatch, o.path, object{"hold_music_clip": nil})
			d.want(t, http.StatusNoContent, http.MethodDelete, clip, nil)
			ada.Command(t, "hold", "")
			await(t, "the tune at Ben's", func() error { return musical(ben.Samples(t)) })
			ada.Command(t, "hangup", "")
			ben.Await(t, "CALL_CLOSED")
		})
	}
}

// TestMusicInEveryCodec: real phones that know one codec hear the clip on hold, also in a
// call that was transferred, and each other again after it; what both say is recorded.
func TestMusicInEveryCodec(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	for _, codec := range []string{"PCMA", "G722", "opus"} {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, d)
			o.addSeat(t, seat{"Cleo Side", "1003", "T46U", "Yealink SIP-T46U 108.86.0.75 %s"})
			clip := o.path + "/audio_clips/" + d.upload(t, http.MethodPost, o.path+"/audio_clips", "Sweep", sweep(400, 2400, 2), http.StatusCreated).id()
			d.want(t, http.StatusOK, http.MethodPatch, o.path, object{"hold_music_clip": d.get(t, clip).id(), "recording_enabled": true})
			phones := callersWith(t, o, "udp", "", codec)
			ada, ben, cleo := phones[0], phones[1], phones[2]
			talk(t, ada, ben, "1002")
			awaitTone(t, "Ben's tone at Ada's", ada, tones[1])
			awaitTone(t, "Ada's tone at Ben's", ben, tones[0])
			if codec != "opus" { // we make none: the phone shows the hold
				sound := d.previewIn(t, clip, strings.ToLower(codec))
				ada.Command(t, "hold", "")
				awaitMusic(t, "the clip at Ben's", ben, sound)
				ada.Command(t, "resume", "")
				awaitTone(t, "Ada's tone after the hold", ben, tones[0])
				ada.Command(t, "transfer", "sip:1003@"+o.domain)
				cleo.Await(t, "CALL_INCOMING")
				cleo.Command(t, "accept", "")
				awaitTone(t, "Cleo's tone at Ben's", ben, tones[2])
				cleo.Command(t, "hold", "")
				awaitMusic(t, "the clip at Ben's, who was transferred", ben, sound)
				cleo.Command(t, "resume", "")
				awaitTone(t, "Cleo's tone after the hold", ben, tones[2])
			}
			ben.Command(t, "hangup", "")
			r := o.awaitRecordings(t, 1, func(r object) error {
				if r.str("state") != "done" {
					return fmt.Errorf("recording %v", r)
				}
				return nil
			})[0]
			left, right := o.recording(t, r.id())
			if ours, theirs := rings(left, tones[0]), rings(right, tones[1]); ours < 0.1 || theirs < 0.1 {
				t.Errorf("%.1f s of Ada and %.1f s of Ben are recorded", ours, theirs)
			}
			if codec != "opus" && rings(left, tones[2]) < 0.1 {
				t.Error("nothing is recorded of Cleo")
			}
		})
	}
}

// musical says why the end of what was heard is no music: silence, or the tone of a phone.
func musical(heard []int16) error {
	const window = 4000
	if len(heard) < window {
		return fmt.Errorf("%d samples", len(heard))
	}
	heard = heard[len(heard)-window:]
	sum := 0.0
	for _, v := range heard {
		sum += float64(v) * float64(v)
	}
	if level := math.Sqrt(sum / window); level < 200 {
		return fmt.Errorf("level %.0f", level)
	}
	for _, hertz := range tones {
		if peer.Tone(heard, hertz) > 0.8 {
			return fmt.Errorf("a tone of %d Hz", hertz)
		}
	}
	return nil
}
