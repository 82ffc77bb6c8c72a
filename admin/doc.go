// Package admin is the administration's face: the account API under /v1 on
// net/http, its OpenAPI description, metrics and health.
//
// One table of operations ([Server.operations]) feeds the router, the audit log,
// the OpenAPI document and the test of permissions: a route that is not in it
// does not exist. Every operation leaves an audit entry: a change in its own
// transaction, a read, a failure or a denial through the store's queue.
//
// What belongs to another account does not exist for a caller: his answer is
// that of something absent, byte for byte.
//
// What the API shows of the running system (registrations, effective keys,
// rendered configurations) it asks through small interfaces declared here.
package admin
