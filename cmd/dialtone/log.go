package main

import (
	"io"
	"log/slog"

	"dialtone/configs"
)

// newLog makes the daemon's log; the level can be changed while it runs.
func newLog(w io.Writer, cfg configs.Log) (*slog.Logger, *slog.LevelVar) {
	level := &slog.LevelVar{}
	level.Set(cfg.Level)
	options := &slog.HandlerOptions{Level: level}
	if cfg.Format == configs.FormatJSON {
		return slog.New(slog.NewJSONHandler(w, options)), level
	}
	return slog.New(slog.NewTextHandler(w, options)), level
}
