package admin

import (
	"reflect"

	"dialtone/store"
	"dialtone/store/record"
)

// The collections that say where calls go.

func numbers() *collection[*record.Number] {
	return inAccount(collection[*record.Number]{
		path: "/v1/accounts/{account}/numbers", param: "number", noun: "number",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"number"},
		blank:   record.NewNumber,
		show:    showNumber,
		shown:   reflect.TypeFor[*record.Number](),
		filters: []parameter{{name: "number", doc: "Only this one, E.164."}},
		match: func(_ *call, q *query) func(*store.View, *record.Number) bool {
			number := q.text("number")
			return func(_ *store.View, n *record.Number) bool { return number == "" || n.Number == number }
		},
	})
}

// showNumber leaves out what a user who chooses a number need not know of it.
func showNumber(c *call, n *record.Number, _ any) any {
	if c.may(record.ScopeRead) {
		return n
	}
	return &record.Number{Meta: n.Meta, Number: n.Number, OutboundEnabled: n.OutboundEnabled, CallerIDName: n.CallerIDName}
}

func ringGroups() *collection[*record.RingGroup] {
	return inAccount(collection[*record.RingGroup]{
		path: "/v1/accounts/{account}/ring_groups", param: "ring_group", noun: "ring group",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"name"},
		blank: record.NewRingGroup,
	})
}

func schedules() *collection[*record.Schedule] {
	return inAccount(collection[*record.Schedule]{
		path: "/v1/accounts/{account}/schedules", param: "schedule", noun: "schedule",
		read: record.ScopeRead, write: record.ScopeWrite, required: []string{"name"},
		blank:   record.NewSchedule,
		prepare: prepareSchedule,
	})
}

// prepareSchedule gives a schedule the account's time zone where it has none.
func prepareSchedule(_ *call, tx *store.Tx, in *input[*record.Schedule]) (any, error) {
	if in.record.Timezone != "" {
		return nil, nil
	}
	a, err := store.Load[*record.Account](tx, in.record.Account)
	if err != nil {
		return nil, err
	}
	in.record.Timezone = a.Timezone
	return nil, nil
}
