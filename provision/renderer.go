package provision

import (
	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

// Renderer makes configuration files; *view.Builder is the one.
type Renderer interface {
	// Render appends the device's file to dst and returns its hash, the first 8 bytes
	// of its SHA-256, big endian. It is called inside the View and depends on nothing
	// but the records, the request and the year: the same input gives the same bytes.
	Render(v *store.View, d *record.Device, r view.Request, dst []byte) ([]byte, uint64, error)
}
