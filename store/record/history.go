package record

import "time"

// Outcomes of an audited operation.
const (
	OutcomeSuccess = "success"
	OutcomeFailure = "failure"
	OutcomeDenied  = "denied"
)

// Types of actor.
const (
	ActorPlatform      = "platform"
	ActorAPIKey        = "api_key"
	ActorManager       = "account_manager"
	ActorUser          = "user"
	ActorAdministrator = "administrator" // in an account that is not his own
	ActorDevice        = "device"
	ActorSystem        = "system"
	ActorNobody        = "anonymous"
)

// Actor is who did something; it stays readable after the actor is gone.
type Actor struct {
	Type  string `json:"type" doc:"platform, api_key, account_manager, user, administrator, device, system or anonymous."`
	ID    ID     `json:"id" doc:"The key, person or device."`
	Name  string `json:"name" doc:"Its name at the time."`
	Email string `json:"email,omitempty" doc:"A person's e-mail address at the time."`
}

// AuditEntry is one line of the audit log.
type AuditEntry struct {
	ID       string        `json:"id" doc:"Identifier, sortable by time."`
	Seq      uint64        `json:"seq" doc:"Number within the account, without gaps."`
	Time     time.Time     `json:"timestamp" doc:"When."`
	Event    string        `json:"event" doc:"resource.verb."`
	Resource ID            `json:"resource" doc:"What it was done to."`
	Actor    Actor         `json:"actor" doc:"Who."`
	Outcome  string        `json:"outcome" doc:"success, failure or denied."`
	IP       string        `json:"ip" doc:"Where from."`
	Changes  []FieldChange `json:"changes" doc:"What changed; secrets only as changed."`
	Count    int           `json:"count,omitempty" doc:"How many alike were folded into this entry."`
	Detail   string        `json:"detail,omitempty" doc:"Why it failed or was denied."`
	PrevHash string        `json:"prev_hash" doc:"Hash of the entry before, hex."`
	Hash     string        `json:"hash" doc:"SHA-256 over this entry and prev_hash, hex."`
}

// FieldChange is one field before and after.
type FieldChange struct {
	Field  string `json:"field" doc:"Field."`
	Before any    `json:"before" doc:"Value before."`
	After  any    `json:"after" doc:"Value after."`
}

// Results of a phone's request, closed list (also the metric's label).
const (
	FetchServed         = "served"
	FetchUploaded       = "uploaded"
	FetchNoSuchFile     = "no_such_file"
	FetchBadToken       = "bad_token"
	FetchUnknownMAC     = "unknown_mac"
	FetchForeignMAC     = "foreign_mac"
	FetchDisabled       = "device_disabled"
	FetchBadName        = "bad_file_name"
	FetchBadMethod      = "bad_method"
	FetchNetwork        = "network_not_allowed"
	FetchUnauthorized   = "bad_http_credentials"
	FetchCertificate    = "other_certificate"
	FetchBound          = "device_bound"
	FetchWrongDeviceURL = "other_device_url"
	FetchTooLarge       = "upload_too_large"
	FetchLimited        = "source_limited"
	FetchNoSpace        = "no_space"
	FetchError          = "error"
)

// ProvisioningEvent is one request of a phone and what became of it.
type ProvisioningEvent struct {
	ID        string    `json:"id" doc:"Identifier, sortable by time."`
	Account   ID        `json:"-" cbor:"account"`
	Device    ID        `json:"device" doc:"The device, when the file name told it."`
	Time      time.Time `json:"time" doc:"When."`
	Method    string    `json:"method" doc:"HTTP method."`
	File      string    `json:"file" doc:"File asked for."`
	Result    string    `json:"result" doc:"served, uploaded, or why it was refused."`
	Status    int       `json:"status" doc:"HTTP status answered."`
	Bytes     int       `json:"bytes" doc:"Size of the answer's body."`
	SourceIP  string    `json:"source_ip" doc:"Where from."`
	UserAgent string    `json:"user_agent" doc:"What the phone said it is."`
	Detail    string    `json:"detail,omitempty" doc:"More about the result."`
	Count     int       `json:"count" doc:"How many alike were folded into this event."`
}

// RegistrationFailure is why somebody could not register, folded by aor and cause.
type RegistrationFailure struct {
	ID      string    `json:"id" doc:"Identifier, sortable by time."`
	Account ID        `json:"-" cbor:"account"`
	Time    time.Time `json:"time" doc:"When last."`
	First   time.Time `json:"first_time" doc:"When first."`
	AOR     string    `json:"aor" doc:"Who tried, sip:<username>@<domain>."`
	Source  string    `json:"source" doc:"Where from, address:port."`
	Agent   string    `json:"user_agent" doc:"What the client said it is."`
	Cause   string    `json:"cause" doc:"Why it was refused."`
	Advice  string    `json:"advice" doc:"What to do about it."`
	Count   int       `json:"count" doc:"How often."`
}

// UnknownMAC is a phone that came with a right token and is in no account's list.
type UnknownMAC struct {
	MAC       string    `json:"mac" doc:"Hardware address."`
	Account   ID        `json:"-" cbor:"account"`
	FirstSeen time.Time `json:"first_seen_at" doc:"When first."`
	LastSeen  time.Time `json:"last_seen_at" doc:"When last."`
	SourceIP  string    `json:"source_ip" doc:"Where from."`
	UserAgent string    `json:"user_agent" doc:"What the phone said it is."`
	Vendor    string    `json:"vendor" doc:"Maker, by its User-Agent or address."`
	Model     string    `json:"model" doc:"Model, by its User-Agent."`
	Firmware  string    `json:"firmware" doc:"Firmware, by its User-Agent."`
	Count     int       `json:"count" doc:"How often."`
}
