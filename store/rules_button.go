package store

import (
	"cmp"
	"strconv"

	"dialtone/store/record"
)

// buttonRules keep a key from forwarding every call of a phone to an emergency number
// (RFC 6881, 9.2).
func (tx *Tx) buttonRules(account record.ID, field string, buttons []record.Button) error {
	var p record.Problems
	for i, b := range buttons {
		if forwardedTo(b) == "" {
			continue
		}
		a, err := Load[*record.Account](tx, account)
		if err != nil {
			return err
		}
		n, err := tx.emergencyNumbers(a, nil)
		if err != nil {
			return err
		}
		if reason, reserved := n.reserved(forwardedTo(b)); reserved {
			at := field + "[" + strconv.Itoa(i) + "].target.destination"
			p.Add(at, record.CodeInvalid, "calls cannot be forwarded to %s: %s", forwardedTo(b), reason)
		}
	}
	return p.Err()
}

// forwardedTo is where a key forwards calls to, "" when that is nowhere of its own.
func forwardedTo(b record.Button) string {
	if b.Type != record.ButtonForward || b.Target == nil {
		return ""
	}
	return b.Target.Destination
}

// noForwardReserved refuses numbers a key of the account's forwards to already.
func (tx *Tx) noForwardReserved(account record.ID, n emergencyNumbers) error {
	check := func(where, name string, buttons []record.Button) error {
		for _, b := range buttons {
			if reason, reserved := n.reserved(forwardedTo(b)); reserved {
				return conflict("", ConflictReserved, "key %d of %s %s forwards calls to %s: %s; change it first",
					b.Position, where, name, forwardedTo(b), reason)
			}
		}
		return nil
	}
	err := each(tx, account, func(t *record.ButtonTemplate) error { return check("button template", t.Name, t.Buttons) })
	if err != nil {
		return err
	}
	return each(tx, account, func(d *record.Device) error {
		return check("device", cmp.Or(d.Name, d.MAC, string(d.ID)), d.ButtonOverrides)
	})
}
