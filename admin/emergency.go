package admin

import (
	"cmp"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"dialtone/e911"
	"dialtone/store"
	"dialtone/store/record"
)

const emergencyPath = "/v1/accounts/{account}/emergency_calls"

// Emergency knows what a call for help would be like: an [e911.Service].
type Emergency interface {
	DryRun(account, device record.ID) (*e911.DryRun, error)
	TestNotification(account, device record.ID) (id string, err error)
	Coverage(account record.ID) ([]e911.Coverage, error)
	Lint(account record.ID) []e911.Finding
	Provision(account, location record.ID)
}

// emergencyCallView is an emergency call with what has become of its mails.
type emergencyCallView struct {
	*record.EmergencyCall
	Recipients []toldView `json:"recipients" doc:"Who is told, and what became of each mail."`
}

// toldView is one recipient of an emergency call.
type toldView struct {
	Address   string       `json:"address" doc:"E-mail address, or the number of an extension."`
	Extension record.ID    `json:"extension" doc:"The extension whose phones are sent texts; empty for mail."`
	Source    string       `json:"source" doc:"Whose recipient: account, location or both."`
	Language  string       `json:"language" doc:"Language of the mails, en or fr."`
	State     string       `json:"state" doc:"Of the mails or texts together: pending while one is, failed when one was given up, else delivered."`
	Mails     []noticeView `json:"mails" doc:"The mails or texts, one for each stage, in order."`
}

// noticeView is one mail about a stage of an emergency call.
type noticeView struct {
	Stage      string            `json:"stage" doc:"started, answered, failed, ended or callback."`
	State      string            `json:"state" doc:"pending, delivered or failed."`
	Attempts   int               `json:"attempts" doc:"How often it was offered to the relays."`
	CreatedAt  time.Time         `json:"created_at" doc:"When it was written."`
	NextAt     *time.Time        `json:"next_attempt_at" doc:"When it is offered next; null when it is not."`
	FinishedAt *time.Time        `json:"finished_at" doc:"When a relay took it, or it was given up."`
	History    []store.OutboxTry `json:"history" doc:"The last attempts with the relays' answers, at most 10, the oldest first."`
}

// emergencyTestInput says whose recipients are told.
type emergencyTestInput struct {
	Device record.ID `json:"device" doc:"The device whose location's recipients are told too; null tells those of the account and its main location."`
}

// emergencyOperations show emergency calls and what one would be like.
func emergencyOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: emergencyPath, event: "emergency_call.list", scope: record.ScopeRead,
			summary: "Lists emergency calls and tests, the one begun last first.", answer: typeOf[*emergencyCallView](), list: true,
			query: []parameter{
				{name: "from", doc: "Only calls begun at this time or later."},
				{name: "to", doc: "Only calls begun before this time."},
				{name: "device", doc: "Only calls from this device."},
				{name: "location", doc: "Only calls from this location."},
				{name: "outcome", doc: "Only calls with this outcome."},
				{name: "test", doc: "Only tests (true) or only emergencies (false)."},
			},
			status: http.StatusOK, handle: handleEmergencies,
		},
		{
			method: http.MethodGet, path: emergencyPath + "/{emergency_call}", event: "emergency_call.read", scope: record.ScopeRead,
			summary: "Reads an emergency call with what became of each recipient's mails.",
			answer:  typeOf[*emergencyCallView](), status: http.StatusOK, handle: handleEmergency,
		},
		{
			method: http.MethodPost, path: emergencyPath + "/{emergency_call}/retry", event: "emergency_call.retry", scope: record.ScopeManage,
			summary: "Offers every mail of an emergency call that is not delivered to the relays at once.",
			answer:  typeOf[*emergencyCallView](), status: http.StatusAccepted, handle: handleEmergencyRetry,
		},
	}
}

// rehearsalOperations are those that ask the emergency service.
func rehearsalOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: devicesPath + "/{device}/emergency_dry_run", event: "device.emergency_dry_run", scope: record.ScopeRead,
			summary: "Says what would happen if this phone dialled 911. Nobody is called or told.",
			answer:  typeOf[*e911.DryRun](), status: http.StatusOK, handle: handleDryRun,
		},
		{
			method: http.MethodPost, path: "/v1/accounts/{account}/emergency_test", event: "emergency_call.test", scope: record.ScopeManage,
			summary: "Mails the recipients of emergencies a test, the way a real one is told. Nobody is called.",
			body:    []reflect.Type{typeOf[emergencyTestInput]()}, emptyBody: true,
			answer: typeOf[*emergencyCallView](), status: http.StatusCreated, handle: handleEmergencyTest,
		},
		{
			method: http.MethodGet, path: "/v1/accounts/{account}/emergency_coverage", event: "emergency_call.coverage", scope: record.ScopeRead,
			summary: "Lists the devices that can call, with the last test call of each and whether it has moved since.",
			answer:  typeOf[e911.Coverage](), list: true,
			query:  []parameter{{name: "state", doc: "Only tested, never_tested, moved or address_changed ones."}},
			status: http.StatusOK, handle: handleCoverage,
		},
		{
			method: http.MethodPost, path: "/v1/accounts/{account}/locations/{location}/e911_retry", event: "location.e911_retry", scope: record.ScopeWrite,
			summary: "Has the carrier asked again to take the address: e911_status is pending until it has said, or somebody has set, what came of it.",
			answer:  typeOf[*record.Location](), status: http.StatusAccepted, handle: handleProvision,
		},
		{
			method: http.MethodGet, path: "/v1/accounts/{account}/lint", event: "account.lint", scope: record.ScopeRead,
			summary: "Lists what emergency calls would lack.", answer: typeOf[e911.Finding](), list: true,
			status: http.StatusOK, handle: handleLint,
		},
	}
}

func handleEmergencies(c *call) (*answer, error) {
	q := c.query()
	ask := store.EmergencyQuery{
		Account: c.account, Device: record.ID(q.text("device")), Location: record.ID(q.text("location")),
		Outcome: q.oneOf("outcome", record.EmergencyOutcomes()...), From: q.time("from"), To: q.time("to"),
		After: historyCursor(q), Limit: q.limit(),
	}
	if v := q.oneOf("test", "true", "false"); v != "" {
		test := v == "true"
		ask.Test = &test
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	list, err := c.server.Store.EmergencyCalls(ask)
	shown := store.Page[*emergencyCallView]{Next: list.Next, Items: make([]*emergencyCallView, 0, len(list.Items))}
	for _, e := range list.Items {
		if err == nil {
			var v *emergencyCallView
			v, err = c.showEmergency(e)
			shown.Items = append(shown.Items, v)
		}
	}
	return history(shown, err)
}

// emergency is the account's emergency call the path names.
func (c *call) emergency() (*record.EmergencyCall, error) {
	e, err := c.server.Store.EmergencyCall(c.account, c.r.PathValue("emergency_call"))
	if err == nil {
		c.resource = record.ID(e.ID)
	}
	return e, err
}

func handleEmergency(c *call) (*answer, error) {
	e, err := c.emergency()
	if err != nil {
		return nil, err
	}
	v, err := c.showEmergency(e)
	if err != nil {
		return nil, err
	}
	return ok(v), nil
}

// showEmergency adds what has become of the mails.
func (c *call) showEmergency(e *record.EmergencyCall) (*emergencyCallView, error) {
	v := &emergencyCallView{EmergencyCall: e, Recipients: make([]toldView, 0, len(e.Recipients))}
	for _, r := range e.Recipients {
		shown := toldView{Address: r.Address, Extension: r.Extension, Source: r.Source, Language: r.Language, State: string(store.OutboxPending)}
		for _, m := range e.Mails {
			if m.Address != r.Address {
				continue
			}
			mail, err := c.showEmergencyMail(&m)
			if err != nil {
				return nil, err
			}
			shown.Mails = append(shown.Mails, mail)
		}
		shown.State = together(shown.Mails)
		v.Recipients = append(v.Recipients, shown)
	}
	return v, nil
}

func (c *call) showEmergencyMail(m *record.EmergencyMail) (noticeView, error) {
	stage, _, _ := strings.Cut(m.Stage, ".")
	v := noticeView{Stage: stage, State: string(store.OutboxFailed)}
	if m.Row == "" {
		return v, nil // it could not be written
	}
	row, err := c.server.Store.OutboxRow(c.account, m.Row)
	if errors.Is(err, store.ErrNotFound) {
		return v, nil
	}
	if err != nil {
		return v, err
	}
	v.State, v.Attempts, v.CreatedAt, v.History = string(row.State), row.Attempts, row.CreatedAt, row.Tries
	if row.State == store.OutboxPending {
		v.NextAt = &row.Due
	} else {
		v.FinishedAt = &row.FinishedAt
	}
	return v, nil
}

// together is the state of all mails to one recipient.
func together(mails []noticeView) string {
	state := store.OutboxDelivered
	if len(mails) == 0 {
		state = store.OutboxPending
	}
	for _, m := range mails {
		switch store.OutboxState(m.State) {
		case store.OutboxPending:
			return m.State
		case store.OutboxFailed:
			state = store.OutboxFailed
		case store.OutboxDelivered:
		}
	}
	return string(state)
}

func handleEmergencyRetry(c *call) (*answer, error) {
	e, err := c.emergency()
	if err != nil {
		return nil, err
	}
	_, err = c.change(func(tx *store.Tx) (effect, error) {
		for _, m := range e.Mails {
			row, err := c.server.Store.OutboxRow(c.account, m.Row)
			if m.Row == "" || errors.Is(err, store.ErrNotFound) || err == nil && row.State == store.OutboxDelivered {
				continue
			}
			if err != nil {
				return effect{}, err
			}
			if _, err := tx.RetryOutbox(c.account, m.Row); err != nil {
				return effect{}, err
			}
		}
		return effect{account: c.account, resource: record.ID(e.ID), answer: &answer{}}, nil
	})
	if err != nil {
		return nil, err
	}
	v, err := c.showEmergency(e)
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusAccepted, body: v}, nil
}

func handleDryRun(c *call) (*answer, error) {
	d, err := c.device()
	if err != nil {
		return nil, err
	}
	run, err := c.server.Emergency.DryRun(c.account, d.ID)
	if errors.Is(err, e911.ErrNoLine) {
		return nil, &store.Conflict{Code: store.ConflictState, Detail: err.Error()}
	}
	if err != nil {
		return nil, err
	}
	return ok(run), nil
}

func handleEmergencyTest(c *call) (*answer, error) {
	var in emergencyTestInput
	if err := c.readInto(&in); err != nil {
		return nil, err
	}
	id, err := c.server.Emergency.TestNotification(c.account, in.Device)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, invalidField("device", record.CodeInvalid, "there is no such device")
	case errors.Is(err, e911.ErrNoLine):
		return nil, invalidField("device", record.CodeInvalid, "the device has no line")
	case err != nil:
		return nil, err
	}
	e, err := c.server.Store.EmergencyCall(c.account, id)
	if err != nil {
		return nil, err
	}
	c.resource = record.ID(id)
	v, err := c.showEmergency(e)
	if err != nil {
		return nil, err
	}
	return (&answer{status: http.StatusCreated, body: v}).at(c.expand(emergencyPath, "", "") + "/" + id), nil
}

func handleCoverage(c *call) (*answer, error) {
	q := c.query()
	state := q.oneOf("state", e911.CoverageTested, e911.CoverageNever, e911.CoverageMoved, e911.CoverageChanged)
	limit, after := q.limit(), q.cursor(func(text string) bool { return record.ID(text).Kind() == record.KindDevice })
	if err := q.err(); err != nil {
		return nil, err
	}
	list, err := c.server.Emergency.Coverage(c.account)
	if err != nil {
		return nil, err
	}
	kept := list[:0:0]
	for _, e := range list {
		if state == "" || e.State == state {
			kept = append(kept, e)
		}
	}
	return ok(pageOfPlaces(kept, limit, after, func(e e911.Coverage) string { return string(e.Device) })), nil
}

func handleLint(c *call) (*answer, error) {
	q := c.query()
	limit, after := q.limit(), q.cursor(func(text string) bool {
		id, _, ok := strings.Cut(text, "/")
		return ok && record.ID(id).Kind() != ""
	})
	if err := q.err(); err != nil {
		return nil, err
	}
	return ok(pageOfPlaces(c.server.Emergency.Lint(c.account), limit, after, func(f e911.Finding) string { return f.Key() })), nil
}

func handleProvision(c *call) (*answer, error) {
	var place *record.Location
	_, err := c.change(func(tx *store.Tx) (effect, error) {
		before, err := store.Load[*record.Location](tx, record.ID(c.r.PathValue("location")))
		if err != nil || before.Account != c.account {
			return effect{}, cmp.Or(err, store.ErrNotFound)
		}
		place = before.Clone().(*record.Location)
		place.E911Status, place.E911Reason = record.E911Pending, ""
		return effect{account: c.account, before: before, after: place, answer: &answer{}}, tx.Replace(place, 0)
	})
	if err != nil {
		return nil, err
	}
	c.server.Emergency.Provision(c.account, place.ID)
	return &answer{status: http.StatusAccepted, body: place}, nil
}
