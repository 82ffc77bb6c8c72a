package view

import (
	"cmp"
	"slices"
	"strconv"

	"dialtone/provision/render"
	"dialtone/store"
	"dialtone/store/record"
)

// lines resolves a device's registrations in the order of their numbers.
func (s *scene) lines(d *record.Device) ([]render.Line, error) {
	lines := make([]render.Line, 0, len(d.Lines))
	for _, l := range ordered(d.Lines) {
		c, ok := s.credential(&l)
		domain, found := store.Get[*record.Domain](s.v, l.Domain)
		if !ok || !found {
			continue
		}
		password, err := s.b.cfg.Secrets.Unseal(c.ID, store.FieldPassword, c.PasswordSealed)
		if err != nil {
			return nil, err
		}
		label := s.label(&l, c)
		lines = append(lines, render.Line{
			Number: l.Line, Label: label, DisplayName: cmp.Or(s.userName(&l), label), Username: c.Username, Password: password,
			Domain: domain.Domain, Proxy: s.server(), Expires: s.b.cfg.Expires, Voicemail: s.account.VoicemailNumber,
		})
	}
	return lines, nil
}

// credential is what a line registers with. A disabled one takes its line off the phone, which would only be refused.
func (s *scene) credential(l *record.Line) (*record.Credential, bool) {
	c, ok := store.Get[*record.Credential](s.v, l.Credential)
	return c, ok && c.Enabled
}

// label is what the phone shows for a line.
func (s *scene) label(l *record.Line, c *record.Credential) string {
	return cmp.Or(l.Label, s.userName(l), c.Username)
}

func (s *scene) userName(l *record.Line) string {
	if u, ok := store.Get[*record.User](s.v, l.User); ok {
		return u.Name
	}
	return ""
}

// handsets resolves a base's handsets in the order of their slots; disabled ones are left out.
func (s *scene) handsets() ([]render.Handset, error) {
	var list []render.Handset
	for _, d := range s.v.Handsets(s.d.ID) {
		if !d.Enabled {
			continue
		}
		lines, err := s.lines(d)
		if err != nil {
			return nil, err
		}
		h := render.Handset{Slot: d.Slot, Name: d.Name, Lines: lines}
		if h.Name == "" && len(lines) > 0 {
			h.Name = lines[0].Label
		}
		h.Name = cmp.Or(h.Name, "Handset "+strconv.Itoa(d.Slot))
		list = append(list, h)
	}
	return list, nil
}

// ordered is a copy of the lines by number.
func ordered(lines []record.Line) []record.Line {
	list := slices.Clone(lines)
	slices.SortFunc(list, func(a, b record.Line) int { return cmp.Compare(a.Line, b.Line) })
	return list
}
