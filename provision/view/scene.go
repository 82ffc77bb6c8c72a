package view

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"dialtone/e911/number"
	"dialtone/provision/catalog"
	"dialtone/provision/layout"
	"dialtone/provision/render"
	"dialtone/store"
	"dialtone/store/record"
)

// scene is one device with what is looked up once for it.
type scene struct {
	b        *Builder
	v        *store.View
	d        *record.Device
	request  Request
	account  *record.Account
	model    *catalog.Model
	settings record.Settings
}

func (b *Builder) scene(v *store.View, d *record.Device, r Request) (*scene, error) {
	account, ok := store.Get[*record.Account](v, d.Account)
	if !ok {
		return nil, fmt.Errorf("cannot view %q: %w", d.ID, errNoAccount)
	}
	s := &scene{b: b, v: v, d: d, request: r, account: account, model: model(v, d, r.Model)}
	s.settings = s.layers()
	return s, nil
}

// layoutInput is what the layout depends on.
func (s *scene) layoutInput() *layout.Input {
	in := &layout.Input{
		Device: s.d, Model: s.model, Voicemail: s.account.VoicemailNumber,
		ParkCode: s.account.FeatureCodes["park"], AgentCode: s.account.FeatureCodes["queue_login"], Features: s.b.cfg.Features,
	}
	if t, ok := store.Get[*record.ButtonTemplate](s.v, s.d.ButtonTemplate); ok {
		in.Template = t.Buttons
	}
	for _, l := range ordered(s.d.Lines) {
		if c, ok := s.credential(&l); ok {
			in.Lines = append(in.Lines, layout.Line{Number: l.Line, Label: s.label(&l, c)})
		}
	}
	return in
}

// server is the listener the device's phones talk to: the transport its settings name if the daemon listens on it,
// else UDP, TCP or TLS, whichever comes first.
func (s *scene) server() render.Server {
	l := s.b.cfg.SIP
	offers := []render.Server{{Port: l.UDP, Transport: render.UDP}, {Port: l.TCP, Transport: render.TCP}, {Port: l.TLS, Transport: render.TLS}}
	wanted := render.UDP
	if n := s.settings.Network; n != nil && n.Transport != nil {
		wanted = map[string]render.Transport{"udp": render.UDP, "tcp": render.TCP, "tls": render.TLS}[*n.Transport]
	}
	chosen := offers[wanted]
	for _, o := range offers {
		if chosen.Port == 0 {
			chosen = o
		}
	}
	chosen.Host = cmp.Or(l.Host, s.request.Facing)
	return chosen
}

// emergency lists the emergency numbers where the device stands, 911 first, then what the account adds.
func (s *scene) emergency() []string {
	region := s.account.Region
	for _, id := range [...]record.ID{s.account.MainLocation, s.d.Location} {
		if l, ok := store.Get[*record.Location](s.v, id); ok {
			region = l.Address.Country
		}
	}
	var list []string
	for _, n := range slices.Concat([]string{"911"}, number.Numbers(region), s.account.EmergencyNumbers) {
		if !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// admin is the login of the phone's own web page.
func (s *scene) admin() (render.Login, error) {
	if len(s.account.PhoneAdminSealed) == 0 {
		return render.Login{}, nil
	}
	password, err := s.b.cfg.Secrets.Unseal(s.account.ID, store.FieldAdminPassword, s.account.PhoneAdminSealed)
	return render.Login{User: cmp.Or(s.account.PhoneAdminUser, "admin"), Password: password}, err
}

// source is where and how the phone fetches.
func (s *scene) source() (render.Source, error) {
	src := render.Source{Uploads: s.b.cfg.Uploads}
	token, err := s.token()
	if err != nil {
		return src, err
	}
	if token != "" {
		src.URL = s.base() + "/p/" + token + "/"
	}
	if s.request.Enrolling {
		src.RepeatMinutes = 1
	}
	if s.account.ProvisionUser != "" && len(s.account.ProvisionPassSealed) > 0 {
		src.Login.User = s.account.ProvisionUser
		src.Login.Password, err = s.b.cfg.Secrets.Unseal(s.account.ID, store.FieldHTTPPassword, s.account.ProvisionPassSealed)
	}
	return src, err
}

// token is the device's own with device binding, else the account's current one; empty before one is generated.
func (s *scene) token() (string, error) {
	if s.account.DeviceBinding {
		return s.b.cfg.Secrets.DeviceToken(s.d), nil
	}
	var p *record.Provisioning
	store.Each(s.v, s.account.ID, func(r *record.Provisioning) bool { p = r; return false })
	if p == nil {
		return "", nil
	}
	return s.b.cfg.Secrets.Unseal(p.ID, store.FieldToken, p.Sealed)
}

// base is the provisioning URL up to its path.
func (s *scene) base() string {
	if s.b.cfg.URL != "" {
		return strings.TrimRight(s.b.cfg.URL, "/")
	}
	return s.b.cfg.Scheme + "://" + net.JoinHostPort(s.request.Facing, strconv.Itoa(s.b.cfg.Port))
}
