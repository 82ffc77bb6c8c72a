// Package blob keeps files by the hash of their content: clips, faxes, recordings,
// uploads. A file is on stable storage before its hash is known to anyone, so a record
// that names it never points at nothing; a file no record names is found by Sweep.
//
// Layout: <dir>/ab/cd/abcd…, 64 hexadecimal digits of SHA-256, and <dir>/tmp for files
// being written, which is emptied when the store opens; <dir>/drafts for those that grow
// over a while and outlive a crash, see [Draft].
package blob
