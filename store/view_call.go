package store

import (
	"slices"

	"dialtone/store/record"
)

// UserLine is one line of a device with what it registers as.
type UserLine struct {
	Device     *record.Device
	Line       record.Line
	Credential *record.Credential
	Domain     *record.Domain
}

// AOR is the address the line registers as, user@domain.
func (l *UserLine) AOR() string { return l.Credential.Username + "@" + l.Domain.Domain }

// Account is the account with that identifier.
func (v *View) Account(id record.ID) (*record.Account, bool) { return Get[*record.Account](v, id) }

// Number is the number of any account with those digits, E.164 with its plus.
func (v *View) Number(e164 string) (*record.Number, bool) {
	n, ok := v.x.call.numbers[e164]
	return n, ok
}

// ExtensionByNumber is the account's extension with those digits, active or not.
func (v *View) ExtensionByNumber(account record.ID, digits string) (*record.Extension, bool) {
	e, ok := v.x.call.extensions[accountName{account, digits}]
	return e, ok
}

// ExtensionsOf are the extensions that lead to a user, device or ring group, active or
// not, the lowest first. The list must not be changed.
func (v *View) ExtensionsOf(target record.ID) []*record.Extension { return v.x.call.targeted[target] }

// LinesOf are the lines that name a user, by device and line.
func (v *View) LinesOf(user record.ID) []UserLine {
	var list []UserLine
	for _, d := range v.x.call.lines[user] {
		for _, l := range d.Lines {
			if l.User != user {
				continue
			}
			if line, ok := v.userLine(d, l); ok {
				list = append(list, line)
			}
		}
	}
	return list
}

// DeviceLine is one line of a device.
func (v *View) DeviceLine(device record.ID, number int) (UserLine, bool) {
	d, ok := Get[*record.Device](v, device)
	if !ok {
		return UserLine{}, false
	}
	l := d.LineNumber(number)
	if l == nil {
		return UserLine{}, false
	}
	return v.userLine(d, *l)
}

func (v *View) userLine(d *record.Device, l record.Line) (UserLine, bool) {
	credential, known := Get[*record.Credential](v, l.Credential)
	domain, served := Get[*record.Domain](v, l.Domain)
	return UserLine{d, l, credential, domain}, known && served
}

// ProviderAccounts are an account's provider accounts in the order they are tried, the
// disabled ones too. The list must not be changed.
func (v *View) ProviderAccounts(account record.ID) []*record.ProviderAccount {
	return v.x.call.providers[account]
}

// AllProviderAccounts are those of every account, by account and then in their order.
func (v *View) AllProviderAccounts() []*record.ProviderAccount {
	var all []*record.ProviderAccount
	for _, list := range v.x.call.providers {
		all = append(all, list...)
	}
	slices.SortFunc(all, record.CompareProviderAccounts)
	return all
}

// Webhooks are an account's webhooks that want an event.
func (v *View) Webhooks(account record.ID, event string) []*record.Webhook {
	var list []*record.Webhook
	Each(v, account, func(w *record.Webhook) bool {
		if w.Wants(event) {
			list = append(list, w)
		}
		return true
	})
	return list
}
