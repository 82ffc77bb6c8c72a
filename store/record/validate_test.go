package record

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func account(change func(*Account)) Record {
	a := NewAccount()
	a.Name, a.Email = "Acme", "owner@example.com"
	change(a)
	return a
}

func location(change func(*Location)) Record {
	l := NewLocation()
	l.Name = "Office"
	l.Address = Address{HouseNumber: "350", Street: "5th", City: "New York", State: "new york", Zip: "10118", Country: "us"}
	change(l)
	return l
}

func device(change func(*Device)) Record {
	d := NewDevice()
	d.Type, d.MAC = Deskphone, "80:5e:c0:01:02:03"
	change(d)
	return d
}

func user(change func(*User)) Record {
	u := NewUser()
	u.Name, u.Email = "Ann", "ann@example.com"
	change(u)
	return u
}

func template(b ...Button) Record {
	return &ButtonTemplate{Name: "Desk", Buttons: b}
}

// TestValidate names the field each bad value is blamed on; "" is no problem.
func TestValidate(t *testing.T) {
	number := 3
	tests := []struct {
		name, field, code string
		record            Record
	}{
		{"account", "", "", account(func(*Account) {})},
		{"account without name", "name", CodeRequired, account(func(a *Account) { a.Name = "  " })},
		{"name with a line break", "name", CodeInvalid, account(func(a *Account) { a.Name = "A\r\nX: y" })},
		{"name of a megabyte", "name", CodeTooLong, account(func(a *Account) { a.Name = strings.Repeat("x", 1<<20) })},
		{"name of invalid bytes", "name", CodeInvalid, account(func(a *Account) { a.Name = "a\xff" })},
		{"e-mail with a display name", "email", CodeInvalid, account(func(a *Account) { a.Email = "A <a@b.c>" })},
		{"e-mail with a header", "email", CodeInvalid, account(func(a *Account) { a.Email = "a@b.c\r\nBcc: x@y.z" })},
		{"extension length", "extension_length", CodeOutOfRange, account(func(a *Account) { a.ExtensionLength = 7 })},
		{"parking timeout", "parking_timeout_minutes", CodeOutOfRange, account(func(a *Account) { a.ParkingTimeoutMinutes = 0 })},
		{"time zone", "timezone", CodeInvalid, account(func(a *Account) { a.Timezone = "Mars/Olympus" })},
		{"the machine's own zone", "timezone", CodeInvalid, account(func(a *Account) { a.Timezone = "Local" })},
		{"region", "region", CodeInvalid, account(func(a *Account) { a.Region = "USA" })},
		{"region of no country", "region", CodeInvalid, account(func(a *Account) { a.Region = "XX" })},
		{"tones of no country", "settings.regional.tone_scheme", CodeInvalid, account(func(a *Account) {
			tones := "UK"
			a.Settings.Regional = &RegionalSettings{ToneScheme: &tones}
		})},
		{"network", "provision_networks[1]", CodeInvalid, account(func(a *Account) { a.ProvisionNetworks = []string{"192.0.2.0/24", "x"} })},
		{"fax limit", "fax_limit_inbound", CodeOutOfRange, account(func(a *Account) { n := -1; a.FaxLimitInbound = &n })},
		{"fax limit none", "", "", account(func(a *Account) { n := 0; a.FaxLimitInbound = &n })},
		{"recipient twice", "emergency_recipients[1]", CodeDuplicate, account(func(a *Account) { a.EmergencyRecipients = []string{"a@b.c", "A@b.c"} })},
		{"unknown feature", "feature_codes.fly", CodeUnknownField, account(func(a *Account) { a.FeatureCodes["fly"] = "*1" })},
		{"feature code twice", "feature_codes.dnd_on", CodeDuplicate, account(func(a *Account) { a.FeatureCodes["dnd_on"] = a.FeatureCodes["dnd_off"] })},
		{"feature code 911", "feature_codes.park", CodeReserved, account(func(a *Account) { a.FeatureCodes["park"] = "*911" })},
		{"park fallback fax", "park_fallback.type", CodeInvalid, account(func(a *Account) { a.ParkFallback = &Target{Type: TargetFax, ID: "num_x"} })},
		{"raw parameter with a line break", "settings.raw.a.b", CodeInvalid, account(func(a *Account) { a.Settings.Raw = map[string]string{"a.b": "1\nc = 2"} })},
		{"raw parameter's name", "settings.raw.a b", CodeInvalid, account(func(a *Account) { a.Settings.Raw = map[string]string{"a b": "1"} })},
		{"raw server", "settings.raw.static.auto_provision.server.url", CodeReserved, account(func(a *Account) {
			a.Settings.Raw = map[string]string{"static.auto_provision.server.url": "http://evil.example/"}
		})},
		{"model in lower case", "model_settings.t46u", CodeInvalid, account(func(a *Account) { a.ModelSettings = ModelSettings{"t46u": {}} })},

		{"location", "", "", location(func(*Location) {})},
		{"post office box", "address.street", CodeInvalid, location(func(l *Location) { l.Address.Street = "P.O. Box 5" })},
		{"state", "address.state", CodeInvalid, location(func(l *Location) { l.Address.State = "Quebec" })},
		{"zip", "address.zip", CodeInvalid, location(func(l *Location) { l.Address.Zip = "1234" })},
		{"no house number", "address.house_number", CodeRequired, location(func(l *Location) { l.Address.HouseNumber = "" })},
		{"callback number", "primary_number", CodeInvalid, location(func(l *Location) { l.PrimaryNumber = "555-0100" })},
		{"half a coordinate", "address.latitude", CodeInvalid, location(func(l *Location) { v := 1.0; l.Address.Latitude = &v })},

		{"user without e-mail", "email", CodeRequired, user(func(u *User) { u.Email = "" })},
		{"user's language", "language", CodeInvalid, user(func(u *User) { u.Language = "de" })},
		{"extension with letters", "number", CodeInvalid, &Extension{Number: "10a", Status: Active, Target: Target{Type: TargetUser, ID: "user_1"}}},
		{"target of another type's fields", "target.line", CodeInvalid, &Extension{Number: "101", Status: Active, Target: Target{Type: TargetUser, ID: "u", Line: 1}}},

		{"park slots", "", "", &Extension{Number: "101", Status: Active, Target: Target{Type: TargetPark, First: 1, Last: MaxParkSlot}}},
		{"park slot 0", "target.first", CodeOutOfRange, &Extension{Number: "101", Status: Active, Target: Target{Type: TargetPark, First: 0, Last: 1}}},
		{"park slot 100", "target.last", CodeOutOfRange, &Extension{Number: "101", Status: Active, Target: Target{Type: TargetPark, First: 1, Last: 100}}},
		{"park slots backwards", "target.last", CodeInvalid, &Extension{Number: "101", Status: Active, Target: Target{Type: TargetPark, First: 2, Last: 1}}},
		{"park slots of a user", "target", CodeInvalid, &Extension{Number: "101", Status: Active, Target: Target{Type: TargetPark, First: 1, Last: 2, ID: "user_1"}}},
		{"parked again by the fallback", "park_fallback.type", CodeInvalid, account(func(a *Account) { a.ParkFallback = &Target{Type: TargetPark, First: 1, Last: 2} })},

		{"domain", "", "", &Domain{Domain: "Sip.Example.COM.", DigestAlgorithms: []string{"MD5"}}},
		{"domain address", "", "", &Domain{Domain: "192.0.2.1", DigestAlgorithms: []string{"SHA-256", "MD5"}}},
		{"domain with a port", "domain", CodeInvalid, &Domain{Domain: "example.com:5060", DigestAlgorithms: []string{"MD5"}}},
		{"algorithm", "digest_algorithms[0]", CodeInvalid, &Domain{Domain: "a", DigestAlgorithms: []string{"md5"}}},

		{"user name with a blank", "username", CodeInvalid, &Credential{Username: "a b"}},
		{"user name with a quote", "username", CodeInvalid, &Credential{Username: `a"b`}},
		{"user name too long", "username", CodeTooLong, &Credential{Username: strings.Repeat("a", 33)}},
		{"attachment's use", "use", CodeInvalid, &Attachment{Domain: "d", List: "l", Use: "none"}},

		{"device", "", "", device(func(*Device) {})},
		{"device with a bad MAC", "mac", CodeInvalid, device(func(d *Device) { d.MAC = "00:15:65" })},
		{"deskphone without MAC", "mac", CodeRequired, device(func(d *Device) { d.MAC = "" })},
		{"base with lines", "lines", CodeInvalid, device(func(d *Device) { d.Type, d.Lines = DECTBase, []Line{{Credential: "c", Domain: "d"}} })},
		{"handset with a slot alone", "slot", CodeRequired, device(func(d *Device) { d.Type, d.MAC, d.IPEI, d.Slot = DECTHandset, "", "0123456789", 1 })},
		{"deskphone at a base", "base", CodeInvalid, device(func(d *Device) { d.Base = "dev_x" })},
		{"line 25", "lines[0].line", CodeOutOfRange, device(func(d *Device) { d.Lines = []Line{{Line: 25, Credential: "c", Domain: "d"}} })},
		{"line twice", "lines[1].line", CodeDuplicate, device(func(d *Device) {
			d.Lines = []Line{{Line: 1, Credential: "c", Domain: "d"}, {Line: 1, Credential: "e", Domain: "d"}}
		})},

		{"label with CR and LF", "buttons[0].label", CodeInvalid, template(Button{Position: 1, Type: ButtonDND, Label: "a\r\nb"})},
		{"label of emoji and quotes", "", "", template(Button{Position: 1, Type: ButtonDND, Label: `📞 "Front" & desk`})},
		{"label that resets", "buttons[0].label", CodeInvalid, template(Button{Position: 1, Type: ButtonDND, Label: "%NULL%"})},
		{"position 0", "buttons[0].position", CodeOutOfRange, template(Button{Type: ButtonDND})},
		{"position twice", "buttons[1].position", CodeDuplicate, template(Button{Position: 1, Type: ButtonDND}, Button{Position: 1, Type: ButtonHold})},
		{"same position on a module", "", "", template(Button{Position: 1, Type: ButtonDND}, Button{Position: 1, Module: 1, Type: ButtonHold})},
		{"unknown type", "buttons[0].type", CodeInvalid, template(Button{Position: 1, Type: "fly"})},
		{"suppressed in a template", "buttons[0].suppressed", CodeInvalid, template(Button{Position: 1, Suppressed: true})},
		{"speed dial to nothing", "buttons[0].target.destination", CodeInvalid, template(Button{Position: 1, Type: ButtonSpeedDial})},
		{"another type's target", "buttons[0].target", CodeInvalid, template(Button{Position: 1, Type: ButtonDND, Target: &ButtonTarget{Slot: number}})},
		{"script URL", "buttons[0].target.url", CodeInvalid, template(Button{Position: 1, Type: ButtonURL, Target: &ButtonTarget{URL: "javascript:alert(1)"}})},
		{"unicast address", "buttons[0].target.address", CodeInvalid, template(Button{Position: 1, Type: ButtonMulticast, Target: &ButtonTarget{Address: "192.0.2.1", Port: 6000}})},
		{"slot 100", "buttons[0].target.slot", CodeOutOfRange, template(Button{Position: 1, Type: ButtonBLFPark, Target: &ButtonTarget{Slot: 100}})},
		{"scope", "scopes[0]", CodeInvalid, &APIKey{Name: "k", Scopes: []string{"all"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.record.Validate()
			if tt.field == "" {
				if err != nil {
					t.Fatalf("Validate() = %v, want no problem", err)
				}
				return
			}
			var problems Problems
			if !errors.As(err, &problems) || problems[0].Field != tt.field || problems[0].Code != tt.code {
				t.Fatalf("Validate() = %#v, want %s at %s", err, tt.code, tt.field)
			}
		})
	}
}

func TestValidateNormalises(t *testing.T) {
	l := location(func(*Location) {}).(*Location)
	if err := l.Validate(); err != nil || l.Address.State != "NY" || l.Address.Country != "US" {
		t.Errorf("address = %+v, %v; want NY, US", l.Address, err)
	}
	d := device(func(d *Device) {
		d.MAC = "805E-C001-0203"
		d.Lines = []Line{{Line: 2, Credential: "a", Domain: "d"}, {Credential: "b", Domain: "d"}, {Credential: "c", Domain: "d"}}
	}).(*Device)
	if err := d.Validate(); err != nil || d.MAC != "80:5e:c0:01:02:03" || d.Lines[1].Line != 1 || d.Lines[2].Line != 3 {
		t.Errorf("device = %+v, %v; want the lowest free lines", d, err)
	}
	h := &Domain{Domain: "SIP.Example.com.", DigestAlgorithms: []string{"MD5"}}
	if err := h.Validate(); err != nil || h.Domain != "sip.example.com" {
		t.Errorf("domain = %q, %v", h.Domain, err)
	}
}

func TestCheckPassword(t *testing.T) {
	for _, tt := range []struct {
		name, password string
		good           bool
	}{
		{"long and mixed", "Correct7Horse", true},
		{"short", "Abcdefg1234", false},
		{"no digit", "CorrectHorseBattery", false},
		{"no upper case", "correct7horse", false},
		{"line break", "Correct7Horse\n1", false},
		{"blank at the end", "Correct7Horse ", false},
		{"too long", "Aa1" + strings.Repeat("x", MaxPassword), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := CheckPassword(tt.password); (err == nil) != tt.good {
				t.Fatalf("CheckPassword = %v, want good %v", err, tt.good)
			}
		})
	}
}

func TestID(t *testing.T) {
	now := time.Now()
	for _, k := range Kinds() {
		id := NewID(k, now)
		if id.Kind() != k {
			t.Errorf("NewID(%s) = %s names %q", k, id, id.Kind())
		}
		if later := NewID(k, now.Add(time.Millisecond)); later <= id {
			t.Errorf("%s made after %s sorts before it", later, id)
		}
		if New(k) == nil || New(k).Kind() != k {
			t.Errorf("New(%s) = %#v", k, New(k))
		}
	}
	if k := ID("dev_short").Kind(); k != "" {
		t.Errorf("malformed id names %q", k)
	}
}
