package sip

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Bounds on servers.
const (
	stopWait  = 20 * time.Second // from asking one to end to killing it
	startWait = 2 * time.Minute  // until it answers
	pollEvery = 5 * time.Millisecond
)

// server is a program under measurement and the processes it started.
type server struct {
	name   string
	at     netip.AddrPort // for SIP over UDP
	cmd    *exec.Cmd
	errors tail
	ended  chan struct{}
}

// tail keeps the last of what a program wrote.
type tail struct{ bytes.Buffer }

const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	if t.Len() > 2*tailSize {
		t.Next(t.Len() - tailSize)
	}
	return t.Buffer.Write(p)
}

// start runs a program in a process group of its own, until stop.
func start(name, program string, args ...string) (*server, error) {
	return startWriting(nil, name, program, args...)
}

// startWriting is start with its standard output.
func startWriting(out *os.File, name, program string, args ...string) (*server, error) {
	s := &server{name: name, ended: make(chan struct{})}
	s.cmd = exec.Command(program, args...) //nolint:noctx // stop ends it, in order
	s.cmd.Stderr = &s.errors
	if out != nil {
		s.cmd.Stdout = out
	}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", name, err)
	}
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait() // asked to end, or found by await
	}()
	return s, nil
}

// stop ends the server, and kills what is left of it.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(stopWait):
	}
	s.kill()
	<-s.ended
}

// kill ends the server's process group at once.
func (s *server) kill() { _ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) }

// await polls until ok says yes.
func (s *server) await(ctx context.Context, ok func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for !ok() {
		select {
		case <-poll.C:
		case <-s.ended:
			return fmt.Errorf("cannot use %s: %w: %s", s.name, errEnded, strings.TrimSpace(s.errors.String()))
		case <-ctx.Done():
			return fmt.Errorf("cannot use %s: %w", s.name, ctx.Err())
		}
	}
	return nil
}

var errEnded = errors.New("it ended")

// answers says whether a server answers SIP.
func (s *server) answers() bool {
	const probe = "REGISTER sip:probe.invalid SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKprobe;rport\r\n" +
		"Max-Forwards: 70\r\nFrom: <sip:probe@probe.invalid>;tag=p\r\nTo: <sip:probe@probe.invalid>\r\n" +
		"Call-ID: probe\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n"
	const wait = 100 * time.Millisecond
	c, err := net.Dial("udp", s.at.String()) //nolint:noctx // sends nothing
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(wait))
	if _, err := c.Write([]byte(probe)); err != nil {
		return false
	}
	_, err = c.Read(make([]byte, 1500))
	return err == nil
}

// processes are the server's, children included.
func (s *server) processes() ([]int, error) {
	all := []int{s.cmd.Process.Pid}
	for i := 0; i < len(all); i++ {
		name := fmt.Sprintf("/proc/%d/task/%d/children", all[i], all[i])
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("cannot find processes of %s: %w", s.name, err)
		}
		for _, field := range strings.Fields(string(b)) {
			pid, err := strconv.Atoi(field)
			if err != nil {
				return nil, fmt.Errorf("cannot read %q: %w", name, err)
			}
			all = append(all, pid)
		}
	}
	return all, nil
}

// cpu is the CPU time of the server's processes, user and system, to the
// nanosecond: what /proc/<pid>/stat shows in ticks.
func (s *server) cpu() (total time.Duration, err error) {
	pids, err := s.processes()
	for _, pid := range pids {
		// The CPU clock of another process: clock_getcpuclockid(3).
		const scheduled = 2
		var t unix.Timespec
		if clockErr := unix.ClockGettime(int32(^pid<<3|scheduled), &t); clockErr != nil {
			err = errors.Join(err, fmt.Errorf("cannot read CPU time of %s: %w", s.name, clockErr))
		}
		total += time.Duration(t.Nano())
	}
	return total, err
}

// memory is the resident memory of the server's processes in octets; what they
// share counts once (Pss of proc(5)).
func (s *server) memory() (total int64, err error) {
	pids, err := s.processes()
	for _, pid := range pids {
		octets, readErr := proportional(pid)
		total, err = total+octets, errors.Join(err, readErr)
	}
	return total, err
}

func proportional(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("cannot find the memory of process %d", pid)
}

// freePort is a UDP port nobody has.
func freePort() (netip.AddrPort, error) {
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("cannot find a free port: %w", err)
	}
	return c.LocalAddr().(*net.UDPAddr).AddrPort(), c.Close()
}
