package call

import (
	"testing"
	"testing/synctest"
	"time"

	"dialtone/internal/audio/prompt"
	"dialtone/store/record"
)

// What is said takes as long as it takes, however lately something was said before; and
// the music is back when nothing tells that it was said.
func TestAnnouncementsEnd(t *testing.T) {
	r := newRecords(t)
	r.bind("cid", dead, "sip:cid@127.0.0.1:1")
	synctest.Test(t, func(t *testing.T) {
		m, s := newScripted(r)
		defer m.Close()
		m.config.Voice = voice{}
		a, _ := talking(r, m, s, "ann", "1003")
		w := &queueing{queue: &record.CallQueue{}, music: waitingTone()}
		is := func(what string, speaks bool) {
			t.Helper()
			synctest.Wait()
			do(m, a, func(*Call, *leg) {
				if w.speaking != speaks {
					t.Errorf("%s: speaks: %v", what, w.speaking)
				}
			})
			synctest.Wait()
		}
		say := func(c *Call, l *leg) {
			w.of, c.queueing = l, w
			c.sayQueued(w, []prompt.Word{prompt.NextInLine})
		}
		do(m, a, say)
		is("first", true)
		do(m, a, func(c *Call, _ *leg) { c.played(c) })
		is("said", false)
		time.Sleep(speech - time.Second)
		do(m, a, say)
		time.Sleep(2 * time.Second)
		is("second", true)
		time.Sleep(speech)
		is("in vain", false)
		do(m, a, func(c *Call, _ *leg) { c.queueing = nil })
		synctest.Wait()
	})
}
