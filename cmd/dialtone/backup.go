package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"dialtone/admin"
	"dialtone/configs"
	"dialtone/internal/netx"
	"dialtone/store"
)

// platformKeyFile holds the platform's API key, in the data folder.
const platformKeyFile = "platform.key"

// backupCommand asks the running daemon for a backup.
type backupCommand struct {
	source
	Out string `required:"" placeholder:"FILE" help:"File to write, - for standard output."`
}

// Run writes the backup. It holds every secret of the daemon: the file is its
// owner's only.
func (c *backupCommand) Run(t *terminal) error {
	cfg, err := c.load(t.environ)
	if err != nil {
		return err
	}
	if c.Out == "-" {
		return fetchBackup(cfg, t.out)
	}
	return writeFile(c.Out, func(w io.Writer) error { return fetchBackup(cfg, w) })
}

// fetchBackup copies the running daemon's backup to w.
func fetchBackup(cfg *configs.Config, w io.Writer) error {
	daemon, err := reach(cfg)
	if err == nil {
		err = daemon.ask(http.MethodPost, "/v1/backup", nil, copyTo(w))
	}
	if err != nil {
		return fmt.Errorf("cannot back up: %w", err)
	}
	return nil
}

// adminClient speaks to the daemon on this machine. Over TLS the daemon proves
// itself with exactly one of its certificates: their names say nothing, as none is
// the address we call.
func adminClient(cfg *configs.Config) (client *http.Client, scheme string, err error) {
	transport := &http.Transport{DisableKeepAlives: true}
	client = &http.Client{Transport: transport}
	if !cfg.Admin.TLS.Enabled() {
		return client, "http", nil
	}
	ours := netx.KeptCertificates(filepath.Join(cfg.DataDir, acmeFolder), cfg.Admin.TLS.ACME.Domains...)
	if files := cfg.Admin.TLS.CertFile; files.Enabled() {
		cert, err := netx.LoadCertificate(files.Cert, files.Key)
		if err != nil {
			return nil, "", fmt.Errorf("admin.tls: %w", err)
		}
		ours = append(ours, cert.Leaves()...)
	}
	transport.TLSClientConfig = &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // replaced by the comparison below
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			if len(raw) == 0 || !slices.ContainsFunc(ours, func(c *x509.Certificate) bool { return bytes.Equal(raw[0], c.Raw) }) {
				return errors.New("the certificate is none of the daemon's")
			}
			return nil
		},
	}
	return client, "https", nil
}

// restoreCommand fills an empty data folder.
type restoreCommand struct {
	source
	In string `required:"" placeholder:"FILE" help:"Backup to read, - for standard input."`
}

// Run restores, and makes a new platform key: the file with the old one may be lost
// with the old folder. Keys in the backup keep working.
func (c *restoreCommand) Run(t *terminal) error {
	cfg, err := c.load(t.environ)
	if err != nil {
		return err
	}
	in := t.in
	if c.In != "-" {
		f, err := os.Open(c.In)
		if err != nil {
			return fmt.Errorf("cannot read the backup: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	log, _ := newLog(t.errors, cfg.Log)
	if err := store.Restore(cfg.DataDir, in, log); err != nil {
		if errors.Is(err, store.ErrNotEmpty) {
			err = fmt.Errorf("cannot restore: the data folder %q is not empty", cfg.DataDir)
		}
		return err
	}
	s, err := store.Open(storeConfig(cfg, log, nil))
	if err != nil {
		return err
	}
	file := filepath.Join(cfg.DataDir, platformKeyFile)
	return errors.Join(admin.NewPlatformKey(context.Background(), s, file, "platform key of a restore"), s.Close())
}
