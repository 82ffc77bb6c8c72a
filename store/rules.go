package store

import (
	"maps"
	"slices"
	"strconv"

	"dialtone/e911/number"
	"dialtone/store/kv"
	"dialtone/store/record"
)

// checkRules checks what a record must agree on with others beyond uniqueness and
// existence. before is nil for a new record.
func (tx *Tx) checkRules(before, after record.Record) error {
	if err := tx.targetRules(after); err != nil {
		return err
	}
	switch r := after.(type) {
	case *record.Account:
		return tx.accountRules(before, r)
	case *record.Location:
		return tx.locationRules(r)
	case *record.Extension:
		return tx.extensionRules(r)
	case *record.CredentialList:
		return tx.limit(before, r.Account, record.KindCredentialList, record.MaxCredentialLists, "credential lists per account")
	case *record.Credential:
		return tx.credentialRules(before, r)
	case *record.Attachment:
		return tx.attachmentRules(before, r)
	case *record.ButtonTemplate:
		return tx.buttonRules(r.Account, "buttons", r.Buttons)
	case *record.Device:
		return tx.deviceRules(before, r)
	case *record.Number:
		return tx.numberRules(r)
	case *record.RingGroup:
		return tx.overflowRules(r.ID, r.Overflow)
	case *record.CallQueue:
		if err := tx.limit(before, r.Account, record.KindCallQueue, record.MaxCallQueues, "call queues"); err != nil {
			return err
		}
		return tx.overflowRules(r.ID, r.Overflow)
	case *record.QueueAgent:
		return tx.queueAgentRules(r)
	case *record.AudioClip:
		return tx.limit(before, r.Account, record.KindAudioClip, record.MaxAudioClips, "audio clips")
	case *record.ProviderAccount:
		return tx.limit(before, r.Account, record.KindProviderAccount, record.MaxProviderAccounts, "provider accounts")
	case *record.Webhook:
		return tx.limit(before, r.Account, record.KindWebhook, record.MaxWebhooks, "webhooks")
	case *record.Manager:
		return tx.limit(before, r.Account, record.KindManager, record.MaxManagers, "account managers")
	}
	return nil
}

func (tx *Tx) limit(before record.Record, parent record.ID, k record.Kind, most int, what string) error {
	if before != nil {
		return nil
	}
	n, err := tx.countReferrers(parent, k)
	if err == nil && n >= most {
		return conflict("", ConflictLimit, "there are %d %s already, the most there may be", n, what)
	}
	return err
}

func (tx *Tx) accountRules(before record.Record, a *record.Account) error {
	if before == nil {
		return nil
	}
	old := before.(*record.Account)
	if old.ExtensionLength != a.ExtensionLength {
		err := each(tx, a.ID, func(e *record.Extension) error {
			if len(e.Number) != a.ExtensionLength {
				return conflict("extension_length", ConflictLength, "extension %s has another length; delete or renumber it first", e.Number)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if old.Region == a.Region && slices.Equal(old.EmergencyNumbers, a.EmergencyNumbers) &&
		slices.Equal(old.TestNumbers, a.TestNumbers) && maps.Equal(old.FeatureCodes, a.FeatureCodes) {
		return nil
	}
	return tx.nothingReserved(a, nil)
}

// locationRules keep a new country's emergency numbers from being somebody's
// extension or user name, or what a key forwards to, already.
func (tx *Tx) locationRules(l *record.Location) error {
	a, err := Load[*record.Account](tx, l.Account)
	if err != nil {
		return err
	}
	known, err := tx.emergencyNumbers(a, nil)
	if err != nil || slices.Contains(known.regions, l.Address.Country) {
		return err
	}
	return tx.nothingReserved(a, l)
}

// nothingReserved refuses a change of the account, or of location l, that would
// reserve an existing extension, user name or destination of a forward. The account's
// feature codes are its own to check: no region's number has a star.
func (tx *Tx) nothingReserved(a *record.Account, l *record.Location) error {
	n, err := tx.emergencyNumbers(a, l)
	if err != nil {
		return err
	}
	err = each(tx, a.ID, func(e *record.Extension) error {
		if reason, reserved := n.reserved(e.Number); reserved {
			return conflict("", ConflictReserved, "extension %s would be reserved: %s; renumber it first", e.Number, reason)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = each(tx, a.ID, func(c *record.Credential) error {
		if reason, reserved := n.reserved(c.Username); reserved {
			return conflict("", ConflictReserved, "SIP user %s would be reserved: %s; delete it first", c.Username, reason)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := tx.noDestinationReserved(a.ID, n); err != nil {
		return err
	}
	return tx.noForwardReserved(a.ID, n)
}

// emergencyNumbers are the account's reserved numbers.
type emergencyNumbers struct {
	regions     []string
	extra, test []string
	codes       map[string]string
}

func (n emergencyNumbers) reserved(name string) (reason string, reserved bool) {
	for feature, code := range n.codes {
		if code != "" && name == code {
			return "it is the feature code " + feature, true
		}
	}
	return number.Reserved(name, n.regions, n.extra, n.test)
}

// emergencyNumbers collects the regions of the account and its locations, with l
// as it will be.
func (tx *Tx) emergencyNumbers(a *record.Account, l *record.Location) (emergencyNumbers, error) {
	n := emergencyNumbers{regions: []string{a.Region}, extra: a.EmergencyNumbers, test: a.TestNumbers, codes: a.FeatureCodes}
	if l != nil {
		n.addRegion(l.Address.Country)
	}
	err := each(tx, a.ID, func(other *record.Location) error {
		if l == nil || other.ID != l.ID {
			n.addRegion(other.Address.Country)
		}
		return nil
	})
	return n, err
}

func (n *emergencyNumbers) addRegion(r string) {
	if !slices.Contains(n.regions, r) {
		n.regions = append(n.regions, r)
	}
}

func (tx *Tx) extensionRules(e *record.Extension) error {
	a, err := Load[*record.Account](tx, e.Account)
	if err != nil {
		return err
	}
	if len(e.Number) != a.ExtensionLength {
		var p record.Problems
		p.Add("number", record.CodeInvalid, "must have %d digits, the account's extension_length", a.ExtensionLength)
		return p.Err()
	}
	n, err := tx.emergencyNumbers(a, nil)
	if err != nil {
		return err
	}
	if reason, reserved := n.reserved(e.Number); reserved {
		return conflict("number", ConflictReserved, "%s cannot be an extension: %s", e.Number, reason)
	}
	return nil
}

func (tx *Tx) credentialRules(before record.Record, c *record.Credential) error {
	if err := tx.limit(before, c.List, record.KindCredential, record.MaxCredentialsPerList, "credentials in the list"); err != nil {
		return err
	}
	if before != nil {
		return nil // the name never changes
	}
	a, err := Load[*record.Account](tx, c.Account)
	if err != nil {
		return err
	}
	n, err := tx.emergencyNumbers(a, nil)
	if err != nil {
		return err
	}
	if reason, reserved := n.reserved(c.Username); reserved {
		return conflict("username", ConflictReserved, "%s cannot be a SIP user: %s", c.Username, reason)
	}
	return tx.usernameFree(c)
}

// usernameFree looks for the name in the other lists of every domain c's list is
// attached to.
func (tx *Tx) usernameFree(c *record.Credential) error {
	return each(tx, c.List, func(mine *record.Attachment) error {
		return each(tx, mine.Domain, func(other *record.Attachment) error {
			if other.List == c.List {
				return nil
			}
			taken, err := tx.hasUsername(other.List, c.Username)
			if err == nil && taken {
				return conflict("username", ConflictNotUnique, "is taken in another list attached to the same domain")
			}
			return err
		})
	})
}

func (tx *Tx) hasUsername(list record.ID, username string) (bool, error) {
	probe := record.Credential{List: list, Username: username}
	return tx.buf.Has(uniqueKey(probe.Unique()[0]))
}

// attachmentRules keep a user name from standing twice in one domain.
func (tx *Tx) attachmentRules(before record.Record, a *record.Attachment) error {
	if before != nil {
		return nil // domain and list never change
	}
	return each(tx, a.Domain, func(other *record.Attachment) error {
		if other.List == a.List {
			return nil // the pair's uniqueness is checked by its key
		}
		return each(tx, a.List, func(c *record.Credential) error {
			taken, err := tx.hasUsername(other.List, c.Username)
			if err == nil && taken {
				return conflict("credential_list", ConflictNotUnique, "SIP user %s stands in another list attached to the domain too", c.Username)
			}
			return err
		})
	})
}

func (tx *Tx) deviceRules(before record.Record, d *record.Device) error {
	if err := tx.buttonRules(d.Account, "button_overrides", d.ButtonOverrides); err != nil {
		return err
	}
	if err := tx.baseRules(d); err != nil {
		return err
	}
	if err := tx.lineRules(d); err != nil {
		return err
	}
	if before == nil {
		return nil
	}
	return tx.linesInUse(d)
}

func (tx *Tx) baseRules(d *record.Device) error {
	if d.Base == "" {
		return nil
	}
	base, err := Load[*record.Device](tx, d.Base)
	if err != nil {
		return err
	}
	var p record.Problems
	if base.Type != record.DECTBase {
		p.Add("base", record.CodeInvalid, "must be a device of type dect_base")
	}
	return p.Err()
}

// lineRules want each line's credential to be allowed to register in its domain.
func (tx *Tx) lineRules(d *record.Device) error {
	var p record.Problems
	for i, l := range d.Lines {
		c, err := Load[*record.Credential](tx, l.Credential)
		if err != nil {
			return err
		}
		registers := false
		err = each(tx, c.List, func(a *record.Attachment) error {
			registers = registers || a.Domain == l.Domain && a.Registers()
			return nil
		})
		if err != nil {
			return err
		}
		if !registers && !keptLine(tx, d, l) {
			p.Add(lineField(i, "domain"), record.CodeNotAttached, "the list of credential %s is not attached to this domain for registrations", c.Username)
		}
	}
	return p.Err()
}

// keptLine says whether the line stands on the stored device unchanged: a list that
// has been detached since does not keep the device from being edited.
func keptLine(tx *Tx, d *record.Device, l record.Line) bool {
	stored, err := Load[*record.Device](tx, d.ID)
	if err != nil {
		return false
	}
	old := stored.LineNumber(l.Line)
	return old != nil && old.Credential == l.Credential && old.Domain == l.Domain
}

func lineField(i int, name string) string {
	return "lines[" + strconv.Itoa(i) + "]." + name
}

// each calls fn for every record of a kind that needs id, until it returns an error.
func each[T record.Record](tx *Tx, id record.ID, fn func(T) error) error {
	var zero T
	prefix := append(referrerPrefix(id), zero.Kind().Prefix()+"_"...)
	strip := len(referrerPrefix(id))
	return tx.buf.Scan(kv.Range{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
		r, err := Load[T](tx, record.ID(key[strip:]))
		if err != nil {
			return false, err
		}
		return true, fn(r)
	})
}
