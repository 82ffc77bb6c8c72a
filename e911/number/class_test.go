package number

import (
	"strings"
	"testing"
)

// classified is the table of what is recognised: dialled, in which region, and the verdict.
var classified = []struct {
	dialled, region string
	class           Class
	normalized      string
}{
	// 911 and its prefixed forms count everywhere.
	{"911", "US", Emergency, "911"},
	{"911", "CA", Emergency, "911"},
	{"911", "MX", Emergency, "911"},
	{"911", "", Emergency, "911"},
	{"911", "us", Emergency, "911"},
	{"911", "ZZ", Emergency, "911"},
	{"911", "GB", Emergency, "112"},
	{"911", "AU", Emergency, "000"},
	{"911", "NL", Emergency, "911"},
	{"9911", "US", Emergency, "911"},
	{"8911", "US", Emergency, "911"},
	{"7911", "US", Emergency, "911"},
	{"1911", "US", Emergency, "911"},
	{"+1911", "US", Emergency, "911"},
	{"+911", "US", Emergency, "911"},
	{"*911", "US", Emergency, "911"},

	// Exact strings only.
	{"91191955512", "US", None, ""},
	{"9-1-1-9-1-9-555-1212", "US", None, ""},
	{"9115551234", "US", None, ""},
	{"9111", "US", None, ""},
	{"91", "US", None, ""},
	{"99911", "US", None, ""},
	{"6911", "US", None, ""},
	{"**911", "US", None, ""},
	{"#911", "US", None, ""},
	{"", "US", None, ""},
	{"+", "US", None, ""},
	{"not a number", "US", None, ""},
	{"911a", "US", None, ""},
	{"9\x0011", "US", None, ""},

	// Test, crisis and ordinary service numbers.
	{"933", "US", Test, "933"},
	{"933", "DE", Test, "933"},
	{"+933", "US", Test, "933"},
	{"922", "US", None, ""},
	{"9933", "US", None, ""},
	{"988", "US", Crisis, "988"},
	{"988", "", Crisis, "988"},
	{"9988", "US", None, ""},
	{"311", "US", None, ""},
	{"411", "US", None, ""},
	{"511", "US", None, ""},
	{"811", "US", None, ""},
	{"116117", "DE", None, ""},
	{"116000", "FR", None, ""},

	// Where a country uses 933 or 922 for help, that is what the caller means.
	{"933", "TO", Emergency, "933"},
	{"922", "TO", Emergency, "922"},

	// Other numbers count in the location's country.
	{"112", "DE", Emergency, "112"},
	{"112", "IN", Emergency, "112"},
	{"112", "BR", Emergency, "112"},
	{"112", "ZA", Emergency, "112"},
	{"112", "US", Emergency, "911"},
	{"112", "CA", Emergency, "911"},
	{"+112", "RO", Emergency, "112"},
	{"112", "AU", Emergency, "112"},
	{"112", "", None, ""},
	{"999", "GB", Emergency, "999"},
	{"999", "US", None, ""},
	{"000", "AU", Emergency, "000"},
	{"111", "NZ", Emergency, "111"},
	{"111", "US", None, ""},
	{"110", "JP", Emergency, "110"},
	{"119", "JP", Emergency, "119"},
	{"110", "DE", Emergency, "110"},
	{"15", "FR", Emergency, "15"},
	{"17", "FR", Emergency, "17"},
	{"18", "FR", Emergency, "18"},
	{"15", "US", None, ""},
	{"100", "IN", Emergency, "100"},
	{"101", "IN", Emergency, "101"},
	{"108", "IN", Emergency, "108"},
	{"190", "BR", Emergency, "190"},
	{"192", "BR", Emergency, "192"},
	{"10111", "ZA", Emergency, "10111"},
	{"1122", "DE", None, ""},

	// The dress a number may come in.
	{"9-1-1", "US", Emergency, "911"},
	{"9.1.1", "US", Emergency, "911"},
	{"(9) 11", "US", Emergency, "911"},
	{" 911 ", "US", Emergency, "911"},
	{"911#", "US", Emergency, "911"},
	{"911##", "US", None, ""},
	{"%39%31%31", "US", Emergency, "911"},
	{"%2a911", "US", Emergency, "911"},
	{"911%23", "US", Emergency, "911"},
	{"%3", "US", None, ""},
	{"tel:911", "US", Emergency, "911"},
	{"TEL:+1-911", "US", Emergency, "911"},
	{"tel:911;phone-context=+1", "US", Emergency, "911"},
	{"sip:911@pbx.example.com", "US", Emergency, "911"},
	{"SIP:911@pbx.example.com;user=phone", "US", Emergency, "911"},
	{"sips:9911@pbx.example.com:5061;transport=tls", "US", Emergency, "911"},
	{"sip:911;phone-context=pbx.example.com@pbx.example.com;user=phone", "US", Emergency, "911"},
	{"sip:911:secret@pbx.example.com", "US", Emergency, "911"},
	{"sip:%39%31%31@pbx.example.com", "US", Emergency, "911"},
	{"sip:%39%31%31%40pbx@pbx.example.com", "US", None, ""},
	{"<sip:911@pbx.example.com>", "US", Emergency, "911"},
	{`"Help" <sip:911@pbx.example.com>;tag=1`, "US", Emergency, "911"},
	{`"a <\" b" <sip:911@pbx.example.com>`, "US", Emergency, "911"},
	{"sip:911", "US", Emergency, "911"},
	{"sip:911:5060", "US", Emergency, "911"},
	{"sip:sos@pbx.example.com", "US", Emergency, "911"},
	{"sip:1001@911", "US", None, ""},
	{"sip:1001@pbx.example.com?subject=911", "US", None, ""},
	{"911@pbx.example.com", "US", Emergency, "911"},
	{"urn:service:sos", "US", Emergency, "911"},
	{"URN:Service:SOS.fire", "US", Emergency, "911"},
	{"urn:service:sos.ambulance", "DE", Emergency, "112"},
	{"<urn:service:sos.police>", "NZ", Emergency, "111"},
	{"urn:service:sos", "", Emergency, "911"},
	{"urn:service:test.sos", "US", Test, "933"},
	{"urn:service:sosnot", "US", None, ""},
	{"urn:service:counseling", "US", None, ""},
	{"urn:nena:service:sos", "US", None, ""},
}

func TestClassify(t *testing.T) {
	for _, tt := range classified {
		got := Classify(tt.dialled, tt.region, nil, nil)
		if got.Class != tt.class || got.Normalized != tt.normalized {
			t.Errorf("Classify(%q, %q) = %v %q, want %v %q", tt.dialled, tt.region, got.Class, got.Normalized, tt.class, tt.normalized)
		}
	}
}

func TestClassifyKeepsDialled(t *testing.T) {
	for dialled, want := range map[string]string{
		"9911":                         "9911",
		"9-1-1":                        "9-1-1",
		"sip:9911@pbx.example.com":     "9911",
		"sip:%39%31%31@h;user=phone":   "911",
		"tel:+1-911;phone-context=+44": "+1-911",
		"<urn:service:sos.fire>":       "urn:service:sos.fire",
		"5551234":                      "5551234",
		"sip:%zz@h":                    "%zz",
	} {
		if got := Classify(dialled, "US", nil, nil).Dialled; got != want {
			t.Errorf("%q: dialled %q, want %q", dialled, got, want)
		}
	}
}

func TestClassifyAccountLists(t *testing.T) {
	extra, test := []string{"5555", "+1 (312) 555-0100", "933", "988", ""}, []string{"922", "911", "5555x"}
	for dialled, want := range map[string]Result{
		"5555":         {Emergency, "5555", "5555"},
		"55-55":        {Emergency, "5555", "55-55"},
		"13125550100":  {Emergency, "13125550100", "13125550100"},
		"+13125550100": {Emergency, "13125550100", "+13125550100"},
		"922":          {Test, "922", "922"},
		"933":          {Test, "933", "933"},       // always a test
		"988":          {Crisis, "988", "988"},     // never notified
		"911":          {Emergency, "911", "911"},  // no list makes it a test
		"9911":         {Emergency, "911", "9911"}, // nor this
		"555":          {None, "", "555"},
	} {
		if got := Classify(dialled, "US", extra, test); got != want {
			t.Errorf("%q: %+v, want %+v", dialled, got, want)
		}
	}
}

func TestClassString(t *testing.T) {
	for class, want := range map[Class]string{None: "none", Emergency: "emergency", Test: "test", Crisis: "crisis"} {
		if class.String() != want {
			t.Errorf("%d is %q, want %q", class, class, want)
		}
	}
}

func FuzzClassify(f *testing.F) {
	for _, tt := range classified {
		f.Add(tt.dialled, tt.region)
	}
	f.Fuzz(func(t *testing.T, dialled, region string) {
		got := Classify(dialled, region, nil, nil)
		if (got.Class == None) != (got.Normalized == "") {
			t.Fatalf("%q in %q: %+v", dialled, region, got)
		}
		if got.Class == None {
			return
		}
		// What the carrier gets is itself recognised, and whatever is recognised passes the front's sieve.
		if again := Classify(got.Normalized, region, nil, nil); again.Class != got.Class {
			t.Fatalf("%q in %q: %+v, then %+v", dialled, region, got, again)
		}
		if got.Class != Crisis && !IsEmergencyURI([]byte(dialled)) {
			t.Fatalf("%q in %q: %+v, yet the sieve stops it", dialled, region, got)
		}
		if strings.ContainsAny(got.Normalized, "+- #%;:@") {
			t.Fatalf("normalized %q", got.Normalized)
		}
	})
}
