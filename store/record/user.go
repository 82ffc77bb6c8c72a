package record

import "strings"

// User is somebody who is called: a voice user.
type User struct {
	Meta
	Name             string     `json:"name" doc:"Full name."`
	Email            string     `json:"email" doc:"E-mail address, unique over all people of the daemon."`
	PrimaryExtension ID         `json:"primary_extension" doc:"Extension shown as caller id; null is the lowest active one."`
	Location         ID         `json:"location" doc:"Where the user calls from when the device has no location."`
	HoldMusicClip    ID         `json:"hold_music_clip" doc:"Audio clip the user's callers hear on hold; null is the account's."`
	CallWaiting      bool       `json:"call_waiting" doc:"Whether a second call rings."`
	DoNotDisturb     bool       `json:"do_not_disturb" doc:"Whether calls are refused without ringing."`
	Forwarding       Forwarding `json:"forwarding" doc:"Where calls go instead."`
	SimultaneousRing []Target   `json:"simultaneous_ring" doc:"What rings besides the user's lines: at most 5 targets of type user, device_line or external."`
	RingSeconds      int        `json:"ring_seconds" doc:"Seconds the user is rung at most, 5 to 300."`
	OutboundNumber   ID         `json:"outbound_number" doc:"Number shown on outgoing calls; null is the account's."`
	Language         string     `json:"language" doc:"Language of mails and prompts, en or fr."`
}

// NewUser is a user with the defaults.
func NewUser() *User {
	return &User{
		CallWaiting: true, Language: "en", RingSeconds: DefaultRingSeconds,
		Forwarding: Forwarding{NoAnswerSeconds: DefaultNoAnswerSeconds},
	}
}

// Kind names users.
func (u *User) Kind() Kind { return KindUser }

// Unique is the e-mail address, ignoring case, over all people of the daemon.
func (u *User) Unique() []Unique {
	return []Unique{{Field: "email", Space: "email", Value: strings.ToLower(u.Email)}}
}

// References lists what the user's settings name.
func (u *User) References() []Reference {
	var r refs
	r.add("primary_extension", KindExtension, u.PrimaryExtension)
	r.add("location", KindLocation, u.Location)
	r.add("hold_music_clip", KindAudioClip, u.HoldMusicClip)
	r.add("outbound_number", KindNumber, u.OutboundNumber)
	r = append(r, u.Forwarding.references()...)
	return append(r, targetReferences(u)...)
}

// Clone is a deep copy.
func (u *User) Clone() Record { return deepCopy(u) }

// Validate checks the user alone.
func (u *User) Validate() error {
	var p Problems
	p.required("name", &u.Name, MaxName)
	p.email("email", &u.Email)
	if u.Email == "" {
		p.Add("email", CodeRequired, "must not be empty")
	}
	u.Forwarding.check(&p)
	checkMembers("simultaneous_ring", u.SimultaneousRing, MaxSimultaneousRing, &p)
	for i, t := range u.SimultaneousRing {
		if t.ID != "" && t.ID == u.ID {
			p.Add(index("simultaneous_ring", i)+".id", CodeInvalid, "is the user himself")
		}
	}
	p.between("ring_seconds", u.RingSeconds, MinRingSeconds, MaxRingSeconds)
	p.language("language", u.Language)
	return p.Err()
}
