package admin

import (
	"net/http"
	"reflect"
	"slices"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

const mePath = "/v1/accounts/{account}/me"

// ownSettings are the fields of a user he may change himself.
type ownSettings struct {
	DoNotDisturb     bool              `json:"do_not_disturb" doc:"Whether calls are refused without ringing."`
	CallWaiting      bool              `json:"call_waiting" doc:"Whether a second call rings."`
	Forwarding       record.Forwarding `json:"forwarding" doc:"Where calls go instead, and by which schedule."`
	SimultaneousRing []record.Target   `json:"simultaneous_ring" doc:"What rings besides the own lines: at most 5 targets of type user, device_line or external."`
	RingSeconds      int               `json:"ring_seconds" doc:"Seconds the own lines ring at most, 5 to 300."`
	OutboundNumber   record.ID         `json:"outbound_number" doc:"Number shown on outgoing calls; null is the account's."`
	HoldMusicClip    record.ID         `json:"hold_music_clip" doc:"Audio clip callers hear on hold; null is the account's."`
	Language         string            `json:"language" doc:"en or fr."`
}

// meOperations are what a voice user who has logged in may do for himself.
func meOperations() []*operation {
	self := []string{record.RoleUser}
	return []*operation{
		{
			method: http.MethodGet, path: mePath, event: "me.read", scope: scopeSession, roles: self,
			summary: "Reads the user who has logged in.", answer: typeOf[*userView](), status: http.StatusOK, handle: asOneself(users().handleRead),
		},
		{
			method: http.MethodPatch, path: mePath, event: "me.update", scope: scopeSession, roles: self,
			summary: "Changes the user who has logged in.", body: []reflect.Type{typeOf[ownSettings]()},
			answer: typeOf[*userView](), revisions: true, status: http.StatusOK, handle: asOneself(handleUpdateMe),
		},
		{
			method: http.MethodGet, path: mePath + "/calls", event: "me.list_calls", scope: scopeSession, roles: self,
			summary: "Lists the calls of the user who has logged in, the one begun last first.", answer: typeOf[record.CallRecord](), list: true,
			query: []parameter{
				{name: "from", doc: "Only calls begun at this time or later."},
				{name: "to", doc: "Only calls begun before this time."},
				{name: "result", doc: "Only calls with this result."},
				{name: "direction", doc: "Only internal, inbound, outbound or emergency calls."},
			},
			status: http.StatusOK, handle: handleMyCalls,
		},
	}
}

// asOneself has a handler of users find the caller.
func asOneself(h handler) handler {
	return func(c *call) (*answer, error) {
		c.r.SetPathValue("user", string(c.person.id))
		return h(c)
	}
}

func handleUpdateMe(c *call) (*answer, error) {
	body, err := c.readBody()
	if err != nil {
		return nil, err
	}
	if doc, is := body.(merge.Object); is {
		if err := onlyOwnSettings(doc); err != nil {
			return nil, err
		}
	}
	return users().updateFrom(c, body)
}

// onlyOwnSettings refuses fields of a user that are for others to change.
func onlyOwnSettings(doc merge.Object) error {
	own, all := merge.Fields(typeOf[ownSettings]()), merge.Fields(typeOf[record.User]())
	named := func(fields []merge.Field, name string) bool {
		return slices.ContainsFunc(fields, func(f merge.Field) bool { return f.Name == name })
	}
	var p record.Problems
	for name := range doc {
		if !named(own, name) && named(all, name) {
			p.Add(name, record.CodeReadOnly, "is for an account manager to change")
		}
	}
	return p.Err()
}

func handleMyCalls(c *call) (*answer, error) {
	q := c.query()
	ask := store.CallQuery{
		Account: c.account, User: c.person.id,
		Result: q.oneOf("result", record.CallResults()...), Direction: q.oneOf("direction", record.CallDirections()...),
		From: q.time("from"), To: q.time("to"), After: historyCursor(q), Limit: q.limit(),
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	return history(c.server.Store.Calls(ask))
}
