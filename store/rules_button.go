package store

import (
	"strconv"

	"dialtone/store/record"
)

// buttonRules keep a key from forwarding every call of a phone to an emergency number
// (RFC 6881, 9.2).
func (tx *Tx) buttonRules(account record.ID, field string, buttons []record.Button) error {
	var p record.Problems
	for i, b := range buttons {
		if b.Type != record.ButtonForward || b.Target == nil || b.Target.Destination == "" {
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
		if reason, reserved := n.reserved(b.Target.Destination); reserved {
			at := field + "[" + strconv.Itoa(i) + "].target.destination"
			p.Add(at, record.CodeInvalid, "calls cannot be forwarded to %s: %s", b.Target.Destination, reason)
		}
	}
	return p.Err()
}
