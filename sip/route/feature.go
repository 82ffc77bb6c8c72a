package route

import (
	"strings"

	"dialtone/store/record"
)

// code finds the longest feature code that fits the digits.
func (r *router) code(digits string) (f FeatureCall, ok bool) {
	if digits[0] != '*' {
		return f, false
	}
	best := ""
	for name, code := range r.account.FeatureCodes {
		if code == "" || len(code) <= len(best) || !strings.HasPrefix(digits, code) {
			continue
		}
		if argument := digits[len(code):]; fits(name, argument) {
			best, f = code, FeatureCall{Name: name, Argument: argument}
		}
	}
	if len(best) < len(withhold) && strings.HasPrefix(digits, withhold) {
		return FeatureCall{Name: withhold, Argument: digits[len(withhold):]}, true
	}
	return f, true
}

// fits says whether a code of that name may be followed by the argument.
func fits(name, argument string) bool {
	switch name {
	case FeatureForwardAlwaysOn, FeatureForwardBusyOn, FeatureForwardNoAnswerOn:
		return true
	case FeaturePickup:
		return argument != "" && strings.Trim(argument, "0123456789") == ""
	case FeaturePark:
		return argument == "" || slot(argument)
	case FeatureQueueLogin, FeatureQueuePause:
		return queueArgument(argument)
	case FeatureTransferBlind, FeatureTransferAttended, FeatureRecordToggle:
		return false
	}
	return argument == ""
}

// slot says whether an argument is a park slot, 1 to 99.
func slot(s string) bool {
	s = strings.TrimPrefix(s, "0")
	return len(s) >= 1 && len(s) <= 2 && strings.Trim(s, "0123456789") == "" && s[0] != '0'
}

// feature does what a code stands for.
func (r *router) feature(f FeatureCall) {
	f.User = r.d.From.User
	switch {
	case f.Name == "":
		r.refuse(refusedNotFound)
	case f.Name == withhold:
		r.d.Shown.Private = true
		r.withheld(f.Argument)
	case f.Name == FeatureVoicemail:
		r.voicemail()
	case r.d.From.Device == "":
		r.refuse(refusedNoLine)
	case f.Name == FeaturePark:
		r.parkCode(f.Argument)
	case f.Name == FeaturePickup:
		r.pickup(f)
	case f.User == "":
		r.refuse(refusedNoUser)
	case f.Name == FeatureQueueLogin, f.Name == FeatureQueuePause:
		r.queueCode(f)
	default:
		r.setting(f)
	}
}

// withheld calls what stands behind the code; another code there has no number to withhold.
func (r *router) withheld(digits string) {
	if digits == "" || digits[0] == '*' {
		r.refuse(refusedIncomplete)
		return
	}
	r.call(digits)
}

func (r *router) voicemail() {
	digits, ok := clean(r.account.VoicemailNumber)
	if !ok || digits[0] == '*' {
		r.refuse(refusedNotAvailable)
		return
	}
	r.call(digits)
}

// setting is a code that changes or uses something of the caller's.
func (r *router) setting(f FeatureCall) {
	if rule, on := r.forwardRule(f.Name); on {
		if why, ok := r.forwardable(&f, rule); !ok {
			r.refuse(why)
			return
		}
	}
	r.called(r.d.Dialled)
	r.d.Kind, r.d.Feature = Feature, &f
}

// forwardRule is the caller's rule that a code switches on; nil when there is none yet.
func (r *router) forwardRule(name string) (rule *record.ForwardRule, on bool) {
	u := r.dir.User(r.d.From.User)
	if u == nil {
		u = &record.User{}
	}
	switch name {
	case FeatureForwardAlwaysOn:
		return u.Forwarding.Always, true
	case FeatureForwardBusyOn:
		return u.Forwarding.Busy, true
	case FeatureForwardNoAnswerOn:
		return u.Forwarding.NoAnswer, true
	}
	return nil, false
}

// forwardable puts the destination in the form it is kept in and says whether calls may be led there.
func (r *router) forwardable(f *FeatureCall, rule *record.ForwardRule) (refused, bool) {
	digits := f.Argument
	if digits == "" {
		return refusedIncomplete, rule != nil && rule.Destination != ""
	}
	if r.helpless(digits) {
		return refusedEmergency, false
	}
	if len(digits) == r.account.ExtensionLength {
		if e := r.dir.Extension(r.d.Account, digits); e != nil && e.Status == record.Active {
			return 0, true
		}
	}
	number, form := normal(r.account.Region, digits)
	switch form {
	case formInvalid:
		return refusedNotFound, false
	case formIncomplete:
		return refusedIncomplete, false
	default:
		f.Argument = number
		return 0, true
	}
}

// pickup lists who may be ringing for an extension.
func (r *router) pickup(f FeatureCall) {
	e := r.dir.Extension(r.d.Account, f.Argument)
	if e == nil || e.Status != record.Active {
		r.refuse(refusedNotFound)
		return
	}
	f.Pickup = r.phones(&e.Target, 0, nil)
	r.called(e.Number)
	r.d.Extension = e.ID
	r.d.Kind, r.d.Feature = Feature, &f
}
