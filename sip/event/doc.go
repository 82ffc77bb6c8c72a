// Package event holds the SIP event packages Dialtone speaks (RFC 6665) and the
// notifications vendors' phones understand.
//
// A [Server] answers SUBSCRIBE and sends NOTIFY: dialog (RFC 4235) for the lamps of
// other phones, message-summary (RFC 3842) and presence (RFC 3856). Calls tell it the
// dialogs of phones ([Server.Publish]) and wait for nothing.
//
// # How a lamp gets its light
//
// A resource is what a package says of one address; it draws on sources: lines,
// extensions, park slots, queues. An agent of a queue has none: records say how he stands.
// A published dialog marks its source; the server's one worker writes the
// documents of the resources that draw on it, once each, and lines up their
// subscriptions. Each subscription has one NOTIFY under way at most. What changes
// meanwhile is sent when it is answered, as it is then: documents are always whole.
//
// # What goes wrong
//
// A subscription whose phone answers 481 or refuses is over. A phone that does not
// answer, or whose connection is gone, is not given up before the subscription
// expires, which RFC 6665 section 4.2.2 would have: nothing is sent to it until it
// registers or subscribes again, from whatever address, and then it gets the state of
// that moment. Its lamps would else be wrong until it subscribes anew, which for most
// phones takes half an hour.
//
// Subscriptions are kept on disk, written behind. After a restart every subscriber
// gets a NOTIFY, numbered past all that were sent before.
package event
