package admin

import (
	"net/http"

	"dialtone/store"
	"dialtone/store/record"
)

// historyOperations read what happened: bounded lists, newest first.
func historyOperations() []*operation {
	times := []parameter{
		{name: "from", doc: "Only what happened at this time or later."},
		{name: "to", doc: "Only what happened before this time."},
	}
	result := parameter{name: "result", doc: "Only those with this result."}
	return []*operation{
		{
			method: http.MethodGet, path: "/v1/accounts/{account}/provisioning_events", event: "provisioning_event.list", scope: record.ScopeRead,
			summary: "Lists the phones' requests.", answer: typeOf[record.ProvisioningEvent](), list: true,
			query: append([]parameter{{name: "device", doc: "Only those of this device."}, result}, times...), status: http.StatusOK, handle: handleEvents,
		},
		{
			method: http.MethodGet, path: devicesPath + "/{device}/provisioning_events", event: "provisioning_event.list_device", scope: record.ScopeRead,
			summary: "Lists one phone's requests.", answer: typeOf[record.ProvisioningEvent](), list: true,
			query: append([]parameter{result}, times...), status: http.StatusOK, handle: handleDeviceEvents,
		},
		{
			method: http.MethodGet, path: "/v1/accounts/{account}/registration_failures", event: "registration_failure.list", scope: record.ScopeRead,
			summary: "Lists why somebody could not register.", answer: typeOf[record.RegistrationFailure](), list: true,
			query: []parameter{{name: "aor", doc: "Only this one."}}, status: http.StatusOK, handle: handleFailures,
		},
	}
}

// historyCursor passes the store's own cursor on.
func historyCursor(q *query) string {
	c := q.text("cursor")
	if q.values.Has("cursor") && (c == "" || len(c) > maxCursor) {
		q.problems.Add("cursor", record.CodeInvalid, "must be the next of the page before")
	}
	return c
}

func handleEvents(c *call) (*answer, error) {
	return events(c, func(q *query) record.ID { return record.ID(q.text("device")) })
}

func handleDeviceEvents(c *call) (*answer, error) {
	d, err := c.device()
	if err != nil {
		return nil, err
	}
	return events(c, func(*query) record.ID { return d.ID })
}

func events(c *call, device func(q *query) record.ID) (*answer, error) {
	q := c.query()
	ask := store.ProvisioningEventQuery{
		Account: c.account, Device: device(q), Result: q.text("result"),
		From: q.time("from"), To: q.time("to"), After: historyCursor(q), Limit: q.limit(),
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	return history(c.server.Store.ProvisioningEvents(ask))
}

func handleFailures(c *call) (*answer, error) {
	q := c.query()
	ask := store.RegistrationFailureQuery{Account: c.account, AOR: aorName(q.text("aor")), After: historyCursor(q), Limit: q.limit()}
	if err := q.err(); err != nil {
		return nil, err
	}
	list, err := c.server.Store.RegistrationFailures(ask)
	for i := range list.Items {
		list.Items[i].AOR = aorURI(list.Items[i].AOR)
	}
	return history(list, err)
}
