// Package store keeps Dialtone's records: typed reads from an in-memory index,
// writes through one committer to the engine, a feed of what changed, and the
// histories. Nothing outside this package sees an engine. DESIGN.md tells the
// invariants the files of this package share.
package store
