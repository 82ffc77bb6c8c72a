package event

import (
	"bytes"
	"math"
	"testing"

	"github.com/emiago/sipgo/sip"
)

func FuzzParseEvent(f *testing.F) {
	for _, s := range []string{"dialog", "dialog;id=7", "Dialog ; ID = a.b", "dialog;id=", "presence;x", "", ";", "dialog;id=a b", "message-summary;id=1;id=2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		of, id, ok := parseEvent(s)
		if ok && of == nil && id != "" || id != "" && (!token(id) || len(id) > maxParam) {
			t.Errorf("%q: %v %q %v", s, of, id, ok)
		}
	})
}

func FuzzParseExpires(f *testing.F) {
	for _, s := range []string{"", "0", "60", "4294967296", "-1", "1.5", "99999999999999999999999", " 60"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := parseExpires(s, 3600)
		if ok && (n < 0 || n > math.MaxInt32) {
			t.Errorf("%q: %d", s, n)
		}
	})
}

// FuzzSubscribe has any SUBSCRIBE answered; what is sent after it is one message, and
// what is kept can be read again.
func FuzzSubscribe(f *testing.F) {
	for _, name := range []string{"1001", "%31001", "*97"} {
		f.Add([]byte(newAsking(f, 1, name).msg.String()))
	}
	f.Add([]byte(newAsking(f, 1, "1001", "Event:", "Record-Route: <sip:a>,<sip:b;lr>\r\nEvent:").msg.String()))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := sip.ParseMessage(text)
		if err != nil {
			return
		}
		req, ok := m.(*sip.Request)
		if !ok || req.To() == nil {
			return // the dialog layer refuses it
		}
		for _, h := range req.Headers() {
			if bytes.ContainsAny([]byte(h.Value()), "\r\n\x00") {
				return // likewise
			}
		}
		w := newWorld(t, nil)
		a := newAsking(t, 1, "1001")
		a.msg = req
		w.Handle(a)
		if a.status < 200 {
			t.Fatalf("answered %d", a.status)
		}
		w.work()
		if err := w.flush(); err != nil {
			t.Fatal(err)
		}
		for _, o := range w.phones.sent {
			head, _, found := bytes.Cut(o.Data, []byte("\r\n\r\n"))
			if !found || bytes.ContainsAny(bytes.ReplaceAll(head, []byte("\r\n"), nil), "\r\n\x00") {
				t.Errorf("sent %q", o.Data)
			}
			if _, err := sip.ParseMessage(o.Data); err != nil {
				t.Errorf("%v in %q", err, o.Data)
			}
		}
		for _, value := range w.disk.records {
			if _, _, err := parseKept(value); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzParseKept(f *testing.F) {
	w := newWorld(f, nil)
	w.Handle(w.subscribing(f, "1001"))
	if err := w.flush(); err != nil {
		f.Fatal(err)
	}
	for _, value := range w.disk.records {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		if _, s, err := parseKept(value); err == nil && !s.sound() {
			t.Error("read what cannot be used")
		}
	})
}
