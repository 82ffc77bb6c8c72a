package sip

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// abandon has the kernel give a connection up whose peer acknowledges nothing.
func abandon(_, _ string, raw syscall.RawConn) error {
	var failed error
	err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(silentTime.Milliseconds()))
	})
	if err != nil {
		return err
	}
	return failed
}
