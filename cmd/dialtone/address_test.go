package main

import (
	"net/netip"
	"testing"

	"dialtone/sip"
)

func TestFacing(t *testing.T) {
	loopback, wildcard := netip.MustParseAddr("127.0.0.1"), netip.IPv4Unspecified()
	bound := netip.MustParseAddr("192.0.2.9")
	if got := facing(bound, loopback); got != bound {
		t.Errorf("a bound address is told as %s", got)
	}
	if got := facing(wildcard, loopback); got != loopback {
		t.Errorf("a neighbour on this machine is told %s", got)
	}
	if got := facing(wildcard, netip.Addr{}); got != ownAddress() || !got.Is4() || got.IsUnspecified() {
		t.Errorf("without a peer: %s", got)
	}
}

func TestSIPHost(t *testing.T) {
	any4, one := netip.MustParseAddrPort("0.0.0.0:5060"), netip.MustParseAddrPort("192.0.2.9:5060")
	for name, tc := range map[string]struct {
		advertised string
		bound      sip.Addrs
		want       string
	}{
		"wildcard":        {"", sip.Addrs{UDP: []netip.AddrPort{any4}}, ""},
		"one address":     {"", sip.Addrs{UDP: []netip.AddrPort{one}}, "192.0.2.9"},
		"TCP only":        {"", sip.Addrs{TCP: []netip.AddrPort{one}}, "192.0.2.9"},
		"advertised":      {"pbx.example", sip.Addrs{UDP: []netip.AddrPort{one}}, "pbx.example"},
		"advertised, all": {"pbx.example", sip.Addrs{UDP: []netip.AddrPort{any4}}, "pbx.example"},
	} {
		if got := sipHost(tc.advertised, tc.bound); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
