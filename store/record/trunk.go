package record

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Transports of SIP.
const (
	TransportUDP = "udp"
	TransportTCP = "tcp"
	TransportTLS = "tls"
)

// How a trunk knows us.
const (
	TrunkIP           = "ip"           // by our address
	TrunkDigest       = "digest"       // by answering its challenges
	TrunkRegistration = "registration" // the same, and it finds us by our REGISTER
)

// Whether media are encrypted (SDES, RFC 4568).
const (
	SRTPOff       = "off"
	SRTPOptional  = "optional"
	SRTPMandatory = "mandatory"
)

// How a trunk is told where an emergency caller is (RFC 6442).
const (
	ConveyNone      = "none"              // it knows the number's address
	ConveyReference = "carrier_reference" // Geolocation names the carrier's own record
	ConveyPIDFLO    = "pidf_lo"           // the address is in the INVITE's body
)

// How numbers are written to a trunk.
const (
	FormatE164       = "e164"         // +13125550100
	FormatE164NoPlus = "e164_no_plus" // 13125550100
	FormatNational   = "national"     // 3125550100
)

// Codecs by the names of their RTP payload formats.
const (
	CodecPCMU = "PCMU"
	CodecPCMA = "PCMA"
	CodecG722 = "G722"
	CodecOpus = "opus"
)

// Bounds of a trunk.
const (
	MaxTrunkHosts    = 20
	MaxTrunkChannels = 100_000
	MaxTrunkCPS      = 10_000
	MinSessionExpiry = 90 // RFC 4028 section 4, seconds
)

// Trunk is how calls go to a carrier and come from it.
type Trunk struct {
	Hosts              []string `json:"hosts" doc:"Where calls go, host or host:port in order; a host without a port is looked up by NAPTR and SRV."`
	Transport          string   `json:"transport" doc:"udp, tcp or tls."`
	Authentication     string   `json:"authentication" doc:"ip, digest or registration."`
	Username           string   `json:"username" doc:"User name for digest and registration."`
	Password           string   `json:"password,omitempty" cbor:"-" api:"writeonly" doc:"Password for digest and registration."`
	Realm              string   `json:"realm" doc:"Realm to answer challenges of; empty is any."`
	FromDomain         string   `json:"from_domain" doc:"Domain of our addresses in calls out; empty is the trunk's host with registration, else our own."`
	RegisterExpires    int      `json:"register_expires" doc:"Seconds a registration is asked for, 60 to 86400."`
	InboundSources     []string `json:"inbound_sources" doc:"Networks calls come from besides the hosts' addresses (CIDR)."`
	Codecs             []string `json:"codecs" doc:"Codecs in order of preference: PCMU, PCMA, G722, opus; the carrier's when absent."`
	T38                bool     `json:"t38" doc:"Whether it takes faxes over T.38."`
	SRTP               string   `json:"srtp" doc:"Encrypted media: off, optional or mandatory."`
	SessionTimers      bool     `json:"session_timers" doc:"Whether calls are refreshed (RFC 4028)."`
	SessionExpires     int      `json:"session_expires" doc:"Seconds between refreshes, 90 to 86400."`
	Reliable100rel     bool     `json:"reliable_100rel" doc:"Whether to offer reliable provisional responses (RFC 3262)."`
	MaxChannels        int      `json:"max_channels" doc:"Calls at a time; 0 is no limit."`
	CallsPerSecond     int      `json:"calls_per_second" doc:"Calls out begun in a second; 0 is no limit."`
	Emergency          bool     `json:"emergency" doc:"Whether it takes emergency calls."`
	LocationConveyance string   `json:"location_conveyance" doc:"How it is told where an emergency caller is: none, carrier_reference or pidf_lo."`
	NumberFormat       string   `json:"number_format" doc:"How numbers are written: e164, e164_no_plus or national."`
	OwnNumbersOnly     bool     `json:"own_numbers_only" doc:"Whether calls out may show the account's own numbers only; a forwarded call then shows whose phone forwarded it."`
	OptionsPing        bool     `json:"options_ping" doc:"Whether it is asked if it is alive."`
	OptionsInterval    int      `json:"options_interval" doc:"Seconds between two questions, 10 to 3600."`
}

// NewTrunk is a trunk with the defaults that are the same for every carrier.
func NewTrunk() Trunk {
	return Trunk{
		RegisterExpires: 600, T38: true, SessionTimers: true, SessionExpires: 1800,
		OptionsPing: true, OptionsInterval: 30,
	}
}

// Authenticates says whether the trunk asks for a user name and password.
func (t *Trunk) Authenticates() bool {
	return t.Authentication == TrunkDigest || t.Authentication == TrunkRegistration
}

// SplitHost parts one of a trunk's hosts; port is 0 where it names none.
func SplitHost(hostport string) (host string, port uint16) {
	host, digits, err := net.SplitHostPort(hostport)
	if err != nil {
		return strings.Trim(hostport, "[]"), 0
	}
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return hostport, 0
	}
	return host, uint16(n)
}

func (t *Trunk) check(at string, p *Problems) {
	t.checkHosts(at+".hosts", p)
	p.oneOf(at+".transport", t.Transport, TransportUDP, TransportTCP, TransportTLS)
	p.oneOf(at+".authentication", t.Authentication, TrunkIP, TrunkDigest, TrunkRegistration)
	p.text(at+".username", &t.Username, 128)
	p.text(at+".realm", &t.Realm, 255)
	for field, v := range map[string]string{".username": t.Username, ".realm": t.Realm} {
		if strings.ContainsAny(v, `"\`) {
			p.Add(at+field, CodeInvalid, `must not contain '"' or '\'`)
		}
	}
	if t.FromDomain = cleanHost(t.FromDomain); t.FromDomain != "" && !isHost(t.FromDomain) {
		p.Add(at+".from_domain", CodeInvalid, "must be a host name or an IP address")
	}
	p.between(at+".register_expires", t.RegisterExpires, 60, 86_400)
	p.networks(at+".inbound_sources", t.InboundSources)
	for i, c := range t.Codecs {
		p.oneOf(index(at+".codecs", i), c, CodecPCMU, CodecPCMA, CodecG722, CodecOpus)
		if slices.Contains(t.Codecs[:i], c) {
			p.Add(index(at+".codecs", i), CodeDuplicate, "is in the list already")
		}
	}
	p.oneOf(at+".srtp", t.SRTP, SRTPOff, SRTPOptional, SRTPMandatory)
	p.between(at+".session_expires", t.SessionExpires, MinSessionExpiry, 86_400)
	p.between(at+".max_channels", t.MaxChannels, 0, MaxTrunkChannels)
	p.between(at+".calls_per_second", t.CallsPerSecond, 0, MaxTrunkCPS)
	p.oneOf(at+".location_conveyance", t.LocationConveyance, ConveyNone, ConveyReference, ConveyPIDFLO)
	p.oneOf(at+".number_format", t.NumberFormat, FormatE164, FormatE164NoPlus, FormatNational)
	p.between(at+".options_interval", t.OptionsInterval, 10, 3600)
}

// checkHosts checks the hosts and writes them in one form: lower case, no port 0.
func (t *Trunk) checkHosts(at string, p *Problems) {
	switch n := len(t.Hosts); {
	case n == 0:
		p.Add(at, CodeRequired, "must name at least one host")
	case n > MaxTrunkHosts:
		p.Add(at, CodeTooMany, "must be at most %d", MaxTrunkHosts)
		return
	}
	for i, h := range t.Hosts {
		clean, ok := hostPort(h)
		if !ok {
			p.Add(index(at, i), CodeInvalid, "must be a host such as sip.example.com, 192.0.2.1:5060 or [2001:db8::1]:5060")
			continue
		}
		if slices.Contains(t.Hosts[:i], clean) {
			p.Add(index(at, i), CodeDuplicate, "is in the list already")
		}
		t.Hosts[i] = clean
	}
}

// hostPort is host[:port] in its one form.
func hostPort(s string) (clean string, ok bool) {
	s = strings.TrimSpace(s)
	if addr, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return addr.Unmap().WithZone("").String(), usableHost(addr)
	}
	host, digits, found := strings.Cut(s, ":")
	if found {
		var err error
		if host, digits, err = net.SplitHostPort(s); err != nil {
			return "", false
		}
	}
	if host = cleanHost(host); !isHost(host) {
		return "", false
	}
	if !found {
		return host, true
	}
	port, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || port == 0 {
		return "", false
	}
	return net.JoinHostPort(host, strconv.FormatUint(port, 10)), true
}

func cleanHost(host string) string {
	return strings.TrimSuffix(strings.ToLower(strings.TrimSpace(host)), ".")
}

// isHost says whether a text is a host name or an address something can be sent to.
func isHost(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return usableHost(addr)
	}
	return len(host) <= 253 && hostPattern.MatchString(host)
}

func usableHost(addr netip.Addr) bool { return !addr.IsUnspecified() && !addr.IsMulticast() }
