package sip

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

//go:embed kamailio/kamailio.cfg
var kamailioConfig []byte

// Where Debian's packages kamailio and kamailio-sqlite-modules keep things.
const (
	kamailioProgram = "/usr/sbin/kamailio"
	kamailioTables  = "/usr/share/kamailio/db_sqlite"
)

// errNoKamailio says what to install.
var errNoKamailio = errors.New("the peer is missing: apt-get install --no-install-recommends kamailio kamailio-sqlite-modules sqlite3")

// The names of the two.
const (
	memory  = "kamailio-memory"
	durable = "kamailio-durable"
)

// startKamailio starts a registrar with its bindings in memory, or written through.
// shared is its memory in megabytes.
func startKamailio(ctx context.Context, dir string, through bool, shared int) (*server, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	database := filepath.Join(dir, "kamailio.db")
	name, args := memory, []string{}
	if through {
		name, args = durable, []string{"-A", "DURABLE"}
		if err := createTables(ctx, database); err != nil {
			return nil, err
		}
	}
	config := filepath.Join(dir, "kamailio.cfg")
	if err := os.WriteFile(config, bytes.ReplaceAll(kamailioConfig, []byte("DB_FILE"), []byte(database)), 0o600); err != nil {
		return nil, err
	}
	at, err := freePort()
	if err != nil {
		return nil, err
	}
	// In the foreground, logging to standard error, with run-time files in dir.
	args = append(args, "-f", config, "-l", "udp:"+at.String(), "-DD", "-E", "-m", strconv.Itoa(shared), "-M", "16", "-Y", dir)
	s, err := start(name, kamailioProgram, args...)
	if err != nil {
		return nil, errors.Join(err, errNoKamailio)
	}
	s.at = at
	if err := s.await(ctx, s.answers); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// createTables makes the tables usrloc wants.
func createTables(ctx context.Context, database string) error {
	script := []byte("PRAGMA journal_mode=WAL;\n")
	for _, table := range []string{"standard", "usrloc"} {
		b, err := os.ReadFile(filepath.Join(kamailioTables, table+"-create.sql"))
		if err != nil {
			return errors.Join(err, errNoKamailio)
		}
		script = append(script, b...)
	}
	cmd := exec.CommandContext(ctx, "sqlite3", database)
	cmd.Stdin = bytes.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot create Kamailio's tables: %w: %s", err, out)
	}
	return nil
}
