package fax

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"dialtone/fax/page"
)

// What Ghostscript may take for one file.
const (
	ghostTime    = 2 * time.Minute
	ghostCPU     = 90              // seconds
	ghostMemory  = 1 << 30 / 1024  // KB of addresses
	ghostFile    = 512 << 20 / 512 // blocks of 512 bytes, of a file it writes
	ghostMessage = 8 << 10         // bytes of what it says that are looked at
	// ghostKill is how long what it says is waited for once it is killed.
	ghostKill = 5 * time.Second
)

// confine is a shell that gives up what a conversion does not need, then becomes the
// program it is told to (POSIX ulimit; -t and -v are in every shell of Linux).
const confine = `ulimit -c 0 && ulimit -t "$1" && ulimit -v "$2" && ulimit -f "$3" && shift 3 && exec "$@"`

// pdf makes a PDF a TIFF of at most so many pages, with Ghostscript. It sees the file and
// its own folder, has no environment, and is killed with all it started when it takes too
// long.
func (w *preparer) pdf(ctx context.Context, u Upload, most int) (Upload, error) {
	if w.s.config.Ghostscript == "" {
		return Upload{}, &DocumentError{Code: NoPDF, Detail: "is a PDF, and Ghostscript, which turns PDF into pages, is not installed here; TIFF and PNG can be sent"}
	}
	dir, err := os.MkdirTemp(w.dir, "pdf-")
	if err != nil {
		return Upload{}, err
	}
	if err := copyTo(filepath.Join(dir, "in.pdf"), u); err != nil {
		return Upload{}, err
	}
	said, err := ghostscript(ctx, w.s.config.Ghostscript, dir, w.p.Layout, most)
	if err != nil {
		return Upload{}, err
	}
	file, err := os.Open(filepath.Join(dir, "out.tif"))
	if errors.Is(err, os.ErrNotExist) {
		return Upload{}, said.reason()
	}
	if err != nil {
		return Upload{}, err
	}
	w.open = append(w.open, file)
	info, err := file.Stat()
	if err == nil && info.Size() == 0 {
		err = said.reason()
	}
	if err != nil {
		return Upload{}, err
	}
	return Upload{file, info.Size()}, nil
}

// ghostscript turns in.pdf of a folder into out.tif. A program that ends badly is told by
// what it says and what it leaves; one that takes too long is a [DocumentError].
func ghostscript(ctx context.Context, path, dir string, l page.Layout, most int) (*message, error) {
	parent := ctx
	ctx, cancel := context.WithTimeout(ctx, ghostTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", confine, "sh", //nolint:gosec // a fixed script; the operator names the program
		strconv.Itoa(ghostCPU), strconv.Itoa(ghostMemory), strconv.Itoa(ghostFile), path,
		"-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-dNOPROMPT", fmt.Sprintf("-dLastPage=%d", most),
		"-sDEVICE=tiffg4", fmt.Sprintf("-r%gx%g", l.Resolution.XDPI(), l.Resolution.YDPI()),
		fmt.Sprintf("-g%dx%d", page.Width, l.Rows()), "-dFIXEDMEDIA", "-dPDFFitPage",
		"-sOutputFile=out.tif", "in.pdf")
	said := &message{}
	cmd.Dir, cmd.Env = dir, []string{"TMPDIR=" + dir}
	cmd.Stdout, cmd.Stderr = said, said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = ghostKill
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case parent.Err() != nil:
		return nil, parent.Err()
	case ctx.Err() != nil, errors.As(err, &ended) && slow(ended):
		return nil, &DocumentError{Code: TooLarge, Detail: "takes too long to be turned into pages"}
	case errors.As(err, &ended):
		return nil, said.reason() // pages there are may be wrong
	case err != nil:
		return nil, fmt.Errorf("cannot run Ghostscript: %w", err)
	}
	return said, nil
}

// slow says whether a program was ended because of its limits: out of time, or of the size
// of a file.
func slow(e *exec.ExitError) bool {
	status, known := e.Sys().(syscall.WaitStatus)
	if !known || !status.Signaled() {
		return false
	}
	sig := status.Signal()
	return sig == syscall.SIGXCPU || sig == syscall.SIGXFSZ || sig == syscall.SIGKILL
}

// message is the beginning of what a program says.
type message struct{ text []byte }

// Write keeps what there is room for.
func (m *message) Write(b []byte) (int, error) {
	m.text = append(m.text, b[:min(len(b), ghostMessage-len(m.text))]...)
	return len(b), nil
}

// reason is why there are no pages.
func (m *message) reason() error {
	if bytes.Contains(m.text, []byte("password")) {
		return &DocumentError{Code: Encrypted, Detail: "is a PDF that wants a password"}
	}
	return &DocumentError{Code: Damaged, Detail: "is a PDF that cannot be read: it is damaged, or too complex"}
}

// copyTo writes a file that was handed in.
func copyTo(path string, u Upload) error {
	to, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, io.NewSectionReader(u.File, 0, u.Size))
	return errors.Join(err, to.Close())
}
