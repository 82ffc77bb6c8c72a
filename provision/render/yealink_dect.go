package render

import (
	"slices"
	"strconv"

	"dialtone/provision/catalog"
)

// Seats says which account of a DECT base each handset line has.
type Seats struct {
	// Accounts has the line of account n at n-1, nil where the account is free.
	Accounts []*Line
	// Handsets has the accounts of each handset, in the order of its lines.
	Handsets [][]int
	// Unserved counts the lines the base has no account for.
	Unserved int
}

// Assign seats handset lines: the first line of slot N takes account N, as bases map them by default, and every
// further line the lowest account left. Adding a line to one handset so leaves the others' accounts alone.
func Assign(m *catalog.Model, handsets []Handset) Seats {
	s := Seats{Accounts: make([]*Line, m.Accounts), Handsets: make([][]int, len(handsets))}
	for i, h := range handsets {
		if len(h.Lines) > 0 && h.Slot >= 1 && h.Slot <= m.Accounts && s.Accounts[h.Slot-1] == nil {
			s.Accounts[h.Slot-1] = &handsets[i].Lines[0]
			s.Handsets[i] = append(s.Handsets[i], h.Slot)
		}
	}
	free := 0
	for i, h := range handsets {
		for j := len(s.Handsets[i]); j < len(h.Lines); j++ {
			for free < m.Accounts && s.Accounts[free] != nil {
				free++
			}
			if free == m.Accounts {
				s.Unserved++
				continue
			}
			s.Accounts[free] = &handsets[i].Lines[j]
			s.Handsets[i] = append(s.Handsets[i], free+1)
		}
	}
	return s
}

// baseAccounts writes a DECT base: its accounts, and on a single-cell base which handset uses which. Managers of several
// cells keep that map themselves.
func (w *writer) baseAccounts(p *Phone) {
	seats := Assign(p.Model, p.Handsets)
	var registrars []registrar
	if p.Model.Family == catalog.DECTTemplate {
		registrars = w.registrars(seats.Accounts)
	}
	for i, l := range seats.Accounts {
		if l == nil {
			w.noAccount(i + 1)
			continue
		}
		w.account(i+1, l, p)
		if registrars != nil {
			w.at("account.", i+1)
			w.num("sip_server.template", slices.Index(registrars, registrarOf(l))+1)
		}
	}
	w.handsets(p, seats.Handsets)
	w.top()
}

// registrar is what lines of one template.N share.
type registrar struct {
	domain  string
	proxy   Server
	expires int
}

func registrarOf(l *Line) registrar { return registrar{l.Domain, l.Proxy, l.Expires} }

// registrars writes one template.N for each registrar in use, in the order of accounts.
func (w *writer) registrars(accounts []*Line) []registrar {
	list := []registrar{}
	for _, l := range accounts {
		if l == nil || slices.Contains(list, registrarOf(l)) {
			continue
		}
		list = append(list, registrarOf(l))
		w.at("template.", len(list))
		w.text("name", l.Domain)
		w.server(l)
		w.num("sip_server.1.expires", l.Expires)
	}
	return list
}

// handsets writes names and, on a single-cell base, the accounts each handset rings on and dials from.
func (w *writer) handsets(p *Phone, accounts [][]int) {
	for slot := 1; slot <= p.Model.Handsets; slot++ {
		i := slices.IndexFunc(p.Handsets, func(h Handset) bool { return h.Slot == slot })
		w.at("handset.", slot)
		if i < 0 {
			w.clear("name")
		} else {
			w.text("name", p.Handsets[i].Name)
		}
		if p.Model.Family != catalog.DECTSingle {
			continue
		}
		if i < 0 || len(accounts[i]) == 0 {
			w.clear("incoming_lines")
			w.clear("dial_out_lines")
			w.clear("dial_out_default_line")
			continue
		}
		w.list("incoming_lines", accounts[i])
		w.list("dial_out_lines", accounts[i])
		w.num("dial_out_default_line", accounts[i][0])
	}
}

// list writes numbers joined by commas.
func (w *writer) list(name string, numbers []int) {
	start := w.begin(name)
	for i, n := range numbers {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.dst = strconv.AppendInt(w.dst, int64(n), 10)
	}
	w.end(start, name)
}
