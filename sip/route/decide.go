package route

import (
	"slices"
	"time"

	"dialtone/e911/number"
	"dialtone/store/record"
)

// MaxDiversions bounds how often one call is diverted, before it came to us included.
const MaxDiversions = 5

// Decide says what to do with a call to dialled: the user part of the Request-URI, unescaped, with its parameters, or
// a service URN. It never fails; what cannot be reached is a Decision to refuse.
func Decide(dir Directory, c Caller, dialled string, now time.Time) Decision {
	r := router{dir: dir, now: now}
	r.d.Diverted = c.Diverted
	digits, _ := clean(dialled)
	r.d.Dialled = digits
	if c.Account == "" && len(c.Trunks) > 0 {
		r.d.Direction = record.CallInbound
		r.inbound(c, dialled)
		return r.d
	}
	r.d.Account, r.d.Direction = c.Account, record.CallInternal
	r.account = dir.Account(c.Account)
	r.identify(c)
	if r.emergency(dialled) {
		return r.d
	}
	if r.account == nil {
		r.refuse(refusedStranger)
		return r.d
	}
	r.dial(digits)
	return r.d
}

// router is one decision in the making.
type router struct {
	dir     Directory
	now     time.Time
	account *record.Account // of d.Account
	d       Decision
	// prefix stands before the caller's name on phones.
	prefix string
	// shows is the number a fax goes out with; nil for calls.
	shows *record.Number
	// led says the call was led here by the called side's settings: the caller's permissions no longer count.
	led bool
}

func (r *router) refuse(why refused) {
	r.d.Kind, r.d.Plan, r.d.Refusal = Refuse, nil, refusals[why]
}

// visit notes that the call was led to a user or group; false when it was there before.
func (r *router) visit(id record.ID) bool {
	if slices.Contains(r.d.Visited, id) {
		r.refuse(refusedLoop)
		return false
	}
	r.d.Visited = append(slices.Clip(r.d.Visited), id)
	return true
}

// dial goes through what digits can be, in the order of precedence.
func (r *router) dial(digits string) {
	if digits == "" {
		r.refuse(refusedNotFound)
		return
	}
	if f, ok := r.code(digits); ok {
		r.feature(f)
		return
	}
	r.call(digits)
}

// call calls an extension or a number.
func (r *router) call(digits string) {
	if !r.extension(digits) {
		r.number(digits)
	}
}

// called notes who was called first.
func (r *router) called(to string) {
	if r.d.To == "" {
		r.d.To = to
	}
}

// extension calls an active extension; false when digits are none.
func (r *router) extension(digits string) bool {
	if len(digits) != r.account.ExtensionLength || digits[0] < '0' || digits[0] > '9' {
		return false
	}
	e := r.dir.Extension(r.d.Account, digits)
	if e == nil || e.Status != record.Active {
		return false
	}
	r.called(e.Number)
	if r.d.Extension == "" && r.d.Number == "" {
		r.d.Extension = e.ID
	}
	r.target(&e.Target, Diversion{Extension: e.Number})
	return true
}

// number calls a telephone number: one of the account's own without leaving, others through a trunk.
func (r *router) number(digits string) {
	if result, _ := r.classify(digits); result.Class == number.Crisis {
		r.called(result.Normalized)
		r.outside(result.Normalized) // for everybody, a credential on no line too
		return
	}
	if !r.led && r.d.From.Device == "" {
		r.refuse(refusedNoLine)
		return
	}
	called, form := normal(r.account.Region, digits)
	switch form {
	case formInvalid:
		r.refuse(refusedNotFound)
		return
	case formIncomplete:
		if len(digits) == r.account.ExtensionLength {
			r.refuse(refusedNotFound)
		} else {
			r.refuse(refusedIncomplete)
		}
		return
	case formShort:
	case formNumber:
		if n := r.dir.Number(called); n != nil && n.Account == r.d.Account {
			r.own(n)
			return
		}
	}
	r.called(called)
	r.outside(called)
}

// own calls a number of the account.
func (r *router) own(n *record.Number) {
	r.called(n.Number)
	if r.d.Number == "" && r.d.Extension == "" {
		r.d.Number = n.ID
	}
	if n.Target == nil && n.FaxEnabled {
		r.fax(n)
		return
	}
	if n.Target == nil {
		r.refuse(refusedNoTarget)
		return
	}
	r.prefix = n.CallerIDPrefix
	r.target(n.Target, Diversion{Number: n.Number, Name: n.CallerIDName})
}
