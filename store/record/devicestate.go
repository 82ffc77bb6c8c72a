package record

import "time"

// DeviceState is what happens to a device: live facts, apart from the record,
// never moving its revision, never audited.
type DeviceState struct {
	Device            ID        `cbor:"d"`
	Account           ID        `cbor:"a"`
	LastProvisionedAt time.Time `cbor:"p,omitzero"`
	LastIP            string    `cbor:"i,omitempty"`
	UserAgent         string    `cbor:"u,omitempty"`
	Model             string    `cbor:"m,omitempty"` // what the User-Agent says
	Firmware          string    `cbor:"f,omitempty"`
	// FetchedHash is the hash of the configuration last fetched (the first 8 bytes
	// of its SHA-256, big endian); 0 before the first.
	FetchedHash uint64 `cbor:"h,omitempty"`
	// OldToken says the last fetch came over a rotated token.
	OldToken         bool      `cbor:"o,omitempty"`
	LastRegisteredAt time.Time `cbor:"r,omitzero"`
	LastCallAt       time.Time `cbor:"c,omitzero"`
	// BoundEpoch is the epoch of the device's own URL that has been used: while it
	// equals the device's BindingEpoch + 1 the account's URL no longer serves it.
	BoundEpoch uint32 `cbor:"b,omitempty"`
}

// Provisioned says whether the device has fetched its configuration.
func (s *DeviceState) Provisioned() bool { return s != nil && !s.LastProvisionedAt.IsZero() }
