// Command dialtone is the daemon and its tools: serve runs it; the others look
// after it.
//
// Exit status: 0 fine, 1 failed while running, 2 bad usage or configuration.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"dialtone/configs"
)

// version is set by the linker.
var version = "dev"

// Exit statuses.
const (
	exitFine   = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands is the command line.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Run the daemon. SIGTERM and SIGINT drain and stop it, a second one stops it at once; SIGHUP reloads TLS certificates and the log level."`
	Check   checkCommand   `cmd:"" help:"Validate and probe configuration, data folder, ports, DNS, certificates and mail relays: one line per finding."`
	Backup  backupCommand  `cmd:"" help:"Have the running daemon back everything up."`
	Restore restoreCommand `cmd:"" help:"Fill an empty data folder from a backup."`
	Export  exportCommand  `cmd:"" help:"Have the running daemon write one account to a file, or its devices as a table."`
	Import  importCommand  `cmd:"" help:"Have the running daemon make an account of such a file, or take devices from a table."`
	Audit   auditCommand   `cmd:"" help:"Check audit logs."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// source is where every command's configuration comes from.
type source struct {
	Config string `required:"" placeholder:"FILE" help:"Configuration file (YAML)."`
	Data   string `placeholder:"DIR" help:"Data folder, instead of data_dir."`
}

// load reads the configuration with the environment over it.
func (s source) load(environ []string) (*configs.Config, error) {
	cfg, err := configs.Load(s.Config, environ)
	if err != nil {
		return nil, usageError{err}
	}
	if s.Data != "" {
		cfg.DataDir = s.Data
	}
	return cfg, nil
}

// usageError is what the caller has to set right: usage or configuration.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// errFindings ends a check that has printed what it found.
var errFindings = errors.New("there are findings")

// terminal is what a command speaks with.
type terminal struct {
	environ     []string
	in          io.Reader
	out, errors io.Writer
}

func main() {
	os.Exit(execute(os.Args[1:], &terminal{environ: os.Environ(), in: os.Stdin, out: os.Stdout, errors: os.Stderr}))
}

// execute runs one command line and returns the exit status.
func execute(args []string, t *terminal) int {
	var c commands
	parser, err := kong.New(&c, kong.Name("dialtone"), kong.Writers(t.out, t.errors),
		kong.Description("Dialtone gives a business its phones: provisioning, registration and the API to run them."))
	if err == nil {
		var chosen *kong.Context
		if chosen, err = parser.Parse(args); err != nil {
			err = usageError{err}
		} else {
			err = chosen.Run(t)
		}
	}
	return status(err, t.errors)
}

// status tells the error, if any, and returns the exit status.
func status(err error, w io.Writer) int {
	var usage usageError
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errFindings):
		return exitFailed
	case errors.As(err, &usage):
		_, _ = fmt.Fprintf(w, "dialtone: %v\n", err)
		return exitUsage
	}
	_, _ = fmt.Fprintf(w, "dialtone: %v\n", err)
	return exitFailed
}

// versionCommand prints the version.
type versionCommand struct{}

// Run prints it.
func (versionCommand) Run(t *terminal) error {
	_, err := fmt.Fprintf(t.out, "dialtone %s\n", version)
	return err
}
