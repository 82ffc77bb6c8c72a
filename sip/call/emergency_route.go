package call

import (
	"cmp"
	"slices"

	"dialtone/e911/number"
	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// Directory is what routing knows, as of a view.
func Directory(v *store.View) route.Directory { return directory{v} }

// decide asks routing where the call goes. A fault in routing ends the call, but not one for
// help: that is tried on the trunks there are.
func (c *Call) decide(l *leg, asked route.Caller) {
	help := l.Origin().Emergency
	defer func() {
		if r := recover(); r != nil {
			if !help && !calls911(c.record.Dialled) {
				panic(r)
			}
			c.fault(r)
			c.decision = c.lastResort(asked)
		}
	}()
	decide := func(dialled string) {
		c.m.store.View(func(v *store.View) {
			c.decision = c.m.route(directory{v}, asked, dialled, c.m.now())
			l.who.known(c.decision.From)
		})
	}
	decide(c.record.Dialled)
	if !help || c.decision.Kind == route.Emergency || l.Origin().User == nil {
		return
	}
	was := c.decision
	decide(unescape(l.Request().To().Address.User)) // some phones write the number dialled there only
	if c.decision.Kind != route.Emergency {
		c.decision = was
	}
}

// calls911 says whether a text is an emergency number everywhere, or a test of one.
func calls911(dialled string) bool {
	class := number.Classify(dialled, "", nil, nil).Class
	return class == number.Emergency || class == number.Test
}

// lastResort is a call for help that routing could not decide about: to the number that was
// dialled, through the account's trunks, those for emergencies first.
func (c *Call) lastResort(asked route.Caller) route.Decision {
	d := route.Decision{
		Kind: route.Emergency, Account: asked.Account, Direction: record.CallEmergency, Dialled: c.record.Dialled,
		From: route.Identity{Credential: asked.Credential},
	}
	e := &route.EmergencyCall{Class: number.Emergency, Number: "911"}
	d.Emergency = e
	c.safely(func() {
		c.m.store.View(func(v *store.View) {
			var extra, test []string
			if a, ok := v.Account(asked.Account); ok {
				e.Region, extra, test = a.Region, a.EmergencyNumbers, a.TestNumbers
				d.From.Location = a.MainLocation
				if n := get[*record.Number](v, a.DefaultOutboundNumber); a.DefaultOutboundNumber != "" && n != nil {
					e.Callback = n.Number
				}
			}
			for _, t := range v.ProviderAccounts(asked.Account) {
				e.Ways = append(e.Ways, route.Way{Trunk: t.ID, Number: e.Number, Shown: route.CallerID{Number: cmp.Or(e.Callback, t.Trunk.Username)}})
			}
			slices.SortStableFunc(e.Ways, func(a, b route.Way) int { return cmp.Compare(lastness(v, a.Trunk), lastness(v, b.Trunk)) })
			if result := number.Classify(c.record.Dialled, e.Region, extra, test); result.Normalized != "" {
				e.Class, e.Number = result.Class, result.Normalized
			}
		})
	})
	for i := range e.Ways {
		e.Ways[i].Number = e.Number
	}
	d.To = e.Number
	return d
}

// lastness sorts trunks: those that take emergency calls first, those switched off last.
func lastness(v *store.View, id record.ID) int {
	t := get[*record.ProviderAccount](v, id)
	switch {
	case t == nil || !t.Enabled:
		return 2
	case !t.Trunk.Emergency:
		return 1
	}
	return 0
}
