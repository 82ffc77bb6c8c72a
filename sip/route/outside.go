package route

import (
	"slices"

	"dialtone/store/record"
)

// outside calls a number through a trunk.
func (r *router) outside(number string) {
	ways := r.ways(number, r.d.Diversions)
	if len(ways) == 0 {
		r.refuse(refusedNoTrunk)
		return
	}
	if !r.led {
		r.d.Direction = record.CallOutbound
	}
	r.d.Kind = Trunk
	r.d.Plan = &Plan{Stages: []Stage{{Targets: []Target{{Outside: number, Ways: ways}}, Timeout: OutsideTimeout}}}
}

// addOutside adds a number that rings beside phones; without a trunk there is none.
func (r *router) addOutside(targets []Target, number string, by Diversion) []Target {
	if r.d.Diverted >= MaxDiversions || r.helpless(number) {
		return targets
	}
	ways := r.ways(number, append(slices.Clip(r.d.Diversions), by))
	if len(ways) == 0 {
		return targets
	}
	return add(targets, Target{Outside: number, Ways: ways})
}

// ways are the trunks that are switched on, in order, the shown number's own one first.
func (r *router) ways(number string, diversions []Diversion) []Way {
	trunks := r.dir.ProviderAccounts(r.d.Account)
	ways := make([]Way, 0, len(trunks))
	preferred := r.preferred()
	for _, t := range trunks {
		if !t.Enabled {
			continue
		}
		way := Way{
			Trunk: t.ID, Number: r.format(number, t),
			Shown: r.shownOutside(t, diversions), Diversions: r.told(diversions, t),
		}
		if t.ID == preferred {
			ways = slices.Insert(ways, 0, way)
		} else {
			ways = append(ways, way)
		}
	}
	return ways
}

// preferred is the trunk of the number that is shown.
func (r *router) preferred() record.ID {
	if r.d.Shown.Trunk != "" {
		return ""
	}
	if n := r.ownNumber(); n != nil {
		return n.ProviderAccount
	}
	return ""
}

// told is the diversions as a trunk is told of them, the latest first; parties without a number go without saying.
func (r *router) told(diversions []Diversion, t *record.ProviderAccount) []Diversion {
	var list []Diversion
	for _, d := range slices.Backward(diversions) {
		if d.Number != "" {
			d.Number = r.format(d.Number, t)
			list = append(list, d)
		}
	}
	return list
}
