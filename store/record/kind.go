package record

import "strings"

// Kind names a sort of record. It is the word used in audit events
// ("device.update") and in storage keys, so it never changes.
type Kind string

// The kinds of record.
const (
	KindPlatform        Kind = "platform"
	KindAccount         Kind = "account"
	KindLocation        Kind = "location"
	KindUser            Kind = "user"
	KindExtension       Kind = "extension"
	KindDomain          Kind = "sip_domain"
	KindCredentialList  Kind = "credential_list"
	KindCredential      Kind = "credential"
	KindAttachment      Kind = "credential_attachment"
	KindDevice          Kind = "device"
	KindButtonTemplate  Kind = "button_template"
	KindProvisioning    Kind = "provisioning"
	KindAPIKey          Kind = "api_key"
	KindNumber          Kind = "number"
	KindProviderAccount Kind = "provider_account"
	KindAudioClip       Kind = "audio_clip"
	KindCallQueue       Kind = "call_queue"
	KindQueueAgent      Kind = "queue_agent"
	KindRingGroup       Kind = "ring_group"
	KindSchedule        Kind = "schedule"
	KindWebhook         Kind = "webhook"
	KindManager         Kind = "account_manager"
	KindLogin           Kind = "login"
	KindSession         Kind = "session"
	KindInvitation      Kind = "invitation"
)

var prefixes = map[Kind]string{
	KindPlatform:        "plat",
	KindAccount:         "acct",
	KindLocation:        "loc",
	KindUser:            "user",
	KindExtension:       "ext",
	KindDomain:          "dom",
	KindCredentialList:  "cl",
	KindCredential:      "cred",
	KindAttachment:      "att",
	KindDevice:          "dev",
	KindButtonTemplate:  "bt",
	KindProvisioning:    "prov",
	KindAPIKey:          "key",
	KindNumber:          "num",
	KindProviderAccount: "prva",
	KindAudioClip:       "clip",
	KindCallQueue:       "qu",
	KindQueueAgent:      "qa",
	KindRingGroup:       "rg",
	KindSchedule:        "sch",
	KindWebhook:         "wh",
	KindManager:         "mgr",
	KindLogin:           "lgn",
	KindSession:         "sess",
	KindInvitation:      "inv",
}

// Prefix starts every identifier of the kind.
func (k Kind) Prefix() string { return prefixes[k] }

// spoken is the kind in a sentence.
func spoken(k Kind) string { return strings.ReplaceAll(string(k), "_", " ") }

// New is a record of the kind for decoding into, with the defaults of fields that older
// data do not have; nil where the kind has no records yet.
func New(k Kind) Record {
	switch k {
	case KindPlatform:
		return &Platform{}
	case KindAccount:
		return &Account{}
	case KindLocation:
		return &Location{}
	case KindUser:
		return NewUser()
	case KindExtension:
		return &Extension{}
	case KindDomain:
		return &Domain{}
	case KindCredentialList:
		return &CredentialList{}
	case KindCredential:
		return &Credential{}
	case KindAttachment:
		return &Attachment{}
	case KindDevice:
		return &Device{}
	case KindButtonTemplate:
		return &ButtonTemplate{}
	case KindProvisioning:
		return &Provisioning{}
	case KindAPIKey:
		return &APIKey{}
	case KindNumber:
		return &Number{}
	case KindProviderAccount:
		return &ProviderAccount{}
	case KindAudioClip:
		return &AudioClip{}
	case KindCallQueue:
		return &CallQueue{}
	case KindQueueAgent:
		return &QueueAgent{}
	case KindRingGroup:
		return &RingGroup{}
	case KindSchedule:
		return &Schedule{}
	case KindWebhook:
		return &Webhook{}
	case KindManager:
		return &Manager{}
	case KindLogin:
		return &Login{}
	case KindSession:
		return &Session{}
	case KindInvitation:
		return &Invitation{}
	}
	return nil
}

// Kinds lists every kind that has records, in an order in which each comes
// after the kinds it refers to most.
func Kinds() []Kind {
	return []Kind{
		KindPlatform, KindAccount, KindProvisioning, KindLocation, KindButtonTemplate, KindAudioClip,
		KindSchedule, KindProviderAccount, KindUser, KindDomain, KindCredentialList, KindCredential,
		KindAttachment, KindDevice, KindRingGroup, KindCallQueue, KindQueueAgent, KindExtension, KindNumber,
		KindAPIKey, KindWebhook, KindManager, KindLogin, KindSession, KindInvitation,
	}
}
