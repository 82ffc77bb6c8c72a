package number

import "testing"

func TestIsEmergencyURICoversClassify(t *testing.T) {
	for _, tt := range classified {
		if want := tt.class == Emergency || tt.class == Test; want && !IsEmergencyURI([]byte(tt.dialled)) {
			t.Errorf("%q is stopped", tt.dialled)
		}
	}
}

func TestIsEmergencyUser(t *testing.T) {
	for user, want := range map[string]bool{
		"911": true, "9911": true, "+1911": true, "*911": true, "9-1-1": true, "%39%31%31": true, "911;phone-context=x": true,
		"933": true, "112": true, "999": true, "000": true, "111": true, "10111": true, "1399": true, "sos": true, "SOS": true,
		"988": false, "1001": false, "9115551234": false, "": false, "alice": false, "922x": false,
	} {
		if got := IsEmergencyUser([]byte(user)); got != want {
			t.Errorf("%q: %v", user, got)
		}
	}
}

func TestSet(t *testing.T) {
	set := NewSet([]string{"US", "GB", "no such"}, []string{"55-55"}, []string{"922"})
	for uri, want := range map[string]bool{
		"sip:911@h": true, "sip:999@h": true, "tel:112": true, "sip:5555@h": true, "sip:922@h": true, "sip:933@h": true,
		"urn:service:sos": true, "urn:service:test.sos": true, "urn:service:sosx": false,
		"sip:101@h": false, "sip:110@h": false, "sip:1301@h": false, "sip:988@h": false, "": false, "sip:": false,
	} {
		if got := set.HasURI([]byte(uri)); got != want {
			t.Errorf("%q: %v", uri, got)
		}
	}
}

func TestSieveDoesNotAllocate(t *testing.T) {
	uris := [][]byte{
		[]byte("sip:%39%31%31@pbx.example.com;user=phone"), []byte("sip:1001@pbx.example.com"),
		[]byte("urn:service:sos.fire"), []byte(`"Alice" <sip:alice@pbx.example.com>;tag=1`),
	}
	IsEmergencyURI(uris[0]) // builds the table
	if n := testing.AllocsPerRun(100, func() {
		for _, uri := range uris {
			IsEmergencyURI(uri)
			IsEmergencyUser(uri)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
