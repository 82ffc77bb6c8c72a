package store

import (
	"context"

	"dialtone/store/record"
)

// EventUserUpdate is the audit event of a changed user.
const EventUserUpdate = "user.update"

// ChangeUser changes what a user's phone may change of him (do not disturb, forwarding)
// with the audit entry that says who did it and from where. fn may run more than once; a
// change that changes nothing is not written. The errors are those of Tx.Replace.
func (s *Store) ChangeUser(ctx context.Context, id record.ID, who record.Actor, ip string, fn func(*record.User)) error {
	return s.Update(ctx, func(tx *Tx) error {
		before, err := Load[*record.User](tx, id)
		if err != nil {
			return err
		}
		after := before.Clone().(*record.User)
		fn(after)
		if err := tx.Replace(after, 0); err != nil {
			return err
		}
		changes := stateChanges(before, after)
		if len(changes) == 0 {
			return nil
		}
		return tx.Audit(after.Account, record.AuditEntry{
			Event: EventUserUpdate, Resource: id, Actor: who, Outcome: record.OutcomeSuccess, IP: ip, Changes: changes,
		})
	})
}

// stateChanges are the differences in what phones change.
func stateChanges(before, after *record.User) []record.FieldChange {
	var list []record.FieldChange
	a, b := userState(before), userState(after)
	for i := range b {
		if a[i].After != b[i].After {
			list = append(list, record.FieldChange{Field: b[i].Field, Before: a[i].After, After: b[i].After})
		}
	}
	return list
}

// userState is what phones change of a user, field by field, a rule there is not as one
// that does not apply.
func userState(u *record.User) []record.FieldChange {
	f := &u.Forwarding
	list := []record.FieldChange{
		{Field: "do_not_disturb", After: u.DoNotDisturb},
		{Field: "forwarding.no_answer_seconds", After: f.NoAnswerSeconds},
	}
	for _, r := range []record.PlacedForward{
		{Field: "forwarding.always", Rule: f.Always},
		{Field: "forwarding.busy", Rule: f.Busy},
		{Field: "forwarding.no_answer", Rule: f.NoAnswer},
		{Field: "forwarding.unreachable", Rule: f.Unreachable},
	} {
		rule := record.ForwardRule{}
		if r.Rule != nil {
			rule = *r.Rule
		}
		list = append(list,
			record.FieldChange{Field: r.Field + ".destination", After: rule.Destination},
			record.FieldChange{Field: r.Field + ".enabled", After: rule.Enabled})
	}
	return list
}
