package admission

import "testing"

func TestScanner(t *testing.T) {
	for agent, want := range map[string]bool{
		"friendly-scanner": true,
		"SIPVicious 0.3.3": true,
		"sipcli/v1.8":      true,
		"Yealink SIP-T46U 108.86.0.20 80:5e:c0:01:02:03": false,
		"baresip v1.0.0 (x86_64/linux)":                  false,
		"Bria 6 release 6.5.1":                           false,
		"Zoiper rv2.10.19":                               false,
		"":                                               false,
		"a very long name that is not one of those we know sipvicious": true,
	} {
		if got := Scanner([]byte(agent)); got != want {
			t.Errorf("Scanner(%q) = %v", agent, got)
		}
	}
	agent := []byte("Yealink SIP-T46U 108.86.0.20 80:5e:c0:01:02:03")
	if n := testing.AllocsPerRun(100, func() { Scanner(agent) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
