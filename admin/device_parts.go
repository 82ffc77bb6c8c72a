package admin

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"dialtone/provision/layout"
	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

// deviceOperations are what can be read and done below one device.
func (s *Server) deviceOperations() []*operation {
	ops := []*operation{{
		method: http.MethodPost, path: devicesPath + "/{device}/rearm", event: "device.rearm", scope: record.ScopeWrite,
		summary: "Lets a bound phone enrol again on the account's URL. A URL of its own in use goes on until its new one is used, 24 hours at most, so that the phone finds the new one; at_once ends it.",
		body:    []reflect.Type{typeOf[rearmInput]()}, emptyBody: true,
		answer: typeOf[*deviceView](), revisions: true, status: http.StatusOK, handle: handleRearm,
	}}
	if s.Phones != nil {
		ops = append(ops, &operation{
			method: http.MethodGet, path: devicesPath + "/{device}/buttons", event: "device.read_buttons", scope: record.ScopeRead,
			summary: "Lists a device's effective keys, each with its source and verdict.",
			answer:  typeOf[layout.Key](), list: true, status: http.StatusOK, handle: handleButtons,
		}, &operation{
			method: http.MethodGet, path: devicesPath + "/{device}/config", event: "device.read_config", scope: record.ScopeRead,
			summary: "Shows the file the phone fetches, secrets masked.", media: "text/plain; charset=utf-8",
			status: http.StatusOK, handle: handleConfig,
		})
	}
	if s.CheckSync != nil {
		ops = append(ops, &operation{
			method: http.MethodPost, path: devicesPath + "/{device}/check_sync", event: "device.check_sync", scope: record.ScopeWrite,
			summary: "Tells a phone to fetch its configuration, or to restart.", body: []reflect.Type{typeOf[checkSyncInput]()}, emptyBody: true,
			answer: typeOf[*checkSyncResult](), status: http.StatusOK, handle: handleCheckSync,
		})
	}
	return ops
}

// device is the account's device the path names.
func (c *call) device() (*record.Device, error) {
	var d *record.Device
	found := false
	c.view(func(v *store.View) { d, found = store.Get[*record.Device](v, c.id("device")) })
	if !found || d.Account != c.account {
		return nil, store.ErrNotFound
	}
	c.resource = d.ID
	return d, nil
}

// loadDevice is the same inside a transaction, with the revision the caller wants.
func (c *call) loadDevice(tx *store.Tx) (*record.Device, error) {
	d, err := store.Load[*record.Device](tx, c.id("device"))
	if err != nil {
		return nil, err
	}
	if d.Account != c.account {
		return nil, store.ErrNotFound
	}
	c.resource = d.ID
	return d, c.matches(d.Header())
}

// rearmInput says what becomes of the URL in use.
type rearmInput struct {
	AtOnce bool `json:"at_once" doc:"Whether the phone's own URL ends now, for one that has leaked: the phone then needs the account's URL again."`
}

// rearm gives a bound device a new URL of its own. One that is not bound keeps it, for
// its phone may be about to use it; the URL from before gets another day.
func (in rearmInput) rearm(d *record.Device, bound bool, now time.Time) {
	_, _, old := d.OldEpoch()
	switch {
	case bound || in.AtOnce:
		d.Rearm(now, !in.AtOnce)
	case old:
		d.RearmedAt = now.UTC()
	}
}

// handleRearm gives the device a new URL of its own and forgets that the old one
// has been used.
func handleRearm(c *call) (*answer, error) {
	var in rearmInput
	if err := c.readInto(&in); err != nil {
		return nil, err
	}
	var d *record.Device
	_, err := c.change(func(tx *store.Tx) (effect, error) {
		before, err := c.loadDevice(tx)
		if err != nil {
			return effect{}, err
		}
		d = before.Clone().(*record.Device)
		bound := false
		err = tx.PutState(d.ID, d.Account, func(s *record.DeviceState) {
			bound, s.BoundEpoch = s.BoundEpoch == d.BindingEpoch+1, 0
		})
		if err != nil {
			return effect{}, err
		}
		in.rearm(d, bound, tx.Now())
		err = tx.Replace(d, 0)
		return effect{account: c.account, before: before, after: d, answer: &answer{}}, err
	})
	if err != nil {
		return nil, err
	}
	return devices().answer(c, d, nil), nil
}

func handleButtons(c *call) (*answer, error) {
	d, err := c.device()
	if err != nil {
		return nil, err
	}
	q := c.query()
	limit, after := q.limit(), q.cursor(isPlace)
	if err := q.err(); err != nil {
		return nil, err
	}
	var keys []layout.Key
	c.view(func(v *store.View) { keys, err = c.server.Phones.Layout(v, d) })
	if err != nil {
		return nil, err
	}
	return ok(pageOfPlaces(keys, limit, after, func(k layout.Key) string { return place(k.Module, k.Position) })), nil
}

// place sorts keys by module and position as text.
func place(module, position int) string { return fmt.Sprintf("%02d/%03d", module, position) }

// isPlace says whether a text is what place makes.
func isPlace(text string) bool {
	module, position, ok := strings.Cut(text, "/")
	m, err1 := strconv.Atoi(module)
	p, err2 := strconv.Atoi(position)
	return ok && err1 == nil && err2 == nil && text == place(m, p)
}

// pageOfPlaces is a page of a list that is sorted by place.
func pageOfPlaces[T any](list []T, limit int, after string, at func(T) string) page {
	rest := make([]T, 0, limit+1)
	for _, e := range list {
		if at(e) > after && len(rest) <= limit {
			rest = append(rest, e)
		}
	}
	return cut(rest, limit, at)
}

// handleConfig shows the file as a phone that talks to the provisioning URL's own
// address gets it.
func handleConfig(c *call) (*answer, error) {
	d, err := c.device()
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(c.server.ProvisionURL(c.r))
	if err != nil {
		return nil, fmt.Errorf("cannot read provisioning URL: %w", err)
	}
	var file []byte
	c.view(func(v *store.View) {
		if d.Base != "" { // a handset's lines stand in its base's file
			d, _ = store.Get[*record.Device](v, d.Base)
		}
		file, err = c.server.Phones.Masked(v, d, view.Request{Facing: base.Hostname()}, nil)
	})
	if errors.Is(err, view.ErrNoFile) {
		return nil, store.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &answer{
		status: http.StatusOK,
		header: map[string]string{"Content-Type": "text/plain; charset=utf-8"},
		stream: func(w io.Writer) error { _, err := w.Write(file); return err },
	}, nil
}

// checkSyncInput says what the phone is to do.
type checkSyncInput struct {
	Reboot bool `json:"reboot" doc:"Whether it restarts; otherwise it only fetches its configuration."`
}

type checkSyncResult struct {
	Lines []LineResult `json:"lines" doc:"One a line of the device."`
}

func handleCheckSync(c *call) (*answer, error) {
	d, err := c.device()
	if err != nil {
		return nil, err
	}
	var in checkSyncInput
	if err := c.readInto(&in); err != nil {
		return nil, err
	}
	lines, err := c.server.CheckSync.CheckSync(c.r.Context(), d.ID, in.Reboot)
	if err != nil {
		return nil, err
	}
	return ok(&checkSyncResult{lines}), nil
}
