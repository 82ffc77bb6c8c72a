package registrar

// Cause is why a registration was refused, from a closed list: what the
// administrator sees among registration failures. Outside, most causes look alike.
type Cause string

// The causes.
const (
	CauseUnknownDomain   Cause = "unknown_domain"
	CauseListNotAttached Cause = "list_not_attached"
	CauseUnknownUser     Cause = "unknown_user"
	CauseDisabled        Cause = "disabled"
	CauseExpired         Cause = "expired"
	CauseWrongPassword   Cause = "wrong_password"
	CauseStaleNonceLoop  Cause = "stale_nonce_loop"
	CauseTooManyBindings Cause = "too_many_bindings"
	CauseRateLimited     Cause = "rate_limited"
	CauseBanned          Cause = "banned"
	CauseReservedName    Cause = "reserved_name"
	CauseWrongUse        Cause = "wrong_use"
	CauseAORMismatch     Cause = "aor_mismatch"
	// CauseOtherCertificate: the client's certificate is another user's.
	CauseOtherCertificate Cause = "other_certificate"
)

// advice says what to do about each cause.
var advice = map[Cause]string{
	CauseUnknownDomain:    "No SIP domain has this name. Correct the server address in the phone, or create the domain.",
	CauseListNotAttached:  "The domain has no credential list. Attach one to the domain.",
	CauseUnknownUser:      "No credential of the domain's lists has this user name. Correct the name in the phone, or add the credential.",
	CauseDisabled:         "The credential is disabled. Enable it.",
	CauseExpired:          "The credential has expired. Move its expiry date, or replace it.",
	CauseWrongPassword:    "The password is wrong. Provision the phone again, or reveal the credential and enter its password.",
	CauseStaleNonceLoop:   "The phone keeps answering with an old challenge. Restart it; if that does not help, update its firmware.",
	CauseTooManyBindings:  "The request carries more contacts than one user may have. Remove contacts from the phone's configuration.",
	CauseRateLimited:      "The phone registers too often. Look for two phones with the same credential, or raise the phone's retry interval.",
	CauseBanned:           "The source address is banned after too many failures. Correct the phones there, then lift the ban.",
	CauseReservedName:     "The user name is an emergency number or a feature code. Use another name.",
	CauseWrongUse:         "The credential list is attached for calls only. Attach it for registrations too.",
	CauseOtherCertificate: "The phone shows a certificate of another name. Issue one with the user name or the address, or none.",
	CauseAORMismatch:      "The phone registers another user than the one it authenticates as. Make user name and authentication name the same.",
}

// Advice is one or two sentences on what to do, empty for a cause not in the list.
func (c Cause) Advice() string { return advice[c] }

// Causes lists every cause, in no particular order.
func Causes() []Cause {
	list := make([]Cause, 0, len(advice))
	for c := range advice {
		list = append(list, c)
	}
	return list
}
