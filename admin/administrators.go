package admin

import (
	"net/http"
	"reflect"

	"dialtone/store"
	"dialtone/store/record"
)

// administrators are the platform's: those who belong to no account, and account managers
// who were made administrators.
func administrators() *collection[*record.Manager] {
	return &collection[*record.Manager]{
		path: "/v1/administrators", param: "manager", noun: "administrator",
		read: scopePlatform, write: scopePlatform, required: []string{"name", "email"},
		blank: func() *record.Manager {
			return &record.Manager{Role: record.RoleAdministrator, Administrator: true, Language: "en"}
		},
		own:     func(*call, *record.Manager) {},
		parent:  func(*call) record.ID { return "" },
		visible: func(_ *call, m *record.Manager) bool { return m.Administrator },
		extra:   func() any { return &managerInput{} },
		prepare: prepareAdministrator,
		written: writtenManager,
		show:    showManager,
		shown:   reflect.TypeFor[*managerView](),
		live:    func(c *call, shown []any) { c.lives(shown) },
	}
}

// prepareAdministrator keeps an administrator one: his role in an account is changed there,
// and DELETE takes the platform from him.
func prepareAdministrator(c *call, tx *store.Tx, in *input[*record.Manager]) (any, error) {
	if err := c.stillManages(tx); err != nil {
		return nil, err
	}
	role := record.RoleAdministrator
	if !in.create {
		role = in.before.Role
	}
	var p record.Problems
	if in.record.Role != role {
		p.Add("role", record.CodeReadOnly, "cannot be set here")
	}
	if !in.record.Administrator {
		p.Add("administrator", record.CodeReadOnly, "cannot be set here: remove him instead")
	}
	if !in.create {
		return nil, p.Err()
	}
	extra := in.extra.(*managerInput)
	extra.sent = &invitation{}
	return extra.sent, p.Err()
}

// administratorOperations are the rows of administrators.
func administratorOperations() []*operation {
	k := administrators()
	ops := append(k.operations(), managerActions(k.item(), "administrator", scopePlatform)...)
	for _, op := range ops[:5] {
		switch {
		case op.list:
			op.handle = handleAdministrators
		case op.method == http.MethodPost:
			op.handle = func(c *call) (*answer, error) { return handleCreatePerson(c, k.createFrom) }
		case op.method == http.MethodDelete:
			op.handle = handleRemoveAdministrator
		}
		op.event = "administrator" + op.event[len(record.KindManager):]
	}
	return ops
}

// handleAdministrators lists those of all accounts and of none.
func handleAdministrators(c *call) (*answer, error) {
	q := c.query()
	limit, after := q.limit(), record.ID(q.cursor(func(text string) bool { return record.ID(text).Kind() == record.KindManager }))
	if err := q.err(); err != nil {
		return nil, err
	}
	var list []*record.Manager
	c.view(func(v *store.View) {
		for _, m := range v.Administrators() {
			if m.ID > after {
				list = append(list, m)
			}
		}
	})
	shown := make([]any, 0, limit)
	for _, m := range list[:min(len(list), limit)] {
		shown = append(shown, showManager(c, m, nil))
	}
	c.lives(shown)
	p := cut(list, limit, func(m *record.Manager) string { return string(m.ID) })
	p.Data = shown
	return ok(p), nil
}

// handleRemoveAdministrator takes the platform from somebody: who has an account keeps it,
// anybody else is gone.
func handleRemoveAdministrator(c *call) (*answer, error) {
	return c.change(func(tx *store.Tx) (effect, error) {
		m, err := c.leaving(tx)
		if err != nil {
			return effect{}, err
		}
		e := effect{account: c.account, before: m, answer: &answer{status: http.StatusNoContent}}
		if m.Account == "" {
			return e, tx.Delete(m.ID, 0)
		}
		after := m.Clone().(*record.Manager)
		after.Administrator = false
		e.after = after
		if err := tx.Replace(after, 0); err != nil {
			return effect{}, err
		}
		return e, tx.EndSessions(m.ID, "")
	})
}
