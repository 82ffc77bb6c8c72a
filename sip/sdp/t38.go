package sdp

import (
	"strconv"
	"strings"
)

// T38 is what a T.38 section says about itself (T.38 Annex D).
type T38 struct {
	Version         int // T38FaxVersion
	MaxBitRate      int // bit/s; 0 when not said
	FillBitRemoval  bool
	TranscodingMMR  bool
	TranscodingJBIG bool
	RateManagement  RateManagement
	MaxBuffer       int // bytes; 0 when not said
	MaxDatagram     int // bytes; 0 when not said
	UDPEC           UDPEC
}

// RateManagement is who checks the training signal.
type RateManagement uint8

// The rate managements. UDPTL works with TransferredTCF only.
const (
	TransferredTCF RateManagement = iota
	LocalTCF
)

var rateManagementNames = [...]string{"transferredTCF", "localTCF"}

func (r RateManagement) String() string { return nameOf(rateManagementNames[:], int(r)) }

// UDPEC is how UDPTL makes up for lost datagrams.
type UDPEC uint8

// The error corrections.
const (
	ECUnsaid UDPEC = iota
	ECRedundancy
	ECFEC
	ECNone
)

var udpecNames = [...]string{"", "t38UDPRedundancy", "t38UDPFEC", "t38UDPNoEC"}

func (e UDPEC) String() string { return nameOf(udpecNames[:], int(e)) }

// Limits on T.38 values; one beyond them is left out.
const (
	maxT38Version  = 9
	maxT38BitRate  = 33600
	maxT38Datagram = 1<<16 - 1
)

// T38 reads the section's fax attributes, their names in any case. Flags may be written
// bare or with :0 and :1.
func (m *Media) T38() T38 {
	var t T38
	for _, a := range m.Attributes {
		if len(a.Name) > 3 && strings.EqualFold(a.Name[:3], "T38") {
			t.set(strings.ToLower(a.Name[3:]), a.Value)
		}
	}
	return t
}

func (t *T38) set(name, value string) {
	switch name {
	case "faxversion":
		setInt(&t.Version, value, maxT38Version)
	case "maxbitrate", "faxmaxbitrate":
		setInt(&t.MaxBitRate, value, maxT38BitRate)
	case "faxfillbitremoval":
		t.FillBitRemoval = value != "0"
	case "faxtranscodingmmr":
		t.TranscodingMMR = value != "0"
	case "faxtranscodingjbig":
		t.TranscodingJBIG = value != "0"
	case "faxratemanagement":
		if strings.EqualFold(value, "localTCF") {
			t.RateManagement = LocalTCF
		}
	case "faxmaxbuffer":
		setInt(&t.MaxBuffer, value, maxT38Datagram)
	case "faxmaxdatagram":
		setInt(&t.MaxDatagram, value, maxT38Datagram)
	case "faxudpec":
		for i, n := range udpecNames {
			if n != "" && strings.EqualFold(n, value) {
				t.UDPEC = UDPEC(i)
			}
		}
	}
}

// Attributes is t as a section of ours has it. Flags that are off are not written, which
// every peer reads as off.
func (t T38) Attributes() []Attribute {
	a := append(make([]Attribute, 0, 9), Attribute{"T38FaxVersion", strconv.Itoa(t.Version)})
	number := func(name string, n int) {
		if n != 0 {
			a = append(a, Attribute{name, strconv.Itoa(n)})
		}
	}
	flag := func(name string, on bool) {
		if on {
			a = append(a, Attribute{Name: name})
		}
	}
	number("T38MaxBitRate", t.MaxBitRate)
	flag("T38FaxFillBitRemoval", t.FillBitRemoval)
	flag("T38FaxTranscodingMMR", t.TranscodingMMR)
	flag("T38FaxTranscodingJBIG", t.TranscodingJBIG)
	a = append(a, Attribute{"T38FaxRateManagement", t.RateManagement.String()})
	number("T38FaxMaxBuffer", t.MaxBuffer)
	number("T38FaxMaxDatagram", t.MaxDatagram)
	if t.UDPEC != ECUnsaid {
		a = append(a, Attribute{"T38FaxUdpEC", t.UDPEC.String()})
	}
	return a
}

func setInt(n *int, value string, limit int) {
	if v, ok := parseInt(value, limit); ok {
		*n = v
	}
}

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return ""
}
