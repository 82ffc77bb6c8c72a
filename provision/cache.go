package provision

import (
	"net/netip"
	"sync"

	"dialtone/store/record"
)

// DefaultCacheBytes bounds the cache when Server.CacheBytes does not say: the
// configurations of some 10,000 phones.
const DefaultCacheBytes = 64 << 20

// cacheKey is a device or account, and the address of ours that stands in its file.
type cacheKey struct {
	id    record.ID
	local netip.Addr
}

// cache keeps files that were served, bounded by their size. What is in it may be
// out of date: whoever takes a file asks whether it is fresh.
type cache struct {
	limit int // bytes

	mu    sync.RWMutex
	files map[cacheKey]*served
	bytes int
}

func newCache(limit int) *cache {
	if limit <= 0 {
		limit = DefaultCacheBytes
	}
	return &cache{limit: limit, files: map[cacheKey]*served{}}
}

func (c *cache) get(k cacheKey) *served {
	c.mu.RLock()
	f := c.files[k]
	c.mu.RUnlock()
	if f != nil && !f.used.Load() {
		f.used.Store(true)
	}
	return f
}

// put keeps a file and makes room for it. A file larger than the whole cache is not kept.
func (c *cache) put(k cacheKey, f *served) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(k)
	if f.size() > c.limit {
		return
	}
	c.files[k] = f
	c.bytes += f.size()
	for c.bytes > c.limit {
		c.evict(k)
	}
}

// evict drops a file that has not been used since it was last looked at, or, when
// the first few all were, any but the one just put.
func (c *cache) evict(keep cacheKey) {
	const looks = 8
	looked := 0
	for k, f := range c.files { // in random order
		if k == keep {
			continue
		}
		if looked++; looked < looks && f.used.Swap(false) {
			continue
		}
		c.forget(k)
		return
	}
	// Only used ones, fewer than looks: the next round finds them unused.
}

// drop forgets a device's or an account's files.
func (c *cache) drop(id record.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.files {
		if k.id == id {
			c.forget(k)
		}
	}
}

// forget is called with mu held.
func (c *cache) forget(k cacheKey) {
	if f, ok := c.files[k]; ok {
		c.bytes -= f.size()
		delete(c.files, k)
	}
}

func (c *cache) size() (files, bytes int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.files), c.bytes
}
