package test

import (
	endian "encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"dialtone/test/peer"
)

// recording downloads a recording and gives both its sides, 8 kHz; of wideband ones every
// other sample.
func (o *office) recording(t testing.TB, id string) (left, right []int16) {
	t.Helper()
	a := o.d.call(t, http.MethodGet, o.path+"/recordings/"+id+"/audio", nil)
	if a.status != http.StatusOK || len(a.raw) < 44 || string(a.raw[:4]) != "RIFF" {
		t.Fatalf("recording %s: %d, %d bytes", id, a.status, len(a.raw))
	}
	b := a.raw
	if channels, rate, size := endian.LittleEndian.Uint16(b[22:]), endian.LittleEndian.Uint32(b[24:]), endian.LittleEndian.Uint32(b[40:]); channels != 2 || rate%8000 != 0 || int(size) != len(b)-44 {
		t.Fatalf("%d channels at %d Hz, %d of %d bytes", channels, rate, size, len(b)-44)
	}
	for i := 44; i+3 < len(b); i += 4 * int(endian.LittleEndian.Uint32(b[24:])) / 8000 {
		left = append(left, int16(endian.LittleEndian.Uint16(b[i:])))
		right = append(right, int16(endian.LittleEndian.Uint16(b[i+2:])))
	}
	return left, right
}

// rings says for how much of a recording's side a tone is heard, in seconds.
func rings(side []int16, hertz int) (seconds float64) {
	const window = 800
	for at := 0; at+window <= len(side); at += window {
		if peer.Tone(side[at:at+window], hertz) > 0.8 {
			seconds += 0.1
		}
	}
	return seconds
}

// awaitRecordings waits for so many that are as wanted, newest first.
func (o *office) awaitRecordings(t testing.TB, n int, good func(object) error) []object {
	t.Helper()
	var list []object
	await(t, "recordings", func() error {
		if list = o.d.all(t, o.path+"/recordings"); len(list) != n {
			return fmt.Errorf("%d recordings: %v", len(list), list)
		}
		return good(list[0])
	})
	return list
}

// listener is a speech-to-text service. At first it is not there.
type listener struct {
	up   atomic.Bool
	sent atomic.Int64 // bytes
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, _, err := r.FormFile("file")
	switch {
	case !l.up.Load(), err != nil, r.Header.Get("Authorization") != "", r.FormValue("model") != "small":
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	n, _ := io.Copy(io.Discard, f)
	l.sent.Store(n)
	_, _ = io.WriteString(w, `{"text":"Good morning."}`)
}

// TestRecording: a call of real phones is recorded with each of them on a side, in silence
// while it is held; the text of it waits until the service is there. A daemon that is
// killed in a call has recorded it so far.
func TestRecording(t *testing.T) {
	t.Parallel()
	l := &listener{}
	service := httptest.NewServer(l)
	defer service.Close()
	d := start(t, options{config: baseConfig + fmt.Sprintf("transcription: {url: %q, model: small}\n", service.URL)})
	o := newOffice(t, d)
	d.want(t, http.StatusOK, http.MethodPatch, o.path, object{"recording_enabled": true, "transcription_enabled": true})
	phones := callers(t, o, "udp", "")
	ada, ben := phones[0], phones[1]
	talk(t, ada, ben, "1002")
	awaitTone(t, "Ben's tone at Ada's", ada, tones[1])
	awaitTone(t, "Ada's tone at Ben's", ben, tones[0])
	if calls := d.all(t, o.path+"/active_calls"); len(calls) != 1 || calls[0]["recording"] != true {
		t.Errorf("active calls: %v", calls)
	}
	ada.Command(t, "hold", "")
	await(t, "the tune at Ben's", func() error { return musical(ben.Samples(t)) })
	ada.Command(t, "resume", "")
	awaitTone(t, "Ada's tone after the hold", ben, tones[0])
	ada.Command(t, "hangup", "")
	ben.Await(t, "CALL_CLOSED")

	first := o.awaitRecordings(t, 1, func(r object) error {
		text := r["transcription"].(map[string]any)
		if r.str("state") != "done" || r.str("reason") != "call_ended" || text["state"] != "waiting" || text["attempts"] == 0.0 {
			return fmt.Errorf("recording %v", r)
		}
		return nil
	})[0].id()
	left, right := o.recording(t, first)
	ours, theirs := rings(left, tones[0]), rings(right, tones[1])
	all := float64(len(left)) / 8000
	if len(left) != len(right) || ours < 0.3 || theirs < 0.3 || rings(left, tones[1])+rings(right, tones[0]) > 0 {
		t.Errorf("%.1f s of Ada and %.1f s of Ben in %.1f s", ours, theirs, all)
	}
	call := o.awaitCalls(t, 1, func(c object) error {
		if list := c["recordings"].([]any); len(list) != 1 || list[0].(map[string]any)["id"] != first {
			return fmt.Errorf("recordings of the call: %v", list)
		}
		return nil
	})[0]
	if r := d.get(t, o.path+"/recordings/"+first); r.str("call") != call.str("call_id") {
		t.Errorf("recording of %s, call %s", r.str("call"), call.str("call_id"))
	}

	l.up.Store(true)
	d.want(t, http.StatusAccepted, http.MethodPost, o.path+"/recordings/"+first+"/transcribe", nil)
	await(t, "the text", func() error {
		a := d.call(t, http.MethodGet, o.path+"/recordings/"+first+"/transcript", nil)
		if a.status != http.StatusOK || !strings.Contains(string(a.raw), "Good morning.") {
			return errors.New(string(a.raw))
		}
		return nil
	})
	if sent := l.sent.Load(); int(sent) != 44+2*len(left) {
		t.Errorf("%d bytes were sent of %d samples", sent, len(left))
	}

	talk(t, ada, ben, "1002")
	awaitTone(t, "Ada's tone at Ben's", ben, tones[0])
	awaitTone(t, "Ben's tone at Ada's", ada, tones[1])
	awaitGrowth(t, d.data)
	d.kill()
	o.d = d.restart()
	second := o.awaitRecordings(t, 2, func(r object) error {
		if r.str("state") != "done" || r.str("reason") != "interrupted" {
			return fmt.Errorf("recording %v", r)
		}
		return nil
	})[0].id()
	left, right = o.recording(t, second)
	if ours, theirs := rings(left, tones[0]), rings(right, tones[1]); ours < 0.3 || theirs < 0.3 {
		t.Errorf("%.1f s of Ada and %.1f s of Ben before the crash", ours, theirs)
	}
	o.d.want(t, http.StatusNoContent, http.MethodDelete, o.path+"/recordings/"+second, nil)
	o.d.want(t, http.StatusNotFound, http.MethodGet, o.path+"/recordings/"+second, nil)
}

// awaitGrowth waits until a second of a call's sound is on the disk.
func awaitGrowth(t testing.TB, data string) {
	t.Helper()
	await(t, "a second of sound", func() error {
		files, err := filepath.Glob(filepath.Join(data, "blobs", "drafts", "rec_*"))
		if err != nil || len(files) != 1 {
			return fmt.Errorf("files %q, %w", files, err)
		}
		info, err := os.Stat(files[0])
		if err == nil && info.Size() < 44+2*32_000 {
			err = fmt.Errorf("%d bytes", info.Size())
		}
		return err
	})
}
