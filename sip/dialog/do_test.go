package dialog

import "testing"

// Who registers with a carrier answers the carrier's challenges himself.
func TestOwnCredentialsOutsideDialogs(t *testing.T) {
	a := newSide(t)
	w := newWire(t, a.carrier.local)
	done := make(chan error, 1)
	go func() {
		_, err := a.Do(t.Context(), OutRequest{
			Flow: flow(w.addr), Method: "REGISTER", Target: "sip:example.com", From: Address{URI: "sip:a@example.com"}, To: Address{URI: "sip:a@example.com"},
			Headers: []Header{{"Authorization", "Digest one"}, {"Proxy-Authorization", "Digest two\r\nX-Injected: 1"}},
		})
		done <- err
	}()
	req := w.request("REGISTER")
	if one, two := value(req, "Authorization"), value(req, "Proxy-Authorization"); one != "Digest one" || two != "Digest two  X-Injected: 1" {
		t.Errorf("credentials %q and %q", one, two)
	}
	w.answer(req, 200, "one", "", "")
	if err := receive(t, done); err != nil {
		t.Error(err)
	}
}

// A peer learns from a 422 which interval is long enough (RFC 4028 section 6).
func TestTooSmallIntervalNamesTheLeast(t *testing.T) {
	s := newSide(t)
	w := newWire(t, s.carrier.local)
	w.ask(ask{
		method: "INVITE", callID: "short", fromTag: "caller", seq: 1, branch: "z9hG4bK-short",
		headers: "Supported: timer\nSession-Expires: 60\n",
	})
	if got := value(w.response(422, "INVITE"), "Min-SE"); got != "90" {
		t.Errorf("Min-SE %q", got)
	}
	w.ask(ask{method: "ACK", callID: "short", fromTag: "caller", seq: 1, branch: "z9hG4bK-short"})
}
