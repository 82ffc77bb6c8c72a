// Package provision is the server phones fetch their configuration from.
//
// A request is GET or HEAD /p/<token>/<file>, or PUT or POST for what a phone
// keeps here. It runs through [Server.handle] in one visible order: read the path,
// decide against the index ([Server.decide]), answer, note what happened. A cached
// configuration is answered without an allocation; events and device states are
// copied into a bounded journal and written in batches behind the answer.
//
// Whatever is wrong (token, network, name, device) is answered with the same empty
// 404. The one exception is an account that asks for HTTP credentials: under its
// right token, from an allowed network, a request without them is challenged.
//
// After changes, phones whose file differs from the one they fetched last are told
// to fetch again ([Notifier]).
package provision
