package wire

// Limits on a message. What is beyond them is refused.
const (
	MaxMessage  = 65535 // bytes, body included
	MaxLine     = 8192  // bytes of a header with its name, and of the start line
	MaxURI      = 2048  // bytes of the Request-URI
	MaxMethod   = 64    // bytes
	MaxHeaders  = 100   // header lines
	MaxVias     = 70    // Via lines: as many as Max-Forwards lets a request collect
	MaxContacts = 20    // Contact values
	MaxValues   = 10    // lines of any other header that may come more than once
	MaxCallID   = 256   // bytes
	MaxTag      = 256   // bytes
	MaxCSeq     = 1<<31 - 1
)
