package route

import (
	"cmp"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"dialtone/store/record"
)

// inside is what phones of the account are told of the caller.
func (r *router) inside() CallerID {
	who := &r.d.Shown
	if who.Private {
		return CallerID{Private: true}
	}
	return CallerID{
		Number: cmp.Or(who.Extension, who.Number),
		Name:   join(r.prefix, cmp.Or(who.Name, who.Number)),
	}
}

func join(prefix, name string) string {
	if prefix == "" || name == "" {
		return prefix + name
	}
	return prefix + " " + name
}

// shownOutside is what a trunk is told: of a call that came from outside the original caller, if the trunk takes
// numbers that are not the account's; else the number of the device, the user, the account, the trunk.
func (r *router) shownOutside(t *record.ProviderAccount, diversions []Diversion) CallerID {
	who := &r.d.Shown
	if who.Trunk != "" && who.Number != "" && !t.Trunk.OwnNumbersOnly {
		return CallerID{Number: r.format(who.Number, t), Name: who.Name, Private: who.Private}
	}
	shown := r.ofTrunk(t)
	if who.Trunk == "" {
		if n := r.ownNumber(); n != nil {
			shown = r.show(n, t)
		}
	} else if n := r.diverter(diversions); n != nil {
		shown = r.show(n, t)
	}
	shown.Private = who.Private
	return shown
}

func (r *router) show(n *record.Number, t *record.ProviderAccount) CallerID {
	return CallerID{Number: r.format(n.Number, t), Name: n.CallerIDName, Own: n.ID}
}

// ofTrunk is a number of the trunk's own, else the name it knows us by.
func (r *router) ofTrunk(t *record.ProviderAccount) CallerID {
	if n := r.dir.NumberOf(t.ID); n != nil {
		return r.show(n, t)
	}
	return CallerID{Number: t.Trunk.Username}
}

// ownNumber is the number a phone's calls show: the device's, the user's, the account's.
func (r *router) ownNumber() *record.Number {
	if r.shows != nil {
		return r.shows
	}
	if n := r.ownOf(&r.d.Shown); n != nil {
		return n
	}
	return r.ownDefault()
}

// ownOf is the device's number or the user's.
func (r *router) ownOf(id *Identity) *record.Number {
	if id.Device != "" {
		if d := r.dir.Device(id.Device); d != nil {
			if n := r.showable(d.OutboundNumber); n != nil {
				return n
			}
		}
	}
	if id.User != "" {
		if u := r.dir.User(id.User); u != nil {
			return r.showable(u.OutboundNumber)
		}
	}
	return nil
}

func (r *router) ownDefault() *record.Number {
	if r.account == nil {
		return nil
	}
	return r.showable(r.account.DefaultOutboundNumber)
}

// showable is the number with that identifier if outgoing calls of the account may show it.
func (r *router) showable(id record.ID) *record.Number {
	if id == "" {
		return nil
	}
	n := r.dir.NumberByID(id)
	if n == nil || !n.OutboundEnabled || n.Account != r.d.Account {
		return nil
	}
	return n
}

// diverter is the number of the account's who diverted the call last.
func (r *router) diverter(diversions []Diversion) *record.Number {
	if len(diversions) > 0 {
		last := diversions[len(diversions)-1]
		if n := r.ownOf(&Identity{User: last.User}); n != nil {
			return n
		}
		if n := r.dir.Number(last.Number); last.Number != "" && n != nil && n.OutboundEnabled && n.Account == r.d.Account {
			return n
		}
	}
	return r.ownDefault()
}

// format writes a number the way a trunk wants it. What is not E.164 stays as it is.
func (r *router) format(number string, t *record.ProviderAccount) string {
	if !strings.HasPrefix(number, "+") {
		return number
	}
	switch t.Trunk.NumberFormat {
	case record.FormatE164NoPlus:
		return number[1:]
	case record.FormatNational:
		return national(number, r.account.Region)
	}
	return number
}

// national is a number as dialled in a region, digits only: without country code at home, else with the international
// prefix.
func national(number, region string) string {
	code := phonenumbers.GetCountryCodeForRegion(region)
	if code == 1 {
		if rest, ok := strings.CutPrefix(number, "+1"); ok {
			return rest
		}
		return "011" + number[1:]
	}
	n, err := phonenumbers.Parse(number, region)
	if err != nil || int(n.GetCountryCode()) != code {
		return "00" + number[1:]
	}
	digits, _ := squeeze(phonenumbers.Format(n, phonenumbers.NATIONAL))
	return cmp.Or(digits, number)
}
