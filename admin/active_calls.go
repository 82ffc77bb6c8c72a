package admin

import (
	"cmp"
	"net/http"
	"slices"

	"dialtone/store"
	"dialtone/store/record"
)

const activeCallsPath = "/v1/accounts/{account}/active_calls"

// activeCallOperations are about the calls there are now.
func activeCallOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: activeCallsPath, event: "active_call.list", scope: record.ScopeRead,
			summary: "Lists the calls there are now.", answer: typeOf[ActiveCall](), list: true,
			status: http.StatusOK, handle: handleActiveCalls,
		},
		{
			method: http.MethodGet, path: activeCallsPath + "/{call}", event: "active_call.read", scope: record.ScopeRead,
			summary: "Reads one call there is now.", answer: typeOf[*ActiveCall](), status: http.StatusOK, handle: handleActiveCall,
		},
		{
			method: http.MethodDelete, path: activeCallsPath + "/{call}", event: "active_call.delete", scope: record.ScopeWrite,
			summary: "Hangs a call up. An emergency call cannot be.", status: http.StatusNoContent, handle: handleHangup,
		},
	}
}

func handleActiveCalls(c *call) (*answer, error) {
	q := c.query()
	limit, after := q.limit(), q.cursor(record.IsCallID)
	if err := q.err(); err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(c.server.activeCalls(c.account), func(a ActiveCall) bool { return a.ID <= after })
	return ok(cut(list, limit, func(a ActiveCall) string { return a.ID })), nil
}

// activeCalls are an account's calls, the longest first.
func (s *Server) activeCalls(account record.ID) []ActiveCall {
	list := slices.Clone(s.Calls.Active(account))
	slices.SortFunc(list, func(a, b ActiveCall) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// activeCall is the call the path names.
func (c *call) activeCall() (*ActiveCall, error) {
	id := c.r.PathValue("call")
	list := c.server.Calls.Active(c.account)
	i := slices.IndexFunc(list, func(a ActiveCall) bool { return a.ID == id })
	if i < 0 {
		return nil, store.ErrNotFound
	}
	c.resource = record.ID(id)
	return &list[i], nil
}

func handleActiveCall(c *call) (*answer, error) {
	a, err := c.activeCall()
	if err != nil {
		return nil, err
	}
	return ok(a), nil
}

// handleHangup ends a call, unless somebody asks for help in it.
func handleHangup(c *call) (*answer, error) {
	a, err := c.activeCall()
	if err != nil {
		return nil, err
	}
	if a.Direction == record.CallEmergency {
		return nil, &store.Conflict{Code: store.ConflictState, Detail: "an emergency call is ended by those who talk only"}
	}
	if !c.server.Calls.Hangup(c.account, a.ID) {
		return nil, store.ErrNotFound
	}
	return &answer{status: http.StatusNoContent}, nil
}
