package route

import "dialtone/store/record"

// Caller is who asks for a call, as the edge recognised him.
type Caller struct {
	// Account and Credential are who authenticated; both empty for a call from a trunk.
	Account, Credential record.ID
	// Trunks are the provider accounts the source may be: several where accounts share a carrier. The number called
	// tells which.
	Trunks []record.ID
	// Number and Name are what the request says of the caller: the user part, unescaped, and the display name of
	// P-Asserted-Identity or else From. A trunk is believed, a phone is not.
	Number, Name string
	// Private says the caller wants not to be known: Privacy other than none, or an anonymous From (RFC 3323).
	Private bool
	// Called are more places a trunk may have put the number called in, in the order to try: To, P-Called-Party-ID,
	// the first Diversion. User parts, unescaped.
	Called []string
	// Diverted is how often the call was diverted before it came: entries of Diversion (RFC 5806) or diversions in
	// History-Info (RFC 7044), whichever are more.
	Diverted int
	// Behalf is who is shown instead of the caller: the party a transfer is about. The caller's permissions count.
	Behalf *Identity
	// Window finds the callback window that is open for a number, E.164, of an account; nil
	// knows none.
	Window func(account record.ID, number string) (Window, bool)
}

// Window is the time after a call for help in which calls to its callback number go to the phone that called: the
// emergency centre may be calling back.
type Window struct {
	// Event is the emergency call.
	Event string
	// Number is the callback number, E.164.
	Number string
	// Credential is what called, by its address of record; User whose line it was, empty without one.
	Credential, User record.ID
	AOR              string
	// Earlier are the windows of other phones that called for help before and have the same
	// callback number, the latest first. They have none themselves.
	Earlier []Window
}

// Identity is who calls, as the records know him.
type Identity struct {
	// Trunk is the provider account the call came from; empty for a phone.
	Trunk record.ID
	// Credential, Device, Line and User are empty as far as there are none; a credential on no line has no device.
	Credential, Device record.ID
	Line               int
	User               record.ID
	// Location is the device's, else the user's, else the account's.
	Location record.ID
	// Extension is shown inside: of the user the primary one, else the lowest active one.
	Extension string
	// Number is an outside caller's, E.164 where it can be made so; empty when withheld by the carrier.
	Number string
	Name   string
	// Private says the caller wants not to be known.
	Private bool
}
