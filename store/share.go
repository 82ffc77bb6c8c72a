package store

import "dialtone/store/record"

// words has each string that many records hold in memory once: the identifiers
// records refer to each other by, and the few values of some fields. A store of
// 100,000 devices takes a tenth less for it. It is forgotten when all are loaded.
type words map[string]string

// share replaces strings of a record nobody else has seen yet by the same ones of
// records before it.
func (w words) share(r record.Record) {
	h := r.Header()
	share(w, &h.ID, &h.Account)
	switch r := r.(type) {
	case *record.Device:
		share(w, &r.Type, &r.Vendor, &r.Model)
		share(w, &r.Base, &r.Location, &r.ButtonTemplate, &r.OutboundNumber)
		for i := range r.Lines {
			l := &r.Lines[i]
			share(w, &l.Credential, &l.Domain, &l.User)
		}
	case *record.Credential:
		share(w, &r.List)
	case *record.User:
		share(w, &r.Location, &r.PrimaryExtension, &r.OutboundNumber)
		share(w, &r.Language)
	case *record.Extension:
		share(w, &r.Target.ID)
		share(w, &r.Target.Type, &r.Status)
	case *record.Number:
		share(w, &r.Location, &r.ProviderAccount)
		if r.Target != nil {
			share(w, &r.Target.ID)
			share(w, &r.Target.Type)
		}
	}
}

func share[T ~string](w words, all ...*T) {
	for _, s := range all {
		if *s == "" {
			continue
		}
		known, ok := w[string(*s)]
		if !ok {
			known = string(*s)
			w[known] = known
		}
		*s = T(known)
	}
}
