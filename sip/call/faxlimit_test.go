package call

import (
	"testing"

	"dialtone/fax"
	"dialtone/store/record"
)

// used is how many faxes of a direction count.
func (h *faxHouse) used(d fax.Direction) int { return h.limiter.Use(h.account, d).Used }

// TestFaxLimitGivenUp: a caller who gives up before he is answered does not count, and the
// fax that was begun for him ends.
func TestFaxLimitGivenUp(t *testing.T) {
	t.Parallel()
	h := newFaxHouse(t)
	h.takesFaxes()
	h.hold = make(chan struct{})
	a := h.carrier().Dial(t, faxNumber)
	eventually(t, "admission", func() bool { return h.used(fax.Inbound) == 1 })
	a.Cancel(t)
	a.Await(t, 487)
	close(h.hold)
	if f := h.awaitFax(fax.EventReceived); f.State != record.FaxFailed || f.Reason != "call_dropped" {
		t.Errorf("%+v", f)
	}
	eventually(t, "refund", func() bool { return h.used(fax.Inbound) == 0 })
	h.record(t, 0)
	h.quiet()
}
