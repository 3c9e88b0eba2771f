package api

import (
	"cenacle/internal/authz"
	"cenacle/internal/diffusion"
	"cenacle/internal/forum"
)

// firmRows are the firm and its own people.
func (n *Nouns) firmRows() []Operation {
	return []Operation{
		{Pattern: "GET /me", Name: "getMe", Why: "tells the holder of a token what it stands for", Do: Ask(n.me),
			Summary: "Whom this token acts for, in which firm, and what it may do"},
		{Pattern: "GET /people", Name: "listPeople", Action: authz.FirmPeopleSee, Do: Ask(n.people),
			Summary: "The firm’s own people, those who left included"},
		{Pattern: "POST /people", Name: "addColleague", Action: authz.FirmPeopleAdd, Status: 201, Do: Tell(n.addColleague, n.colleague),
			Summary: "Add a colleague, or one who had left; she gets a mail to choose her password"},
		{Pattern: "GET /factors", Name: "getFactorDemand", Action: authz.FirmPeopleSee, Do: Ask(n.factorDemand),
			Summary: "Whether the firm’s own people show a second factor, and who has none"},
		{Pattern: "PUT /factors", Name: "demandFactors", Action: authz.FirmFactors, Do: Tell(n.demandFactors, nil),
			Summary: "Have the firm’s own people show a second factor on every way in, or no longer; who demands it has one"},
		{Pattern: "GET /charter", Name: "getCharter", Action: authz.CharterRead, Do: Ask(n.charter),
			Summary: "The charter of use that the firm asks for, and what one answered; who has not accepted it reads, writes memos, and does nothing else"},
		{Pattern: "POST /charter/answer", Name: "answerCharter", Action: authz.CharterAnswer, Do: Tell(n.answerCharter, nil),
			Summary: "Accept the charter or not: a gesture of the person, left to no token but that of a mailed link"},
		{Pattern: "PUT /charter", Name: "publishCharter", Action: authz.CharterPublish, Do: Tell(n.publishCharter, nil),
			Summary: "Publish another version, for those whom it concerns to answer; who publishes one that concerns her accepts it"},
		{Pattern: "GET /charter/answers", Name: "listCharterAnswers", Action: authz.CharterSee, Do: Ask(n.charterAnswers),
			Summary: "Who answered what to the version that stands, the newest first, five hundred at most"},
		{Pattern: "GET /reviews", Name: "listReviews", Action: authz.FirmEnter, Do: Ask(n.reviews),
			Summary: "The people from outside in the spaces one answers for, with the dates when one says again whether they stay; the earliest first, fifty at most"},
		{Pattern: "PUT /reviews", Name: "chooseReviews", Action: authz.FirmReview, Do: Tell(n.chooseReviews, nil),
			Summary: "Choose after how many months that is, for those who join from now on"},
		{Pattern: "GET /message-sizes", Name: "listMessageSizes", Action: authz.FirmMessage, Do: Ask(n.messageSizes),
			Summary: "How much one message holds by the firm’s own choice, for who keeps it"},
		{Pattern: "PUT /message-sizes", Name: "setMessageSizes", Action: authz.FirmMessage, Do: Tell(n.setMessageSizes, nil),
			Summary: "Choose the firm’s own: those that are not named again are there no more"},
		{Pattern: "GET /plan", Name: "getPlan", Action: authz.FirmPeopleSee, Do: Ask(n.plan),
			Summary: "How much of the installation the firm may use, and what is used; only its operator changes it"},
		{Pattern: "GET /people/{colleague}", Name: "getColleague", Action: authz.FirmPeopleEdit, Do: Ask(n.getColleague),
			Summary: "One of the firm’s own people, and what her access holds"},
		{Pattern: "PUT /people/{colleague}/administrator", Name: "rankColleague", Action: authz.FirmPeopleRank, Do: Tell(n.rankColleague, nil),
			Summary: "Have a lawyer administer the firm, or no longer; somebody always does"},
		{Pattern: "POST /people/{colleague}/leave", Name: "endColleague", Action: authz.FirmPeopleEnd, Do: Tell(n.endColleague, nil),
			Summary: "Close the access of one of the firm’s own people; others answer for her spaces, what she did stays under her name"},
	}
}

// vigilanceRows are who the clients are, for the firm's side alone.
func (n *Nouns) vigilanceRows() []Operation {
	return []Operation{
		{Pattern: "GET /vigilance", Name: "listVigilanceDue", Action: authz.FirmEnter, Do: Ask(n.vigilanceDue),
			Summary: "The dossiers de vigilance that are to be looked at again in the spaces for which one answers"},
		{Pattern: "GET /spaces/{space}/vigilance", Name: "getVigilance", Action: authz.VigilanceSee, Do: Ask(n.vigilance),
			Summary: "The dossier de vigilance of the client of a space, for the firm’s side alone"},
		{Pattern: "PUT /spaces/{space}/vigilance", Name: "keepVigilance", Action: authz.VigilanceKeep, Do: Tell(n.keepVigilance, n.keptVigilance),
			Summary: "Write the next edition of a dossier de vigilance; the former ones stay"},
		{Pattern: "GET /spaces/{space}/vigilance/editions", Name: "listVigilanceEditions", Action: authz.VigilanceSee, Do: Ask(n.vigilanceEditions),
			Summary: "Who changed a dossier de vigilance, when, and in which parts"},
		{Pattern: "POST /spaces/{space}/vigilance/likenesses/{likeness}", Name: "decideLikeness", Action: authz.VigilanceKeep, Do: Tell(n.decideLikeness, n.decidedLikeness),
			Summary: "Say whether a likeness with the list of frozen assets is the same person, or take that back"},
		{Pattern: "GET /sanctions", Name: "getSanctionList", Action: authz.SanctionSee, Do: Ask(n.sanctionList),
			Summary: "The list of frozen assets that the firm works with"},
		{Pattern: "POST /sanctions/search", Name: "searchSanctions", Action: authz.SanctionSearch, Do: Ask(n.searchSanctions),
			Summary: "Look for a name in the list of frozen assets that the firm works with; the search is recorded, the name is not"},
		{Pattern: "PUT /sanctions", Name: "importSanctionList", Action: authz.SanctionImport, Long: true, Body: -1, Takes: "application/octet-stream", Do: Tell(n.importSanctionList, n.importedSanctionList),
			Summary: "Have the firm work with the list of frozen assets that a file holds, as the Treasury publishes it"},
	}
}

// waitRows are what waits, and the journal.
func (n *Nouns) waitRows() []Operation {
	return []Operation{
		{Pattern: "GET /desk", Name: "getDesk", Action: authz.FirmEnter, Do: Ask(n.desk),
			Summary: "“Qui attend quoi” over all one’s spaces"},
		{Pattern: "GET /spaces/{space}/waits", Name: "listWaits", Action: authz.SpaceSee, Do: Ask(n.waits),
			Summary: "What waits in one space, for oneself and, for the firm’s side, for everybody outside it"},
		{Pattern: "GET /spaces/{space}/journal", Name: "listSpaceJournal", Action: authz.SpaceJournal, Do: Ask(n.spaceJournal),
			Summary: "What was done in a space, the newest first"},
		{Pattern: "GET /journal", Name: "listJournal", Action: authz.FirmJournal, Do: Ask(n.journal),
			Summary: "The acts of the firm itself, the newest first"},
		{Pattern: "GET /journal/head", Name: "getJournalHead", Action: authz.FirmJournal, Do: Ask(n.head),
			Summary: "The latest signed state of the journal, for witnesses to keep"},
		{Pattern: "GET /journal/entries/{entry}/proof", Name: "getProof", Action: authz.SpaceJournal, Also: []authz.Action{authz.FirmJournal}, Do: Ask(n.proof),
			Summary: "The proof that an entry is in the signed journal"},
	}
}

// hostRows are where the firm is reached.
func (n *Nouns) hostRows() []Operation {
	answered := []authz.Action{authz.FirmHostSee}
	return []Operation{
		{Pattern: "GET /host", Name: "getHost", Action: authz.FirmHostSee, Do: Ask(n.host),
			Summary: "The web address of the firm, the records that a name which it wants still needs, and the names that it gave up"},
		{Pattern: "POST /host", Name: "claimHost", Action: authz.FirmHost, Also: answered, Do: Tell(n.claimHost, n.claimedHost),
			Summary: "Want a name of the firm’s own domain, in the place of one that was wanted before; nothing is reached there yet"},
		{Pattern: "POST /host/check", Name: "checkHost", Action: authz.FirmHost, Also: answered, Do: Tell(n.checkHost, n.checkedHost),
			Summary: "Look whether the name that is wanted has its record and leads here; if so, the firm is reached there from then on"},
		{Pattern: "POST /host/drop", Name: "dropHost", Action: authz.FirmHost, Do: Tell(n.dropHost, nil),
			Summary: "Want that name no more"},
		{Pattern: "POST /host/end", Name: "endHost", Action: authz.FirmHost, Do: Tell(n.endHost, nil),
			Summary: "Give up the name that the firm has; it is reached at the public address that all firms share"},
	}
}

// supportRows are what the host may look at. To let it look is left to no program.
func (n *Nouns) supportRows() []Operation {
	return []Operation{
		{Pattern: "GET /support", Name: "listFirmSupport", Action: authz.FirmSupport, Do: Ask(n.firmSupport),
			Summary: "The permissions by which the host may look at the settings of the firm, the latest first"},
		{Pattern: "POST /support/{permission}/end", Name: "endFirmSupport", Action: authz.FirmSupportEnd, Do: Tell(n.endFirmSupport, nil),
			Summary: "Have the host look no more at the settings of the firm"},
		{Pattern: "GET /spaces/{space}/support", Name: "listSupport", Action: authz.SupportSee, Do: Ask(n.supports),
			Summary: "The permissions by which the host may look at a space, the latest first"},
		{Pattern: "POST /spaces/{space}/support/{support}/end", Name: "endSupport", Action: authz.SupportEnd, Do: Tell(n.endSupport, nil),
			Summary: "Have the host look no more at a space"},
	}
}

// absenceRows are who is away, and who stands in for her.
func (n *Nouns) absenceRows() []Operation {
	return []Operation{
		{Pattern: "GET /absences", Name: "listAbsences", Action: authz.AbsenceSee, Do: Ask(n.absences),
			Summary: "One’s own absences, and those in which one stands in for a colleague, that are not over"},
		{Pattern: "POST /absences", Name: "announceAbsence", Action: authz.AbsenceTell, Status: 201, Do: Tell(n.announceAbsence, n.announcedAbsence),
			Summary: "Have a colleague stand in for oneself for some days, in all of one’s spaces or in some; it ends by itself"},
		{Pattern: "GET /people/{colleague}/absences", Name: "listAbsencesOf", Action: authz.FirmPeopleEdit, Do: Ask(n.absencesOf),
			Summary: "The absences of one of the firm’s people that are not over, to who administers it"},
		{Pattern: "POST /people/{colleague}/absences", Name: "announceAbsenceFor", Action: authz.AbsenceName, Status: 201, Do: Tell(n.announceAbsenceFor, n.announcedAbsenceFor),
			Summary: "Have somebody other than oneself stand in for one of the firm’s people who cannot say so herself, in all of her spaces"},
		{Pattern: "POST /absences/{absence}/end", Name: "endAbsence", Action: authz.AbsenceEnd, Do: Tell(n.endAbsence, nil),
			Summary: "End an absence before its time: one’s own, one in which one stands in, or one that was announced for somebody, by who administers the firm"},
	}
}

// diffusionRows are one text to circles of several spaces, and what becomes of it.
func (n *Nouns) diffusionRows() []Operation {
	const one = "/diffusions/{diffusion}"
	return []Operation{
		{Pattern: "GET /diffusions", Name: "listDiffusions", Action: authz.DiffusionSee, Do: Ask(n.diffusions),
			Summary: "One’s own diffusions, the newest first"},
		{Pattern: "POST /diffusions", Name: "prepareDiffusion", Action: authz.DiffusionSend, Also: []authz.Action{authz.DiffusionSee}, Status: 201, Do: Tell(n.prepareDiffusion, n.preparedDiffusion),
			Summary: "Prepare a diffusion to circles of one space or of several; it reaches nobody, and answers with its preview"},
		{Pattern: "GET " + one, Name: "getDiffusion", Action: authz.DiffusionSee, Do: Ask(n.diffusion),
			Summary: "One diffusion: before it leaves, who would receive it, who would not, and why; afterwards, what became of it at each"},
		{Pattern: "PUT " + one, Name: "changeDiffusion", Action: authz.DiffusionSend, Also: []authz.Action{authz.DiffusionSee}, Do: Tell(n.changeDiffusion, n.changedDiffusion),
			Summary: "Give a draft other words, spaces, circles and documents"},
		{Pattern: "DELETE " + one, Name: "discardDiffusion", Action: authz.DiffusionSend, Do: Tell(n.discardDiffusion, nil),
			Summary: "Throw a draft away"},
		{Pattern: "POST " + one + "/send", Name: "sendDiffusion", Action: authz.DiffusionSend, Also: []authz.Action{authz.DiffusionSee}, Do: Tell(n.sendDiffusion, n.sentDiffusion),
			Summary: "Have it leave, now or at an instant, as a memo in each space; rights are decided again at that moment"},
		{Pattern: "POST " + one + "/cancel", Name: "cancelDiffusion", Action: authz.DiffusionSend, Also: []authz.Action{authz.DiffusionSee}, Do: Tell(n.cancelDiffusion, n.diffusionAgain),
			Summary: "Make a draft again of one that was to leave later"},
		{Pattern: "POST " + one + "/recall", Name: "recallDiffusion", Action: authz.DiffusionSend, Also: []authz.Action{authz.DiffusionSee, authz.MemoRecall}, Do: Tell(n.recallDiffusion, n.diffusionAgain),
			Summary: "Take its memos back from everybody outside the firm; the journal says for each whether it was ever read"},
		{Pattern: "GET " + one + "/file", Name: "getDiffusionFile", Action: authz.DiffusionSee, Long: true, Do: Give(forum.Media, n.diffusionFile),
			Summary: "The same as a CSV file, one line for each person"},
		{Pattern: "GET " + one + "/spaces/{space}/people/{person}/proof", Name: "getDiffusionProof", Action: authz.DiffusionSee, Do: Give(diffusion.Media, n.diffusionProof),
			Summary: "The proof for one recipient, to be verified offline (doc/diffusion-format.md)"},
	}
}

// groupRows are the groups of the firm's own people, and the spaces that they are in.
func (n *Nouns) groupRows() []Operation {
	return []Operation{
		{Pattern: "GET /places", Name: "listPlaces", Action: authz.FirmEnter, Do: Ask(n.places),
			Summary: "Who is in what, and by which group: of the spaces where one is on the firm’s side oneself"},
		{Pattern: "GET /places/file", Name: "getPlacesFile", Action: authz.FirmEnter, Long: true, Do: Give(forum.Media, n.placesFile),
			Summary: "The same for a spreadsheet, of all of one’s spaces"},
		{Pattern: "GET /groups", Name: "listGroups", Action: authz.GroupSee, Do: Ask(n.groups),
			Summary: "The groups of the firm’s own people, and who is in them"},
		{Pattern: "POST /groups", Name: "makeGroup", Action: authz.GroupKeep, Status: 201, Do: Tell(n.makeGroup, n.madeGroup),
			Summary: "Make a group, with nobody in it and in no space"},
		{Pattern: "PATCH /groups/{group}", Name: "renameGroup", Action: authz.GroupKeep, Do: Tell(n.renameGroup, n.renamedGroup),
			Summary: "Give a group another name"},
		{Pattern: "DELETE /groups/{group}", Name: "dissolveGroup", Action: authz.GroupKeep, Do: Tell(n.dissolveGroup, nil),
			Summary: "Dissolve a group: who was in a space by it alone is there no more"},
		{Pattern: "POST /groups/{group}/people", Name: "admitToGroup", Action: authz.GroupAdmit, Do: Tell(n.admitToGroup, n.admittedToGroup),
			Summary: "Let one of the firm’s people into a group, and from now on into the spaces that it is in"},
		{Pattern: "DELETE /groups/{group}/people/{colleague}", Name: "dismissFromGroup", Action: authz.GroupKeep, Do: Tell(n.dismissFromGroup, nil),
			Summary: "Take somebody out of a group, and out of the spaces where she was by it alone"},
		{Pattern: "GET /spaces/{space}/groups", Name: "listSpaceGroups", Action: authz.CircleSee, Do: Ask(n.spaceGroups),
			Summary: "The groups that are in a space, and who is there by each"},
		{Pattern: "POST /spaces/{space}/groups", Name: "attachGroup", Action: authz.GroupAttach, Status: 201, Do: Tell(n.attachGroup, n.attachedGroup),
			Summary: "Put a group into a space: its people, those who will join it too, are members of it from then on"},
		{Pattern: "DELETE /spaces/{space}/groups/{group}", Name: "detachGroup", Action: authz.GroupDetach, Do: Tell(n.detachGroup, nil),
			Summary: "Take a group out of a space, and who was there by it alone"},
	}
}

// noticeRows are when one is mailed, and of what.
func (n *Nouns) noticeRows() []Operation {
	return []Operation{
		{Pattern: "GET /notice-hours", Name: "getNoticeHours", Action: authz.NoticeSee, Do: Ask(n.noticeHours),
			Summary: "At which hours one is mailed that something is new, and the spaces of which one is not"},
		{Pattern: "PUT /notice-hours", Name: "chooseNoticeHours", Action: authz.NoticeChoose, Do: Tell(n.chooseHours, n.chosenHours),
			Summary: "Choose these hours, for oneself; what waits already is told by the new ones"},
		{Pattern: "POST /spaces/{space}/notice-level", Name: "chooseNoticeLevel", Action: authz.SpaceTell, Also: []authz.Action{authz.SpaceManage}, Do: Tell(n.tellSpace, n.toldSpace),
			Summary: "Choose what mails of a space may say of what is sent from now on; neutre takes it back"},
		{Pattern: "POST /spaces/{space}/members/{person}/retry", Name: "retryMember", Action: authz.SpaceInvite, Do: Tell(n.retryMember, nil),
			Summary: "Mail a member again whose mailbox refused a mail: at once, when she has not read something"},
		{Pattern: "POST /spaces/{space}/mute", Name: "muteSpace", Action: authz.NoticeChoose, Do: Tell(n.muteSpace, nil),
			Summary: "Be mailed of a space only what is expected of one; its lawyers see it"},
		{Pattern: "POST /spaces/{space}/unmute", Name: "unmuteSpace", Action: authz.NoticeChoose, Do: Tell(n.unmuteSpace, nil),
			Summary: "Be mailed again that something is new there"},
	}
}

// eventRows are what happens, as it happens.
func (n *Nouns) eventRows() []Operation {
	return []Operation{
		{Pattern: "GET /events", Name: "listEvents", Why: "event.Since gives what the rights of the moment let its holder see", Do: Ask(n.events),
			Summary: "What happened since a cursor, as far as one may see it now"},
		{Pattern: "GET /events/stream", Name: "streamEvents", Why: "event.Since gives what the rights of the moment let its holder see", Long: true, Do: Give("text/event-stream", n.stream),
			Summary: "The same as it happens (server-sent events); rights are decided again for each"},
	}
}

// webhookRows are who else is told.
func (n *Nouns) webhookRows() []Operation {
	const one = "/webhooks/{webhook}"
	return []Operation{
		{Pattern: "GET /webhooks", Name: "listWebhooks", Action: authz.FirmConnect, Do: Ask(n.webhooks),
			Summary: "The firm’s webhooks, the oldest first"},
		{Pattern: "POST /webhooks", Name: "createWebhook", Action: authz.FirmTell, Status: 201, Do: Tell(n.createWebhook, n.createdWebhook),
			Summary: "Tell an address what happens from now on, with one’s own rights; the secret is shown this once"},
		{Pattern: "GET " + one, Name: "getWebhook", Action: authz.FirmConnect, Do: Ask(n.webhook),
			Summary: "One webhook and how its deliveries stand"},
		{Pattern: "PUT " + one, Name: "changeWebhook", Action: authz.FirmTell, Do: Tell(n.changeWebhook, n.changedWebhook),
			Summary: "Give a webhook of one’s own another address and other kinds"},
		{Pattern: "DELETE " + one, Name: "endWebhook", Action: authz.FirmConnect, Do: Tell(n.endWebhook, nil),
			Summary: "Forget a webhook, its secrets and what waits for it"},
		{Pattern: "POST " + one + "/pause", Name: "pauseWebhook", Action: authz.FirmConnect, Do: Tell(n.pauseWebhook, n.settledWebhook),
			Summary: "Send nothing until it is resumed; nothing is lost"},
		{Pattern: "POST " + one + "/resume", Name: "resumeWebhook", Action: authz.FirmConnect, Do: Tell(n.resumeWebhook, n.settledWebhook),
			Summary: "Go on where it was paused"},
		{Pattern: "POST " + one + "/secret", Name: "rotateWebhook", Action: authz.FirmTell, Do: Tell(n.rotateWebhook, n.rotatedWebhook),
			Summary: "Sign with a new secret, shown this once; for a day the former one signs too"},
		{Pattern: "POST " + one + "/ping", Name: "pingWebhook", Action: authz.FirmConnect, Status: 202, Do: Tell(n.pingWebhook, nil),
			Summary: "Send a test that tells nothing"},
		{Pattern: "GET " + one + "/notices", Name: "listNotices", Action: authz.FirmConnect, Do: Ask(n.notices),
			Summary: "What was sent in the last thirty days, the newest first"},
		{Pattern: "POST " + one + "/notices/{notice}/replay", Name: "replayNotice", Action: authz.FirmConnect, Status: 202, Do: Tell(n.replayNotice, nil),
			Summary: "Send one notice again, under the same identifier"},
		{Pattern: "POST " + one + "/replay", Name: "replayNotices", Action: authz.FirmConnect, Status: 202, Do: Tell(n.replayNotices, nil),
			Summary: "Send again all that failed, or all since an instant"},
	}
}
