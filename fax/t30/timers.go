package t30

import "time"

// Timers of T.30 5.6, and what is derived from them.
const (
	t1 = 40 * time.Second        // identify each other; T.30: 35 ± 5 s
	t2 = 20 * time.Second        // next command; T.30: 6 ± 1 s, but all repeats are to be heard
	t4 = 3450 * time.Millisecond // reply to a sender's command; T.30: 3 s ± 15 %
	// t4Identity is T4 of a receiver: unlike t4, or both would speak at once for ever.
	t4Identity = 3 * time.Second
	t5         = 60 * time.Second // receiver not ready
	// reidentify is T.30's T2 after EOM: how long a receiver waits before it identifies
	// itself again.
	reidentify = 6 * time.Second
	// storeTime is how long a receiver lets its reply wait for a page to be stored
	// before it says that it is not ready.
	storeTime = time.Second
	// garbledPause is how long a sender waits after a reply it could not read.
	garbledPause = time.Second

	tries     = 3                      // of a command
	gap       = 75 * time.Millisecond  // between carriers
	settle    = 500 * time.Millisecond // from a last frame to an end of carrier never heard
	longBurst = 15 * time.Second       // of frames at 300 bit/s
	stalled   = 6 * time.Second        // a fast carrier with nothing on it is gone
	cngPeriod = 3500 * time.Millisecond
	cedTime   = 3 * time.Second
	checkTime = 1500 * time.Millisecond
	checkMin  = time.Second // of zeros in a speed check that is good
)
