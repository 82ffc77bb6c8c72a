package record

import "strings"

// Roles of people. A voice user who logs in has RoleUser; an administrator of the
// platform has the rights of an owner in every account.
const (
	RoleOwner          = "owner"
	RoleAccountManager = "account_manager"
	RoleViewer         = "viewer"
	RoleUser           = "user"
	RoleAdministrator  = "administrator"
)

// MaxManagers is how many managers an account has at most.
const MaxManagers = 1000

// Manager is somebody who looks after an account and has no phone of his own. One
// without an account administrates the platform and nothing else.
type Manager struct {
	Meta
	Name          string `json:"name" doc:"Full name."`
	Email         string `json:"email" doc:"E-mail address he logs in with, unique over all people of the daemon."`
	Role          string `json:"role" doc:"owner (one of an account), account_manager or viewer; administrator of who belongs to no account."`
	Language      string `json:"language" doc:"Language of mails and of the page, en or fr."`
	Administrator bool   `json:"administrator" doc:"Whether he administrates the platform: every account, bans, backup. Only administrators may set it."`
}

// NewManager is a manager with the defaults.
func NewManager() *Manager { return &Manager{Role: RoleAccountManager, Language: "en"} }

// Kind names managers.
func (m *Manager) Kind() Kind { return KindManager }

// Unique is the e-mail address, ignoring case, over all people of the daemon, and being
// the owner within an account.
func (m *Manager) Unique() []Unique {
	list := []Unique{{Field: "email", Space: "email", Value: strings.ToLower(m.Email)}}
	if m.Role == RoleOwner {
		list = append(list, Unique{Field: "role", Space: "owner", Value: string(m.Account)})
	}
	return list
}

// References is empty.
func (m *Manager) References() []Reference { return nil }

// Clone is a deep copy.
func (m *Manager) Clone() Record { return deepCopy(m) }

// Validate checks the manager alone.
func (m *Manager) Validate() error {
	var p Problems
	p.required("name", &m.Name, MaxName)
	p.email("email", &m.Email)
	if m.Email == "" {
		p.Add("email", CodeRequired, "must not be empty")
	}
	p.language("language", m.Language)
	if m.Account != "" {
		p.oneOf("role", m.Role, RoleOwner, RoleAccountManager, RoleViewer)
		return p.Err()
	}
	p.oneOf("role", m.Role, RoleAdministrator)
	if !m.Administrator {
		p.Add("administrator", CodeInvalid, "must be true of who belongs to no account")
	}
	return p.Err()
}
