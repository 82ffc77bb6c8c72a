package admission

import "bytes"

// scanners are words in the User-Agent of tools that look for systems to abuse, in
// lower case.
var scanners = [][]byte{
	[]byte("friendly-scanner"), []byte("sipvicious"), []byte("sipcli"), []byte("sip-scan"), []byte("pplsip"),
	[]byte("vaxsipuseragent"), []byte("sundayddr"), []byte("friendly-request"), []byte("sivus"),
}

// maxAgent is how much of a User-Agent is looked at.
const maxAgent = 64

// Scanner tells whether a User-Agent names a known scanning tool: what it sends is
// dropped without an answer. It allocates nothing.
func Scanner(agent []byte) bool {
	var low [maxAgent]byte
	n := min(len(agent), maxAgent)
	for i, c := range agent[:n] {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	for _, s := range scanners {
		if bytes.Contains(low[:n], s) {
			return true
		}
	}
	return false
}
