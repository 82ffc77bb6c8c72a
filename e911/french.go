package e911

import "dialtone/store/record"

func french() *phrases {
	return &phrases{
		subjectEmergency: "URGENCE appel %s – %s à %s", subjectTest: "TEST appel %s – %s à %s",
		headline: "URGENCE : le %s a été composé.", testHeadline: "TEST : le %s a été composé. Ce n'est pas une urgence.",
		noCallHeadline: "TEST de la notification des urgences. Ce n'est pas une urgence.",
		unknownCaller:  "appelant inconnu", unknownPlace: "INCONNU : aucun lieu n'est défini pour ce téléphone", shortUnknown: "lieu inconnu",
		noCallback: "NON CONFIGURÉ : le centre d'urgence ne peut pas rappeler", recovered: "RÉCUPÉRÉ",
		suffix: map[string]string{
			record.StageAnswered: "répondu", record.StageFailed: "NON ABOUTI", record.StageEnded: "terminé", record.StageCallback: "rappel",
		},
		who: "Qui", where: "Où", told: "Transmis à l'opérateur", callback: "Numéro de rappel", when: "Quand", answeredAt: "Réponse",
		endedAt: "Fin", dialled: "Composé", sentAs: "Envoyé comme", device: "Téléphone", line: "Ligne", trunks: "Opérateur", business: "Entreprise",
		event: "Événement", call: "Appel", missingMark: "MANQUE", onMap: "Carte",
		byValue: "cette adresse, dans l'appel même", byReference: "sa propre référence du lieu, %s, dans l'appel même",
		byNumber:     "aucun lieu dans l'appel : il utilise l'adresse enregistrée chez lui pour le numéro de rappel",
		refusedPlace: "aucun lieu dans l'appel, car l'opérateur l'a refusé : il utilise l'adresse enregistrée chez lui pour le numéro de rappel",
		notSentYet:   "rien encore : l'appel est en cours d'établissement",
		started:      "L'appel est en cours d'établissement.", answered: "L'appel a été pris à %s.",
		failed: "NON ABOUTI : aucun opérateur n'a pris l'appel. Les secours ne sont peut-être pas prévenus. Allez sur place ou appelez d'un autre téléphone.",
		ended:  "L'appel s'est terminé après %s.", cancelled: "L'appelant a raccroché après %s, avant toute réponse.",
		interrupted:  "Le système téléphonique a redémarré pendant l'appel. La suite de l'appel est inconnue.",
		wasRecovered: "RÉCUPÉRÉ : le système téléphonique s'est arrêté juste après le début de cet appel et a redémarré. La suite de l'appel est inconnue. Allez sur place ou rappelez.",
		noCall:       "Ceci teste la notification : personne n'a appelé.",
		calledBack:   "Quelqu'un a appelé le numéro de rappel depuis %s à %s. C'est peut-être le centre d'urgence ; le téléphone qui a appelé sonne.",
		testOnly:     "C'était un test.",
		hungUp: map[string]string{
			record.HungUpByCaller: "L'appelant a raccroché.", record.HungUpByCallee: "Le centre d'urgence a raccroché.", record.HungUpBySystem: "Le système téléphonique y a mis fin.",
		},
		withheld: "un numéro masqué", silent: "pas de réponse", took: "connecté",
		missing: map[string]string{
			record.MissingLocation:   "lieu – aucun n'est défini pour le téléphone, son utilisateur ou le compte",
			record.MissingAddress:    "adresse – le lieu n'a pas de rue ou pas de ville",
			record.MissingRoom:       "étage et pièce – le lieu ne dit ni l'un ni l'autre",
			record.MissingCallback:   "numéro de rappel – aucun n'est défini pour le téléphone, son utilisateur, le lieu ou le compte",
			record.MissingTrunk:      "opérateur – le compte n'a aucune ligne extérieure",
			record.MissingCapable:    "ligne d'urgence – aucune ligne extérieure n'est marquée pour les appels d'urgence",
			record.MissingReference:  "référence de l'opérateur – il en demande une et le lieu n'en a pas",
			record.MissingRecipients: "destinataires – personne d'autre n'est prévenu",
		},
		advice: []string{"Si vous êtes à proximité : allez auprès de l'appelant, envoyez quelqu'un accueillir les secours et laissez libre le numéro de rappel. N'appelez pas le numéro d'urgence pour demander des nouvelles de cet appel."},
		footer: "Vous recevez ce message parce que votre adresse figure parmi les destinataires des urgences de cette entreprise ou de ce lieu.",
	}
}
