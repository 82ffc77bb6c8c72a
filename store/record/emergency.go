package record

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// emergencyPrefix starts the identifiers of emergency calls.
const emergencyPrefix = "emer_"

// NewEmergencyID is the identifier of an emergency call that begins at now: opaque,
// sortable by time.
func NewEmergencyID(now time.Time) string {
	u, err := ulid.New(ulid.Timestamp(now), rand.Reader)
	if err != nil { // a clock before 1970 is no reason to fail here
		u = ulid.MustNew(0, rand.Reader)
	}
	return emergencyPrefix + strings.ToLower(u.String())
}

// IsEmergencyID says whether a text has the form of an emergency call's identifier.
func IsEmergencyID(id string) bool {
	rest, ok := strings.CutPrefix(id, emergencyPrefix)
	if !ok || rest != strings.ToLower(rest) {
		return false
	}
	_, err := ulid.ParseStrict(rest)
	return err == nil
}

// Outcomes of an emergency call, closed list.
const (
	EmergencyStarted      = "started"       // it is on its way
	EmergencyAnswered     = "answered"      // somebody talks
	EmergencyEnded        = "ended"         // it was answered and is over
	EmergencyCancelled    = "cancelled"     // the caller hung up before anybody answered
	EmergencyNotConnected = "not_connected" // no trunk took it
	EmergencyInterrupted  = "interrupted"   // the daemon stopped during it; what became of it is unknown
	EmergencyNoCall       = "no_call"       // only the notification was tested
)

// EmergencyOutcomes lists them.
func EmergencyOutcomes() []string {
	return []string{
		EmergencyStarted, EmergencyAnswered, EmergencyEnded, EmergencyCancelled, EmergencyNotConnected,
		EmergencyInterrupted, EmergencyNoCall,
	}
}

// Stages of an emergency call of which recipients are told, closed list.
const (
	StageStarted  = "started"
	StageAnswered = "answered"
	StageFailed   = "failed"
	StageEnded    = "ended"
	StageCallback = "callback"
)

// What may be missing from an emergency call, closed list.
const (
	MissingLocation   = "location"          // no location is set for device, user or account
	MissingAddress    = "address"           // the location has no street or city
	MissingRoom       = "room"              // the location says neither floor nor room nor unit
	MissingCallback   = "callback_number"   // nobody can be called back
	MissingTrunk      = "trunk"             // no trunk at all
	MissingCapable    = "emergency_trunk"   // no trunk is marked to take emergency calls
	MissingRecipients = "recipients"        // nobody is told
	MissingReference  = "carrier_reference" // a trunk wants the carrier's reference and the location has none
)

// EmergencyCall is one call for help, or a test of one: what was known when it began, what
// was sent, and what became of it.
type EmergencyCall struct {
	ID       string `json:"id" cbor:"id" doc:"Identifier, sortable by time; the mails name it in X-Dialtone-Event."`
	Account  ID     `json:"-" cbor:"account"`
	CallID   string `json:"call_id" cbor:"call_id" doc:"Identifier of the call in the list of calls; empty for a test of the notification alone."`
	Test     bool   `json:"test" cbor:"test" doc:"Whether it only tested the emergency path."`
	Dialled  string `json:"dialled" cbor:"dialled" doc:"What was dialled."`
	Number   string `json:"number" cbor:"number" doc:"What was sent to the carrier."`
	Region   string `json:"region" cbor:"region" doc:"Country whose rules made it an emergency number."`
	Outcome  string `json:"outcome" cbor:"outcome" doc:"started, answered, ended, cancelled, not_connected, interrupted or no_call."`
	HungUpBy string `json:"hung_up_by" cbor:"hung_up_by" doc:"caller, callee (the emergency centre) or system; empty until it is over."`

	StartedAt       time.Time `json:"started_at" cbor:"started"  doc:"When it was dialled."`
	AnsweredAt      time.Time `json:"answered_at,omitzero" cbor:"answered,omitzero" doc:"When it was answered."`
	EndedAt         time.Time `json:"ended_at,omitzero" cbor:"ended,omitzero" doc:"When it was over."`
	DurationSeconds int       `json:"duration_seconds" cbor:"duration" doc:"Seconds from the answer, or the beginning of an unanswered one, to the end."`

	Caller         EmergencyCaller     `json:"caller" cbor:"caller" doc:"Who called."`
	Location       EmergencyLocation   `json:"location" cbor:"location" doc:"Where the caller is, as it is set up."`
	CallbackNumber string              `json:"callback_number" cbor:"callback" doc:"Number the emergency centre can call back, E.164; empty when there is none."`
	Conveyed       EmergencyConveyed   `json:"conveyed" cbor:"conveyed" doc:"What the last INVITE told the carrier."`
	Missing        []string            `json:"missing" cbor:"missing" doc:"What is not set up, from a closed list."`
	Attempts       []EmergencyAttempt  `json:"attempts" cbor:"attempts" doc:"The trunks that were tried, in order."`
	Callbacks      []EmergencyCallback `json:"callbacks" cbor:"callbacks" doc:"Calls to the callback number in the 30 minutes after it."`
	Recovered      bool                `json:"recovered" cbor:"recovered" doc:"Whether it was written after a restart, from what the stopped daemon had left."`

	// AccountName, Timezone and Language are the account's, for the mails.
	AccountName string               `json:"-" cbor:"account_name"`
	Timezone    string               `json:"-" cbor:"timezone"`
	Language    string               `json:"-" cbor:"language"`
	Recipients  []EmergencyRecipient `json:"-" cbor:"recipients"`
	Mails       []EmergencyMail      `json:"-" cbor:"mails"`
}

// EmergencyCaller is who called, as the records knew him.
type EmergencyCaller struct {
	Name       string `json:"name" cbor:"name" doc:"Name of the user, or label of the line."`
	Extension  string `json:"extension" cbor:"extension" doc:"Extension."`
	User       ID     `json:"user" cbor:"user" doc:"The user."`
	Device     ID     `json:"device" cbor:"device" doc:"The device."`
	DeviceName string `json:"device_name" cbor:"device_name" doc:"Name of the device."`
	Model      string `json:"model" cbor:"model" doc:"Model of the device."`
	MAC        string `json:"mac" cbor:"mac" doc:"Hardware address of the device, or the IPEI of a handset."`
	Line       int    `json:"line" cbor:"line" doc:"Number of the line."`
	Credential ID     `json:"credential" cbor:"credential" doc:"What it called with."`
	AOR        string `json:"aor" cbor:"aor" doc:"Address of record, username@domain."`
}

// Where a location was found.
const (
	LocationOfDevice  = "device"
	LocationOfBase    = "base"
	LocationOfUser    = "user"
	LocationOfAccount = "account"
)

// EmergencyLocation is a location as it was when the call began.
type EmergencyLocation struct {
	ID        ID      `json:"id" cbor:"id" doc:"The location."`
	Source    string  `json:"source" cbor:"source" doc:"Whose location it is: device, base, user or account."`
	Name      string  `json:"name" cbor:"name" doc:"Its name."`
	Address   Address `json:"address" cbor:"address" doc:"Its address."`
	Floor     string  `json:"floor" cbor:"floor" doc:"Floor."`
	Room      string  `json:"room" cbor:"room" doc:"Room."`
	Status    string  `json:"e911_status" cbor:"status" doc:"Whether the carrier knew the address."`
	Reference string  `json:"carrier_reference" cbor:"reference" doc:"The carrier's own name for the place."`
}

// EmergencyConveyed is what an INVITE carried.
type EmergencyConveyed struct {
	Method    string   `json:"method" cbor:"method" doc:"How the location went: none, carrier_reference or pidf_lo; empty before anything was sent."`
	Reference string   `json:"reference" cbor:"reference" doc:"The Geolocation header's value."`
	Lines     []string `json:"lines" cbor:"lines" doc:"The address in the INVITE, read back from it."`
	Refused   bool     `json:"refused" cbor:"refused" doc:"Whether the carrier refused the location (424), and the call went on without."`
	Number    string   `json:"number" cbor:"number" doc:"The caller's number in the INVITE."`
	Trunk     ID       `json:"trunk" cbor:"trunk" doc:"The provider account it went to."`
	TrunkName string   `json:"trunk_name" cbor:"trunk_name" doc:"Its name."`
}

// EmergencyAttempt is one trunk that was tried.
type EmergencyAttempt struct {
	Trunk    ID        `json:"trunk" cbor:"trunk" doc:"The provider account."`
	Name     string    `json:"name" cbor:"name" doc:"Its name."`
	At       time.Time `json:"at" cbor:"at" doc:"When what came of it was known."`
	Status   int       `json:"status" cbor:"status" doc:"SIP status; 0 when it said nothing."`
	Answered bool      `json:"answered" cbor:"answered" doc:"Whether it took the call."`
}

// EmergencyCallback is a call to the callback number soon after an emergency call.
type EmergencyCallback struct {
	At     time.Time `json:"at" cbor:"at" doc:"When."`
	From   string    `json:"from" cbor:"from" doc:"Who called; empty when withheld."`
	CallID string    `json:"call_id" cbor:"call_id" doc:"The call."`
}

// EmergencyRecipient is somebody to be told.
type EmergencyRecipient struct {
	Address   string `json:"address" cbor:"address" doc:"E-mail address, or the number of an extension."`
	Extension ID     `json:"extension" cbor:"extension,omitempty" doc:"The extension whose phones are sent texts; empty for mail."`
	Source    string `json:"source" cbor:"source" doc:"Whose recipient: account, location or both."`
	Language  string `json:"language" cbor:"language" doc:"Language of the mails, en or fr."`
}

// EmergencyMail is one mail or text that was written: to whom, about which stage, and the
// outbox's row of it.
type EmergencyMail struct {
	Address string `cbor:"to"`
	Stage   string `cbor:"stage"`
	Row     string `cbor:"row"` // empty when it could not be written
}

// Over says whether nothing more is to come of the call itself.
func (c *EmergencyCall) Over() bool {
	return c.Outcome != EmergencyStarted && c.Outcome != EmergencyAnswered
}

// Mailed says whether a recipient's mail about a stage has been written.
func (c *EmergencyCall) Mailed(address, stage string) bool {
	for i := range c.Mails {
		if m := &c.Mails[i]; m.Address == address && m.Stage == stage {
			return true
		}
	}
	return false
}

// EmergencyWindow is the time after an emergency call in which calls to its callback number
// go to the phone that called.
type EmergencyWindow struct {
	Account    ID        `cbor:"-"`
	Number     string    `cbor:"-"` // E.164
	Event      string    `cbor:"event"`
	Credential ID        `cbor:"credential"`
	User       ID        `cbor:"user"`
	AOR        string    `cbor:"aor"`
	Until      time.Time `cbor:"until"`
}

// EmergencyTest is the last test call from a device that was answered.
type EmergencyTest struct {
	Device   ID        `json:"device" cbor:"-" doc:"The device."`
	Event    string    `json:"emergency_call" cbor:"event" doc:"The test."`
	At       time.Time `json:"at" cbor:"at" doc:"When."`
	Location ID        `json:"location" cbor:"location" doc:"Where the device was then."`
	Address  string    `json:"-" cbor:"address"` // digest of the address then
}

// MaxEmergencyExtensions bounds the extensions that are told of emergencies.
const MaxEmergencyExtensions = 20

// extensions checks a list of extensions that are told of emergencies.
func (p *Problems) extensions(field string, list []ID) {
	if len(list) > MaxEmergencyExtensions {
		p.Add(field, CodeTooMany, "must have at most %d extensions", MaxEmergencyExtensions)
		return
	}
	for i, id := range list {
		if id.Kind() != KindExtension {
			p.Add(index(field, i), CodeInvalid, "must be the id of an extension")
		} else if slices.Contains(list[:i], id) {
			p.Add(index(field, i), CodeDuplicate, "is in the list already")
		}
	}
}

func extensionReferences(field string, list []ID) []Reference {
	var r refs
	for i, id := range list {
		r.add(index(field, i), KindExtension, id)
	}
	return r
}
