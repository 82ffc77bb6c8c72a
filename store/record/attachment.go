package record

// What the credentials of an attached list may be used for.
const (
	UseBoth          = "both"
	UseCalls         = "calls"
	UseRegistrations = "registrations"
)

// Attachment lets the credentials of a list be used in a domain.
type Attachment struct {
	Meta
	Domain ID     `json:"domain" api:"create" doc:"The SIP domain."`
	List   ID     `json:"credential_list" api:"create" doc:"The credential list."`
	Use    string `json:"use" doc:"calls, registrations or both."`
}

// NewAttachment is for calls and registrations.
func NewAttachment() *Attachment { return &Attachment{Use: UseBoth} }

// Kind names credential attachments.
func (a *Attachment) Kind() Kind { return KindAttachment }

// Unique is the pair: a list is attached to a domain once.
func (a *Attachment) Unique() []Unique {
	return []Unique{{Field: "credential_list", Space: "attachment/" + string(a.Domain), Value: string(a.List)}}
}

// References is the domain and the list.
func (a *Attachment) References() []Reference {
	var r refs
	r.own("domain", KindDomain, a.Domain)
	r.own("credential_list", KindCredentialList, a.List)
	return r
}

// Clone is a deep copy.
func (a *Attachment) Clone() Record { return deepCopy(a) }

// Validate checks the attachment alone.
func (a *Attachment) Validate() error {
	var p Problems
	if a.Domain == "" {
		p.Add("domain", CodeRequired, "must name a SIP domain")
	}
	if a.List == "" {
		p.Add("credential_list", CodeRequired, "must name a credential list")
	}
	p.oneOf("use", a.Use, UseBoth, UseCalls, UseRegistrations)
	return p.Err()
}

// Registers says whether the attachment lets phones register.
func (a *Attachment) Registers() bool { return a.Use != UseCalls }

// Calls says whether the attachment lets phones call.
func (a *Attachment) Calls() bool { return a.Use != UseRegistrations }
