//go:build race

package media

import "testing"

// skipUnderRace: the test is the loop of a stream that its own loop visits every second.
func skipUnderRace(t *testing.T) { t.Skip("another loop looks at the stream, too") }
