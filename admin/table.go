package admin

import "slices"

// table is the one table of operations: the router, the audit log, the description
// of the API and the test of permissions are made from it. What needs a part of the
// daemon that is not there is left out.
func (s *Server) table() []*operation {
	ops := slices.Concat(
		accounts().operations(),
		locations().operations(),
		userOperations(),
		extensions().operations(),
		numbers().operations(),
		ringGroups().operations(),
		callQueues().operations(),
		callQueueOperations(),
		schedules().operations(),
		audioClipOperations(),
		providerAccounts().operations(),
		webhooks().operations(),
		deliveryOperations(),
		domains().operations(),
		baseDomainOperations(),
		credentialLists().operations(),
		credentials().operations(),
		revealOperations(),
		attachments().operations(),
		buttonTemplates().operations(),
		s.previewOperations(),
		modelOperations(),
		devices().operations(),
		s.deviceOperations(),
		overrideOperations(),
		s.softphoneOperations(),
		provisioningOperations(),
		unknownOperations(),
		historyOperations(),
		activityOperations(),
		accountFileOperations(),
		deviceTableOperations(),
		callOperations(),
		recordingOperations(),
		faxOperations(),
		faxLimitOperations(),
		emergencyOperations(),
		apiKeys().operations(),
		platformKeyOperations(),
		sessionOperations(),
		invitationOperations(),
		managerOperations(),
		administratorOperations(),
		resetOperations(),
		meOperations(),
		checklistOperations(),
		platformOperations(),
		profileOperations(),
	)
	if s.Registrations != nil {
		ops = append(ops, registrationOperations()...)
	}
	if s.Calls != nil {
		ops = append(ops, activeCallOperations()...)
	}
	if s.Parking != nil {
		ops = append(ops, parkedCallOperations()...)
	}
	if s.Emergency != nil {
		ops = append(ops, rehearsalOperations()...)
	}
	if s.Events != nil {
		ops = append(ops, eventOperations()...)
	}
	if s.Bans != nil {
		ops = append(ops, banOperations()...)
	}
	for _, op := range ops {
		op.roles = rolesOf(op)
	}
	return ops
}
