package record

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Settings are a phone's settings by vendor-neutral names. Each layer (built-in,
// daemon, account, model, device) sets what it wants and leaves the rest absent.
type Settings struct {
	Audio    *AudioSettings    `json:"audio,omitempty" doc:"Sound."`
	Display  *DisplaySettings  `json:"display,omitempty" doc:"Screen."`
	Regional *RegionalSettings `json:"regional,omitempty" doc:"Time, language, tones."`
	Network  *NetworkSettings  `json:"network,omitempty" doc:"Network and transport."`
	Features *FeatureSettings  `json:"features,omitempty" doc:"Which features the phone offers."`
	Raw      map[string]string `json:"raw,omitempty" doc:"Parameters in the vendor's own names, written as they are."`
}

// AudioSettings are about sound.
type AudioSettings struct {
	VADEnabled       *bool         `json:"vad_enabled,omitempty" doc:"Voice activity detection."`
	EchoCancellation *bool         `json:"echo_cancellation,omitempty" doc:"Echo cancellation."`
	JitterBuffer     *JitterBuffer `json:"jitter_buffer,omitempty" doc:"Jitter buffer."`
	RingVolume       *int          `json:"ring_volume,omitempty" doc:"Ringer volume, 0 to 15."`
	Codecs           []string      `json:"codecs,omitempty" doc:"Codecs in order of preference: pcmu, pcma, g722, opus, g729."`
	DTMF             *string       `json:"dtmf,omitempty" doc:"How digits are sent: rfc4733, info or inband."`
}

// JitterBuffer is how the phone smooths the network's jitter.
type JitterBuffer struct {
	Mode  string `json:"mode" doc:"adaptive or fixed."`
	MinMS int    `json:"min_ms,omitempty" doc:"Shortest delay, milliseconds."`
	MaxMS int    `json:"max_ms,omitempty" doc:"Longest delay, milliseconds."`
}

// DisplaySettings are about the screen.
type DisplaySettings struct {
	TimeFormat       *string `json:"time_format,omitempty" doc:"12h or 24h."`
	DateFormat       *string `json:"date_format,omitempty" doc:"M/D/Y, D/M/Y or Y-M-D."`
	BacklightTimeout *int    `json:"backlight_timeout,omitempty" doc:"Seconds until the screen darkens; 0 is never."`
	BacklightLevel   *string `json:"backlight_level,omitempty" doc:"low, medium or high."`
}

// RegionalSettings are about where the phone stands.
type RegionalSettings struct {
	Timezone   *string  `json:"timezone,omitempty" doc:"IANA time zone; absent is the account's."`
	Language   *string  `json:"language,omitempty" doc:"Language of the menus: en, fr, de, es, it, pt, nl, pl, tr, ru."`
	ToneScheme *string  `json:"tone_scheme,omitempty" doc:"Country whose tones are played, ISO 3166-1 alpha-2."`
	NTPServers []string `json:"ntp_servers,omitempty" doc:"Time servers, at most 2."`
}

// NetworkSettings are about the network.
type NetworkSettings struct {
	Transport    *string `json:"transport,omitempty" doc:"SIP transport: udp, tcp or tls; absent is udp."`
	SRTP         *string `json:"srtp,omitempty" doc:"Encrypted media: off, optional or required."`
	VLANID       *int    `json:"vlan_id,omitempty" doc:"VLAN of the phone, 1 to 4094; nothing is written when absent."`
	VLANPriority *int    `json:"vlan_priority,omitempty" doc:"VLAN priority, 0 to 7."`
	PCVLANID     *int    `json:"pc_vlan_id,omitempty" doc:"VLAN of the PC port, 1 to 4094."`
	LLDPEnabled  *bool   `json:"lldp_enabled,omitempty" doc:"LLDP."`
	QoSDSCPSIP   *int    `json:"qos_dscp_sip,omitempty" doc:"DSCP of signalling, 0 to 63."`
	QoSDSCPRTP   *int    `json:"qos_dscp_rtp,omitempty" doc:"DSCP of media, 0 to 63."`
	RTCPEnabled  *bool   `json:"rtcp_enabled,omitempty" doc:"RTCP."`
}

// FeatureSettings say what the phone offers its user.
type FeatureSettings struct {
	DNDEnabled         *bool `json:"dnd_enabled,omitempty" doc:"Do not disturb."`
	CallWaitingEnabled *bool `json:"call_waiting_enabled,omitempty" doc:"Call waiting."`
	CallForwardEnabled *bool `json:"call_forward_enabled,omitempty" doc:"Call forwarding."`
	AutoAnswerEnabled  *bool `json:"auto_answer_enabled,omitempty" doc:"Answering by itself."`
	WebUIEnabled       *bool `json:"web_ui_enabled,omitempty" doc:"The phone's own web page."`
}

// ModelSettings are settings by model name in upper case.
type ModelSettings map[string]Settings

// MaxRaw bounds a layer's raw parameters.
const MaxRaw = 200

func (m ModelSettings) check(field string, p *Problems) {
	if len(m) > MaxRaw {
		p.Add(field, CodeTooMany, "must be at most %d models", MaxRaw)
		return
	}
	for _, model := range slices.Sorted(maps.Keys(m)) {
		at := field + "." + model
		if model == "" || len(model) > 32 || model != strings.ToUpper(model) {
			p.Add(at, CodeInvalid, "must be a model name in upper case, such as T46U")
		}
		s := m[model]
		s.check(at, p)
		m[model] = s
	}
}

func (s *Settings) check(field string, p *Problems) {
	if s.Audio != nil {
		s.Audio.check(field+".audio", p)
	}
	if s.Display != nil {
		s.Display.check(field+".display", p)
	}
	if s.Regional != nil {
		s.Regional.check(field+".regional", p)
	}
	if s.Network != nil {
		s.Network.check(field+".network", p)
	}
	checkRaw(field+".raw", s.Raw, p)
}

func (a *AudioSettings) check(at string, p *Problems) {
	if j := a.JitterBuffer; j != nil {
		p.oneOf(at+".jitter_buffer.mode", j.Mode, "adaptive", "fixed")
		p.between(at+".jitter_buffer.min_ms", j.MinMS, 0, 400)
		p.between(at+".jitter_buffer.max_ms", j.MaxMS, j.MinMS, 1000)
	}
	p.optionalRange(at+".ring_volume", a.RingVolume, 0, 15)
	for i, c := range a.Codecs {
		p.oneOf(index(at+".codecs", i), c, "pcmu", "pcma", "g722", "opus", "g729")
		if slices.Contains(a.Codecs[:i], c) {
			p.Add(index(at+".codecs", i), CodeDuplicate, "is in the list already")
		}
	}
	p.optionalOneOf(at+".dtmf", a.DTMF, "rfc4733", "info", "inband")
}

func (d *DisplaySettings) check(at string, p *Problems) {
	p.optionalOneOf(at+".time_format", d.TimeFormat, "12h", "24h")
	p.optionalOneOf(at+".date_format", d.DateFormat, "M/D/Y", "D/M/Y", "Y-M-D")
	p.optionalRange(at+".backlight_timeout", d.BacklightTimeout, 0, 3600)
	p.optionalOneOf(at+".backlight_level", d.BacklightLevel, "low", "medium", "high")
}

func (r *RegionalSettings) check(at string, p *Problems) {
	if r.Timezone != nil {
		p.timezone(at+".timezone", *r.Timezone)
	}
	p.optionalOneOf(at+".language", r.Language, "en", "fr", "de", "es", "it", "pt", "nl", "pl", "tr", "ru")
	if r.ToneScheme != nil {
		p.country(at+".tone_scheme", r.ToneScheme)
	}
	if len(r.NTPServers) > 2 {
		p.Add(at+".ntp_servers", CodeTooMany, "must be at most 2")
	}
	for i := range r.NTPServers {
		p.required(index(at+".ntp_servers", i), &r.NTPServers[i], 253)
	}
}

func (n *NetworkSettings) check(at string, p *Problems) {
	p.optionalOneOf(at+".transport", n.Transport, "udp", "tcp", "tls")
	p.optionalOneOf(at+".srtp", n.SRTP, "off", "optional", "required")
	p.optionalRange(at+".vlan_id", n.VLANID, 1, 4094)
	p.optionalRange(at+".vlan_priority", n.VLANPriority, 0, 7)
	p.optionalRange(at+".pc_vlan_id", n.PCVLANID, 1, 4094)
	p.optionalRange(at+".qos_dscp_sip", n.QoSDSCPSIP, 0, 63)
	p.optionalRange(at+".qos_dscp_rtp", n.QoSDSCPRTP, 0, 63)
}

func (p *Problems) optionalRange(field string, v *int, low, high int) {
	if v != nil {
		p.between(field, *v, low, high)
	}
}

func (p *Problems) optionalOneOf(field string, v *string, allowed ...string) {
	if v != nil {
		p.oneOf(field, *v, allowed...)
	}
}

var rawKey = regexp.MustCompile(`^[A-Za-z0-9_.]{1,128}$`)

// checkRaw keeps what is written into a phone's file unchanged from being more
// than one parameter, and from moving the phone to another server.
func checkRaw(field string, raw map[string]string, p *Problems) {
	if len(raw) > MaxRaw {
		p.Add(field, CodeTooMany, "must be at most %d parameters", MaxRaw)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		at, value := field+"."+key, raw[key]
		if !rawKey.MatchString(key) {
			p.Add(at, CodeInvalid, "parameter names have letters, digits, dots and _ only")
		}
		p.text(at, &value, 511)
		if value != raw[key] {
			p.Add(at, CodeInvalid, "must not start or end with a blank")
		}
		if value == Mask && SecretParameter(key, "") {
			p.Add(at, CodeInvalid, "is what is shown instead of the secret; leave it out to keep the secret")
		}
		if strings.HasPrefix(strings.TrimPrefix(strings.ToLower(key), "static."), "auto_provision.server.") {
			p.Add(at, CodeReserved, "the provisioning server is set by the account's provisioning URL")
		}
	}
}
