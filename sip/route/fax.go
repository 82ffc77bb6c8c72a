package route

import (
	"time"

	"dialtone/e911/number"
	"dialtone/store/record"
)

// FaxNumber is where a fax to dialled goes by the dialling rules of a region, in E.164;
// false for what is no whole number there, such as an extension or a short number.
func FaxNumber(region, dialled string) (e164 string, ok bool) {
	digits, ok := clean(dialled)
	if !ok {
		return "", false
	}
	e164, form := normal(region, digits)
	return e164, form == formNumber
}

// DecideFax is what to do with a fax an account sends: it goes out with one of the
// account's numbers, to an extension or a number. Nobody helps a fax: emergency numbers
// are refused.
func DecideFax(dir Directory, account, by record.ID, dialled string, now time.Time) Decision {
	r := router{dir: dir, now: now, account: dir.Account(account), led: true}
	r.d.Account, r.d.Direction = account, record.CallInternal
	r.d.Dialled, _ = clean(dialled)
	if r.account == nil {
		r.refuse(refusedStranger)
		return r.d
	}
	if n := dir.NumberByID(by); n != nil && n.Account == account {
		r.shows = n
		r.d.From.Number, r.d.From.Name = n.Number, n.CallerIDName
		r.d.Shown = r.d.From
	}
	if result, _ := r.classify(dialled); result.Class != number.None || r.d.Dialled == "" {
		r.refuse(refusedNotFound)
		return r.d
	}
	r.call(r.d.Dialled)
	if r.d.Kind == Trunk {
		r.d.Direction = record.CallOutbound
	}
	return r.d
}
