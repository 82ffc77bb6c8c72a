package record

// Bounds on what a number shows, in characters.
const (
	MaxCallerIDName   = 50
	MaxCallerIDPrefix = 20
)

// Number is a telephone number of the business (a DID): who is called by it, and
// whether calls may show it.
type Number struct {
	Meta
	Number          string   `json:"number" doc:"The number, E.164; unique in the daemon."`
	Target          *Target  `json:"target" doc:"Where its calls go; null refuses them."`
	OutboundEnabled bool     `json:"outbound_enabled" doc:"Whether outgoing calls may show it."`
	CallerIDName    string   `json:"caller_id_name" doc:"Name shown with it on outgoing calls."`
	CallerIDPrefix  string   `json:"caller_id_prefix" doc:"What stands before the caller's name when it is called."`
	FaxEnabled      bool     `json:"fax_enabled" doc:"Whether it receives faxes."`
	FaxRecipients   []string `json:"fax_recipients" doc:"E-mail addresses its faxes are sent to."`
	DeleteDocuments bool     `json:"delete_documents" doc:"Whether a fax is deleted once it has been mailed; needs a recipient."`
	Location        ID       `json:"location" doc:"The location it belongs to."`
	ProviderAccount ID       `json:"provider_account" doc:"Carrier its calls come from, and outgoing calls showing it prefer; null is any."`
}

// NewNumber may be shown.
func NewNumber() *Number { return &Number{OutboundEnabled: true} }

// Kind names numbers.
func (n *Number) Kind() Kind { return KindNumber }

// Unique is the number, in the whole daemon.
func (n *Number) Unique() []Unique {
	return []Unique{{Field: "number", Space: "number", Value: n.Number}}
}

// References is the target, the location and the carrier.
func (n *Number) References() []Reference {
	var r refs
	r.add("location", KindLocation, n.Location)
	r.add("provider_account", KindProviderAccount, n.ProviderAccount)
	return append(r, targetReferences(n)...)
}

// Clone is a deep copy.
func (n *Number) Clone() Record { return deepCopy(n) }

// Validate checks the number alone.
func (n *Number) Validate() error {
	var p Problems
	p.e164("number", &n.Number)
	if n.Number == "" {
		p.Add("number", CodeRequired, "must be a number in international form")
	}
	if n.Target != nil {
		n.Target.checkFax("target", &p)
	}
	p.text("caller_id_name", &n.CallerIDName, MaxCallerIDName)
	p.text("caller_id_prefix", &n.CallerIDPrefix, MaxCallerIDPrefix)
	p.emails("fax_recipients", n.FaxRecipients)
	if n.DeleteDocuments && len(n.FaxRecipients) == 0 {
		p.Add("delete_documents", CodeInvalid, "needs at least one of fax_recipients: nobody would have the fax")
	}
	return p.Err()
}
