package view

import (
	"errors"
	"strings"
	"testing"

	"dialtone/provision/catalog"
	"dialtone/provision/layout"
	"dialtone/provision/render"
	"dialtone/store"
	"dialtone/store/record"

	"github.com/google/go-cmp/cmp"
)

func parameters(data []byte) map[string]string {
	params := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " = "); ok {
			params[name] = value
		}
	}
	return params
}

// expect compares the named parameters.
func expect(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s = %q, want %q", name, got[name], value)
		}
	}
}

func TestPhone(t *testing.T) {
	o := newOffice(t)
	expect(t, o.file(t, o.builder(), o.phone.ID, Request{}), map[string]string{
		"account.1.enable": "1", "account.1.user_name": "u1", "account.1.auth_name": "u1", "account.1.password": "S3cretPassw0rd-u1",
		"account.1.label": "Ann", "account.1.display_name": "Ann", "account.1.sip_server.1.address": "acme.example.com",
		"account.1.sip_server.1.port": "5060", "account.1.sip_server.1.transport_type": "0", "account.1.sip_server.1.expires": "3600",
		"account.1.outbound_proxy_enable": "1", "account.1.outbound_proxy.1.address": "pbx.example.com", "account.1.outbound_proxy.1.port": "5060",
		"account.2.label": "Lobby", "account.2.display_name": "Lobby", "account.2.user_name": "u2", "account.3.enable": "0",
		"voice_mail.number.1": "*97",
		"linekey.1.type":      "15", "linekey.1.line": "1", "linekey.1.label": "Ann", "linekey.2.type": "15", "linekey.2.line": "2",
		"linekey.3.type": "16", "linekey.3.value": "1002", "linekey.3.label": "Bob", "linekey.3.extension": "**1002",
		"linekey.4.type": "13", "linekey.4.value": "200", "linekey.5.type": "0",
		"static.auto_provision.server.url": "https://phones.example.com/p/" + provisioningToken + "/",
		"remote_phonebook.data.1.url":      "https://phones.example.com/p/" + provisioningToken + "/phonebook.xml",
		"static.security.user_password":    "admin:Adm1nPassw0rd", "phone_setting.emergency.number": "911,112,555",
		"local_time.time_zone": "-5", "local_time.start_time": "3/2/7/2", "lang.gui": "English", "voice.tone.country": "United States",
		"features.dnd.allow": "1", "static.auto_provision.repeat.enable": "0",
	})
}

func TestBase(t *testing.T) {
	o := newOffice(t)
	expect(t, o.file(t, o.builder(), o.base.ID, Request{}), map[string]string{
		"account.2.enable": "1", "account.2.user_name": "u3", "account.2.password": "S3cretPassw0rd-u3", "account.2.label": "u3",
		"account.1.enable": "0", "handset.2.name": "Warehouse", "handset.2.incoming_lines": "2",
	})
	change(t, o, o.handset.ID, func(d *record.Device) { d.Enabled = false })
	expect(t, o.file(t, o.builder(), o.base.ID, Request{}), map[string]string{"account.2.enable": "0", "handset.2.name": "%NULL%"})
}

func TestNoFile(t *testing.T) {
	o := newOffice(t)
	o.view(t, o.handset.ID, func(v *store.View, d *record.Device) {
		if _, err := o.builder().Phone(v, d, Request{}); !errors.Is(err, ErrNoFile) {
			t.Errorf("error %v", err)
		}
	})
}

func TestDisabledCredential(t *testing.T) {
	o := newOffice(t)
	change(t, o, o.phone.Lines[1].Credential, func(c *record.Credential) { c.Enabled = false })
	got := o.file(t, o.builder(), o.phone.ID, Request{})
	expect(t, got, map[string]string{"account.1.enable": "0", "account.1.password": "%NULL%", "account.2.enable": "1", "linekey.1.line": "2"})
}

func TestLayers(t *testing.T) {
	o := newOffice(t)
	ptr := func(s string) *string { return &s }
	layer := func(language string) record.Settings {
		return record.Settings{Regional: &record.RegionalSettings{Language: ptr(language)}, Raw: map[string]string{"raw." + language: "1", "raw.all": language}}
	}
	steps := []struct {
		name string
		set  func()
		want string
	}{
		{"built-in", func() {}, "English"},
		{"daemon", func() {
			err := o.store.Update(t.Context(), func(tx *store.Tx) error { return tx.Create(&record.Platform{Settings: layer("fr")}) })
			if err != nil {
				t.Fatal(err)
			}
		}, "French"},
		{"account", func() { change(t, o, o.account.ID, func(a *record.Account) { a.Settings = layer("de") }) }, "German"},
		{"model of the daemon", func() {
			var id record.ID
			o.store.View(func(v *store.View) { id = v.Platform().ID })
			change(t, o, id, func(p *record.Platform) {
				p.ModelSettings = record.ModelSettings{"T46U": layer("es"), "T54W": layer("ru")}
			})
		}, "Spanish"},
		{"model of the account", func() {
			change(t, o, o.account.ID, func(a *record.Account) { a.ModelSettings = record.ModelSettings{"T46U": layer("it")} })
		}, "Italian"},
		{"device", func() { change(t, o, o.phone.ID, func(d *record.Device) { d.Overrides = layer("pl") }) }, "Polish"},
	}
	for _, step := range steps {
		step.set()
		if got := o.file(t, o.builder(), o.phone.ID, Request{})["lang.gui"]; got != step.want {
			t.Errorf("%s: %q, want %q", step.name, got, step.want)
		}
	}
	expect(t, o.file(t, o.builder(), o.phone.ID, Request{}), map[string]string{"raw.fr": "1", "raw.de": "1", "raw.pl": "1", "raw.all": "pl", "raw.ru": ""})
	expect(t, o.file(t, o.builder(), o.base.ID, Request{}), map[string]string{"lang.wui": "German", "raw.all": "de", "raw.pl": ""})
}

func TestListener(t *testing.T) {
	o := newOffice(t)
	transport := func(name string) {
		change(t, o, o.phone.ID, func(d *record.Device) {
			d.Overrides.Network = &record.NetworkSettings{Transport: &name}
		})
	}
	tests := []struct {
		name, transport string
		sip             Listeners
		facing          string
		kind, host      string
		port            string
	}{
		{"udp", "udp", Listeners{Host: "a", UDP: 1, TCP: 2, TLS: 3}, "", "0", "a", "1"},
		{"tcp", "tcp", Listeners{Host: "a", UDP: 1, TCP: 2, TLS: 3}, "", "1", "a", "2"},
		{"tls", "tls", Listeners{Host: "a", UDP: 1, TCP: 2, TLS: 3}, "", "2", "a", "3"},
		{"tls not offered", "tls", Listeners{Host: "a", TCP: 2}, "", "1", "a", "2"},
		{"facing", "udp", Listeners{UDP: 1}, "192.0.2.7", "0", "192.0.2.7", "1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			transport(tt.transport)
			b := o.builder(func(c *Config) { c.SIP = tt.sip })
			expect(t, o.file(t, b, o.phone.ID, Request{Facing: tt.facing}), map[string]string{
				"account.1.transport_type": tt.kind, "account.1.outbound_proxy.1.address": tt.host, "account.1.outbound_proxy.1.port": tt.port,
				"dialplan.emergency.server.1.address": tt.host, "dialplan.emergency.server.1.port": tt.port,
			})
		})
	}
}

func TestSource(t *testing.T) {
	o := newOffice(t)
	url := "static.auto_provision.server.url"
	facing := o.builder(func(c *Config) { c.URL, c.Port = "", 8080 })
	expect(t, o.file(t, facing, o.phone.ID, Request{Facing: "192.0.2.7"}), map[string]string{url: "http://192.0.2.7:8080/p/" + provisioningToken + "/"})
	expect(t, o.file(t, facing, o.phone.ID, Request{Facing: "2001:db8::7"}), map[string]string{url: "http://[2001:db8::7]:8080/p/" + provisioningToken + "/"})

	change(t, o, o.account.ID, func(a *record.Account) {
		a.DeviceBinding, a.ProvisionUser = true, "acme"
		a.ProvisionPassSealed = o.store.Seal(a.ID, store.FieldHTTPPassword, "HttpPassw0rd")
	})
	expect(t, o.file(t, o.builder(), o.phone.ID, Request{Enrolling: true}), map[string]string{
		url:                                    "https://phones.example.com/p/" + o.store.DeviceToken(o.phone) + "/",
		"static.auto_provision.repeat.minutes": "1", "static.auto_provision.server.username": "acme",
		"static.auto_provision.server.password": "HttpPassw0rd", "remote_phonebook.data.1.password": "HttpPassw0rd",
	})
}

func TestMasked(t *testing.T) {
	o := newOffice(t)
	change(t, o, o.account.ID, func(a *record.Account) {
		a.ProvisionUser, a.ProvisionPassSealed = "acme", o.store.Seal(a.ID, store.FieldHTTPPassword, "HttpPassw0rd")
		a.Settings.Raw = map[string]string{
			"ldap.password": "LdapPassw0rd", "ldap.base": "dc=acme", "wallpaper_upload.url": "http://me:UrlPassw0rd@files/x.png", "ringtone.url": "http://files/y@2.wav",
		}
	})
	for _, id := range []record.ID{o.phone.ID, o.base.ID} {
		o.view(t, id, func(v *store.View, d *record.Device) {
			data, err := o.builder().Masked(v, d, Request{}, nil)
			if err != nil {
				t.Error(err)
			}
			for _, secret := range []string{"S3cretPassw0rd", "Adm1nPassw0rd", "HttpPassw0rd", provisioningToken, "LdapPassw0rd", "UrlPassw0rd"} {
				if strings.Contains(string(data), secret) {
					t.Errorf("%s is there to read", secret)
				}
			}
			expect(t, parameters(data), map[string]string{
				"static.auto_provision.server.url": "https://phones.example.com/p/****/", "ldap.password": Mask, "ldap.base": "dc=acme",
				"ringtone.url": "http://files/y@2.wav", "static.security.user_password": "admin:****",
			})
			plain, _, err := o.builder().Render(v, d, Request{}, nil)
			if err != nil || !strings.Contains(string(plain), "LdapPassw0rd") {
				t.Errorf("masking changed the record: %v", err)
			}
		})
	}
}

func TestLayout(t *testing.T) {
	o := newOffice(t)
	type row struct {
		Position int
		Label    string
		Source   layout.Source
		Verdict  layout.Verdict
	}
	layoutOf := func(b *Builder, id record.ID) (rows []row) {
		o.view(t, id, func(v *store.View, d *record.Device) {
			keys, err := b.Layout(v, d)
			if err != nil {
				t.Error(err)
			}
			for _, k := range keys {
				rows = append(rows, row{k.Position, k.Label, k.Source, k.Verdict})
			}
		})
		return rows
	}
	want := []row{
		{1, "Ann", layout.ModelDefault, layout.OK},
		{2, "Lobby", layout.ModelDefault, layout.OK},
		{3, "Bob", layout.FromTemplate, layout.OK},
		{4, "Door", layout.FromTemplate, layout.OK},
	}
	if diff := cmp.Diff(want, layoutOf(o.builder(), o.phone.ID)); diff != "" {
		t.Error(diff)
	}
	want[2] = row{3, "", layout.FromTemplate, layout.NotAvailable}
	if diff := cmp.Diff(want, layoutOf(o.builder(func(c *Config) { c.Features = layout.Features{} }), o.phone.ID)); diff != "" {
		t.Error(diff)
	}
	if got := layoutOf(o.builder(), o.base.ID); len(got) != 0 {
		t.Errorf("a base has keys: %v", got)
	}
}

func TestModel(t *testing.T) {
	o := newOffice(t)
	change(t, o, o.phone.ID, func(d *record.Device) { d.Model = "" })
	change(t, o, o.base.ID, func(d *record.Device) { d.Model = "" })
	model := func(id record.ID) (m *catalog.Model) {
		o.view(t, id, func(v *store.View, d *record.Device) { m = Model(v, d) })
		return m
	}
	if m := model(o.phone.ID); m != catalog.Generic("yealink") {
		t.Errorf("unknown phone is %s", m.Name)
	}
	if m := model(o.base.ID); m.Kind != catalog.DECTBase {
		t.Errorf("unknown base is %s", m.Name)
	}
	if err := o.state(t.Context(), o.phone, func(s *record.DeviceState) { s.Model = "T54W" }); err != nil {
		t.Fatal(err)
	}
	if m := model(o.phone.ID); m.Name != "T54W" {
		t.Errorf("phone that says T54W is %s", m.Name)
	}
}

func TestEmergencyFollowsTheLocation(t *testing.T) {
	o := newOffice(t)
	var id record.ID
	err := o.store.Update(t.Context(), func(tx *store.Tx) error {
		l := record.NewLocation()
		l.Name, l.Account = "London", o.account.ID
		l.Address = record.Address{HouseNumber: "1", Street: "Strand", City: "London", Zip: "WC2", Country: "GB"}
		err := tx.Create(l)
		id = l.ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	change(t, o, o.phone.ID, func(d *record.Device) { d.Location = id })
	expect(t, o.file(t, o.builder(), o.phone.ID, Request{}), map[string]string{"phone_setting.emergency.number": "911,112,999,555"})
}

func TestClockWithoutWeeks(t *testing.T) {
	o := newOffice(t)
	for timezone, kind := range map[string]string{"Asia/Jerusalem": "0", "Europe/Paris": "1", "Asia/Tokyo": "%NULL%"} {
		change(t, o, o.account.ID, func(a *record.Account) { a.Timezone = timezone })
		expect(t, o.file(t, o.builder(), o.phone.ID, Request{}), map[string]string{"local_time.dst_time_type": kind})
	}
}

func TestPhonebook(t *testing.T) {
	o := newOffice(t)
	var got []render.Entry
	o.store.View(func(v *store.View) { got = Phonebook(v, o.account.ID) })
	want := []render.Entry{{Name: "Ann", Numbers: []string{"1001"}}, {Name: "Bob", Numbers: []string{"1002"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
