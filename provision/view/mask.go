package view

import (
	"strings"

	"dialtone/provision/render"
	"dialtone/store"
	"dialtone/store/record"
)

// Mask stands where a secret was.
const Mask = record.Mask

// Masked appends the device's file as an administrator may read it. The passwords of lines, of the phone's own page
// and of the HTTP login, the token in the provisioning URL, and raw parameters that sound secret are [Mask]; so are
// raw values that are URLs with a password in them.
func (b *Builder) Masked(v *store.View, d *record.Device, r Request, dst []byte) ([]byte, error) {
	p, err := b.Phone(v, d, r)
	if err != nil {
		return dst, err
	}
	mask(p)
	return render.Append(dst, p)
}

func mask(p *render.Phone) {
	for i := range p.Lines {
		hide(&p.Lines[i].Password)
	}
	for _, h := range p.Handsets {
		for i := range h.Lines {
			hide(&h.Lines[i].Password)
		}
	}
	hide(&p.Admin.Password)
	hide(&p.Source.Login.Password)
	if base, _, ok := strings.Cut(p.Source.URL, "/p/"); ok {
		p.Source.URL = base + "/p/" + Mask + "/"
	}
	p.Settings = p.Settings.Concealed()
}

func hide(s *string) {
	if *s != "" {
		*s = Mask
	}
}
