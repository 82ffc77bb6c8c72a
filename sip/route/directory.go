package route

import "dialtone/store/record"

// Directory is what is known, as of one moment. Records are nil where there are none. Nothing it returns is changed.
type Directory interface {
	Account(id record.ID) *record.Account
	User(id record.ID) *record.User
	Device(id record.ID) *record.Device
	Location(id record.ID) *record.Location
	RingGroup(id record.ID) *record.RingGroup
	CallQueue(id record.ID) *record.CallQueue
	Schedule(id record.ID) *record.Schedule

	// Extension is the account's extension with that number.
	Extension(account record.ID, number string) *record.Extension
	// ExtensionByID is the extension with that identifier.
	ExtensionByID(id record.ID) *record.Extension
	// Extensions are the account's extensions that lead to the target.
	Extensions(account record.ID, target record.Target) []*record.Extension

	// Number is the number, E.164, of any account.
	Number(e164 string) *record.Number
	// NumberByID is the number with that identifier.
	NumberByID(id record.ID) *record.Number
	// NumberOf is the first number of a provider account that outgoing calls may show.
	NumberOf(trunk record.ID) *record.Number

	// Line is where a credential stands; ok is false when it stands nowhere.
	Line(credential record.ID) (line Line, ok bool)
	// Lines are the lines that name the user.
	Lines(user record.ID) []Line

	ProviderAccount(id record.ID) *record.ProviderAccount
	// ProviderAccounts are the account's, enabled or not, in the order they are tried.
	ProviderAccounts(account record.ID) []*record.ProviderAccount
}

// Line is a line of a device and its address of record.
type Line struct {
	Device *record.Device
	Line   *record.Line // of Device
	AOR    string       // username@domain
}
