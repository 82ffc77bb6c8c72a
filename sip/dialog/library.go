package dialog

import (
	"time"

	"github.com/emiago/sipgo/sip"
)

// ConfigureLibrary sets what the library only has as package variables and dialogs
// depend on. It is called once, before the library's user agent is built and after
// sip.SetTimers, if that is called at all.
func ConfigureLibrary() {
	// The 100 that the library sends by itself is built from the request while others
	// may change it. Ours goes out at once, and stops the timer.
	sip.Timer_1xx = time.Hour
	// An accepted INVITE is ours: the library need not remember it for 32 s.
	sip.Timer_L = time.Second
}
