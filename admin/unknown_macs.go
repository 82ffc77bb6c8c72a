package admin

import (
	"maps"
	"net/http"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

const unknownPath = "/v1/accounts/{account}/unknown_macs"

// maxUnknown bounds the search for one phone; the store keeps no more.
const maxUnknown = 1000

func unknownOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: unknownPath, event: "unknown_mac.list", scope: record.ScopeRead,
			summary: "Lists phones that came with the account's URL and are no device yet.",
			answer:  typeOf[record.UnknownMAC](), list: true, status: http.StatusOK, handle: handleUnknown,
		},
		{
			method: http.MethodPost, path: unknownPath + "/{mac}/adopt", event: "unknown_mac.adopt", scope: record.ScopeWrite,
			summary: "Makes such a phone a device.", body: devices().bodyTypes(), emptyBody: true,
			answer: typeOf[*deviceView](), replays: true, status: http.StatusCreated, handle: handleAdopt,
		},
	}
}

func handleUnknown(c *call) (*answer, error) {
	q := c.query()
	ask := store.UnknownMACQuery{Account: c.account, After: historyCursor(q), Limit: q.limit()}
	if err := q.err(); err != nil {
		return nil, err
	}
	return history(c.server.Store.UnknownMACs(ask))
}

// handleAdopt creates a device from what the phone has told of itself and what the
// caller adds.
func handleAdopt(c *call) (*answer, error) {
	body, err := c.readBody()
	if err != nil {
		return nil, err
	}
	o, isObject := body.(merge.Object)
	if !isObject {
		return nil, merge.Apply(body, true)
	}
	seen, err := c.unknown()
	if err != nil {
		return nil, err
	}
	o = maps.Clone(o)
	if _, named := o["mac"]; named {
		return nil, invalidField("mac", record.CodeReadOnly, "is the one in the path")
	}
	o["mac"] = seen.MAC
	for field, value := range map[string]string{"vendor": seen.Vendor, "model": seen.Model} {
		if _, named := o[field]; !named && value != "" {
			o[field] = value
		}
	}
	return devices().createFrom(c, o)
}

// unknown is the phone the path names. One that has been adopted under the same
// Idempotency-Key is off the list: then the address alone is enough.
func (c *call) unknown() (*record.UnknownMAC, error) {
	mac, err := record.ParseMAC(c.r.PathValue("mac"))
	if err != nil {
		return nil, store.ErrNotFound
	}
	list, err := c.server.Store.UnknownMACs(store.UnknownMACQuery{Account: c.account, Limit: maxUnknown})
	if err != nil {
		return nil, err
	}
	for i := range list.Items {
		if list.Items[i].MAC == mac.String() {
			return &list.Items[i], nil
		}
	}
	if c.r.Header.Get("Idempotency-Key") != "" && c.isDevice(mac) {
		return &record.UnknownMAC{MAC: mac.String()}, nil
	}
	return nil, store.ErrNotFound
}

func (c *call) isDevice(mac record.MAC) (found bool) {
	c.view(func(v *store.View) {
		d, known := v.DeviceByMAC(mac)
		found = known && d.Account == c.account
	})
	return found
}
