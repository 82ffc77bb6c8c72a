package admin

import (
	"net/http"

	"dialtone/store"
	"dialtone/store/record"
)

const callsPath = "/v1/accounts/{account}/calls"

// callOperations read which calls there were.
func callOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: callsPath, event: "call.list", scope: record.ScopeRead,
			summary: "Lists calls that have ended, the one begun last first.", answer: typeOf[record.CallRecord](), list: true,
			query: []parameter{
				{name: "from", doc: "Only calls begun at this time or later."},
				{name: "to", doc: "Only calls begun before this time."},
				{name: "user", doc: "Only calls this user took part in."},
				{name: "device", doc: "Only calls this device took part in."},
				{name: "number", doc: "Only calls from or to exactly this extension or number, or of the number with this identifier."},
				{name: "queue", doc: "Only calls that went through this call queue."},
				{name: "result", doc: "Only calls with this result."},
				{name: "direction", doc: "Only internal, inbound, outbound or emergency calls."},
			},
			status: http.StatusOK, handle: handleCalls,
		},
		{
			method: http.MethodGet, path: callsPath + "/{call}", event: "call.read", scope: record.ScopeRead,
			summary: "Reads a call that has ended.", answer: typeOf[*record.CallRecord](), status: http.StatusOK, handle: handleCall,
		},
		{
			method: http.MethodGet, path: callsPath + "/{call}/trace", event: "call.read_trace", scope: record.ScopeRead,
			summary: "Shows the SIP messages of a call, secrets masked, for some days.",
			answer:  typeOf[*record.CallTrace](), status: http.StatusOK, handle: handleCallTrace,
		},
	}
}

func handleCalls(c *call) (*answer, error) {
	q := c.query()
	ask := store.CallQuery{
		Account: c.account, User: record.ID(q.text("user")), Device: record.ID(q.text("device")), Number: q.text("number"), Queue: record.ID(q.text("queue")),
		Result: q.oneOf("result", record.CallResults()...), Direction: q.oneOf("direction", record.CallDirections()...),
		From: q.time("from"), To: q.time("to"), After: historyCursor(q), Limit: q.limit(),
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	page, err := c.server.Store.Calls(ask)
	if err == nil {
		err = c.withRecordings(page.Items)
	}
	return history(page, err)
}

func handleCall(c *call) (*answer, error) {
	found, err := c.server.Store.Call(c.account, c.r.PathValue("call"))
	if err != nil {
		return nil, err
	}
	c.resource = record.ID(found.ID)
	with := []record.CallRecord{found}
	if err := c.withRecordings(with); err != nil {
		return nil, err
	}
	return ok(&with[0]), nil
}

func handleCallTrace(c *call) (*answer, error) {
	found, err := c.server.Store.Call(c.account, c.r.PathValue("call"))
	if err != nil {
		return nil, err
	}
	c.resource = record.ID(found.ID)
	trace, err := c.server.Store.CallTrace(c.account, found.CallID)
	if err != nil {
		return nil, err
	}
	return ok(&trace), nil
}
