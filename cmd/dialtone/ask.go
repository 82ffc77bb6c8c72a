package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"dialtone/configs"
)

// errNotRunning: no daemon runs on the data folder.
var errNotRunning = errors.New("no daemon runs on the data folder")

// running is the daemon that serves a data folder, as its platform key reaches it.
type running struct {
	client *http.Client
	base   string
	key    string
}

// reach finds the daemon of a configuration.
func reach(cfg *configs.Config) (*running, error) {
	at, err := readListeners(cfg.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w %q", errNotRunning, cfg.DataDir)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot find the running daemon: %w", err)
	}
	key, err := os.ReadFile(filepath.Join(cfg.DataDir, platformKeyFile))
	if err != nil {
		return nil, fmt.Errorf("cannot read the platform key: %w", err)
	}
	client, scheme, err := adminClient(cfg)
	if err != nil {
		return nil, err
	}
	return &running{client, scheme + "://" + at.Admin, strings.TrimSpace(string(key))}, nil
}

// ask sends a request and hands the body of a good answer to read. header holds names and
// values in turn.
func (r *running) ask(method, path string, body io.Reader, read func(io.Reader) error, header ...string) error {
	req, err := http.NewRequestWithContext(context.Background(), method, r.base+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+r.key)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return fmt.Errorf("cannot reach the running daemon: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return errors.New(problemText(resp))
	}
	return read(resp.Body)
}

// problemText is why the daemon refused.
func problemText(resp *http.Response) string {
	var p struct {
		Detail string
		Errors []struct{ Field, Detail string }
	}
	const most = 1 << 20
	if json.NewDecoder(io.LimitReader(resp.Body, most)).Decode(&p) != nil || p.Detail == "" {
		return resp.Status
	}
	lines := []string{resp.Status + ": " + p.Detail}
	for _, e := range p.Errors {
		lines = append(lines, "  "+e.Field+": "+e.Detail)
	}
	return strings.Join(lines, "\n")
}

// copyTo is a reader of answers that are files.
func copyTo(w io.Writer) func(io.Reader) error {
	return func(r io.Reader) error {
		if _, err := io.Copy(w, r); err != nil {
			return fmt.Errorf("cannot receive the answer: %w", err)
		}
		return nil
	}
}

// decodeTo is a reader of answers in JSON.
func decodeTo(v any) func(io.Reader) error {
	return func(r io.Reader) error {
		if err := json.NewDecoder(r).Decode(v); err != nil {
			return fmt.Errorf("cannot read the answer: %w", err)
		}
		return nil
	}
}
