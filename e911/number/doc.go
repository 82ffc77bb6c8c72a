// Package number says what is an emergency number, so that routing, the SIP front, the account API and the dial plan
// all give the same answer.
//
// The rule is exact match: what was dialled, as a whole and without visual separators, escapes and URI dress, is
// compared with a table. Nothing is matched by prefix, because 9-1-1-9-1-9-555-1212 is a slip and not an emergency.
// 911 and its prefixed forms (47 CFR 9.16: a prefix must never be required, tolerating one is safe) count
// everywhere; other numbers count in the region of the caller's location, from the short-number metadata of
// nyaruka/phonenumbers.
//
// The package is pure and imports nothing of ours.
package number
