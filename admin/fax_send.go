package admin

import (
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"dialtone/admin/merge"
	"dialtone/e911/number"
	"dialtone/fax"
	faxpage "dialtone/fax/page"
	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// Bounds of what a fax may be asked for.
const (
	maxFaxAttempts = 20
	maxFaxHeader   = 50  // characters
	maxCoverLine   = 100 // characters
	maxFaxAhead    = 366 * 24 * time.Hour
)

// What becomes of a fax beyond the account's limit.
const (
	onLimitQueue  = "queue"
	onLimitReject = "reject"
)

// faxInput is what a fax is to be.
type faxInput struct {
	To          string    `json:"to" doc:"Number it goes to, E.164 or as dialled, or an extension."`
	Number      record.ID `json:"number" doc:"The account's number it goes out with; null is the account's default_outbound_number."`
	User        record.ID `json:"user" doc:"The user who sends it."`
	File        string    `json:"file" doc:"Identifier of a fax whose document is sent; needs the scope secrets. In a form also the files."`
	Quality     string    `json:"quality" doc:"standard, fine or superfine; null is fine."`
	Cover       *faxCover `json:"cover" doc:"A page before the others; null is none. In a form JSON text."`
	Header      string    `json:"header" doc:"Who sends it, in the line above each page; null is the account's name."`
	ScheduledAt time.Time `json:"scheduled_at" doc:"When it is to go; null is at once."`
	MaxAttempts int       `json:"max_attempts" doc:"Calls at most, 1 to 20; null is 5."`
	OnLimit     string    `json:"on_limit" doc:"queue or reject: what becomes of it when the account's limit is used up; null is queue."`
}

// faxCover is a page that says what comes.
type faxCover struct {
	Title   string `json:"title" doc:"What stands on top; null is Fax."`
	To      string `json:"to" doc:"Whom it is for; null is the number."`
	From    string `json:"from" doc:"Who sends it; null is the account's name and number."`
	Company string `json:"company" doc:"Company it is for."`
	Subject string `json:"subject" doc:"What it is about."`
	Text    string `json:"text" doc:"A message."`
}

// handleSendFax prepares a document and puts it into the queue.
func handleSendFax(c *call) (*answer, error) {
	if c.server.Faxes == nil {
		return nil, noFaxes()
	}
	leave, err := c.server.faxDesk.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	form, err := c.readFaxForm()
	if err != nil {
		return nil, err
	}
	defer form.close()
	order, err := c.faxOrder(form)
	if err != nil {
		return nil, err
	}
	defer order.close()
	if done, err := c.answered(); done != nil || err != nil {
		return done, err
	}
	made, err := c.server.Faxes.Prepare(c.r.Context(), &order.document)
	if err != nil {
		return nil, faxProblem(err)
	}
	order.job.TIFF, order.job.TIFFSize, order.job.Pages = made.TIFF, made.Size, made.Pages
	return c.queueFax(&order.job)
}

// queueFax writes a job's fax, with its audit entry and its answer.
func (c *call) queueFax(job *fax.Job) (*answer, error) {
	var queued *record.Fax
	a, err := c.change(func(tx *store.Tx) (effect, error) {
		f, err := c.server.Faxes.Draft(job)
		if err != nil {
			return effect{}, faxProblem(err)
		}
		if err := tx.PutFax(&f); err != nil {
			return effect{}, err
		}
		queued = &f
		c.detail = "to " + f.To
		made := &answer{status: http.StatusCreated, body: &f}
		return effect{account: c.account, resource: record.ID(f.ID), answer: made.at(c.expand(faxesPath+"/{fax}", "fax", record.ID(f.ID)))}, nil
	})
	if err == nil && c.audited {
		c.server.Faxes.Queued(queued)
	}
	return a, err
}

// answered is the answer given to the same request before, so that nothing is prepared
// again; nil when there is none.
func (c *call) answered() (*answer, error) {
	again, err := c.idempotency()
	if again == nil || err != nil {
		return nil, err
	}
	var kept *reply
	err = c.server.Store.Update(c.r.Context(), func(tx *store.Tx) (err error) {
		kept, err = again.find(tx)
		return err
	})
	if kept == nil || err != nil {
		return nil, err
	}
	c.detail = "answered again for its Idempotency-Key"
	return &answer{status: kept.Status, body: kept}, nil
}

// faxProblem tells the sender what is wrong with a fax.
func faxProblem(err error) error {
	var wrong *fax.DocumentError
	var limit *fax.LimitError
	switch {
	case errors.As(err, &wrong) && wrong.Code == fax.TooLarge:
		return newProblem(http.StatusRequestEntityTooLarge, codeTooLarge, "%s", wrong.Error()).
			with(record.Problem{Field: fileField, Code: codeTooLarge, Detail: wrong.Error()})
	case errors.As(err, &wrong):
		return invalidField(fileField, string(wrong.Code), "%s", wrong.Error())
	case errors.As(err, &limit):
		window := int(fax.Window / time.Second)
		p := newProblem(http.StatusTooManyRequests, codeLimited, "%s", limit.Error()).retry(limit.Seconds())
		p.Limit, p.Used, p.WindowSeconds, p.RetryAfterSeconds = &limit.Limit, &limit.Used, window, limit.Seconds()
		return p
	}
	return err
}

// faxOrder is a fax as it was asked for.
type faxOrder struct {
	job      fax.Job
	document fax.Preparation
	close    func()
}

// faxOrder checks what was asked for.
func (c *call) faxOrder(form *faxForm) (*faxOrder, error) {
	var in faxInput
	if err := merge.Apply(form.fields, true, merge.Target{Value: &in}); err != nil {
		return nil, err
	}
	if in.File != "" && !c.may(record.ScopeSecrets) {
		return nil, forbidden("the key lacks the scope %s, which the document of a fax needs", record.ScopeSecrets)
	}
	var p record.Problems
	in.check(&p, c.server.now())
	account, from := c.faxSender(&in, &p)
	if err := p.Err(); err != nil {
		return nil, err
	}
	o := &faxOrder{close: func() {}}
	o.job = fax.Job{
		Account: c.account, Number: from, User: in.User, To: in.To, Header: in.Header,
		MaxAttempts: in.MaxAttempts, At: in.ScheduledAt, Reject: in.OnLimit == onLimitReject,
	}
	o.document = fax.Preparation{Files: form.files, Layout: faxpage.Layout{Paper: paperOf(account.Region), Resolution: resolutionOf(in.Quality)}}
	if in.Cover != nil {
		o.document.Cover = c.cover(&in, account, from)
	}
	switch {
	case in.File == "" && len(form.files) == 0 && in.Cover == nil:
		return nil, invalidField(fileField, record.CodeRequired, "must be a PDF, TIFF or PNG file, or the identifier of a fax")
	case in.File == "":
		return o, nil
	}
	file, err := c.documentOf(in.File)
	if err != nil {
		return nil, err
	}
	o.document.Files = append(slices.Clip(o.document.Files), *file)
	o.close = func() { _ = file.File.(interface{ Close() error }).Close() }
	return o, nil
}

// documentOf is the document of another fax of the account.
func (c *call) documentOf(id string) (*fax.Upload, error) {
	f, err := c.server.Store.Fax(c.account, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err != nil || !hasDocument(&f) {
		return nil, invalidField(fileField, record.CodeNotFound, "must be a file, or the identifier of a fax that has a document")
	}
	file, err := c.openBlob(f.TIFF)
	if err != nil {
		return nil, err
	}
	return &fax.Upload{File: file, Size: f.TIFFSize}, nil
}

var faxNumber = regexp.MustCompile(`^\+?[0-9]{2,20}$`)

// check checks what needs no other record, and fills in what was left out.
func (in *faxInput) check(p *record.Problems, now time.Time) {
	in.To = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -.()", r) {
			return -1
		}
		return r
	}, in.To)
	switch {
	case in.To == "":
		p.Add("to", record.CodeRequired, "must be a number or an extension")
	case !faxNumber.MatchString(in.To):
		p.Add("to", record.CodeInvalid, "must be a number such as +13125550100, or an extension")
	}
	in.Quality = orElse(in.Quality, faxpage.Fine.String())
	if !slices.Contains(qualities(), in.Quality) {
		p.Add("quality", record.CodeInvalid, "must be one of %s", strings.Join(qualities(), ", "))
	}
	in.OnLimit = orElse(in.OnLimit, onLimitQueue)
	if in.OnLimit != onLimitQueue && in.OnLimit != onLimitReject {
		p.Add("on_limit", record.CodeInvalid, "must be queue or reject")
	}
	if in.MaxAttempts < 0 || in.MaxAttempts > maxFaxAttempts {
		p.Add("max_attempts", record.CodeOutOfRange, "must be from 1 to %d", maxFaxAttempts)
	}
	if in.ScheduledAt.After(now.Add(maxFaxAhead)) {
		p.Add("scheduled_at", record.CodeOutOfRange, "must be within a year")
	}
	oneLine(p, "header", in.Header, maxFaxHeader)
	if in.Cover != nil {
		in.Cover.check(p)
	}
}

func (f *faxCover) check(p *record.Problems) {
	for name, text := range map[string]string{
		"cover.title": f.Title, "cover.to": f.To, "cover.from": f.From, "cover.company": f.Company, "cover.subject": f.Subject,
	} {
		oneLine(p, name, text, maxCoverLine)
	}
	if len(f.Text) > faxpage.MaxCoverText {
		p.Add("cover.text", record.CodeTooLong, "must have at most %d bytes", faxpage.MaxCoverText)
	}
}

// oneLine checks a text that is drawn on a line.
func oneLine(p *record.Problems, field, text string, most int) {
	switch {
	case utf8.RuneCountInString(text) > most:
		p.Add(field, record.CodeTooLong, "must have at most %d characters", most)
	case strings.ContainsFunc(text, unicode.IsControl):
		p.Add(field, record.CodeInvalid, "must be one line")
	}
}

func orElse(text, without string) string {
	if text == "" {
		return without
	}
	return text
}

func qualities() []string {
	return []string{faxpage.Standard.String(), faxpage.Fine.String(), faxpage.Superfine.String()}
}

func resolutionOf(quality string) faxpage.Resolution {
	return faxpage.Resolution(max(slices.Index(qualities(), quality), 0))
}

// paperOf is what fax machines of a country print on.
func paperOf(region string) faxpage.Paper {
	if slices.Contains([]string{"US", "CA", "MX", "PR", "PH", "CL", "CO", "CR", "DO", "GT", "PA", "SV", "VE"}, region) {
		return faxpage.Letter
	}
	return faxpage.A4
}

// faxSender is the account, and the number a fax goes out with.
func (c *call) faxSender(in *faxInput, p *record.Problems) (account *record.Account, from *record.Number) {
	c.view(func(v *store.View) {
		account, _ = v.Account(c.account)
		if account == nil {
			p.Add("", record.CodeNotFound, "the account is gone")
			return
		}
		in.To = faxDestination(v, account, in.To)
		if reason, reserved := reservedFor(v, account, in.To); reserved {
			p.Add("to", record.CodeReserved, "cannot be sent a fax: %s", reason)
		}
		if u, there := store.Get[*record.User](v, in.User); in.User != "" && (!there || u.Account != account.ID) {
			p.Add("user", record.CodeNotFound, "must be a user of the account")
		}
		id := record.ID(orElse(string(in.Number), string(account.DefaultOutboundNumber)))
		if id == "" {
			p.Add("number", record.CodeRequired, "must be one of the account's numbers: there is no default_outbound_number")
			return
		}
		n, there := store.Get[*record.Number](v, id)
		switch {
		case !there || n.Account != account.ID:
			p.Add("number", record.CodeNotFound, "must be one of the account's numbers")
		case !n.OutboundEnabled:
			p.Add("number", record.CodeInvalid, "must be one with outbound_enabled")
		default:
			from = n
		}
	})
	return account, from
}

// faxDestination is a number as all faxes to it have it, so that they go one after the
// other: E.164, or an extension. What is neither stays as it is.
func faxDestination(v *store.View, a *record.Account, to string) string {
	if e, there := v.ExtensionByNumber(a.ID, to); there && e.Status == record.Active {
		return to
	}
	if e164, ok := route.FaxNumber(a.Region, to); ok {
		return e164
	}
	return to
}

// reservedFor says why nobody faxes to a number: it calls for help.
func reservedFor(v *store.View, a *record.Account, to string) (reason string, reserved bool) {
	regions := []string{a.Region}
	store.Each(v, a.ID, func(l *record.Location) bool {
		if !slices.Contains(regions, l.Address.Country) {
			regions = append(regions, l.Address.Country)
		}
		return true
	})
	return number.Reserved(to, regions, a.EmergencyNumbers, a.TestNumbers)
}

// cover is the page before the others.
func (c *call) cover(in *faxInput, a *record.Account, from *record.Number) *faxpage.Cover {
	return &faxpage.Cover{
		Title: in.Cover.Title, To: orElse(in.Cover.To, in.To), Company: in.Cover.Company,
		From: orElse(in.Cover.From, a.Name+", "+from.Number), Subject: in.Cover.Subject, Text: in.Cover.Text,
		Date: c.server.now().In(c.zone()).Format("2006-01-02 15:04 MST"),
	}
}
