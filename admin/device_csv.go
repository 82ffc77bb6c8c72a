package admin

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"dialtone/store"
	"dialtone/store/record"
)

// A table of devices has a row for each, and columns by name in any order. Records are
// named as people know them: a location, template and list by name, a user by e-mail
// address, a base by its MAC, a number as it is dialled, a credential by user name and
// domain. Every column but type, mac and ipei may be left out.
const mediaCSV = "text/csv; charset=utf-8"

// Columns of a device, without those of its lines.
func deviceColumns() []string {
	return []string{
		"type", "mac", "ipei", "name", "vendor", "model", "location", "button_template", "base", "slot", "enabled",
		"outbound_number", "callback_number",
	}
}

// Columns of line n are "line<n>_" and one of these.
func lineColumns() []string { return []string{"username", "domain", "user", "label"} }

func lineColumn(n int, name string) string { return "line" + strconv.Itoa(n) + "_" + name }

// names finds an account's records by what people call them, and the other way round.
type names struct {
	texts map[record.ID]string
	// ids are by kind and text in small letters; "" for a text several have.
	ids map[string]record.ID
}

func nameKey(k record.Kind, text string) string {
	return string(k) + "\x00" + strings.ToLower(strings.TrimSpace(text))
}

// credentialName tells credentials of one user name in different lists apart.
func credentialName(username, domain string) string { return username + "@" + domain }

func (n *names) add(r record.Record, text string) {
	id, key := r.Header().ID, nameKey(r.Kind(), text)
	n.texts[id] = text
	if other, taken := n.ids[key]; taken && other != id {
		id = ""
	}
	n.ids[key] = id
}

// namesOf collects the names of an account.
func namesOf(v *store.View, account record.ID) *names {
	n := &names{texts: map[record.ID]string{}, ids: map[string]record.ID{}}
	store.Each(v, account, func(r *record.Location) bool { n.add(r, r.Name); return true })
	store.Each(v, account, func(r *record.ButtonTemplate) bool { n.add(r, r.Name); return true })
	store.Each(v, account, func(r *record.User) bool { n.add(r, r.Email); return true })
	store.Each(v, account, func(r *record.Number) bool { n.add(r, r.Number); return true })
	store.Each(v, account, func(r *record.Domain) bool { n.add(r, r.Domain); return true })
	store.Each(v, account, func(r *record.Device) bool { n.addDevice(r); return true })
	store.Each(v, account, func(a *record.Attachment) bool {
		domain := n.texts[a.Domain]
		store.Each(v, a.List, func(c *record.Credential) bool {
			n.add(c, credentialName(c.Username, domain))
			n.texts[c.ID] = c.Username
			return true
		})
		return true
	})
	return n
}

// addDevice adds what a row finds its device by.
func (n *names) addDevice(d *record.Device) {
	for _, text := range []string{d.MAC, d.IPEI} {
		if text != "" {
			n.add(d, text)
		}
	}
	if d.MAC != "" {
		n.texts[d.ID] = d.MAC
	}
}

// id is the record of a kind with that name.
func (n *names) id(k record.Kind, text string) (record.ID, error) {
	id, known := n.ids[nameKey(k, text)]
	kind := strings.ReplaceAll(string(k), "_", " ")
	switch {
	case !known:
		return "", fmt.Errorf("there is no %s %q in this account", kind, text)
	case id == "":
		return "", fmt.Errorf("several are called %s %q; rename one", kind, text)
	}
	return id, nil
}

// guarded keeps a table program from taking a text for a formula; unguarded undoes it.
func guarded(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r'", rune(text[0])) {
		return "'" + text
	}
	return text
}

func unguarded(text string) string {
	return strings.TrimPrefix(strings.TrimSpace(text), "'")
}

// writeDevices writes the devices of an account.
func writeDevices(w io.Writer, list []*record.Device, n *names) error {
	lines := 1
	for _, d := range list {
		for _, l := range d.Lines {
			lines = max(lines, l.Line)
		}
	}
	header := deviceColumns()
	for l := 1; l <= lines; l++ {
		for _, name := range lineColumns() {
			header = append(header, lineColumn(l, name))
		}
	}
	table := csv.NewWriter(w)
	if err := table.Write(header); err != nil {
		return err
	}
	for _, d := range list {
		row := deviceRow(d, n)
		for l := 1; l <= lines; l++ {
			line := d.LineNumber(l)
			if line == nil {
				line = &record.Line{}
			}
			row = append(row, n.texts[line.Credential], n.texts[line.Domain], n.texts[line.User], line.Label)
		}
		for i := range row {
			row[i] = guarded(row[i])
		}
		if err := table.Write(row); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

func deviceRow(d *record.Device, n *names) []string {
	slot := ""
	if d.Slot > 0 {
		slot = strconv.Itoa(d.Slot)
	}
	return []string{
		d.Type, d.MAC, d.IPEI, d.Name, d.Vendor, d.Model, n.texts[d.Location], n.texts[d.ButtonTemplate], n.texts[d.Base], slot,
		strconv.FormatBool(d.Enabled), n.texts[d.OutboundNumber], d.CallbackNumber,
	}
}

func handleDeviceExport(c *call) (*answer, error) {
	var list []*record.Device
	var n *names
	c.view(func(v *store.View) {
		n = namesOf(v, c.account)
		store.Each(v, c.account, func(d *record.Device) bool { list = append(list, d); return true })
	})
	return &answer{
		status: http.StatusOK,
		header: map[string]string{"Content-Type": mediaCSV, "Content-Disposition": `attachment; filename="devices.csv"`},
		stream: func(w io.Writer) error { return writeDevices(w, list, n) },
	}, nil
}

// deviceTable is a table on its way in: a document of device fields for each row.
type deviceTable struct {
	names *names
	index map[string]int // of columns
	lines int            // the highest line with a column
}

// maxDeviceRows bounds a table: all its rows are written in one transaction.
const maxDeviceRows = 1000

// openTable reads the header. What separates columns is taken from it: table programs of
// many countries write semicolons.
func openTable(body []byte, n *names) (*deviceTable, [][]string, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	r := csv.NewReader(bytes.NewReader(body))
	first, _, _ := bytes.Cut(body, []byte("\n"))
	for _, comma := range ";\t" {
		if bytes.ContainsRune(first, comma) && !bytes.ContainsRune(first, ',') {
			r.Comma = comma
		}
	}
	rows, err := r.ReadAll()
	switch {
	case err != nil:
		return nil, nil, invalidField("body", record.CodeInvalid, "is not CSV: %v", err)
	case len(rows) < 2:
		return nil, nil, invalidField("body", record.CodeInvalid, "must have a header and at least one row")
	case len(rows) > maxDeviceRows+1:
		return nil, nil, invalidField("body", record.CodeTooLong, "has %d rows; at most %d can be imported at once", len(rows)-1, maxDeviceRows)
	}
	t := &deviceTable{names: n, index: map[string]int{}}
	return t, rows[1:], t.header(rows[0])
}

func (t *deviceTable) header(row []string) error {
	known := map[string]int{} // columns, and the line of those that belong to one
	for _, name := range deviceColumns() {
		known[name] = 0
	}
	for l := 1; l <= record.MaxLines; l++ {
		for _, name := range lineColumns() {
			known[lineColumn(l, name)] = l
		}
	}
	var p record.Problems
	for i, name := range row {
		name = strings.ToLower(strings.TrimSpace(name))
		line, is := known[name]
		if _, twice := t.index[name]; !is || twice {
			p.Add("header", record.CodeUnknownField, "column %d, %q: unknown or there twice", i+1, name)
			continue
		}
		t.index[name] = i
		t.lines = max(t.lines, line)
	}
	if !t.has("mac") && !t.has("ipei") {
		p.Add("header", record.CodeRequired, "needs a column mac or ipei")
	}
	return p.Err()
}

func (t *deviceTable) has(column string) bool { _, has := t.index[column]; return has }

func (t *deviceTable) cell(row []string, column string) string {
	i, has := t.index[column]
	if !has || i >= len(row) {
		return ""
	}
	return unguarded(row[i])
}

// document makes the fields of a row. Of a device that is there an empty cell sets a field
// back; of a new one it leaves the default.
func (t *deviceTable) document(row []string, create bool) (map[string]any, error) {
	var p record.Problems
	doc := map[string]any{}
	set := func(column string, value any, err error) {
		if err != nil {
			p.Add(column, record.CodeInvalid, "%v", err)
		}
		doc[column] = value
	}
	references := map[string]record.Kind{
		"location": record.KindLocation, "button_template": record.KindButtonTemplate, "base": record.KindDevice, "outbound_number": record.KindNumber,
	}
	for _, column := range deviceColumns() {
		text := t.cell(row, column)
		kind, reference := references[column]
		switch {
		case !t.has(column), column == "type" && !create, text == "" && create:
		case text == "" && column != "mac" && column != "ipei":
			doc[column] = nil
		case reference:
			if mac, err := record.ParseMAC(text); column == "base" && err == nil {
				text = mac.String()
			}
			id, err := t.names.id(kind, text)
			set(column, id, err)
		case column == "slot":
			n, err := strconv.Atoi(text)
			set(column, n, err)
		case column == "enabled":
			on, err := strconv.ParseBool(strings.ToLower(text))
			set(column, on, err)
		default:
			doc[column] = text
		}
	}
	if t.lines > 0 {
		if lines := t.lineDocuments(row, &p); len(lines) > 0 {
			doc["lines"] = lines
		} else if !create {
			doc["lines"] = nil
		}
	}
	return doc, p.Err()
}

func (t *deviceTable) lineDocuments(row []string, p *record.Problems) []any {
	list := []any{}
	for l := 1; l <= t.lines; l++ {
		username, domain := t.cell(row, lineColumn(l, "username")), t.cell(row, lineColumn(l, "domain"))
		if username == "" && domain == "" {
			continue
		}
		one := map[string]any{"line": l}
		find := func(column, field string, kind record.Kind, text string) {
			id, err := t.names.id(kind, text)
			if err != nil {
				p.Add(lineColumn(l, column), record.CodeNotFound, "%v", err)
			}
			one[field] = id
		}
		find("domain", "domain", record.KindDomain, domain)
		find("username", "credential", record.KindCredential, credentialName(username, domain))
		if user := t.cell(row, lineColumn(l, "user")); user != "" {
			find("user", "user", record.KindUser, user)
		}
		if label := t.cell(row, lineColumn(l, "label")); label != "" {
			one["label"] = label
		}
		list = append(list, one)
	}
	return list
}
