// Package stack makes room on a goroutine's stack. A goroutine begins with some 2 KB,
// and each time that is not enough its stack is copied to one twice as large, every
// frame corrected: for a short job that calls deep, more work than the job.
package stack

// Room is how much Grow makes: what taking and making a call needs.
const Room = 12 << 10

// Grow makes room for Room bytes, while the stack is all but empty: it is copied once,
// and little of it. The collector takes back what is not used.
//
//go:noinline
func Grow() byte {
	var room [Room]byte
	return room[index(&room)]
}

// index keeps the array where it is.
//
//go:noinline
func index(room *[Room]byte) int { return int(room[0]) }
