package netx

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestWatchExpiries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		day := 24 * time.Hour
		soon, later := Expiry{"soon.example", "rsa", time.Now().Add(13 * day)}, Expiry{"later.example", "ecdsa", time.Now().Add(60 * day)}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			WatchExpiries(ctx, slog.New(slog.NewTextHandler(&text, nil)), func() []Expiry { return []Expiry{soon, later} })
		}()
		time.Sleep(14*day + time.Hour)
		cancel()
		<-ended
		lines := strings.Split(strings.TrimSpace(text.String()), "\n")
		if len(lines) != 15 || strings.Contains(text.String(), "later") || !strings.Contains(lines[0], "expired=false") || !strings.Contains(lines[14], "expired=true") {
			t.Errorf("logged:\n%s", text.String())
		}
	})
}
