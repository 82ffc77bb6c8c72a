package admin

import (
	"net/http"
	"strings"
	"testing"

	"dialtone/store"
	"dialtone/store/record"
)

// ended writes a call that has ended, with one SIP message, and gives its identifier.
func (w *world) ended(change func(*record.CallRecord)) string {
	w.t.Helper()
	now := w.clock.now()
	c := record.CallRecord{
		CallID: record.NewCallID(now), Account: w.account, Direction: record.CallInternal, From: "1001", To: "1002",
		StartedAt: now, EndedAt: now, Result: record.CallAnswered, Reason: record.ReasonNormal,
	}
	change(&c)
	err := w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		if err := tx.AppendCall(c); err != nil {
			return err
		}
		return tx.PutCallTrace(c.Account, c.CallID, record.CallTrace{Messages: []record.TraceMessage{{Time: now, Message: "BYE sip:a SIP/2.0"}}})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c.CallID
}

func TestCalls(t *testing.T) {
	w := newWorld(t)
	first := w.ended(func(*record.CallRecord) {})
	second := w.ended(func(c *record.CallRecord) { c.Result, c.Direction = record.CallBusy, record.CallOutbound })
	for query, want := range map[string][]string{
		"": {second, first}, "?result=busy": {second}, "?direction=internal": {first}, "?number=1001": {second, first}, "?user=user_x": nil, "?queue=qu_x": nil,
	} {
		list := w.get(w.at("/calls" + query)).want(http.StatusOK).data()
		var ids []string
		for _, c := range list {
			ids = append(ids, c["id"].(string))
		}
		if strings.Join(ids, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %q, want %q", query, ids, want)
		}
	}
	for _, query := range []string{"?result=fine", "?direction=up", "?from=now", "?cursor=x", "?color=red"} {
		w.get(w.at("/calls" + query)).want(422)
	}
	if got := w.get(w.at("/calls/" + first)).want(http.StatusOK); got.text("call_id") != first || got.json()["answered_at"] != nil {
		t.Errorf("call is %s", got.raw)
	}
	if got := w.get(w.at("/calls/" + first + "/trace")).want(http.StatusOK).raw; !strings.Contains(got, "BYE sip:a") {
		t.Errorf("messages are %s", got)
	}
	other := w.newAccount("Other")
	for _, path := range []string{w.at("/calls/call_x"), w.at("/calls/call_x/trace"), "/v1/accounts/" + string(other) + "/calls/" + first} {
		w.get(path).want(http.StatusNotFound)
	}
}

func TestActiveCalls(t *testing.T) {
	w := newWorld(t)
	help, talk := record.NewCallID(w.clock.now()), record.NewCallID(w.clock.now())
	w.fakes.calls = []ActiveCall{
		{ID: talk, Direction: record.CallInternal, State: CallTalking, From: "1001", To: "1002", StartedAt: w.clock.now()},
		{ID: help, Direction: record.CallEmergency, State: CallTalking},
	}
	page := w.get(w.at("/active_calls?limit=1")).want(http.StatusOK)
	if list := page.data(); len(list) != 1 || list[0]["id"] != help {
		t.Errorf("first page is %s", page.raw)
	}
	if list := w.get(w.at("/active_calls?cursor=" + page.text("next"))).want(http.StatusOK).data(); len(list) != 1 || list[0]["id"] != talk {
		t.Errorf("second page is %v", list)
	}
	w.get(w.at("/active_calls/" + talk)).want(http.StatusOK)
	w.delete(w.at("/active_calls/" + help)).want(http.StatusConflict)
	w.send(w.newKey(w.account, "read"), http.MethodDelete, w.at("/active_calls/"+talk), nil).want(http.StatusForbidden)
	w.delete(w.at("/active_calls/" + talk)).want(http.StatusNoContent)
	w.delete(w.at("/active_calls/" + talk)).want(http.StatusNotFound)
	w.get(w.at("/active_calls/" + talk)).want(http.StatusNotFound)
	if len(w.fakes.calls) != 1 {
		t.Errorf("%d calls are left", len(w.fakes.calls))
	}
}
