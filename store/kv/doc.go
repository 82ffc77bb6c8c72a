// Package kv is the contract every storage engine keeps: ordered byte keys,
// serializable transactions over many keys, read-only snapshots, and an online
// backup that any engine can read back.
//
// The package is pure: it names no engine. store/kv/badger is the embedded one,
// store/kv/kvtest is the suite each engine has to pass.
//
// # What an engine promises
//
//   - Update is serializable, phantoms included: a transaction that scanned a range
//     commits only if nothing appeared in that range meanwhile.
//   - When Update returns nil its writes are on stable storage.
//   - When Update returns an error none of its writes is visible, now or after a
//     restart, with one exception: ErrFailed, where the disk itself gave way.
//   - View sees one commit point from its first read to its last, and never waits
//     for a writer.
//   - A full disk costs writes, never reads: see ErrNoSpace.
//
// # Changes and a second engine
//
// There is no change feed here. The store above has one committer per engine; it
// numbers the revisions, keeps the index and publishes what it committed itself, so
// an embedded engine has nothing to tell it.
//
// With an engine shared by several machines the other nodes' writes have to come
// back the same way. The store then writes, in the same transaction as the records,
// one entry under an ordered revision key (the revision is read and incremented in
// that transaction, so serializability gives one order for all nodes), and each node
// follows that prefix: it scans from the last revision it has applied whenever the
// engine's watch on the revision counter fires. Replay after a reconnect, a gap
// (resync) and trimming are then questions about keys, not about an engine. What such
// an engine adds to this contract is a single watch on one key.
package kv
