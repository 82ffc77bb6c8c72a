package e911

import "dialtone/store/record"

func english() *phrases {
	return &phrases{
		subjectEmergency: "EMERGENCY %s call – %s at %s", subjectTest: "TEST %s call – %s at %s",
		headline: "EMERGENCY: %s was dialled.", testHeadline: "TEST: %s was dialled. This is not an emergency.",
		noCallHeadline: "TEST of the notification of emergencies. This is not an emergency.",
		unknownCaller:  "unknown caller", unknownPlace: "UNKNOWN: no location is set for this phone", shortUnknown: "unknown location",
		noCallback: "NOT CONFIGURED: the emergency centre cannot call back", recovered: "RECOVERED",
		suffix: map[string]string{
			record.StageAnswered: "answered", record.StageFailed: "NOT CONNECTED", record.StageEnded: "ended", record.StageCallback: "call back",
		},
		who: "Who", where: "Where", told: "The carrier was told", callback: "Callback number", when: "When", answeredAt: "Answered",
		endedAt: "Ended", dialled: "Dialled", sentAs: "Sent as", device: "Phone", line: "Line", trunks: "Carrier", business: "Business",
		event: "Event", call: "Call", missingMark: "MISSING", onMap: "Map",
		byValue: "this address, in the call itself", byReference: "its own reference for the place, %s, in the call itself",
		byNumber:     "no location in the call: it uses the address that is registered with it for the callback number",
		refusedPlace: "no location in the call, because the carrier refused it: it uses the address that is registered with it for the callback number",
		notSentYet:   "nothing yet: the call is still on its way",
		started:      "The call is being connected.", answered: "The call was answered at %s.",
		failed: "NOT CONNECTED: no carrier took the call. Help may not be on its way. Go there, or call from another phone.",
		ended:  "The call ended after %s.", cancelled: "The caller hung up after %s, before the call was answered.",
		interrupted:  "The phone system was restarted during the call. What became of the call is not known.",
		wasRecovered: "RECOVERED: the phone system stopped just after this call began and has been restarted. What became of the call is not known. Go there, or call back.",
		noCall:       "This tests the notification: nobody dialled.",
		calledBack:   "Somebody called the callback number from %s at %s. It may be the emergency centre; the phone that called is ringing.",
		testOnly:     "This was a test.",
		hungUp: map[string]string{
			record.HungUpByCaller: "The caller hung up.", record.HungUpByCallee: "The emergency centre hung up.", record.HungUpBySystem: "The phone system ended it.",
		},
		withheld: "a withheld number", silent: "no answer", took: "connected",
		missing: map[string]string{
			record.MissingLocation:   "location – no location is set for the phone, its user or the account",
			record.MissingAddress:    "address – the location has no street or no city",
			record.MissingRoom:       "floor and room – the location says neither",
			record.MissingCallback:   "callback number – none is set for the phone, its user, the location or the account",
			record.MissingTrunk:      "carrier – the account has no trunk at all",
			record.MissingCapable:    "emergency trunk – no trunk is marked to take emergency calls",
			record.MissingReference:  "carrier reference – the carrier wants one and the location has none",
			record.MissingRecipients: "recipients – nobody else is told",
		},
		advice: []string{"If you are near: go to the caller, send somebody to meet the responders, and keep the callback number free. Do not call the emergency number only to ask about this call."},
		footer: "You get this because your address is on the list of emergency recipients of this business or location.",
	}
}
