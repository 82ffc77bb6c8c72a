package sdp

// Limits on a description. What is beyond them is refused.
const (
	MaxSession    = 32 << 10 // bytes of the body
	MaxLine       = 4096     // bytes of a line
	MaxMedia      = 32       // m= lines
	MaxFormats    = 64       // formats of an m= line
	MaxAttributes = 256      // a= lines of one section
)

// Limits on numbers. A value beyond them is left out, as if the line were missing.
const (
	maxClock     = 1 << 24 // Hz of an rtpmap
	maxChannels  = 32
	maxPtime     = 1000 // ms
	maxBandwidth = 1<<31 - 1
	maxName      = 255 // bytes of a host name
)
