package sip

import (
	"bufio"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"dialtone/test/load"
)

// startEcho starts the floor: the load generator's program, answering with datagrams
// of the lengths given.
func startEcho(program string, batched bool, sizes load.Sizes) (*server, error) {
	name := "echo"
	args := []string{"echo", "127.0.0.1:0", "--challenge", strconv.Itoa(sizes.Challenge), "--success", strconv.Itoa(sizes.Success)}
	if batched {
		name = "echo-batched"
		args = append(args, "--batched")
	}
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	s, err := startWriting(in, name, program, args...)
	_ = in.Close()
	if err != nil {
		return nil, err
	}
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
