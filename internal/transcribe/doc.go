// Package transcribe has recordings of calls written down by a speech-to-text service with
// OpenAI's interface (POST …/v1/audio/transcriptions, multipart: file, model,
// response_format).
//
// What waits is in the store, so nothing is lost while the service or the daemon is away.
// A recording is tried at once and again after 1, 5 and 15 minutes, 1 hour and then every 3
// hours; it has failed after ten attempts, or at once when the service says that it cannot
// be done (400, 413, 415, 422). A refused key (401, 403, 404) is no attempt: it is the
// operator's to put right, and what waits goes on. Both sides are mixed into one channel,
// and long recordings sent in parts of at most 20 MB.
package transcribe
