// Package record holds what Dialtone serves: accounts, devices, credentials,
// locations and so on, their identifiers, and the rules a single record can be
// checked against without looking at any other.
//
// Records are plain data. A record read from the store is shared by every
// reader and is never changed in place: Clone it, change the clone, write that.
//
// Struct tags describe each field once for storage, API and documentation:
//
//	json   the API's name, and the storage name unless a cbor tag differs
//	cbor   the storage name of a field the API never shows (json:"-")
//	api    "readonly" never accepted from outside; "create" accepted at
//	       creation and fixed afterwards; "writeonly" never shown nor stored
//	doc    one sentence for the API description
package record
