package render

import (
	"dialtone/provision/catalog"
	"dialtone/provision/layout"
	"dialtone/provision/render/zone"
	"dialtone/store/record"
)

// Phone is everything one configuration file is made from.
type Phone struct {
	Model *catalog.Model
	// Lines are a desk phone's lines; those beyond the model's accounts are not written.
	Lines []Line
	// Handsets are a DECT base's handsets in the order of their slots.
	Handsets []Handset
	// Keys is the phone's layout; keys that do not work are cleared.
	Keys []layout.Key
	// Modules is the number of expansion modules attached.
	Modules int
	// Settings are all layers merged. What is absent is cleared or left to the phone, see the package comment.
	Settings record.Settings
	Clock    Clock
	// Emergency lists the emergency numbers, which can be dialled on a locked phone, too.
	Emergency []string
	// EmergencyServer takes emergency calls when no account is registered; without a host none is written.
	EmergencyServer Server
	// PickupCode answers a ringing extension from its lamp's key; empty clears it.
	PickupCode string
	// ParkCode parks a call that is transferred to it, and gets parked ones; empty clears it.
	ParkCode string
	Admin    Login
	Source   Source
	// Phonebook is the name of the account's phone book on the screen; empty writes none.
	Phonebook string
}

// Clock is how the phone keeps time.
type Clock struct {
	Rule zone.Rule
	// Dates is the current year's summer time, used where Rule is not Expressible.
	Dates zone.Year
}

// Login is a user name and its password.
type Login struct{ User, Password string }

// Source is where the phone fetches its file, and when.
type Source struct {
	// URL ends in a slash; at most 511 characters on Yealink. Empty leaves the phone where it is.
	URL string
	// Login is what the phone gives over HTTP, empty where nothing is asked.
	Login Login
	// RepeatMinutes makes the phone fetch that often, 1 to 43200, until told otherwise; 0 is once a night.
	RepeatMinutes int
	// Uploads lets the phone store its local contacts at URL.
	Uploads bool
}

// Server is a SIP listener.
type Server struct {
	Host      string
	Port      int
	Transport Transport
}

// Transport is a SIP transport by Yealink's number.
type Transport int

// The transports.
const (
	UDP Transport = 0
	TCP Transport = 1
	TLS Transport = 2
)

// Line is one registration.
type Line struct {
	// Number is the account the line stands on, from 1; on a handset only the order counts.
	Number      int
	Label       string
	DisplayName string // From header
	Username    string
	Password    string
	Domain      string
	// Proxy is where the line registers and sends its calls: the daemon's listener.
	Proxy Server
	// Expires is the registration's life in seconds.
	Expires int
	// Voicemail is what the message key dials; empty clears it.
	Voicemail string
}

// Handset is one DECT handset and its lines.
type Handset struct {
	Slot  int // from 1
	Name  string
	Lines []Line
}
