package view

import (
	"maps"

	"dialtone/provision/catalog"
	"dialtone/store/record"
)

// layers merges the device's settings. The result shares nothing that is changed with the records.
func (s *scene) layers() record.Settings {
	merged := builtin(s.account)
	platform := s.v.Platform()
	if platform != nil {
		lay(&merged, &platform.Settings)
	}
	lay(&merged, &s.account.Settings)
	if platform != nil {
		layModel(&merged, platform.ModelSettings, s.model)
	}
	layModel(&merged, s.account.ModelSettings, s.model)
	lay(&merged, &s.d.Overrides)
	return merged
}

// timezone is the merged one; builtin sets it, so there always is one.
func (s *scene) timezone() string { return *s.settings.Regional.Timezone }

// builtin is the lowest layer: what suits the account's country and language.
func builtin(a *record.Account) record.Settings {
	on, off := true, false
	timezone, language, region := a.Timezone, a.Language, a.Region
	dtmf := "rfc4733"
	return record.Settings{
		Audio: &record.AudioSettings{
			VADEnabled: &off, EchoCancellation: &on, Codecs: []string{"g722", "pcmu", "pcma"}, DTMF: &dtmf,
		},
		Display: &record.DisplaySettings{},
		Regional: &record.RegionalSettings{
			Timezone: &timezone, Language: &language, ToneScheme: &region, NTPServers: []string{"pool.ntp.org"},
		},
		Network: &record.NetworkSettings{},
		Features: &record.FeatureSettings{
			DNDEnabled: &on, CallWaitingEnabled: &on, CallForwardEnabled: &on, AutoAnswerEnabled: &off, WebUIEnabled: &on,
		},
	}
}

// layModel lays the settings for a model, by its name or one of its other names.
func layModel(under *record.Settings, models record.ModelSettings, m *catalog.Model) {
	for _, name := range m.Aliases {
		if s, ok := models[name]; ok {
			lay(under, &s)
		}
	}
	if s, ok := models[m.Name]; ok {
		lay(under, &s)
	}
}

// lay puts what over sets over under, whose groups are all present.
func lay(under, over *record.Settings) {
	if o := over.Audio; o != nil {
		u := under.Audio
		set(&u.VADEnabled, o.VADEnabled)
		set(&u.EchoCancellation, o.EchoCancellation)
		set(&u.JitterBuffer, o.JitterBuffer)
		set(&u.RingVolume, o.RingVolume)
		set(&u.DTMF, o.DTMF)
		setList(&u.Codecs, o.Codecs)
	}
	if o := over.Display; o != nil {
		u := under.Display
		set(&u.TimeFormat, o.TimeFormat)
		set(&u.DateFormat, o.DateFormat)
		set(&u.BacklightTimeout, o.BacklightTimeout)
		set(&u.BacklightLevel, o.BacklightLevel)
	}
	if o := over.Regional; o != nil {
		u := under.Regional
		set(&u.Timezone, o.Timezone)
		set(&u.Language, o.Language)
		set(&u.ToneScheme, o.ToneScheme)
		setList(&u.NTPServers, o.NTPServers)
	}
	layNetwork(under.Network, over.Network)
	layFeatures(under.Features, over.Features)
	if len(over.Raw) > 0 {
		raw := maps.Clone(under.Raw)
		if raw == nil {
			raw = make(map[string]string, len(over.Raw))
		}
		maps.Copy(raw, over.Raw)
		under.Raw = raw
	}
}

func layNetwork(u, o *record.NetworkSettings) {
	if o == nil {
		return
	}
	set(&u.Transport, o.Transport)
	set(&u.SRTP, o.SRTP)
	set(&u.VLANID, o.VLANID)
	set(&u.VLANPriority, o.VLANPriority)
	set(&u.PCVLANID, o.PCVLANID)
	set(&u.LLDPEnabled, o.LLDPEnabled)
	set(&u.QoSDSCPSIP, o.QoSDSCPSIP)
	set(&u.QoSDSCPRTP, o.QoSDSCPRTP)
	set(&u.RTCPEnabled, o.RTCPEnabled)
}

func layFeatures(u, o *record.FeatureSettings) {
	if o == nil {
		return
	}
	set(&u.DNDEnabled, o.DNDEnabled)
	set(&u.CallWaitingEnabled, o.CallWaitingEnabled)
	set(&u.CallForwardEnabled, o.CallForwardEnabled)
	set(&u.AutoAnswerEnabled, o.AutoAnswerEnabled)
	set(&u.WebUIEnabled, o.WebUIEnabled)
}

func set[T any](under **T, over *T) {
	if over != nil {
		*under = over
	}
}

func setList[T any](under *[]T, over []T) {
	if len(over) > 0 {
		*under = over
	}
}
