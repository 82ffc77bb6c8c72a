package event

// writeSummary says that there are no messages (RFC 3842): the account's voicemail, if
// it has one, is somewhere else and does not tell us.
func writeSummary(of *subject) document {
	account := of.entity
	if n := of.about.Voicemail; n != "" {
		account = "sip:" + escapeUser(n) + "@" + of.host
	}
	return document{head: "Messages-Waiting: no\r\nMessage-Account: " + account + "\r\nVoice-Message: 0/0 (0/0)\r\n"}
}
