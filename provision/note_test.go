package provision

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A phone whose URL has a slash or a part too many puts the token where the file's
// name is looked for.
func TestTokenIsNotTold(t *testing.T) {
	var log bytes.Buffer
	h := prepared(t)
	h.server.journal.log = slog.New(slog.NewTextHandler(&log, nil))
	for _, target := range []string{"/p//" + token + "/805ec0010203.cfg", "/p/x/" + token, "/p/" + token + "/" + token + "/805ec0010203.cfg", "/p/x/%2F" + token} {
		h.handle("GET", target)
	}
	h.flush(true)
	if text := log.String(); strings.Count(text, "refused a phone") != 4 || strings.Contains(text, token[:20]) {
		t.Errorf("the log tells the token, or not four refusals:\n%s", text)
	}
	for _, ev := range h.events(t, 1) {
		if strings.Contains(ev.File, token[:20]) {
			t.Errorf("an event tells the token: %q", ev.File)
		}
	}
}

// Events of one batch stand in the order of the requests.
func TestEventsInOrder(t *testing.T) {
	h := prepared(t)
	var want []string
	for i := range 20 {
		want = append(want, fmt.Sprintf("y0000000001%02d.cfg", i))
		h.handle("GET", "/p/"+token+"/"+want[i])
	}
	h.flush(false)
	var got []string
	for _, ev := range h.events(t, len(want)) {
		got = append(got, ev.File)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
