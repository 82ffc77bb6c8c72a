package badger

import (
	"fmt"
	"log/slog"
	"strings"
)

// logger passes Badger's warnings and errors on and drops the rest.
type logger struct{ log *slog.Logger }

// Errorf implements Badger's Logger.
func (l logger) Errorf(format string, args ...any) {
	l.log.Error("storage engine error", "detail", text(format, args))
}

// Warningf implements Badger's Logger.
func (l logger) Warningf(format string, args ...any) {
	l.log.Warn("storage engine warning", "detail", text(format, args))
}

// Infof implements Badger's Logger.
func (logger) Infof(string, ...any) {}

// Debugf implements Badger's Logger.
func (logger) Debugf(string, ...any) {}

func text(format string, args []any) string {
	return strings.TrimSpace(fmt.Sprintf(format, args...))
}
