package record

import (
	"cmp"
	"strings"
)

// Carriers whose trunks are known. ProviderSIP is any other one.
const (
	ProviderTelnyx    = "telnyx"
	ProviderTwilio    = "twilio"
	ProviderBandwidth = "bandwidth"
	ProviderSIP       = "sip"
)

// MaxProviderAccounts bounds the provider accounts of one account.
const MaxProviderAccounts = 50

// ProviderAccount is an account with a carrier and the SIP trunk to it.
type ProviderAccount struct {
	Meta
	Name     string `json:"name" doc:"Name of the provider account."`
	Provider string `json:"provider" doc:"telnyx, twilio, bandwidth or sip."`
	Position int    `json:"position" doc:"Place in the order in which trunks are tried, the lowest first."`
	Enabled  bool   `json:"enabled" doc:"Whether calls go through it."`
	Trunk    Trunk  `json:"trunk" doc:"The SIP trunk."`
	// CredentialsSealed is a JSON object of strings: keys of the carrier's own API.
	CredentialsSealed []byte `json:"-" cbor:"credentials"`
	// TrunkPasswordSealed is what the trunk authenticates with.
	TrunkPasswordSealed []byte `json:"-" cbor:"trunk_password"`
}

// NewProviderAccount is an enabled one with a trunk's defaults.
func NewProviderAccount() *ProviderAccount {
	return &ProviderAccount{Enabled: true, Trunk: NewTrunk()}
}

// Kind names provider accounts.
func (a *ProviderAccount) Kind() Kind { return KindProviderAccount }

// Unique is the name within the account.
func (a *ProviderAccount) Unique() []Unique {
	return []Unique{{Field: "name", Space: "provider_account/" + string(a.Account), Value: strings.ToLower(a.Name)}}
}

// References is empty.
func (a *ProviderAccount) References() []Reference { return nil }

// Clone is a deep copy.
func (a *ProviderAccount) Clone() Record { return deepCopy(a) }

// CompareProviderAccounts sorts by account, then in the order they are tried.
func CompareProviderAccounts(a, b *ProviderAccount) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
}

// Validate checks the provider account and fills in what follows from the carrier.
func (a *ProviderAccount) Validate() error {
	var p Problems
	p.required("name", &a.Name, MaxName)
	p.oneOf("provider", a.Provider, ProviderTelnyx, ProviderTwilio, ProviderBandwidth, ProviderSIP)
	p.between("position", a.Position, 0, 10_000)
	a.Trunk.fill(a.Provider)
	a.Trunk.check("trunk", &p)
	if a.Trunk.Authenticates() {
		if a.Trunk.Username == "" {
			p.Add("trunk.username", CodeRequired, "must be given for authentication %s", a.Trunk.Authentication)
		}
		if len(a.TrunkPasswordSealed) == 0 {
			p.Add("trunk.password", CodeRequired, "must be given for authentication %s", a.Trunk.Authentication)
		}
	}
	return p.Err()
}

// fill sets what has no value to what the carrier takes.
func (t *Trunk) fill(provider string) {
	if len(t.Hosts) == 0 && provider == ProviderTelnyx {
		t.Hosts = []string{"sip.telnyx.com"}
	}
	if len(t.Codecs) == 0 {
		t.Codecs = providerCodecs(provider)
	}
	if t.Authentication == "" {
		t.Authentication = TrunkIP
		if t.Username != "" {
			t.Authentication = TrunkDigest
		}
	}
	for _, v := range []struct {
		field     *string
		otherwise string
	}{
		{&t.Transport, TransportUDP},
		{&t.SRTP, SRTPOff},
		{&t.LocationConveyance, ConveyNone},
		{&t.NumberFormat, FormatE164},
	} {
		if *v.field == "" {
			*v.field = v.otherwise
		}
	}
}

// providerCodecs are the codecs a carrier takes, in the order to offer them.
func providerCodecs(provider string) []string {
	switch provider {
	case ProviderTelnyx:
		return []string{CodecG722, CodecPCMU, CodecPCMA}
	case ProviderTwilio, ProviderBandwidth:
		return []string{CodecPCMU}
	}
	return []string{CodecPCMU, CodecPCMA}
}
