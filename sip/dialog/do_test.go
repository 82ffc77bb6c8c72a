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
