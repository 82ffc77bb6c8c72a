package admin

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/record"
)

// Parked is Parking.
func (f *fakes) Parked(record.ID) []ParkedCall {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.parked)
}

// HangupParked is Parking.
func (f *fakes) HangupParked(_ record.ID, slot int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.parked)
	f.parked = slices.DeleteFunc(f.parked, func(p ParkedCall) bool { return p.Slot == slot })
	return len(f.parked) < before
}

func TestParkedCalls(t *testing.T) {
	w := newWorld(t)
	id, at := record.NewCallID(w.clock.now()), w.clock.now().UTC().Truncate(time.Second)
	w.fakes.parked = []ParkedCall{
		{
			Slot: 7, Call: id, Caller: "+13125550155", CallerName: "Zed", ParkedBy: "user_1", ParkedByExtension: "1001",
			Status: ParkParked, ParkedAt: at, RingsBackAt: at.Add(5 * time.Minute),
		},
		{Slot: 12, Call: id, Status: ParkRingingBack},
	}
	page := w.get(w.at("/parked_calls?limit=1")).want(http.StatusOK)
	if list := page.data(); len(list) != 1 || list[0]["slot"] != 7.0 || list[0]["status"] != ParkParked {
		t.Errorf("first page is %s", page.raw)
	}
	if list := w.get(w.at("/parked_calls?cursor=" + page.text("next"))).want(http.StatusOK).data(); len(list) != 1 || list[0]["slot"] != 12.0 {
		t.Errorf("second page is %v", list)
	}
	want := map[string]any{
		"slot": 7.0, "call": id, "caller": "+13125550155", "caller_name": "Zed", "parked_by": "user_1", "parked_by_device": nil,
		"parked_by_extension": "1001", "parked_by_name": "", "status": "parked",
		"parked_at": at.Format(time.RFC3339), "rings_back_at": at.Add(5 * time.Minute).Format(time.RFC3339),
	}
	if diff := cmp.Diff(want, w.get(w.at("/parked_calls/7")).want(http.StatusOK).json()); diff != "" {
		t.Errorf("slot 7 (-want +got):\n%s", diff)
	}
	for _, slot := range []string{"8", "0", "100", "07", "x"} {
		w.get(w.at("/parked_calls/" + slot)).want(http.StatusNotFound)
	}
	w.get(w.at("/parked_calls?cursor=100")).want(422)
	w.send(w.newKey(w.account, "read"), http.MethodDelete, w.at("/parked_calls/7"), nil).want(http.StatusForbidden)
	w.delete(w.at("/parked_calls/7")).want(http.StatusNoContent)
	w.delete(w.at("/parked_calls/7")).want(http.StatusNotFound)
}
