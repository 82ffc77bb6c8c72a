package record

import (
	"maps"
	"slices"
	"strings"

	"dialtone/e911/number"
)

// Account is one business: everything below it is invisible to every other account.
type Account struct {
	Meta
	Name                  string            `json:"name" doc:"Name of the business."`
	Email                 string            `json:"email" doc:"Where the account's owner is reached."`
	PrimaryContactName    string            `json:"primary_contact_name" doc:"Who to ask for."`
	Phone                 string            `json:"phone" doc:"Contact number, E.164."`
	Region                string            `json:"region" doc:"Country whose dialling rules apply, ISO 3166-1 alpha-2."`
	Timezone              string            `json:"timezone" doc:"IANA time zone."`
	BillingAddress        *Address          `json:"billing_address" doc:"Where bills go."`
	ExtensionLength       int               `json:"extension_length" doc:"Digits of every extension, 3 to 6."`
	DefaultOutboundNumber ID                `json:"default_outbound_number" doc:"Number shown on outgoing calls."`
	HoldMusicClip         ID                `json:"hold_music_clip" doc:"Audio clip callers on hold hear; null is the built-in tune."`
	TranscriptionEnabled  bool              `json:"transcription_enabled" doc:"Whether recordings are transcribed."`
	RecordingEnabled      bool              `json:"recording_enabled" doc:"Whether calls are recorded. A party's record key then stops and resumes the recording; without this it is refused."`
	ParkingTimeoutMinutes int               `json:"parking_timeout_minutes" doc:"Minutes until a parked call rings back, 1 to 60."`
	ParkFallback          *Target           `json:"park_fallback" doc:"Where an unanswered ring-back goes; null parks the call again."`
	Language              string            `json:"language" doc:"Language of mails and of the phones' menus, en or fr."`
	VoicemailNumber       string            `json:"voicemail_number" doc:"What a voicemail key dials."`
	FeatureCodes          map[string]string `json:"feature_codes" doc:"What to dial for each feature."`
	ProvisionNetworks     []string          `json:"provision_networks" doc:"Networks phones may fetch configurations from (CIDR); empty is any."`
	DeviceBinding         bool              `json:"device_binding" doc:"Whether each phone gets a provisioning URL of its own at its first fetch."`
	AutoResync            bool              `json:"auto_resync" doc:"Whether phones are told to fetch again when their configuration changed."`
	PhoneAdminUser        string            `json:"-" cbor:"phone_admin_user,omitempty"`
	PhoneAdminSealed      []byte            `json:"-" cbor:"phone_admin_password"`
	FaxLimitInbound       *int              `json:"fax_limit_inbound" doc:"Faxes received in any hour; null is unlimited, 0 none."`
	FaxLimitOutbound      *int              `json:"fax_limit_outbound" doc:"Faxes sent in any hour; null is unlimited, 0 none."`
	MainLocation          ID                `json:"main_location" doc:"The account's main location."`
	DefaultButtonTemplate ID                `json:"default_button_template" doc:"Button template copied to new devices."`
	EmergencyRecipients   []string          `json:"emergency_recipients" doc:"E-mail addresses told of every emergency call."`
	EmergencyExtensions   []ID              `json:"emergency_extensions" doc:"Extensions whose phones are sent a text about every emergency call."`
	EmergencyNumbers      []string          `json:"emergency_numbers" doc:"Emergency numbers in addition to the built-in ones."`
	TestNumbers           []string          `json:"test_numbers" doc:"Numbers that test the emergency path in addition to 933."`
	ProvisionUser         string            `json:"provision_user" doc:"User name phones must give over HTTP to fetch configurations; empty asks for none."`
	ProvisionPassSealed   []byte            `json:"-" cbor:"provision_password"`
	Settings              Settings          `json:"settings" doc:"Phone settings of the whole account."`
	ModelSettings         ModelSettings     `json:"model_settings" doc:"Phone settings by model, over the account's."`
}

// NewAccount is an account with the defaults every new one has.
func NewAccount() *Account {
	return &Account{
		Region: "US", Timezone: "UTC", ExtensionLength: 4, ParkingTimeoutMinutes: 5,
		Language: "en", AutoResync: true, FeatureCodes: DefaultFeatureCodes(),
	}
}

// DefaultFeatureCodes are the customary codes by feature.
func DefaultFeatureCodes() map[string]string {
	return map[string]string{
		"forward_always_on": "*72", "forward_always_off": "*73",
		"forward_busy_on": "*90", "forward_busy_off": "*91",
		"forward_no_answer_on": "*92", "forward_no_answer_off": "*93",
		"dnd_on": "*78", "dnd_off": "*79", "call_return": "*69",
		"pickup": "**", "park": "*68", "voicemail": "*97",
		"queue_login": "*45", "queue_pause": "*46",
		"transfer_blind": "*1", "transfer_attended": "*2", "record_toggle": "*3",
	}
}

// Kind names accounts.
func (a *Account) Kind() Kind { return KindAccount }

// Unique is empty: nothing of an account must differ from other accounts'.
func (a *Account) Unique() []Unique { return nil }

// References lists the location, template and numbers the account names.
func (a *Account) References() []Reference {
	var r refs
	r.add("default_outbound_number", KindNumber, a.DefaultOutboundNumber)
	r.add("hold_music_clip", KindAudioClip, a.HoldMusicClip)
	r.add("main_location", KindLocation, a.MainLocation)
	r.add("default_button_template", KindButtonTemplate, a.DefaultButtonTemplate)
	r = append(r, extensionReferences("emergency_extensions", a.EmergencyExtensions)...)
	return append(r, targetReferences(a)...)
}

// Clone is a deep copy.
func (a *Account) Clone() Record { return deepCopy(a) }

// Validate checks the account by itself.
func (a *Account) Validate() error {
	var p Problems
	p.required("name", &a.Name, MaxName)
	p.email("email", &a.Email)
	if a.Email == "" {
		p.Add("email", CodeRequired, "must not be empty")
	}
	p.text("primary_contact_name", &a.PrimaryContactName, MaxName)
	p.e164("phone", &a.Phone)
	p.country("region", &a.Region)
	p.timezone("timezone", a.Timezone)
	if a.Timezone == "" {
		p.Add("timezone", CodeRequired, "must not be empty")
	}
	if a.BillingAddress != nil {
		a.BillingAddress.check("billing_address", &p)
	}
	p.between("extension_length", a.ExtensionLength, 3, 6)
	p.between("parking_timeout_minutes", a.ParkingTimeoutMinutes, 1, 60)
	if a.ParkFallback != nil {
		a.ParkFallback.check("park_fallback", &p)
	}
	p.language("language", a.Language)
	if a.VoicemailNumber != "" {
		p.dialable("voicemail_number", &a.VoicemailNumber)
	}
	p.networks("provision_networks", a.ProvisionNetworks)
	p.faxLimit("fax_limit_inbound", a.FaxLimitInbound)
	p.faxLimit("fax_limit_outbound", a.FaxLimitOutbound)
	p.emails("emergency_recipients", a.EmergencyRecipients)
	p.extensions("emergency_extensions", a.EmergencyExtensions)
	p.numberList("emergency_numbers", a.EmergencyNumbers)
	p.numberList("test_numbers", a.TestNumbers)
	p.text("provision_user", &a.ProvisionUser, MaxUsername)
	if strings.ContainsAny(a.ProvisionUser, `:"`) {
		p.Add("provision_user", CodeInvalid, `must not contain ':' or '"'`)
	}
	a.checkFeatureCodes(&p)
	a.Settings.check("settings", &p)
	a.ModelSettings.check("model_settings", &p)
	return p.Err()
}

func (p *Problems) faxLimit(field string, v *int) {
	if v != nil {
		p.between(field, *v, 0, 100_000)
	}
}

func (p *Problems) numberList(field string, list []string) {
	if len(list) > MaxNumberLists {
		p.Add(field, CodeTooMany, "must have at most %d numbers", MaxNumberLists)
		return
	}
	for i := range list {
		p.dialable(index(field, i), &list[i])
	}
}

// checkFeatureCodes wants known features, codes that start with a star, no code
// that starts another one's place, and none that is an emergency number.
func (a *Account) checkFeatureCodes(p *Problems) {
	known := DefaultFeatureCodes()
	used := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(a.FeatureCodes)) {
		field, code := "feature_codes."+name, a.FeatureCodes[name]
		if _, ok := known[name]; !ok {
			p.Add(field, CodeUnknownField, "is not a feature; known are %s", strings.Join(slices.Sorted(maps.Keys(known)), ", "))
			continue
		}
		if code == "" {
			continue
		}
		if !featureCode(code) {
			p.Add(field, CodeInvalid, "must be * or ** followed by up to 4 digits")
			continue
		}
		if other, taken := used[code]; taken {
			p.Add(field, CodeDuplicate, "is the code of %s already", other)
		}
		used[code] = name
		if reason, reserved := number.Reserved(code, []string{a.Region}, a.EmergencyNumbers, a.TestNumbers); reserved {
			p.Add(field, CodeReserved, "cannot be a feature code: %s", reason)
		}
	}
}

func featureCode(s string) bool {
	rest := strings.TrimLeft(s, "*")
	if stars := len(s) - len(rest); stars < 1 || stars > 2 || len(rest) > 4 {
		return false
	}
	return strings.Trim(rest, "0123456789") == "" && len(s) >= 2
}
