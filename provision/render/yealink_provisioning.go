package render

// Nightly window in which phones fetch; each picks its own minute of it.
const (
	windowBegin = "01:00"
	windowEnd   = "05:00"
	dayMinutes  = 24 * 60
)

// provisioning keeps the phone on this server: the URL, when to fetch, and nobody else offering a configuration.
//
// The phone's own edits are not protected (custom.protect): a protected edit beats the file for ever, so a user who
// once changed a key or an account by hand would never see a correction from here. What the file does not contain,
// such as the ring tone, stays the user's anyway.
func (w *writer) provisioning(s *Source) {
	if s.URL != "" {
		w.static("auto_provision.server.url", s.URL)
	}
	w.static("auto_provision.server.username", s.Login.User)
	w.static("auto_provision.server.password", s.Login.Password)
	w.static("auto_provision.pnp_enable", "0")
	w.schedule(s.RepeatMinutes)
	if w.modern {
		w.static("auto_provision.custom.protect", "0")
		w.static("auto_provision.custom.sync", "0")
		w.static("auto_provision.local_contact.backup.enable", digit(s.Uploads))
		w.static("zero_touch.enable", "0")
	}
	// 0: a check-sync reloads, and reboots only when it says so; the default 1 always reboots.
	w.num("sip.notify_reboot_enable", 0)
}

// schedule makes the phone fetch at power on and once a night. Firmware from V80 spreads a fleet over the window by
// itself (flexible); older firmware repeats a day after its own start.
func (w *writer) schedule(repeat int) {
	if w.legacy {
		const powerOnAndRepeat = 6
		w.num("auto_provision.mode", powerOnAndRepeat)
	}
	if w.modern {
		w.static("auto_provision.power_on", "1")
		w.static("auto_provision.flexible.enable", "1")
		w.static("auto_provision.flexible.interval", "1")
		w.static("auto_provision.flexible.begin_time", windowBegin)
		w.static("auto_provision.flexible.end_time", windowEnd)
	}
	w.static("auto_provision.weekly.enable", "0")
	switch {
	case repeat > 0:
		w.static("auto_provision.repeat.enable", "1")
		w.staticNum("auto_provision.repeat.minutes", repeat)
	case w.legacy:
		w.static("auto_provision.repeat.enable", "1")
		w.staticNum("auto_provision.repeat.minutes", dayMinutes)
	default:
		w.static("auto_provision.repeat.enable", "0")
		w.static("auto_provision.repeat.minutes", null)
	}
}

// security gives the phone a password of this account. One line is all there is room for: further roles would repeat
// the same parameter.
func (w *writer) security(a *Login) {
	if a.Password == "" {
		return
	}
	w.static("security.user_name.admin", a.User)
	w.static("security.user_password", a.User+":"+a.Password)
}
