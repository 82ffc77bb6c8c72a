package store

import (
	"errors"

	"dialtone/store/record"
)

// maxOverflows bounds the ring groups and queues that overflow into one another.
const maxOverflows = 10

// targetRules want the lines targets name to be there, and keep calls from being sent on
// to an emergency number (RFC 6881, 9.2).
func (tx *Tx) targetRules(r record.Record) error {
	var p record.Problems
	for _, placed := range record.Targets(r) {
		if placed.Target.Type != record.TargetDeviceLine {
			continue
		}
		d, err := Load[*record.Device](tx, placed.Target.ID)
		if err != nil {
			return err
		}
		if d.LineNumber(placed.Target.Line) == nil {
			p.Add(placed.Field+".line", record.CodeNotFound, "the device has no line %d", placed.Target.Line)
		}
	}
	if err := tx.destinationRules(r, &p); err != nil {
		return err
	}
	return p.Err()
}

func (tx *Tx) destinationRules(r record.Record, p *record.Problems) error {
	list := record.Destinations(r)
	if len(list) == 0 {
		return nil
	}
	a, isAccount := r.(*record.Account)
	if !isAccount {
		var err error
		if a, err = Load[*record.Account](tx, accountOf(r)); err != nil {
			return err
		}
	}
	n, err := tx.emergencyNumbers(a, nil)
	if err != nil {
		return err
	}
	for _, d := range list {
		if reason, reserved := n.reserved(d.Dialled); reserved {
			p.Add(d.Field, record.CodeInvalid, "calls cannot be sent on to %s: %s", d.Dialled, reason)
		}
	}
	return nil
}

// noDestinationReserved refuses numbers that calls of the account are sent on to already.
func (tx *Tx) noDestinationReserved(account record.ID, n emergencyNumbers) error {
	return errors.Join(
		each(tx, account, func(r *record.Extension) error { return unreserved(r, n) }),
		each(tx, account, func(r *record.Number) error { return unreserved(r, n) }),
		each(tx, account, func(r *record.RingGroup) error { return unreserved(r, n) }),
		each(tx, account, func(r *record.CallQueue) error { return unreserved(r, n) }),
		each(tx, account, func(r *record.User) error { return unreserved(r, n) }),
	)
}

func unreserved(r record.Record, n emergencyNumbers) error {
	for _, d := range record.Destinations(r) {
		if reason, reserved := n.reserved(d.Dialled); reserved {
			return conflict("", ConflictReserved, "%s sends calls on to %s: %s; change it first", describe(r), d.Dialled, reason)
		}
	}
	return nil
}

// numberRules keep what the account has made an emergency number from being a number of
// its own.
func (tx *Tx) numberRules(r *record.Number) error {
	a, err := Load[*record.Account](tx, r.Account)
	if err != nil {
		return err
	}
	n, err := tx.emergencyNumbers(a, nil)
	if err != nil {
		return err
	}
	if reason, reserved := n.reserved(r.Number); reserved {
		return conflict("number", ConflictReserved, "%s cannot be a number of the account: %s", r.Number, reason)
	}
	return nil
}

// overflowRules keep ring groups and queues from overflowing into one another for ever.
func (tx *Tx) overflowRules(id record.ID, next *record.Target) error {
	for range maxOverflows {
		if next == nil || next.Type != record.TargetRingGroup && next.Type != record.TargetCallQueue {
			return nil
		}
		if next.ID == id {
			break
		}
		other, err := tx.load(next.ID)
		if err != nil {
			return err
		}
		next = overflowOf(other)
	}
	var p record.Problems
	p.Add("overflow", record.CodeInvalid, "must not lead back to where it comes from, nor through more than %d others", maxOverflows)
	return p.Err()
}

// overflowOf is where a ring group's or a queue's calls go that nobody took.
func overflowOf(r record.Record) *record.Target {
	switch r := r.(type) {
	case *record.RingGroup:
		return r.Overflow
	case *record.CallQueue:
		return r.Overflow
	}
	return nil
}

// linesInUse refuses to take a line away that calls are sent to.
func (tx *Tx) linesInUse(d *record.Device) error {
	referrers, err := tx.referrers(d.ID)
	if err != nil {
		return err
	}
	for _, f := range referrers {
		r, err := tx.load(f.id)
		if err != nil {
			return err
		}
		for _, p := range record.Targets(r) {
			t := p.Target
			if t.Type == record.TargetDeviceLine && t.ID == d.ID && d.LineNumber(t.Line) == nil {
				return conflict("lines", ConflictInUse, "%s leads to line %d", describe(r), t.Line)
			}
		}
	}
	return nil
}
