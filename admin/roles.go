package admin

import (
	"slices"

	"dialtone/store/record"
)

// allRoles are those of people, the mightiest first.
func allRoles() []string {
	return []string{record.RoleAdministrator, record.RoleOwner, record.RoleAccountManager, record.RoleViewer, record.RoleUser}
}

// rolesOf are the roles that may do an operation which names none itself: whoever may
// look, may look at everything that is no secret; whoever may change, may change
// everything of the account. An administrator has the rights of an owner everywhere.
func rolesOf(op *operation) []string {
	switch {
	case op.open:
		return nil
	case op.roles != nil:
		return op.roles
	case usersChoices(op.event):
		return allRoles()
	}
	switch op.scope {
	case scopeSession:
		return allRoles()
	case record.ScopeRead:
		return []string{record.RoleAdministrator, record.RoleOwner, record.RoleAccountManager, record.RoleViewer}
	case record.ScopeWrite, record.ScopeSecrets, record.ScopeManage:
		return []string{record.RoleAdministrator, record.RoleOwner, record.RoleAccountManager}
	}
	return []string{record.RoleAdministrator}
}

// usersChoices says whether a user lists what he chooses from for himself: clips for those
// he keeps on hold, numbers to show, schedules of his forwarding.
func usersChoices(event string) bool {
	return slices.Contains([]string{"audio_clip.list", "number.list", "schedule.list"}, event)
}

// has says whether the person has what a key's scope stands for.
func (p *person) has(scope string) bool {
	switch p.role {
	case record.RoleOwner, record.RoleAccountManager:
		return scope != scopePlatform
	case record.RoleViewer:
		return scope == record.ScopeRead
	}
	return p.administrator
}

// may says whether the person's role is among those of the operation.
func (p *person) may(op *operation) bool { return slices.Contains(op.roles, p.roleName()) }

// roleName is the role the person acts in.
func (p *person) roleName() string {
	if p.administrator {
		return record.RoleAdministrator
	}
	return p.role
}

// permissions are the events of the operations a role may do, sorted.
func permissions(ops []*operation, role string) []string {
	list := []string{}
	for _, op := range ops {
		if slices.Contains(op.roles, role) && !slices.Contains(list, op.event) {
			list = append(list, op.event)
		}
	}
	slices.Sort(list)
	return list
}
