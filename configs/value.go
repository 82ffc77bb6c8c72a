package configs

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// PortRange is an inclusive range of ports; the zero value means any free port.
type PortRange struct {
	First, Last uint16
}

// String writes the range as the file does: "20000-29999" or "0".
func (r PortRange) String() string {
	if r == (PortRange{}) {
		return "0"
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// setText stores text in the value dst points to. It reports false when dst is
// no single value.
func setText(dst any, text string) (ok bool, err error) {
	switch p := dst.(type) {
	case *string:
		*p = text
	case *bool:
		*p, err = parseBool(text)
	case *int:
		*p, err = parseInt(text)
	case *time.Duration:
		*p, err = parseDuration(text)
	case *slog.Level:
		*p, err = parseLevel(text)
	case *netip.Addr:
		*p, err = parseAddr(text)
	case *netip.Prefix:
		*p, err = parsePrefix(text)
	case *PortRange:
		*p, err = parsePorts(text)
	default:
		return false, nil
	}
	return true, err
}

func parseBool(text string) (bool, error) {
	switch text {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", text)
}

func parseInt(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	return n, nil
}

func parseLevel(text string) (slog.Level, error) {
	switch text {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, fmt.Errorf("%q is none of debug, info, warn, error", text)
}

func parseAddr(text string) (netip.Addr, error) {
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, fmt.Errorf("%q is not an IP address", text)
	}
	return a.Unmap(), nil
}

// parsePrefix reads a network, or an address as a network of its own.
func parsePrefix(text string) (netip.Prefix, error) {
	if a, err := parseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an IP address nor a network such as 192.0.2.0/24", text)
	}
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("%q has bits behind its length; write %s", text, p.Masked())
	}
	return p, nil
}

func parsePorts(text string) (PortRange, error) {
	if text == "0" {
		return PortRange{}, nil
	}
	first, last, found := strings.Cut(text, "-")
	if !found {
		return PortRange{}, fmt.Errorf("%q is neither a range such as 20000-29999 nor 0", text)
	}
	lo, err1 := strconv.ParseUint(strings.TrimSpace(first), 10, 16)
	hi, err2 := strconv.ParseUint(strings.TrimSpace(last), 10, 16)
	switch {
	case err1 != nil || err2 != nil || lo == 0:
		return PortRange{}, fmt.Errorf("%q: ports are 1 to 65535", text)
	case lo >= hi:
		return PortRange{}, fmt.Errorf("%q: the last port must be above the first", text)
	}
	return PortRange{First: uint16(lo), Last: uint16(hi)}, nil
}

// errDuration is the one answer to a text that is no duration.
var errDuration = errors.New("a duration is written 30s, 10m, 12h, 90d or combined, 1d12h")

// parseDuration reads Go's durations with days in front: "90d", "1d12h".
func parseDuration(text string) (time.Duration, error) {
	var days time.Duration
	rest := text
	if n, tail, found := strings.Cut(text, "d"); found {
		count, err := strconv.ParseUint(n, 10, 32)
		if err != nil || count > math.MaxInt64/uint64(24*time.Hour) {
			return 0, fmt.Errorf("%q: %w", text, errDuration)
		}
		days, rest = time.Duration(count)*24*time.Hour, tail
		if rest == "" {
			return days, nil
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || days > math.MaxInt64-d {
		return 0, fmt.Errorf("%q: %w", text, errDuration)
	}
	return days + d, nil
}
