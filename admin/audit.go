package admin

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

// maxChanges bounds the changed fields one audit entry lists.
const maxChanges = 500

// changed stands for the value of a secret.
const changed = "changed"

// entry is the call's audit entry so far.
func (c *call) entry(outcome string) record.AuditEntry {
	e := record.AuditEntry{
		Event: c.op.event, Resource: c.resource, Actor: c.actor(), Outcome: outcome, Detail: c.detail,
	}
	if e.Resource == "" {
		e.Resource = c.account
	}
	if c.source.IsValid() {
		e.IP = c.source.String()
	}
	return e
}

// noteSuccess records what was read, unless a transaction has recorded it.
func (c *call) noteSuccess() {
	if !c.audited {
		c.server.Store.Note(c.account, c.entry(record.OutcomeSuccess))
	}
}

// noteProblem records a failure or a denial. A denial of somebody unknown stands in
// the log of the account he wanted; one of another account's key in its own
// account's log, for accounts know nothing of each other.
func (c *call) noteProblem(p *problem) {
	account := c.account
	outcome := record.OutcomeFailure
	if c.denied(p) {
		outcome = record.OutcomeDenied
	}
	if !c.known() {
		if id := c.id("account"); c.server.hasAccount(id) {
			account = id
		}
	}
	e := c.entry(outcome)
	e.Detail = p.Code + ": " + p.Detail
	if p.Status == http.StatusUnprocessableEntity {
		e.Detail = p.Code + ": " + fieldNames(p.Errors)
	}
	c.server.Store.Note(account, e)
}

// fieldNames lists what was wrong without what was sent: it might be a secret.
func fieldNames(errs []record.Problem) string {
	names := make([]string, 0, len(errs))
	for _, q := range errs[:min(len(errs), 10)] {
		names = append(names, q.Field+" ("+q.Code+")")
	}
	return strings.Join(names, ", ")
}

// effect is what a change did, for its audit entry and its answer.
type effect struct {
	// account is whose log the entry goes to.
	account record.ID
	// before and after are nil for a created and a deleted record.
	before, after record.Record
	// resource is the record, when there is neither before nor after, and changes tell what
	// was changed of it.
	resource record.ID
	changes  []record.FieldChange
	answer   *answer
}

// audit appends the change's entry to its transaction.
func (c *call) audit(tx *store.Tx, e effect) error {
	entry := c.entry(record.OutcomeSuccess)
	entry.Resource = e.resource
	for _, r := range []record.Record{e.before, e.after} {
		if r != nil {
			entry.Resource = r.Header().ID
		}
	}
	if entry.Changes = e.changes; entry.Changes == nil {
		entry.Changes = differences(e.before, e.after)
	}
	return tx.Audit(e.account, entry)
}

// differences lists the fields that differ, by path. Secrets only say that they do.
func differences(before, after record.Record) []record.FieldChange {
	a, b := leaves(before), leaves(after)
	var paths []string
	for path, value := range a {
		if other, both := b[path]; !both || other != value {
			paths = append(paths, path)
		}
	}
	for path := range b {
		if _, both := a[path]; !both {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	var list []record.FieldChange
	for _, path := range paths {
		if len(list) == maxChanges {
			return append(list, record.FieldChange{Field: "…", After: strconv.Itoa(len(paths)-maxChanges) + " more"})
		}
		one := record.FieldChange{Field: path, Before: a[path], After: b[path]}
		if secretLeaf(path, a[path]) || secretLeaf(path, b[path]) {
			one.Before, one.After = nil, changed
		}
		list = append(list, one)
	}
	return append(list, secretDifferences(before, after)...)
}

// secretLeaf says whether a value is a secret that is not sealed: a phone's parameter
// in the vendor's own name may be one.
func secretLeaf(path string, value any) bool {
	_, name, raw := strings.Cut(path, ".raw.")
	if !raw {
		return false
	}
	text, _ := value.(string)
	return record.SecretParameter(name, text)
}

// leaves are a record's scalar values by path, without its bookkeeping.
func leaves(r record.Record) map[string]any {
	found := map[string]any{}
	if r == nil {
		return found
	}
	text, err := json.Marshal(r)
	if err != nil {
		return found
	}
	doc, err := merge.Parse(text)
	if err != nil {
		return found
	}
	o, _ := doc.(merge.Object)
	for _, f := range merge.Fields(reflect.TypeFor[record.Meta]()) {
		delete(o, f.Name)
	}
	collect(found, "", o)
	return found
}

func collect(found map[string]any, at string, v any) {
	switch v := v.(type) {
	case merge.Object:
		for name, e := range v {
			path := name
			if at != "" {
				path = at + "." + name
			}
			collect(found, path, e)
		}
	case []any:
		for i, e := range v {
			collect(found, at+"["+strconv.Itoa(i)+"]", e)
		}
	case nil:
	default:
		found[at] = v
	}
}

// secretDifferences are the sealed fields that differ.
func secretDifferences(before, after record.Record) []record.FieldChange {
	a, b := secrets(before), secrets(after)
	var list []record.FieldChange
	for _, name := range slices.Sorted(mapKeys(a, b)) {
		if a[name] != b[name] {
			list = append(list, record.FieldChange{Field: name, After: changed})
		}
	}
	return list
}

// secrets are the sealed fields by their storage name.
func secrets(r record.Record) map[string]string {
	found := map[string]string{}
	if r == nil {
		return found
	}
	v := reflect.ValueOf(r).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("cbor"), ",")
		if f.Tag.Get("json") == "-" && f.Type == reflect.TypeFor[[]byte]() {
			if sealed := v.FieldByIndex(f.Index).Bytes(); len(sealed) > 0 {
				found[name] = string(sealed)
			}
		}
	}
	return found
}

func mapKeys(maps ...map[string]string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		seen := map[string]bool{}
		for _, m := range maps {
			for k := range m {
				if !seen[k] && !yield(k) {
					return
				}
				seen[k] = true
			}
		}
	}
}
