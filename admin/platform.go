package admin

import (
	"io"
	"net/http"
	"reflect"
	"time"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

// platformOperations are about the daemon as a whole.
func platformOperations() []*operation {
	settings := []reflect.Type{typeOf[record.Platform]()}
	return []*operation{
		{
			method: http.MethodGet, path: "/v1/platform", event: "platform.read", scope: scopePlatform,
			summary: "Shows the settings that hold for every account.",
			answer:  typeOf[*record.Platform](), status: http.StatusOK, handle: handlePlatform,
		},
		{
			method: http.MethodPatch, path: "/v1/platform", event: "platform.update", scope: scopePlatform,
			summary: "Changes the settings that hold for every account.", body: settings,
			answer: typeOf[*record.Platform](), revisions: true, status: http.StatusOK, handle: handlePlatformUpdate,
		},
		{
			method: http.MethodPost, path: "/v1/backup", event: "backup.create", scope: scopePlatform,
			summary: "Streams a backup of everything, taken while the daemon runs.", body: []reflect.Type{}, emptyBody: true,
			media: "application/octet-stream", status: http.StatusOK, handle: handleBackup,
		},
	}
}

func handlePlatform(c *call) (*answer, error) {
	p := &record.Platform{}
	c.view(func(v *store.View) {
		if stored := v.Platform(); stored != nil {
			p = stored
		}
	})
	return found(http.StatusOK, p.Header(), p), nil
}

// handlePlatformUpdate changes the one record, making it the first time.
func handlePlatformUpdate(c *call) (*answer, error) {
	body, err := c.readBody()
	if err != nil {
		return nil, err
	}
	var current *record.Platform
	c.view(func(v *store.View) { current = v.Platform() })
	return c.change(func(tx *store.Tx) (effect, error) {
		e := effect{}
		p := &record.Platform{}
		if current != nil {
			before, err := store.Load[*record.Platform](tx, current.ID)
			if err != nil {
				return e, err
			}
			e.before, p = before, before.Clone().(*record.Platform)
		}
		if err := c.matches(p.Header()); err != nil {
			return e, err
		}
		if err := merge.Apply(body, false, merge.Target{Value: p}); err != nil {
			return e, err
		}
		write := func() error { return tx.Replace(p, 0) }
		if current == nil {
			write = func() error { return tx.Create(p) }
		}
		if err := write(); err != nil {
			return e, err
		}
		e.after, e.answer = p, found(http.StatusOK, p.Header(), p)
		return e, nil
	})
}

func handleBackup(c *call) (*answer, error) {
	if err := c.readNothing(); err != nil {
		return nil, err
	}
	name := "dialtone-" + c.server.now().UTC().Format(time.DateOnly) + ".backup"
	return &answer{
		status: http.StatusOK,
		header: map[string]string{
			"Content-Type":        "application/octet-stream",
			"Content-Disposition": `attachment; filename="` + name + `"`,
		},
		stream: func(w io.Writer) error { return c.server.Store.Backup(w) },
	}, nil
}
