package route

import (
	"cmp"
	"slices"
	"strings"

	"dialtone/e911/number"
	"dialtone/store/record"
)

// withhold is the North American code that hides the caller's number for one call.
const withhold = "*67"

// emergency takes calls for help and tests of them before anything else is looked at. Nothing needs to be known about
// the caller: without an account the call is one without ways, and whoever places it falls back on what he has.
func (r *router) emergency(dialled string) bool {
	result, region := r.classify(dialled)
	if rest, ok := strings.CutPrefix(r.d.Dialled, withhold); ok && result.Class == number.None {
		result, region = r.classify(rest)
		result.Dialled = r.d.Dialled
	}
	switch result.Class {
	case number.Emergency, number.Test:
	default:
		return false
	}
	callback := r.callback()
	r.d.Kind, r.d.Direction = Emergency, record.CallEmergency
	r.d.Dialled, r.d.To = result.Dialled, result.Normalized
	r.d.From.Private, r.d.Shown = false, r.d.From
	r.d.Emergency = &EmergencyCall{
		Class: result.Class, Number: result.Normalized, Region: region, Callback: callback,
		Ways: r.emergencyWays(result.Normalized, callback),
	}
	return true
}

// classify asks for the country the caller is in and for the account's.
func (r *router) classify(dialled string) (result number.Result, region string) {
	var extra, test []string
	var home string
	if r.account != nil {
		extra, test, home = r.account.EmergencyNumbers, r.account.TestNumbers, r.account.Region
	}
	here := home
	if l := r.dir.Location(r.d.From.Location); r.d.From.Location != "" && l != nil {
		here = cmp.Or(l.Address.Country, home)
	}
	result = number.Classify(dialled, here, extra, test)
	if here == home || result.Class == number.Emergency {
		return result, here
	}
	if other := number.Classify(dialled, home, extra, test); other.Class == number.Emergency || result.Class == number.None {
		return other, home
	}
	return result, here
}

// helpless says whether nobody's settings may lead a call to digits.
func (r *router) helpless(digits string) bool {
	result, _ := r.classify(digits)
	return result.Class == number.Emergency || result.Class == number.Test
}

// callback is the number the emergency centre calls back: the device's, the user's, the location's, the account's.
func (r *router) callback() string {
	from := &r.d.From
	device := r.dir.Device(from.Device)
	if from.Device != "" && device != nil && device.CallbackNumber != "" {
		return device.CallbackNumber
	}
	if n := r.ownOf(from); n != nil {
		return n.Number
	}
	if l := r.dir.Location(from.Location); from.Location != "" && l != nil && l.PrimaryNumber != "" {
		return l.PrimaryNumber
	}
	if n := r.ownDefault(); n != nil {
		return n.Number
	}
	return ""
}

// emergencyWays are all trunks: those that take emergency calls first, those switched off last.
func (r *router) emergencyWays(dial, callback string) []Way {
	if r.account == nil {
		return nil
	}
	trunks := slices.Clone(r.dir.ProviderAccounts(r.d.Account))
	slices.SortStableFunc(trunks, func(a, b *record.ProviderAccount) int { return cmp.Compare(rank(a), rank(b)) })
	ways := make([]Way, 0, len(trunks))
	for _, t := range trunks {
		shown := CallerID{Number: r.format(callback, t), Name: r.d.From.Name}
		if callback == "" {
			shown = r.ofTrunk(t)
		}
		ways = append(ways, Way{Trunk: t.ID, Number: dial, Shown: shown})
	}
	return ways
}

func rank(t *record.ProviderAccount) int {
	switch {
	case !t.Enabled:
		return 2
	case !t.Trunk.Emergency:
		return 1
	}
	return 0
}
