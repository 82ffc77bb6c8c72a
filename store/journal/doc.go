// Package journal keeps a map of byte keys to byte values on stable storage for an
// owner who has the whole map in memory anyway: it writes, and reads only to start.
//
// A commit is one write and one sync of a file whose blocks are already there and
// zero, so that the filesystem has nothing of its own to write. That is all a commit
// costs; there is no index, no cache and no table in memory.
//
// # Files
//
//	<number>.log       commits, in their order; the one with the highest number grows
//	<number>.snapshot  the map after all logs up to that number, which are gone
//	*.new              being made; of no use after a crash
//	dialtone.lock      the process that has the folder
//
// A log that has grown to 8 MB is followed by the next. Once the finished logs are as
// large as the snapshot, and 32 MB, they are merged into the next snapshot in the
// background, so that the folder takes about twice what the map does. Merging reads from
// the newest to the oldest and needs 32 bytes of memory, about, for each key.
//
// A file is a sequence of frames:
//
//	frame   = crc32c(4) length(4) number(8) payload     big endian
//	payload = *( keyLen(uvarint) key valueLen+1(uvarint) value )   0 for valueLen+1: deleted
//
// The checksum covers what follows it; length is that of the payload. The first frame has
// number 0 and says what the file is: "dialtone journal 1\n", the file's number (8), and
// the number of the first frame after it that belongs to a log (8). The frames of all logs are
// numbered in one sequence, those of a snapshot from 1, the last of which is empty. A
// log ends with its file or with zeros. A backup has the form of a snapshot.
//
// # Crashes
//
// Each commit is one frame: it is there as a whole or not at all. A crash may leave part
// of the frame that was being written, behind everything that was acknowledged; Open cuts
// it off. A frame that is damaged while a sound one with a higher number follows it, or
// that stands in a finished file, was acknowledged once: that is ErrDamaged, naming file
// and offset. Files get their names when they are complete and synced.
//
// # Full disks
//
// Blocks are allocated a megabyte ahead, and never the last ones of a disk. When there
// are none to be had a commit fails with kv.ErrNoSpace and nothing of it is kept; the
// next tries again. A disk that fails while it syncs is kv.ErrFailed: whether that
// commit is there is known after the next Open.
package journal
