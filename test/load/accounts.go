package load

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Account is what a phone registers with.
type Account struct{ User, Domain, Password string }

// Pattern makes accounts from their numbers, 0 upwards. In User, %d (with a
// width if wanted) stands for the number; in Domain for the number divided by
// PerDomain; in Password, %s stands for the user.
type Pattern struct {
	User, Domain, Password string
	PerDomain              int // accounts in one domain; 0 for all in one
}

// DefaultPattern has passwords that [dialtone/store/record.CheckPassword] takes.
func DefaultPattern(domain string) Pattern {
	return Pattern{User: "user%06d", Domain: domain, Password: "Bench-%s-Key"}
}

// Account is account number i.
func (p Pattern) Account(i int) Account {
	domain := 0
	if p.PerDomain > 0 {
		domain = i / p.PerDomain
	}
	user := fill(p.User, i)
	return Account{User: user, Domain: fill(p.Domain, domain), Password: fill(p.Password, user)}
}

// Accounts are the first n.
func (p Pattern) Accounts(n int) []Account {
	all := make([]Account, n)
	for i := range all {
		all[i] = p.Account(i)
	}
	return all
}

func fill(pattern string, v any) string {
	if !strings.Contains(pattern, "%") {
		return pattern
	}
	return fmt.Sprintf(pattern, v)
}

// ReadAccounts reads a line "user,domain,password" for each account. A password
// may hold commas. Empty lines and those starting with # are skipped.
func ReadAccounts(r io.Reader) ([]Account, error) {
	var all []Account
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.SplitN(line, ",", 3)
		if len(parts) != 3 || parts[0] == "" || parts[1] == "" {
			return nil, fmt.Errorf("cannot read account in line %d: want user,domain,password", n)
		}
		all = append(all, Account{User: parts[0], Domain: parts[1], Password: parts[2]})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("cannot read accounts: %w", err)
	}
	return all, nil
}
