// Package recording keeps the recordings of calls: a WAV file that grows while the call
// runs, and the record that tells of it.
//
// A recording is noted before its first sound is written and again when it has ended; in
// between its file is a draft, which outlives the daemon. What a crash leaves is completed
// by Repair at the next start: the sound up to a few tenths of a second before the end is
// there. A finished one waits to be transcribed where its account wants that.
package recording
