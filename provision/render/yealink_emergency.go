package render

import "strings"

// keptEmergency is how many numbers of the phone's list are always written, so that removed ones go away.
const keptEmergency = 5

// maxEmergency is the length of the phone's list (Yealink: dialplan.emergency.X.value, X 1 to 255).
const maxEmergency = 255

// emergency lets emergency numbers through where the phone would stop other calls: with the keypad locked, and with
// no account registered, then straight to the server.
func (w *writer) emergency(p *Phone) {
	numbers := p.Emergency[:min(len(p.Emergency), maxEmergency)]
	w.text("phone_setting.emergency.number", strings.Join(numbers, ","))
	w.flag("dialplan.emergency.enable", len(numbers) > 0)
	server := p.EmergencyServer.Host != ""
	for i := range max(len(numbers), keptEmergency) {
		w.at("dialplan.emergency.", i+1)
		if i >= len(numbers) {
			w.clear("value")
			w.clear("server_priority")
			continue
		}
		w.text("value", numbers[i])
		if server {
			w.num("server_priority", 1)
		} else {
			w.clear("server_priority")
		}
	}
	w.at("dialplan.emergency.server.", 1)
	if server {
		w.text("address", p.EmergencyServer.Host)
		w.num("port", p.EmergencyServer.Port)
		w.num("transport_type", int(p.EmergencyServer.Transport))
	} else {
		w.clear("address")
		w.clear("port")
		w.clear("transport_type")
	}
	w.top()
}
