package admin

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"dialtone/store"
	"dialtone/store/record"
)

// maxIdempotencyKey bounds the header, in characters.
const maxIdempotencyKey = 255

// sealReplies names what kept answers are sealed as: they hold one-time secrets.
const sealReplies record.ID = "replies"

// change runs fn in a transaction together with its audit entry and, for a request
// with an Idempotency-Key, its answer. Like every transaction's, fn may run more
// than once.
func (c *call) change(fn func(tx *store.Tx) (effect, error)) (*answer, error) {
	again, err := c.idempotency()
	if err != nil {
		return nil, err
	}
	var out *reply
	replayed := false
	err = c.server.Store.Update(c.r.Context(), func(tx *store.Tx) error {
		kept, err := again.find(tx)
		if err != nil || kept != nil {
			out, replayed = kept, kept != nil
			return err
		}
		e, err := fn(tx)
		if err != nil {
			return err
		}
		if out, err = e.answer.encode(); err != nil {
			return err
		}
		if err := again.keep(tx, out); err != nil {
			return err
		}
		return c.audit(tx, e)
	})
	if err != nil {
		return nil, err
	}
	c.audited = !replayed
	if replayed {
		c.detail = "answered again for its Idempotency-Key"
	}
	return &answer{status: out.Status, body: out}, nil
}

// idempotency finds and keeps the answer to a request that may be sent again. A nil
// one does neither.
type idempotency struct {
	store *store.Store
	owner string // the API key or the person
	key   string // path and header
	body  [sha256.Size]byte
}

// idempotency is nil without the header, and where it means nothing.
func (c *call) idempotency() (*idempotency, error) {
	header := c.r.Header.Get("Idempotency-Key")
	if header == "" || !c.op.replays {
		return nil, nil
	}
	if len(header) > maxIdempotencyKey {
		return nil, invalidField("Idempotency-Key", record.CodeTooLong, "must have at most %d characters", maxIdempotencyKey)
	}
	owner := c.actor().ID
	return &idempotency{
		store: c.server.Store, owner: string(owner), key: c.r.URL.EscapedPath() + "\n" + header,
		body: sha256.Sum256(c.body),
	}, nil
}

// find is the answer given before, nil when there is none.
func (i *idempotency) find(tx *store.Tx) (*reply, error) {
	if i == nil {
		return nil, nil
	}
	kept, live, err := tx.Replayed(i.owner, i.key)
	if err != nil || !live {
		return nil, err
	}
	if kept.RequestHash != i.body {
		return nil, newProblem(http.StatusUnprocessableEntity, codeMismatch, "the Idempotency-Key was used for a request with another body")
	}
	text, err := i.store.Unseal(sealReplies, i.owner+i.key, kept.Sealed)
	if err != nil {
		return nil, err
	}
	r := &reply{}
	if err := json.Unmarshal([]byte(text), r); err != nil {
		return nil, fmt.Errorf("cannot read kept answer: %w", err)
	}
	return r, nil
}

func (i *idempotency) keep(tx *store.Tx, r *reply) error {
	if i == nil {
		return nil
	}
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("cannot keep answer: %w", err)
	}
	sealed := i.store.Seal(sealReplies, i.owner+i.key, string(text))
	return tx.Remember(i.owner, i.key, store.Replay{RequestHash: i.body, Status: r.Status, Sealed: sealed})
}

// matches checks If-Match against a record's revision (RFC 9110 section 13.1.1). A
// bare number is taken too.
func (c *call) matches(h *record.Meta) error {
	header := strings.Join(c.r.Header.Values("If-Match"), ",")
	if header == "" {
		return nil
	}
	current := strconv.FormatUint(h.Revision, 10)
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.Trim(tag, `"`) == current {
			return nil
		}
	}
	return store.ErrStale
}
