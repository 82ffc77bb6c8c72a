package route

import (
	"slices"

	"dialtone/store/record"
)

// inbound takes a call from a trunk: the number called says whose it is, and it must belong to the account of one of
// the trunks the source may be. An emergency number is nobody's number: calls for help come from phones.
func (r *router) inbound(c Caller, dialled string) {
	trunks := make([]*record.ProviderAccount, 0, len(c.Trunks))
	for _, id := range c.Trunks {
		if t := r.dir.ProviderAccount(id); t != nil {
			trunks = append(trunks, t)
		}
	}
	if r.calledBack(c, trunks, dialled) {
		return
	}
	n, trunk := r.find(trunks, dialled)
	for _, candidate := range c.Called {
		if n != nil {
			break
		}
		n, trunk = r.find(trunks, candidate)
	}
	if n == nil {
		r.strange(c, trunks)
		return
	}
	r.accept(c, trunk)
	r.led = true
	r.own(n)
}

// accept makes the call one of the trunk's account.
func (r *router) accept(c Caller, trunk *record.ProviderAccount) {
	r.d.Account, r.account = trunk.Account, r.dir.Account(trunk.Account)
	if r.account == nil {
		r.account = &record.Account{}
	}
	r.d.From = r.outsider(c, trunk.ID)
	r.d.Shown = r.d.From
}

// strange refuses a call to a number that is none of the trunks' accounts'. Where the source can be one account's only
// it finds the call among its records.
func (r *router) strange(c Caller, trunks []*record.ProviderAccount) {
	if len(trunks) > 0 && !slices.ContainsFunc(trunks, func(t *record.ProviderAccount) bool { return t.Account != trunks[0].Account }) {
		r.accept(c, trunks[0])
	}
	r.called(r.d.Dialled)
	r.refuse(refusedNotFound)
}

// find is the number that called names, read by the rules of each trunk's account, and the trunk it came by: the
// number's own if that is possible. Carriers write E.164 with and without + and national numbers.
func (r *router) find(trunks []*record.ProviderAccount, called string) (*record.Number, *record.ProviderAccount) {
	digits, ok := clean(called)
	if !ok {
		return nil, nil
	}
	var by *record.ProviderAccount
	var found *record.Number
	for _, t := range trunks {
		n := r.numberOf(t, digits)
		if n == nil {
			continue
		}
		if n.ProviderAccount == t.ID {
			return n, t
		}
		if found == nil {
			found, by = n, t
		}
	}
	return found, by
}

// numberOf is the number of the trunk's account that digits stand for.
func (r *router) numberOf(t *record.ProviderAccount, digits string) *record.Number {
	if a := r.dir.Account(t.Account); a != nil {
		if e164, form := normal(a.Region, digits); form == formNumber {
			if n := r.dir.Number(e164); n != nil && n.Account == t.Account {
				return n
			}
		}
	}
	if digits[0] != '+' {
		if n := r.dir.Number("+" + digits); n != nil && n.Account == t.Account {
			return n
		}
	}
	return nil
}
