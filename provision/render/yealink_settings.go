package render

import "dialtone/store/record"

// audio writes sound settings; those of accounts (codecs, digits) stand with the accounts. The ring volume is the
// user's unless set.
func (w *writer) audio(a *record.AudioSettings) {
	if a == nil {
		a = &record.AudioSettings{}
	}
	w.optFlag("voice.vad", a.VADEnabled)
	w.optFlag("voice.echo_cancellation", a.EchoCancellation)
	w.jitter(a.JitterBuffer)
	if a.RingVolume != nil && !w.base {
		w.num("voice.ring_vol", *a.RingVolume)
	}
}

// jitter writes the jitter buffer, delays in milliseconds.
func (w *writer) jitter(j *record.JitterBuffer) {
	if j == nil {
		w.clear("voice.jib.adaptive")
		w.clear("voice.jib.min")
		w.clear("voice.jib.max")
		return
	}
	w.flag("voice.jib.adaptive", j.Mode == "adaptive")
	w.positive("voice.jib.min", j.MinMS)
	w.positive("voice.jib.max", j.MaxMS)
}

// positive writes a number, a clear for 0.
func (w *writer) positive(name string, value int) {
	if value == 0 {
		w.clear(name)
		return
	}
	w.num(name, value)
}

// Yealink's numbers for what the settings name.
var (
	timeFormats = map[string]int{"12h": 0, "24h": 1}
	dateFormats = map[string]int{"Y-M-D": 2, "D/M/Y": 3, "M/D/Y": 4}
	// backlightLevels on the phone's scale of 1 to 10.
	backlightLevels = map[string]int{"low": 3, "medium": 6, "high": 10}
)

// display writes screen settings that are set; the others are the user's.
func (w *writer) display(d *record.DisplaySettings) {
	if d == nil || w.base {
		return
	}
	if d.TimeFormat != nil {
		w.num("local_time.time_format", timeFormats[*d.TimeFormat])
	}
	if d.DateFormat != nil {
		w.num("local_time.date_format", dateFormats[*d.DateFormat])
	}
	if d.BacklightTimeout != nil {
		w.num("phone_setting.backlight_time", *d.BacklightTimeout)
	}
	if d.BacklightLevel != nil {
		w.num("phone_setting.active_backlight_level", backlightLevels[*d.BacklightLevel])
	}
}

// features writes what the phone offers its user, and what must not change under a layout that is set from here.
func (w *writer) features(p *Phone) {
	f := p.Settings.Features
	if f == nil {
		f = &record.FeatureSettings{}
	}
	w.optFlag("call_waiting.enable", f.CallWaitingEnabled)
	w.optFlag("features.dnd.allow", f.DNDEnabled)
	w.optFlag("features.fwd.allow", f.CallForwardEnabled)
	w.webPage(f.WebUIEnabled)
	w.num("features.action_uri.enable", 0) // anybody on the LAN could make the phone dial
	w.flag("features.pickup.direct_pickup_enable", p.PickupCode != "")
	w.text("features.pickup.direct_pickup_code", p.PickupCode)
	if w.base {
		return
	}
	w.parking(p.ParkCode)
	w.num("features.auto_linekeys.enable", 0) // 1 would fill free keys with line keys
	w.num("features.config_dsskey_length", 1) // long labels
	w.text("transfer.dsskey_deal_type", dealType(p.Keys))
}

// byTransfer is features.call_park.park_mode: a key parks by a blind transfer instead of a call to the code, which says
// nothing of whom to park.
const byTransfer = 2

// parking makes park keys, and the phone's own soft key, transfer to the code.
func (w *writer) parking(code string) {
	if code == "" {
		w.clear("features.call_park.park_mode")
	} else {
		w.num("features.call_park.park_mode", byTransfer)
	}
	w.text("features.call_park.park_code", code)
	w.text("features.call_park.park_retrieve_code", code)
}

func (w *writer) webPage(enabled *bool) {
	value := null
	if enabled != nil {
		value = digit(*enabled)
	}
	w.static("wui.http_enable", value)
	w.static("wui.https_enable", value)
}

// phonebook offers the account's people in the phone's directory.
func (w *writer) phonebook(p *Phone) {
	w.at("remote_phonebook.data.", 1)
	defer w.top()
	if p.Phonebook == "" {
		for _, name := range [...]string{"url", "name", "username", "password"} {
			w.clear(name)
		}
		return
	}
	w.text("url", p.Source.URL+"phonebook.xml")
	w.text("name", p.Phonebook)
	w.text("username", p.Source.Login.User)
	w.text("password", p.Source.Login.Password)
}
