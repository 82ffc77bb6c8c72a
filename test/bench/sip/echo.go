package sip

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"dialtone/test/load"
)

// startEcho starts the floor: the load generator's program, answering with datagrams
// of the lengths given.
func startEcho(program string, batched bool, sizes load.Sizes) (*server, error) {
	s := &server{name: "echo", ended: make(chan struct{})}
	args := []string{"echo", "127.0.0.1:0", "--challenge", strconv.Itoa(sizes.Challenge), "--success", strconv.Itoa(sizes.Success)}
	if batched {
		s.name = "echo-batched"
		args = append(args, "--batched")
	}
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	s.cmd = exec.Command(program, args...) //nolint:noctx // stop ends it
	s.cmd.Stdout, s.cmd.Stderr = in, &s.errors
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = s.cmd.Start()
	_ = in.Close()
	if err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", s.name, err)
	}
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		s.at, err = netip.ParseAddrPort(strings.TrimSpace(line))
	}
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("cannot use %s: %w: %s", s.name, err, s.errors.String())
	}
	return s, nil
}
