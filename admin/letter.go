package admin

import (
	"cmp"
	"fmt"
	"html"
	"strings"
	"time"
	"unicode"

	"dialtone/internal/outbox"
	"dialtone/store"
	"dialtone/store/record"
)

// mailKept is how long a mail with a link or a password in it stays in the outbox once it
// is sent.
const mailKept = time.Minute

// maxShown bounds a name in a mail, in characters: enough for names, little for a message.
const maxShown = 80

// mailTo is the mail that takes somebody his link or his temporary password. It waits in
// the lane of ordinary mail, which no emergency waits for.
func (c *call) mailTo(tx *store.Tx, p *person, purpose string, secret secretOf, until time.Time) (store.OutboxRow, error) {
	l := letter{
		phrases: phrasesOf(p.language), to: p, purpose: purpose, secret: secret, until: until,
		portal: c.publicURL() + "/", account: c.accountName(p.account),
	}
	if c.person != nil {
		l.by = c.person.name
	}
	m := &outbox.Mail{
		MessageID: strings.ToLower(store.NewToken()) + "@" + c.server.Mail.Domain(), Date: tx.Now(), To: p.email,
		Subject: l.subject(), Text: l.text(), HTML: l.html(),
	}
	row, err := m.Row(store.OutboxMail, p.account, "person."+string(p.id), tx.Now())
	if err != nil {
		return row, err
	}
	row.Keep = mailKept
	if row.ExpiresAt.After(until) {
		row.ExpiresAt = until
	}
	return row, nil
}

// accountName is the account's name, "" for none.
func (c *call) accountName(id record.ID) (name string) {
	c.view(func(v *store.View) {
		if a, found := v.Account(id); found {
			name = a.Name
		}
	})
	return name
}

// letter is what a mail to a person says. Text and HTML are made of the same.
type letter struct {
	*phrases
	to          *person
	purpose     string
	secret      secretOf
	until       time.Time
	portal      string
	account, by string
}

// shown is a name as it stands in a line of a mail: without control characters, and short.
func shown(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
	if r := []rune(s); len(r) > maxShown {
		s = string(r[:maxShown-1]) + "…"
	}
	return s
}

// place is what the person gets into.
func (l *letter) place() string { return cmp.Or(shown(l.account), "Dialtone") }

func (l *letter) subject() string {
	if l.purpose == record.InviteReset {
		return fmt.Sprintf(l.resetSubject, l.place())
	}
	return fmt.Sprintf(l.inviteSubject, l.place())
}

// lead is the mail's first sentence.
func (l *letter) lead() string {
	switch {
	case l.purpose == record.InviteReset:
		return fmt.Sprintf(l.resetLead, l.place())
	case l.by != "":
		return fmt.Sprintf(l.invitedBy, shown(l.by), l.place())
	}
	return fmt.Sprintf(l.invited, l.place())
}

// facts are what the person needs, line by line.
func (l *letter) facts() [][2]string {
	facts := [][2]string{{l.portalLabel, l.portal}, {l.userLabel, l.to.email}}
	if l.secret.password != "" {
		facts = append(facts, [2]string{l.passwordLabel, l.secret.password})
	} else {
		facts = append(facts, [2]string{l.linkLabel, l.secret.link})
	}
	return append(facts, [2]string{l.untilLabel, l.until.UTC().Format("2006-01-02 15:04 MST")})
}

// what tells what to do.
func (l *letter) what() string {
	if l.secret.password != "" {
		return l.doPassword
	}
	return l.doLink
}

// unasked tells who did not expect the mail.
func (l *letter) unasked() string {
	if l.purpose == record.InviteReset {
		return l.resetUnasked
	}
	return l.inviteUnasked
}

func (l *letter) greeting() string { return fmt.Sprintf(l.hello, shown(l.to.name)) }

func (l *letter) text() string {
	var b strings.Builder
	b.WriteString(l.greeting() + "\n\n" + l.lead() + " " + l.what() + "\n\n")
	for _, f := range l.facts() {
		b.WriteString(f[0] + ": " + f[1] + "\n")
	}
	b.WriteString("\n" + l.unasked() + "\n")
	return b.String()
}

func (l *letter) html() string {
	e := html.EscapeString
	var b strings.Builder
	fmt.Fprintf(&b, `<!DOCTYPE html><html lang=%q><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>`, l.code)
	b.WriteString(`<body style="font-family:sans-serif;font-size:16px;line-height:1.5;margin:16px;max-width:600px">` + "\n")
	fmt.Fprintf(&b, "<p>%s</p>\n<p>%s %s</p>\n", e(l.greeting()), e(l.lead()), e(l.what()))
	if l.secret.password == "" {
		fmt.Fprintf(&b, "<p><a href=\"%s\" style=\"display:inline-block;padding:10px 18px;background:#1c6dd0;color:#ffffff;text-decoration:none;border-radius:6px\">%s</a></p>\n", e(l.secret.link), e(l.button))
	}
	b.WriteString("<table cellpadding=\"4\">\n")
	for _, f := range l.facts() {
		fmt.Fprintf(&b, "<tr><th align=\"left\" valign=\"top\">%s</th><td style=\"word-break:break-all\">%s</td></tr>\n", e(f[0]), e(f[1]))
	}
	fmt.Fprintf(&b, "</table>\n<p style=\"color:#666666;font-size:13px\">%s</p>\n</body></html>\n", e(l.unasked()))
	return b.String()
}

// phrases are the mails' words in one language.
type phrases struct {
	code, hello                                                  string
	inviteSubject, resetSubject                                  string
	invited, invitedBy, resetLead                                string
	doLink, doPassword, button                                   string
	portalLabel, userLabel, linkLabel, passwordLabel, untilLabel string
	inviteUnasked, resetUnasked                                  string
}

func phrasesOf(language string) *phrases {
	if language == "fr" {
		return &phrases{
			code: "fr", hello: "Bonjour %s,",
			inviteSubject: "Votre accès à la téléphonie de %s", resetSubject: "Nouveau mot de passe pour la téléphonie de %s",
			invited: "Vous êtes invité à vous connecter à la téléphonie de %s.", invitedBy: "%s vous invite à vous connecter à la téléphonie de %s.",
			resetLead: "Vous pouvez choisir un nouveau mot de passe pour la téléphonie de %s.",
			doLink:    "Ouvrez le lien pour choisir votre mot de passe. Il ne sert qu’une fois.", doPassword: "Connectez-vous avec le mot de passe provisoire ; vous en choisirez ensuite un autre.",
			button: "Choisir le mot de passe", portalLabel: "Portail", userLabel: "Nom d’utilisateur", linkLabel: "Lien", passwordLabel: "Mot de passe provisoire", untilLabel: "Valable jusqu’au",
			inviteUnasked: "Si vous n’attendiez pas cette invitation, ignorez ce message.",
			resetUnasked:  "Si vous n’avez rien demandé, ignorez ce message : votre mot de passe reste le même.",
		}
	}
	return &phrases{
		code: "en", hello: "Hello %s,",
		inviteSubject: "Your access to the telephone system of %s", resetSubject: "New password for the telephone system of %s",
		invited: "You are invited to log in to the telephone system of %s.", invitedBy: "%s invites you to log in to the telephone system of %s.",
		resetLead: "You can choose a new password for the telephone system of %s.",
		doLink:    "Open the link to choose your password. It works once.", doPassword: "Log in with the temporary password; you will then choose one of your own.",
		button: "Choose the password", portalLabel: "Portal", userLabel: "User name", linkLabel: "Link", passwordLabel: "Temporary password", untilLabel: "Valid until",
		inviteUnasked: "If you did not expect this invitation, ignore this message.",
		resetUnasked:  "If you did not ask for this, ignore this message: your password stays the same.",
	}
}
