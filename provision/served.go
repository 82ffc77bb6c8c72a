package provision

import (
	"encoding/binary"
	"encoding/hex"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"dialtone/store"
)

// Content types.
const (
	typeConfig    = "text/plain; charset=utf-8"
	typePhonebook = "text/xml; charset=utf-8"
)

// maxAge is how long a file is good without any change: summer time of some zones is
// written for the current year.
const maxAge = time.Hour

// origin is what a file was made from besides the device itself: the file is good
// while it is what it was.
type origin struct {
	generation store.Generation
	// model is what the phone says it is, "" where the record names one.
	model     string
	enrolling bool
}

// served is a file ready to be answered with. It is not changed once it is made, but
// for its mark.
type served struct {
	body   []byte
	etag   []byte
	header *fasthttp.ResponseHeader // with the file's fields; copied, which costs less than setting them
	hash   uint64                   // see view.Hash
	// modified is from when on the body is this one. Times in headers have a second's
	// grain: it is a second later than that of a file before.
	modified time.Time

	origin origin
	made   time.Time
	used   atomic.Bool // since the cache last looked
}

// newServed makes a file of a body, which it copies. A body that is the same as
// before's keeps its time; since, unless it is zero, is when the body was seen before,
// which says nothing once there was another.
func newServed(body []byte, hash uint64, kind string, before *served, now, since time.Time) *served {
	f := &served{hash: hash, made: now}
	if before != nil && before.hash == hash {
		f.body, f.etag, f.header, f.modified = before.body, before.etag, before.header, before.modified
		return f
	}
	f.body = append(make([]byte, 0, len(body)), body...)
	f.etag = append(hex.AppendEncode([]byte{'"'}, binary.BigEndian.AppendUint64(nil, hash)), '"')
	if since.IsZero() || before != nil {
		since = now
	}
	f.header = newHeader(kind, f.etag, since)
	f.modified = since.Truncate(time.Second)
	if before != nil && !f.modified.After(before.modified) {
		f.modified = before.modified.Add(time.Second)
	}
	return f
}

// newHeader is the part of a header that tells about a file.
func newHeader(kind string, etag []byte, modified time.Time) *fasthttp.ResponseHeader {
	h := &fasthttp.ResponseHeader{}
	h.SetNoDefaultContentType(true)
	h.SetContentType(kind)
	h.Set(fasthttp.HeaderCacheControl, "private, no-cache")
	h.SetBytesV(fasthttp.HeaderETag, etag)
	h.SetBytesV(fasthttp.HeaderLastModified, fasthttp.AppendHTTPDate(nil, modified))
	return h
}

// fresh says whether the file is still right.
func (f *served) fresh(o *origin, now time.Time) bool {
	return f.origin == *o && now.Sub(f.made) < maxAge
}

// size is roughly what the file takes in memory, in bytes.
func (f *served) size() int { return len(f.body) + 1<<10 }
