// Package badger keeps the kv contract on dgraph-io/badger v4, in one folder on local
// disk.
//
// # One writer
//
// Badger's conflict detection knows the keys a transaction has read, not the ranges it
// found empty, so two transactions that each scan and then insert would both commit.
// Here one transaction writes at a time, which is serializable without further proof
// and costs nothing: the store has one committer per engine. A transaction reads a
// Badger snapshot and lays its own writes over it, so scans may nest.
//
// # A full disk
//
// Badger writes its log and its tables through memory maps of sparse files. On a full
// disk such a write is not an error but SIGBUS, which no Go program survives when it
// happens on a goroutine of the library. Nothing may therefore be written before there
// is room for it:
//
//   - Before a commit the log is allocated beyond what the commit can need, and a spare
//     file of the same size stands by. Neither fits: kv.ErrNoSpace, nothing written.
//   - The spare file is what the log will need as a table. It is given up just before
//     Badger may start a new log, and when the engine closes or opens, so a folder that
//     was written to the last byte still closes, and opens again.
//   - A commit is also refused while less is free than compaction would need, and
//     compaction runs from here, after asking for room, never on Badger's own account.
//   - Values stay below the threshold of Badger's value log, which is not used: it
//     reports no error when its sync fails.
//
// What remains: another program that takes the last byte within the moments in which a
// table is being written stops the process. Nothing acknowledged is lost by that.
//
// # A failed sync
//
// When Badger reports an error from a commit, the transaction may be in its log or not,
// and is already in its memory. The engine then refuses writes with kv.ErrFailed until
// it is opened again.
package badger
