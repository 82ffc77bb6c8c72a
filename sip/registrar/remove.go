package registrar

import (
	"context"
	"time"
)

// Remove removes the bindings of an account that match, all when match is nil:
// after a credential, an attachment or a domain has gone. It returns how many
// once their removal is durable. match must not call back into the registrar.
func (r *Registrar) Remove(ctx context.Context, account string, now time.Time, match func(*Binding) bool) (int, error) {
	removed := 0
	for _, name := range r.accounts.names(account) {
		removed += r.removeFrom(name, now, func(b *Binding) bool {
			return b.Account == account && (match == nil || match(b))
		})
	}
	return removed, r.flush(ctx)
}

// RemoveAOR removes the bindings of one AOR (user@domain) and returns how many
// once their removal is durable.
func (r *Registrar) RemoveAOR(ctx context.Context, aor string, now time.Time) (int, error) {
	removed := r.removeFrom(aor, now, func(*Binding) bool { return true })
	return removed, r.flush(ctx)
}

// removeFrom removes the matching bindings of one AOR, expired ones as Expired.
// The change joins the queue even when it is full: it frees memory.
func (r *Registrar) removeFrom(name string, now time.Time, match func(*Binding) bool) int {
	s, h := locate(r, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	a := lookUp(&s.aors, h, name)
	if a == nil {
		return 0
	}
	ch := s.next.reset(nil)
	removed := 0
	for i := len(a.bindings) - 1; i >= 0; i-- {
		b := a.view(i)
		if !match(&b) {
			continue
		}
		kind := Unregistered
		if !a.bindings[i].live(unix(now)) {
			kind = Expired
		}
		r.remove(a, i, kind, ch)
		removed++
	}
	if removed > 0 {
		_ = r.settle(s, a, ch) // fails only once the registrar has stopped
	}
	return removed
}

// flush waits until everything queued so far is durable.
func (r *Registrar) flush(ctx context.Context) error {
	w := make(channelWaiter, 1)
	if err := r.commits.enqueue(&change{waiter: w}); err != nil {
		return err
	}
	select {
	case err := <-w:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
