package admin

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

const overridesPath = devicesPath + "/{device}/button_overrides"

// overrideOperations change single keys of a device; they are part of its record,
// whose revision If-Match names.
func overrideOperations() []*operation {
	button := []reflect.Type{typeOf[record.Button]()}
	module := []parameter{{name: "module", doc: "Expansion module the key is on, from 1; the phone itself when absent."}}
	return []*operation{
		{
			method: http.MethodGet, path: overridesPath, event: "button_override.list", scope: record.ScopeRead,
			summary: "Lists the keys of a device that differ from its template's.",
			answer:  button[0], list: true, status: http.StatusOK, handle: handleOverrides,
		},
		{
			method: http.MethodPost, path: overridesPath, event: "button_override.create", scope: record.ScopeWrite,
			summary: "Sets or replaces one key of a device, or takes the template's away.", body: button, required: []string{"position"},
			answer: button[0], revisions: true, replays: true, status: http.StatusCreated, handle: handlePutOverride,
		},
		{
			method: http.MethodPatch, path: overridesPath + "/{position}", event: "button_override.update", scope: record.ScopeWrite,
			summary: "Changes one key of a device.", body: button, query: module,
			answer: button[0], revisions: true, status: http.StatusOK, handle: handlePatchOverride,
		},
		{
			method: http.MethodDelete, path: overridesPath + "/{position}", event: "button_override.delete", scope: record.ScopeWrite,
			summary: "Gives one key of a device back to the template.", query: module,
			revisions: true, status: http.StatusNoContent, handle: handleDeleteOverride,
		},
	}
}

func handleOverrides(c *call) (*answer, error) {
	d, err := c.device()
	if err != nil {
		return nil, err
	}
	q := c.query()
	limit, after := q.limit(), q.cursor(isPlace)
	if err := q.err(); err != nil {
		return nil, err
	}
	list := slices.Clone(d.ButtonOverrides)
	slices.SortFunc(list, byPlace)
	return ok(pageOfPlaces(list, limit, after, func(b record.Button) string { return place(b.Module, b.Position) })), nil
}

func byPlace(a, b record.Button) int {
	return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(a.Position, b.Position))
}

func handlePutOverride(c *call) (*answer, error) {
	body, err := c.readBody()
	if err != nil {
		return nil, err
	}
	var b record.Button
	if err := merge.Apply(body, true, merge.Target{Value: &b}); err != nil {
		return nil, err
	}
	return c.changeOverrides(func(d *record.Device) (int, error) {
		i := indexOfPlace(d, b.Module, b.Position)
		if i < 0 {
			i = len(d.ButtonOverrides)
			d.ButtonOverrides = append(d.ButtonOverrides, b)
		}
		d.ButtonOverrides[i] = b
		return i, nil
	}, func(d *record.Device, i int) *answer {
		b := d.ButtonOverrides[i]
		location := c.expand(overridesPath, "", "") + "/" + strconv.Itoa(b.Position)
		if b.Module > 0 {
			location += "?module=" + strconv.Itoa(b.Module)
		}
		return found(http.StatusCreated, d.Header(), b).at(location)
	})
}

func handlePatchOverride(c *call) (*answer, error) {
	module, position, err := c.placeOfPath()
	if err != nil {
		return nil, err
	}
	body, err := c.readBody()
	if err != nil {
		return nil, err
	}
	return c.changeOverrides(func(d *record.Device) (int, error) {
		i := indexOfPlace(d, module, position)
		if i < 0 {
			return 0, store.ErrNotFound
		}
		b := &d.ButtonOverrides[i]
		if o, isObject := body.(merge.Object); isObject && o["type"] != nil && o["type"] != b.Type {
			b.Target = nil // another type's target has other fields
		}
		return i, merge.Apply(body, false, merge.Target{Value: b})
	}, func(d *record.Device, i int) *answer {
		return found(http.StatusOK, d.Header(), d.ButtonOverrides[i])
	})
}

func handleDeleteOverride(c *call) (*answer, error) {
	module, position, err := c.placeOfPath()
	if err != nil {
		return nil, err
	}
	return c.changeOverrides(func(d *record.Device) (int, error) {
		i := indexOfPlace(d, module, position)
		if i < 0 {
			return 0, store.ErrNotFound
		}
		d.ButtonOverrides = slices.Delete(d.ButtonOverrides, i, i+1)
		return i, nil
	}, func(*record.Device, int) *answer { return &answer{status: http.StatusNoContent} })
}

// changeOverrides edits the device's overrides; edit returns which one it is about.
func (c *call) changeOverrides(edit func(d *record.Device) (int, error), show func(d *record.Device, i int) *answer) (*answer, error) {
	return c.change(func(tx *store.Tx) (effect, error) {
		before, err := c.loadDevice(tx)
		if err != nil {
			return effect{}, err
		}
		d := before.Clone().(*record.Device)
		i, err := edit(d)
		if err != nil {
			return effect{}, err
		}
		if err := tx.Replace(d, 0); err != nil {
			return effect{}, ofButton(err, i)
		}
		return effect{account: c.account, before: before, after: d, answer: show(d, i)}, nil
	})
}

// ofButton names the fields of override i as they stand in the request.
func ofButton(err error, i int) error {
	var p record.Problems
	if !errors.As(err, &p) {
		return err
	}
	list := slices.Clone(p)
	for j := range list {
		list[j].Field = strings.TrimPrefix(list[j].Field, fmt.Sprintf("button_overrides[%d].", i))
	}
	return list.Err()
}

func indexOfPlace(d *record.Device, module, position int) int {
	return slices.IndexFunc(d.ButtonOverrides, func(b record.Button) bool {
		return b.Module == module && b.Position == position
	})
}

// placeOfPath is the key the path and the query name.
func (c *call) placeOfPath() (module, position int, err error) {
	q := c.query()
	if text := q.text("module"); text != "" {
		if module, err = strconv.Atoi(text); err != nil {
			q.problems.Add("module", record.CodeInvalid, "must be a whole number")
		}
	}
	if err := q.err(); err != nil {
		return 0, 0, err
	}
	if position, err = strconv.Atoi(c.r.PathValue("position")); err != nil {
		return 0, 0, store.ErrNotFound
	}
	return module, position, nil
}
