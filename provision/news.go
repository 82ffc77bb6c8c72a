package provision

import "dialtone/store/record"

// What phones do that others may want to hear of at once.
const (
	newsProvisioned = "device.provisioned" // a device has fetched its configuration
	newsUnknown     = "device.unknown"     // a phone that is in no list came with a right token
)

// announce tells of a request. It is called by the journal's writer, off the path of
// requests.
func (j *journal) announce(kind string, n *note) {
	if j.news == nil || n.account == "" {
		return
	}
	data := map[string]any{"time": n.time.UTC(), "mac": n.mac.String(), "source_ip": ip(n.source), "user_agent": n.userAgent()}
	if n.device != "" {
		data["device"] = n.device
	}
	j.news(n.account, kind, data)
}

// News takes an event of an account. It must not wait.
type News func(account record.ID, event string, data any)
