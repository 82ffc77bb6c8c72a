package number

// Class is the verdict on a dialled string.
type Class uint8

// The classes.
const (
	None      Class = iota // an ordinary number
	Emergency              // connect at once, notify
	Test                   // the same path, marked TEST
	Crisis                 // 988: always routable, never notified, never recorded by default
)

// String is the class in lower case, for logs.
func (c Class) String() string {
	switch c {
	case Emergency:
		return "emergency"
	case Test:
		return "test"
	case Crisis:
		return "crisis"
	}
	return "none"
}

// Numbers with a meaning of their own.
const (
	emergencyNANP = "911"
	testNANP      = "933" // carriers read back the caller's number and registered address
	crisisLine    = "988" // Suicide & Crisis Lifeline
	emergencyUser = "sos" // sip:sos@domain, the form before RFC 5031
)

// forms911 are the exact strings taken for 911; a leading + is always tolerated.
var forms911 = [...]string{emergencyNANP, "9911", "8911", "7911", "1911", "*911", emergencyUser}

// Result is what a dialled string means.
type Result struct {
	Class Class
	// Normalized is the number to send to the carrier, without prefix or separators: "911" for "9-911". Empty when
	// Class is None.
	Normalized string
	// Dialled is what the caller dialled: the user part without URI dress and escapes, or the service URN.
	Dialled string
}

// Classify says what dialled means to a caller located in region (ISO 3166 alpha-2, any case; empty or unknown leaves
// only the numbers that count everywhere). dialled is a number as typed, a SIP, SIPS or TEL URI, a name-addr, or a
// service URN (RFC 5031). extra are emergency numbers the account adds, test its test numbers beside 933.
//
// Where lists disagree the more urgent reading wins: 911 and the region's own numbers, then 988, then 933 and test,
// then extra. A feature code in front of a number (*67) is the dial plan's to take off before asking again.
//
// 112 is sent as 911 in the North American plan, whose carriers know no 112; 911 dialled where it is no emergency
// number is sent as that region's own.
func Classify(dialled, region string, extra, test []string) Result {
	if len(dialled) > maxURI {
		return Result{Dialled: dialled}
	}
	user, scheme := target([]byte(dialled))
	if scheme == schemeURN {
		return classifyURN(user, region)
	}
	result := Result{Dialled: unescape(user)}
	number, ok := fold(user)
	if !ok {
		return result
	}
	result.Class, result.Normalized = classify(number.bytes(), region, extra, test)
	return result
}

// classify looks a folded number up, most urgent table first.
func classify(number []byte, region string, extra, test []string) (Class, string) {
	local := regionOf(region)
	for _, form := range forms911 {
		if string(number) == form {
			return Emergency, local.send911()
		}
	}
	if send, ok := local.numbers[string(number)]; ok {
		return Emergency, send
	}
	switch {
	case string(number) == crisisLine:
		return Crisis, crisisLine
	case string(number) == testNANP || listed(test, number):
		return Test, string(number)
	case listed(extra, number):
		return Emergency, string(number)
	}
	return None, ""
}

// listed reports whether one of the entries, folded, is the number.
func listed(entries []string, number []byte) bool {
	for _, entry := range entries {
		if folded, ok := fold([]byte(entry)); ok && string(folded.bytes()) == string(number) {
			return true
		}
	}
	return false
}

// classifyURN reads a service URN: sos and what is under it, and the test service of RFC 6881 section 17.
func classifyURN(urn []byte, region string) Result {
	result := Result{Dialled: string(urn)}
	switch {
	case isService(urn, "urn:service:sos"):
		result.Class, result.Normalized = Emergency, regionOf(region).primary
	case isService(urn, "urn:service:test.sos"):
		result.Class, result.Normalized = Test, testNANP
	}
	return result
}
