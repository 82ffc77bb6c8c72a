package fax

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"dialtone/internal/outbox"
	"dialtone/store"
	"dialtone/store/record"
)

// maxAttached bounds the documents in a mail, in bytes: what relays take, coded for mail.
// A larger fax is to be fetched.
const maxAttached = 18 << 20

// HeaderFax names the fax in every mail about it.
const HeaderFax = "X-Dialtone-Fax"

// mails are the rows of an inbound fax's mails, one for each recipient.
func (s *Service) mails(f *record.Fax) (rows []store.OutboxRow, err error) {
	if len(f.Mailed) == 0 || f.State == record.FaxFailed && f.Station == "" {
		return nil, nil // nothing came: a call that was no fax
	}
	language, zone := "en", time.UTC
	s.config.Store.View(func(v *store.View) {
		if a, ok := store.Get[*record.Account](v, f.Account); ok {
			language = a.Language
			if z, err := time.LoadLocation(a.Timezone); err == nil {
				zone = z
			}
		}
	})
	for _, to := range f.Mailed {
		m := s.compose(f, to, phrasesOf(language), zone)
		row, err := m.Row(store.OutboxFax, f.Account, queueOf(f, to), s.now())
		if err != nil {
			s.log.Error("fax cannot be mailed", "fax", f.ID, "to", to, "err", err)
			continue
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// queueOf is the outbox's queue of a fax's mail to one recipient.
func queueOf(f *record.Fax, address string) string { return f.ID + "." + digest(address) }

// digest is 8 hexadecimal digits that stand for an address.
func digest(address string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(address)))
	return hex.EncodeToString(sum[:4])
}

// compose is the mail to one recipient.
func (s *Service) compose(f *record.Fax, to string, p *phrases, zone *time.Location) *outbox.Mail {
	m := &outbox.Mail{
		MessageID: f.ID + "." + digest(to) + "@" + s.config.MailDomain, Date: f.EndedAt, To: to,
		Subject: p.subject(f), Headers: []outbox.MailHeader{{Name: HeaderFax, Value: f.ID}},
	}
	if attached(f) {
		name := fileName(f, zone)
		m.Attachments = []outbox.Attachment{
			{Name: name + ".pdf", Type: "application/pdf", Blob: f.PDF, Size: f.PDFSize},
			{Name: name + ".tif", Type: "image/tiff", Blob: f.TIFF, Size: f.TIFFSize},
		}
	}
	m.Text = p.text(f, zone)
	return m
}

// attached says whether the mails have the document, rather than its name.
func attached(f *record.Fax) bool {
	return f.TIFFSize > 0 && f.PDFSize+f.TIFFSize <= maxAttached
}

// fileName is what a document is called on the disks of those who get it.
func fileName(f *record.Fax, zone *time.Location) string {
	from := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, f.From)
	if from == "" {
		from = "unknown"
	}
	return "fax-" + from + "-" + f.CreatedAt.In(zone).Format("20060102-150405")
}

// phrases are the mails' words in one language.
type phrases struct {
	subjects               map[string]string // by state
	from, to, unknown      string
	station, pages, time   string
	quality, problem, link string
	document               string
}

var english = phrases{
	subjects: map[string]string{
		record.FaxReceived: "Fax from %s (%d pages)", record.FaxPartial: "PARTIAL fax from %s (%d pages)", record.FaxFailed: "Fax from %s failed",
	},
	from: "From", to: "To", unknown: "unknown number", station: "Sender's machine", pages: "Pages", time: "Time",
	quality: "Quality", problem: "The fax is not complete", link: "The document is too large for a mail; it is kept under the name %s.",
	document: "The document is attached as PDF and TIFF.",
}

var french = phrases{
	subjects: map[string]string{
		record.FaxReceived: "Fax de %s (%d pages)", record.FaxPartial: "Fax PARTIEL de %s (%d pages)", record.FaxFailed: "Échec du fax de %s",
	},
	from: "De", to: "À", unknown: "numéro inconnu", station: "Appareil de l’expéditeur", pages: "Pages", time: "Heure",
	quality: "Qualité", problem: "Le fax n’est pas complet", link: "Le document est trop grand pour un courriel ; il est conservé sous le nom %s.",
	document: "Le document est joint en PDF et en TIFF.",
}

func phrasesOf(language string) *phrases {
	if language == "fr" {
		return &french
	}
	return &english
}

func (p *phrases) caller(f *record.Fax) string {
	if f.From == "" {
		return p.unknown
	}
	return f.From
}

func (p *phrases) subject(f *record.Fax) string {
	format := p.subjects[f.State]
	if f.State == record.FaxFailed {
		return fmt.Sprintf(format, p.caller(f))
	}
	return fmt.Sprintf(format, p.caller(f), f.TotalPages)
}

func (p *phrases) text(f *record.Fax, zone *time.Location) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	if f.State != record.FaxReceived {
		fmt.Fprintf(&b, "%s: %s.\n\n", p.problem, f.Detail)
	}
	line(p.from, p.caller(f))
	line(p.station, strings.TrimSpace(f.Station))
	line(p.to, f.To)
	line(p.time, f.CreatedAt.In(zone).Format("2006-01-02 15:04:05 MST"))
	line(p.pages, fmt.Sprint(f.TotalPages))
	if f.Rate > 0 {
		line(p.quality, quality(f))
	}
	b.WriteString("\n")
	switch {
	case attached(f):
		b.WriteString(p.document + "\n")
	case f.TIFFSize > 0:
		fmt.Fprintf(&b, p.link+"\n", f.ID)
	}
	return b.String()
}

// quality is how a fax went in a few figures.
func quality(f *record.Fax) string {
	parts := []string{f.Resolution, fmt.Sprintf("%d bit/s", f.Rate), f.Coding}
	if f.ECM {
		parts = append(parts, "ECM")
	}
	if f.BadRows > 0 {
		parts = append(parts, fmt.Sprintf("%d damaged rows", f.BadRows))
	}
	return strings.Join(parts, ", ")
}
