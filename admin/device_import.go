package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"dialtone/admin/merge"
	"dialtone/store"
	"dialtone/store/record"
)

// What becomes of a row.
const (
	rowCreated   = "create"
	rowUpdated   = "update"
	rowUnchanged = "unchanged"
	rowRefused   = "error"
)

// deviceVerdict is what becomes of one row of a table.
type deviceVerdict struct {
	Line    int              `json:"line" doc:"Row of the table; the header is 1."`
	Name    string           `json:"name" doc:"MAC, or IPEI, of the row."`
	Verdict string           `json:"verdict" doc:"create, update, unchanged or error."`
	Errors  []record.Problem `json:"errors" doc:"What is wrong with the row, by column."`
}

// deviceImport is what a table did, or would do.
type deviceImport struct {
	Applied   bool            `json:"applied" doc:"Whether anything was done: not in a dry run."`
	Created   int             `json:"created" doc:"Devices that are new."`
	Updated   int             `json:"updated" doc:"Devices that are changed."`
	Unchanged int             `json:"unchanged" doc:"Devices that are as the table says already."`
	Failed    int             `json:"failed" doc:"Rows that cannot be imported."`
	Rows      []deviceVerdict `json:"rows" doc:"Each row."`
}

// deviceTableOperations move devices as a table.
func deviceTableOperations() []*operation {
	return []*operation{
		{
			method: http.MethodGet, path: devicesPath + "/export", event: "device.export", scope: record.ScopeRead,
			summary: "Lists the devices as a table (CSV), without passwords.", media: mediaCSV, status: http.StatusOK, handle: handleDeviceExport,
		},
		{
			method: http.MethodPost, path: devicesPath + "/import", event: "device.import", scope: record.ScopeWrite,
			summary: "Creates and changes devices by such a table, found by MAC or IPEI: all rows or none. At most 1000 rows.", raw: "text/csv",
			query:  []parameter{{name: "dry_run", doc: "true changes nothing and says what would become of each row."}},
			answer: typeOf[*deviceImport](), status: http.StatusOK, handle: handleDeviceImport,
		},
	}
}

// errNothingDone undoes a transaction whose outcome is known.
var errNothingDone = errors.New("nothing is to be done")

func handleDeviceImport(c *call) (*answer, error) {
	q := c.query()
	dry := q.oneOf("dry_run", "true", "false") == "true"
	if err := q.err(); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, MaxBody))
	if err != nil {
		return nil, fmt.Errorf("cannot read table: %w", &unreadable{err})
	}
	var out *deviceImport
	err = c.server.Store.Update(c.r.Context(), func(tx *store.Tx) error {
		out = &deviceImport{}
		if err := c.importDevices(tx, body, out); err != nil {
			return err
		}
		if dry || out.Failed > 0 {
			return errNothingDone
		}
		return nil
	})
	switch {
	case err == nil:
		out.Applied = true
	case !errors.Is(err, errNothingDone):
		return nil, err
	case !dry:
		return nil, out.problem()
	}
	c.detail = fmt.Sprintf("%d created, %d changed, dry run %t", out.Created, out.Updated, dry)
	return ok(out), nil
}

// problem lists the rows that kept all from being imported.
func (d *deviceImport) problem() error {
	const most = 100
	p := newProblem(http.StatusUnprocessableEntity, codeInvalid, "nothing was imported: %d of %d rows are wrong", d.Failed, len(d.Rows))
	for _, row := range d.Rows {
		for _, e := range row.Errors {
			if len(p.Errors) < most {
				e.Field = "row[" + strconv.Itoa(row.Line) + "]." + e.Field
				p.Errors = append(p.Errors, e)
			}
		}
	}
	return p
}

// importDevices writes the rows; handsets come after their bases.
func (c *call) importDevices(tx *store.Tx, body []byte, out *deviceImport) error {
	var n *names
	c.view(func(v *store.View) { n = namesOf(v, c.account) })
	table, rows, err := openTable(body, n)
	if err != nil {
		return err
	}
	out.Rows = make([]deviceVerdict, len(rows))
	for _, handsets := range []bool{false, true} {
		for i, row := range rows {
			if (table.cell(row, "base") != "") != handsets {
				continue
			}
			verdict, problems, err := c.importDevice(tx, table, row)
			if err != nil {
				return err
			}
			name := table.cell(row, "mac")
			if name == "" {
				name = table.cell(row, "ipei")
			}
			out.Rows[i] = deviceVerdict{Line: i + 2, Name: name, Verdict: verdict, Errors: problems}
			out.count(verdict)
		}
	}
	return nil
}

func (d *deviceImport) count(verdict string) {
	switch verdict {
	case rowCreated:
		d.Created++
	case rowUpdated:
		d.Updated++
	case rowUnchanged:
		d.Unchanged++
	default:
		d.Failed++
	}
}

// importDevice writes one row. What is wrong with it comes back as problems.
func (c *call) importDevice(tx *store.Tx, t *deviceTable, row []string) (verdict string, problems []record.Problem, err error) {
	before := c.rowDevice(tx, t, row)
	doc, err := t.document(row, before == nil)
	if err == nil {
		verdict, err = c.writeRow(tx, t, before, doc)
	}
	if err == nil {
		return verdict, []record.Problem{}, nil
	}
	var invalid record.Problems
	var conflict *store.Conflict
	switch {
	case errors.As(err, &invalid):
		return rowRefused, invalid, nil
	case errors.As(err, &conflict):
		return rowRefused, []record.Problem{{Field: conflict.Field, Code: conflict.Code, Detail: conflict.Error()}}, nil
	}
	return rowRefused, nil, err
}

// rowDevice is the account's device the row is about, nil for a new one.
func (c *call) rowDevice(tx *store.Tx, t *deviceTable, row []string) *record.Device {
	text := t.cell(row, "mac")
	if mac, err := record.ParseMAC(text); err == nil {
		text = mac.String()
	}
	for _, name := range []string{text, t.cell(row, "ipei")} {
		if id, err := t.names.id(record.KindDevice, name); name != "" && err == nil {
			if d, err := store.Load[*record.Device](tx, id); err == nil {
				return d
			}
		}
	}
	return nil
}

func (c *call) writeRow(tx *store.Tx, t *deviceTable, before *record.Device, doc map[string]any) (string, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return "", err
	}
	body, err := merge.Parse(text)
	if err != nil {
		return "", err
	}
	k := devices()
	d := k.blank()
	if before != nil {
		d = before.Clone().(*record.Device)
	}
	in, err := k.fill(body, d, before == nil)
	if err != nil {
		return "", err
	}
	in.before = before
	verdict, write := rowUpdated, func() error { return tx.Replace(in.record, 0) }
	if before == nil {
		d.ID = record.NewID(record.KindDevice, tx.Now())
		k.own(c, d)
		verdict, write = rowCreated, func() error { return tx.Create(in.record) }
	}
	if _, err := k.ready(c, tx, in); err != nil {
		return "", err
	}
	if err := write(); err != nil {
		return "", err
	}
	if err := k.after(c, tx, in); err != nil {
		return "", err
	}
	t.names.addDevice(in.record)
	if before != nil && before.Revision == in.record.Revision {
		return rowUnchanged, nil
	}
	return verdict, c.auditRow(tx, before, in.record)
}

func (c *call) auditRow(tx *store.Tx, before, after *record.Device) error {
	entry := c.entry(record.OutcomeSuccess)
	entry.Event, entry.Resource, entry.Detail = "device.create", after.ID, "by a table"
	var old record.Record
	if before != nil {
		entry.Event, old = "device.update", before
	}
	entry.Changes = differences(old, after)
	return tx.Audit(c.account, entry)
}
