// Package outbox sends what the store keeps to be sent: mails, texts to phones and webhook
// events.
//
// A row is tried as soon as it is on disk, and again until it is delivered or its time is
// over: the waits are 5 s, 30 s, 2 min, 10 min, 30 min, 1 h and then 3 h up to 24 hours for
// webhooks; 2, 5, 10, 20, 30 and then 60 s up to 24 hours for emergency mail; 30 s, 1, 2, 5,
// 15, 30 min and then 1 h up to 5 days for other mail. Of one queue (a webhook, a recipient)
// one row is on its way at a time, the one due first, so one that fails lets the next pass
// and order is kept only while all goes well. Every lane has workers, connections and a
// back-off of its own: nothing waits behind another lane, and within one no account takes
// all workers. A mail goes to the relays in order and in rounds, is given up only when every
// relay has refused it for good (5xx to RCPT or DATA), and an emergency's is offered to the
// next relay when one has not taken it within 3 s. A webhook's event is delivered by any 2xx,
// waits as long as Retry-After asks, and ends the webhook with 410; a host that keeps failing
// is left alone for a while. A text about an emergency is tried like a mail, for two minutes. Delivery is at least once: who is interrupted between sending
// and noting it sends again, under the same Webhook-Id or Message-ID.
package outbox
