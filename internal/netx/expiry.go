package netx

import (
	"context"
	"log/slog"
	"time"
)

// An expiry is checked every expiryCheck and complained about from
// expiryWarning before it.
const (
	expiryCheck   = 24 * time.Hour
	expiryWarning = 14 * 24 * time.Hour
)

// Expiry is until when a certificate is valid.
type Expiry struct {
	Name     string // the certificate's names, separated by commas
	Kind     string // of key: ecdsa, rsa, ed25519
	NotAfter time.Time
}

// Near reports whether the certificate has to be replaced now: it has expired
// or has less than 14 days left.
func (e Expiry) Near(now time.Time) bool { return now.Add(expiryWarning).After(e.NotAfter) }

// WatchExpiries logs once a day, beginning at once, every certificate that is
// near its end. It returns when ctx ends.
func WatchExpiries(ctx context.Context, log *slog.Logger, expiries func() []Expiry) {
	tick := time.NewTicker(expiryCheck)
	defer tick.Stop()
	for {
		now := time.Now()
		for _, e := range expiries() {
			if e.Near(now) {
				log.Error("certificate needs to be replaced", "names", e.Name, "kind", e.Kind, "not_after", e.NotAfter, "expired", !now.Before(e.NotAfter))
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
