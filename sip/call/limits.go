package call

import "time"

// Bounds of the room. What is beyond them is refused, counted, or forgotten.
const (
	// defaultMaxCalls and defaultPerAccount bound the calls at a time where the
	// configuration says nothing. Emergency calls are beyond them.
	defaultMaxCalls   = 10_000
	defaultPerAccount = 1_000
	// maxBranches is how many phones and trunks one stage rings.
	maxBranches = 64
	// maxLegs is how many dialogs a call may have had in all.
	maxLegs = 256
	// maxRedirects is how often a call may be sent elsewhere by 3xx and by forwards.
	maxRedirects = 5
	// maxTransfers is how often a call may be transferred.
	maxTransfers = 20
	// maxRecent is how many users' last callers are remembered.
	maxRecent = 100_000
)

// Times of the room.
const (
	// trunkPatience is how long a trunk's host may stay silent before the next is
	// tried; emergencyPatience the same for emergency calls.
	trunkPatience     = 6 * time.Second
	emergencyPatience = 4 * time.Second
	// emergencyLast is how long the last host of an emergency call may stay silent: there is
	// nothing else to try, and a line that has just come back may still let the INVITE through,
	// which is sent at 0, 0.5, 1.5, 3.5, 7.5 and 15.5 s (RFC 3261 section 17.1.1.2).
	emergencyLast = 17 * time.Second
	// emergencyProgress is how long a trunk's host that has an emergency call may take
	// until it rings, when there is another to try.
	emergencyProgress = 12 * time.Second
	// trunkRing bounds how long a trunk may ring (Timer C of RFC 3261 is three minutes).
	trunkRing = 180 * time.Second
	// emergencyRing bounds an emergency call's ringing, at one trunk and over all.
	emergencyRing = time.Hour
	// phoneSession is how often a phone must show that it still has the call (RFC 4028).
	phoneSession = 30 * time.Minute
	// defaultRing is for stages that name no time.
	defaultRing = 60 * time.Second
	// lookup bounds finding a trunk's addresses and connecting to one.
	lookup = 5 * time.Second
	// lingering is how long a transferor has to hang up once the transfer is done.
	lingering = 5 * time.Second
	// storing bounds writing what a call leaves behind.
	storing = 5 * time.Second
)
