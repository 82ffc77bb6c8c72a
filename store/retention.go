package store

import "time"

// Retention says how long histories are kept. A zero value means its default.
type Retention struct {
	// Audit is how long audit entries are kept; 365 days.
	Audit time.Duration
	// ProvisioningEvents is how long requests of phones are kept; 90 days.
	ProvisioningEvents time.Duration
	// ProvisioningEventsPerDevice is how many of them a device has at most; 1000. What
	// names no known device counts as one device of the account.
	ProvisioningEventsPerDevice int
	// RegistrationFailuresPerUser is how many are kept for one AOR; 20.
	RegistrationFailuresPerUser int
	// RegistrationFailures is how many an account has at most, over all AORs; 5000.
	RegistrationFailures int
	// CallRecords is how long records of calls and statistics of queues are kept; 365 days.
	CallRecords time.Duration
	// CallRecordsPerAccount is how many of them an account has at most; 1,000,000.
	CallRecordsPerAccount int
	// CallTraces is how long the SIP messages of calls are kept; 7 days.
	CallTraces time.Duration
	// Recordings is how long recordings of calls and their texts are kept; 90 days.
	Recordings time.Duration
	// Faxes is how long faxes and their documents are kept; 90 days.
	Faxes time.Duration
	// EmergencyCalls is how long emergency calls are kept, and longer while somebody has
	// not been told; 730 days.
	EmergencyCalls time.Duration
	// Outbox is how long a mail or webhook event is kept after it was sent or given up, where
	// it does not say so itself; 7 days.
	Outbox time.Duration
	// OutboxPerAccount is how many of an account wait in one lane at most, emergencies
	// apart; 10,000.
	OutboxPerAccount int
	// WebhookDeliveries is how many events that were sent or given up are kept of one
	// webhook; 200.
	WebhookDeliveries int
	// UnknownMACs is how many unknown phones an account lists at most; 1000.
	UnknownMACs int
	// PhoneUploads is how many files of one kind are kept for a device; 3.
	PhoneUploads int
	// Replays is how long the answer to an idempotency key is kept; 24 hours.
	Replays time.Duration
	// Blobs is how long a file no record names is left alone; 1 hour at least.
	Blobs time.Duration
}

const day = 24 * time.Hour

func (r Retention) withDefaults() Retention {
	def(&r.Audit, 365*day)
	def(&r.ProvisioningEvents, 90*day)
	def(&r.ProvisioningEventsPerDevice, 1000)
	def(&r.RegistrationFailuresPerUser, 20)
	def(&r.RegistrationFailures, 5000)
	def(&r.CallRecords, 365*day)
	def(&r.CallRecordsPerAccount, 1_000_000)
	def(&r.CallTraces, 7*day)
	def(&r.Recordings, 90*day)
	def(&r.Faxes, 90*day)
	def(&r.EmergencyCalls, 730*day)
	def(&r.Outbox, 7*day)
	def(&r.OutboxPerAccount, 10_000)
	def(&r.WebhookDeliveries, 200)
	def(&r.UnknownMACs, 1000)
	def(&r.PhoneUploads, 3)
	def(&r.Replays, day)
	r.Blobs = max(r.Blobs, time.Hour)
	return r
}

func def[T int | time.Duration](v *T, otherwise T) {
	if *v <= 0 {
		*v = otherwise
	}
}
