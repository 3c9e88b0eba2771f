package api

import (
	"slices"

	"cenacle/internal/absence"
	"cenacle/internal/agenda"
	"cenacle/internal/attest"
	"cenacle/internal/authz"
	"cenacle/internal/bundle"
	"cenacle/internal/circle"
	"cenacle/internal/conflict"
	"cenacle/internal/deposit"
	"cenacle/internal/depositlink"
	"cenacle/internal/diffusion"
	"cenacle/internal/dire"
	"cenacle/internal/dispatch"
	"cenacle/internal/document"
	"cenacle/internal/event"
	"cenacle/internal/firm"
	"cenacle/internal/forum"
	"cenacle/internal/freeze"
	"cenacle/internal/group"
	"cenacle/internal/guard"
	"cenacle/internal/hold"
	"cenacle/internal/hostname"
	"cenacle/internal/invitation"
	"cenacle/internal/journal"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/notice"
	"cenacle/internal/offer"
	"cenacle/internal/overview"
	"cenacle/internal/preview"
	"cenacle/internal/question"
	"cenacle/internal/quota"
	"cenacle/internal/request"
	"cenacle/internal/sanction"
	"cenacle/internal/slot"
	"cenacle/internal/space"
	"cenacle/internal/support"
	"cenacle/internal/vigilance"
	"cenacle/internal/webhook"
)

// Nouns are the use cases that the operations call.
type Nouns struct {
	Firms       *firm.Service
	Plans       *quota.Service
	Circles     *circle.Service
	Spaces      *space.Service
	Documents   *document.Service
	Deposits    *deposit.Service
	Requests    *request.Service
	Holds       *hold.Service
	Freezes     *freeze.Service
	Guard       *guard.Service
	Conflicts   *conflict.Service
	Memos       *memo.Service
	Agendas     *agenda.Service
	Forums      *forum.Service
	Dispatch    *dispatch.Service
	Attests     *attest.Service
	Notices     *notice.Service
	Absences    *absence.Service
	Diffusions  *diffusion.Service
	Groups      *group.Service
	Supports    *support.Service
	Hosts       *hostname.Service
	Invitations *invitation.Service
	Letterboxes *depositlink.Service
	Slots       *slot.Service
	Offers      *offer.Service
	Dires       *dire.Service
	Questions   *question.Service
	Vigilance   *vigilance.Service
	Sanctions   *sanction.Service
	Bundles     *bundle.Service
	Previews    *preview.Service
	Lifecycle   *lifecycle.Service
	Overview    *overview.Service
	Events      *event.Service
	Webhooks    *webhook.Service
}

// files is what sending a file is instead, by who sends it and what for.
var files = []authz.Action{authz.DepositMake, authz.DocumentParty, authz.DocumentManage}

// Routes is the table, read top to bottom: all that a program can ask.
func Routes(n *Nouns) []Operation {
	return slices.Concat(
		n.linkRows(),
		n.firmRows(),
		n.spaceRows(),
		n.documentRows(),
		n.forumRows(),
		n.offerRows(),
		n.direRows(),
		n.questionRows(),
		n.trashRows(),
		n.accessRows(),
		n.uploadRows(),
		n.depositRows(),
		n.requestRows(),
		n.memoRows(),
		n.diffusionRows(),
		n.agendaRows(),
		n.vigilanceRows(),
		n.waitRows(),
		n.noticeRows(),
		n.absenceRows(),
		n.groupRows(),
		n.hostRows(),
		n.supportRows(),
		n.eventRows(),
		n.webhookRows(),
	)
}

// linkRows let a client be served through the API alone.
func (n *Nouns) linkRows() []Operation {
	return []Operation{
		{Pattern: "POST /links/peek", Name: "peekLink", Open: true, Why: "tells what a link is and consumes nothing", Do: Ask(n.peek),
			Summary: "What a mailed link is; this does not use it"},
		{Pattern: "POST /links/use", Name: "useLink", Open: true, Why: "invitation.Use opens the one space the link is bound to", Do: Ask(n.useLink),
			Summary: "Use a mailed link, once: answers with a token for its space alone"},
		{Pattern: "POST /links/renew", Name: "renewLink", Open: true, Why: "mails a new link to the address the old one was sent to", Do: Ask(n.renewLink),
			Summary: "Ask for a new link in the place of one that was used or has expired"},
	}
}

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

// spaceRows are spaces and who is in them.
func (n *Nouns) spaceRows() []Operation {
	return []Operation{
		{Pattern: "GET /models", Name: "listModels", Why: "what the program carries, the same everywhere", Do: Ask(n.models),
			Summary: "What a space can open with"},
		{Pattern: "GET /spaces", Name: "listSpaces", Action: authz.SpaceSee, Do: Ask(n.spaces),
			Summary: "One’s own spaces, the last changed first"},
		{Pattern: "POST /conflicts", Name: "searchConflicts", Action: authz.ConflictSearch, Do: Ask(n.conflicts),
			Summary: "Whether the firm knows names, as whose, and whom to speak to: no file is revealed"},
		{Pattern: "POST /spaces", Name: "openSpace", Action: authz.SpaceOpen, Status: 201, Do: Tell(n.openSpace, n.openedSpace),
			Summary: "Open a space for a client, who gets a mail with her link"},
		{Pattern: "GET /spaces/{space}", Name: "getSpace", Action: authz.SpaceSee, Do: Ask(n.space),
			Summary: "A space: its matters, folders, circles and the people one may know of"},
		{Pattern: "PATCH /spaces/{space}", Name: "renameSpace", Action: authz.SpaceManage, Do: Tell(n.renameSpace, n.renamedSpace),
			Summary: "Give a space another name"},
		{Pattern: "GET /spaces/{space}/members", Name: "listMembers", Action: authz.CircleSee, Do: Ask(n.members),
			Summary: "Who is or was in a space, and in which circles"},
		{Pattern: "POST /spaces/{space}/members", Name: "addMember", Action: authz.SpaceManage, Status: 201, Do: Tell(n.addMember, n.addedMember),
			Summary: "Let a colleague, or somebody from outside the firm, into a space"},
		{Pattern: "DELETE /spaces/{space}/members/{person}", Name: "removeMember", Action: authz.SpaceManage, Do: Tell(n.removeMember, nil),
			Summary: "End a membership from now on; links sent to her open nothing more"},
		{Pattern: "PUT /spaces/{space}/members/{person}/review", Name: "keepMember", Action: authz.ReviewKeep, Do: Tell(n.keepMember, nil),
			Summary: "Have somebody from outside keep her access until it is reviewed again: the act of who answers for the space"},
		{Pattern: "POST /spaces/{space}/members/{person}/invite", Name: "inviteMember", Action: authz.SpaceInvite, Do: Tell(n.invite, nil),
			Summary: "Mail a member from outside the firm a new link"},
		{Pattern: "POST /spaces/{space}/members/{person}/see", Name: "seeAsMember", Action: authz.SpaceSeeAs, Do: Tell(n.seeAs, n.seenAs),
			Summary: "What a member from outside the firm sees, less what one may not see oneself; the journal says so, and nothing counts as read"},
		{Pattern: "PUT /spaces/{space}/lead", Name: "handSpace", Action: authz.SpaceHand, Do: Tell(n.handSpace, nil),
			Summary: "Have another lawyer answer for a space: the act of who does, who stays as her colleague"},
		{Pattern: "GET /spaces/{space}/walls", Name: "listWalls", Action: authz.WallSee, Do: Ask(n.walls),
			Summary: "Whom a lawyer keeps out of a space, and why; for its lawyers alone"},
		{Pattern: "POST /spaces/{space}/walls", Name: "raiseWall", Action: authz.WallRaise, Do: Tell(n.raiseWall, nil),
			Summary: "Keep somebody out of a space, at once and on every way in; she is not told, and nobody adds her meanwhile"},
		{Pattern: "POST /spaces/{space}/walls/{person}/lift", Name: "liftWall", Action: authz.WallLift, Do: Tell(n.liftWall, nil),
			Summary: "Let somebody be added to a space again; it gives nothing back"},
		{Pattern: "POST /spaces/{space}/circles", Name: "makeCircle", Action: authz.CircleMake, Status: 201, Do: Tell(n.makeCircle, n.madeCircle),
			Summary: "Name a circle and let its first people in; oneself and the lawyer in charge are in it too"},
		{Pattern: "GET /spaces/{space}/circles/{named}", Name: "getCircle", Action: authz.CircleSee, Do: Ask(n.circle),
			Summary: "A named circle: who is in it, since when, and who let her in"},
		{Pattern: "PATCH /spaces/{space}/circles/{named}", Name: "renameCircle", Action: authz.CircleTend, Do: Tell(n.renameCircle, n.renamedCircle),
			Summary: "Give a named circle another name"},
		{Pattern: "POST /spaces/{space}/circles/{named}/people", Name: "admitToCircle", Action: authz.CircleTend, Do: Tell(n.admit, n.admitted),
			Summary: "Let a member of the space into a named circle from now on"},
		{Pattern: "DELETE /spaces/{space}/circles/{named}/people/{person}", Name: "dismissFromCircle", Action: authz.CircleTend, Do: Tell(n.dismiss, nil),
			Summary: "Take somebody out of a named circle at once"},
		{Pattern: "GET /spaces/{space}/recipients", Name: "previewRecipients", Action: authz.CircleSee, Do: Ask(n.recipients),
			Summary: "Who would see a document sent to these circles, who would not, and why"},
		{Pattern: "GET /spaces/{space}/parties", Name: "listParties", Action: authz.CircleSee, Do: Ask(n.parties),
			Summary: "The adverse parties of a space"},
		{Pattern: "POST /spaces/{space}/parties", Name: "addParty", Action: authz.SpaceManage, Status: 201, Do: Tell(n.addParty, n.addedParty),
			Summary: "Name an adverse party: before each sending, none of them may be among the recipients"},
		{Pattern: "DELETE /spaces/{space}/parties/{party}", Name: "removeParty", Action: authz.SpaceManage, Do: Tell(n.removeParty, nil),
			Summary: "Take an adverse party away"},
		{Pattern: "GET /spaces/{space}/aliases", Name: "listAliases", Action: authz.CircleSee, Do: Ask(n.aliases),
			Summary: "The other names under which the client’s side of a space is known"},
		{Pattern: "POST /spaces/{space}/aliases", Name: "addAlias", Action: authz.SpaceManage, Status: 201, Do: Tell(n.addAlias, n.addedAlias),
			Summary: "Note another name: the firm’s search for conflicts finds it"},
		{Pattern: "DELETE /spaces/{space}/aliases/{alias}", Name: "removeAlias", Action: authz.SpaceManage, Do: Tell(n.removeAlias, nil),
			Summary: "Take another name away"},
		{Pattern: "PUT /approval", Name: "demandApprovalEverywhere", Action: authz.FirmApproval, Do: Tell(n.demandEverywhere, nil),
			Summary: "Demand that what goes from any space to people outside the firm is approved before, or no longer"},
		{Pattern: "GET /approval", Name: "getApprovalDemandEverywhere", Action: authz.FirmPeopleSee, Do: Ask(n.demandedEverywhere),
			Summary: "Whether all spaces demand approval"},
		{Pattern: "PUT /spaces/{space}/approval", Name: "demandApproval", Action: authz.ApprovalDemand, Do: Tell(n.demandApproval, nil),
			Summary: "Demand, or not, that what goes to people outside the firm is approved before"},
		{Pattern: "GET /spaces/{space}/approval", Name: "getApprovalDemand", Action: authz.CircleSee, Do: Ask(n.approvalDemand),
			Summary: "Whether a space demands approval before sending"},
		{Pattern: "POST /spaces/{space}/folders", Name: "addFolder", Action: authz.SpaceManage, Status: 201, Do: Tell(n.addFolder, n.addedFolder),
			Summary: "Make a folder in a tray, or inside another folder"},
		{Pattern: "PUT /folders/{folder}", Name: "moveFolder", Action: authz.SpaceManage, Do: Tell(n.moveFolder, nil),
			Summary: "Give a folder another name, another place in its tray, or both"},
		{Pattern: "GET /folders/{folder}/audience", Name: "getFolderAudience", Action: authz.CircleSee, Do: Ask(n.folderAudience),
			Summary: "To whom a folder addresses by itself what is filed into it"},
		{Pattern: "PUT /folders/{folder}/audience", Name: "addressFolder", Action: authz.SpaceManage, Do: Tell(n.addressFolder, n.addressedFolder),
			Summary: "Choose to whom a folder addresses by itself; what lies in it already stays as it is"},
	}
}

// documentRows are documents and their bytes.
func (n *Nouns) documentRows() []Operation {
	return []Operation{
		{Pattern: "GET /spaces/{space}/documents", Name: "listDocuments", Action: authz.DocumentRead, Do: Ask(n.documents),
			Summary: "The documents of a space that one may see, the newest first"},
		{Pattern: "POST /spaces/{space}/documents", Name: "fileDocument", Action: authz.DocumentFile, Also: files, Status: 201,
			Long: true, Body: -1, Takes: "application/octet-stream", Do: Tell(n.file, n.filed),
			Summary: "File a document, or its next version, in one request; a client deposits one"},
		{Pattern: "GET /documents/{document}", Name: "getDocument", Action: authz.DocumentRead, Do: Ask(n.document),
			Summary: "A document with its versions and readers; this marks nothing as read"},
		{Pattern: "GET /documents/{document}/why", Name: "explainDocument", Action: authz.DocumentWhy, Do: Ask(n.documentWhy),
			Summary: "Who sees a document and who does not, and the reason of the rule for each; for the firm’s side alone"},
		{Pattern: "PATCH /documents/{document}", Name: "reviseDocument", Action: authz.DocumentManage, Do: Tell(n.revise, n.revised),
			Summary: "Give a document another title, or move it within its space"},
		{Pattern: "POST /documents/{document}/undo", Name: "undoDocument", Action: authz.DocumentManage, Do: Tell(n.undoDocument, n.restoredDocument),
			Summary: "Take the last renaming or moving of a document back"},
		{Pattern: "DELETE /documents/{document}", Name: "deleteDocument", Action: authz.DocumentManage, Do: Tell(n.deleteDocument, nil),
			Summary: "Take a document away from everybody; for thirty days it can be restored, then it is erased"},
		{Pattern: "POST /documents/{document}/restore", Name: "restoreDocument", Action: authz.DocumentManage, Do: Tell(n.restoreDocument, n.restoredDocument),
			Summary: "Bring a deleted document back"},
		{Pattern: "POST /documents/{document}/address", Name: "addressDocument", Action: authz.DocumentAddress, Do: Tell(n.address, n.addressed),
			Summary: "Send a document to further circles"},
		{Pattern: "GET /documents/{document}/examine", Name: "examineSending", Action: authz.DocumentAddress, Do: Ask(n.examine),
			Summary: "What would look like the wrong recipient if a document went to these circles too"},
		{Pattern: "PUT /documents/{document}/release", Name: "setRelease", Action: authz.DocumentRelease, Do: Tell(n.releaseAt, n.releasedAt),
			Summary: "Have a document come onto the common table at an instant; until then nobody else sees it"},
		{Pattern: "DELETE /documents/{document}/release", Name: "cancelRelease", Action: authz.DocumentRelease, Do: Tell(n.cancelRelease, nil),
			Summary: "Take back that a document comes onto the common table by itself"},
		{Pattern: "POST /documents/{document}/release", Name: "releaseDocument", Action: authz.DocumentRelease, Do: Tell(n.release, n.released),
			Summary: "Put a document onto the common table of a forum, before all parties: a guest what lies in the private tray of her party, a lawyer what the firm has"},
		{Pattern: "POST /documents/{document}/recall", Name: "recallDocument", Action: authz.DocumentAddress, Do: Tell(n.recall, n.recalled),
			Summary: "Take a document back from everybody outside the firm, with who had opened it and when"},
		{Pattern: "POST /documents/{document}/approval", Name: "approveDocument", Action: authz.DocumentApprove, Do: Tell(n.approve, n.approved),
			Summary: "Approve or refuse the exact bytes of a document; approved, it goes to whom it was to go"},
		{Pattern: "GET /documents/{document}/nature", Name: "previewNatures", Action: authz.DocumentClassify, Do: Ask(n.natures),
			Summary: "Who would lose or gain a document with each legal nature"},
		{Pattern: "PUT /documents/{document}/nature", Name: "classifyDocument", Action: authz.DocumentClassify, Do: Tell(n.classify, n.classified),
			Summary: "Decide the legal nature of a document: a lawyer’s act"},
		{Pattern: "GET /documents/{document}/content", Name: "getContent", Action: authz.DocumentRead, Long: true, Do: Give("application/octet-stream", n.content),
			Summary: "The original bytes, whole or in part (RFC 9110, 14); the journal says who took them, and they count as read"},
		{Pattern: "GET /documents/{document}/versions/{version}/content", Name: "getVersionContent", Action: authz.DocumentRead, Long: true, Do: Give("application/octet-stream", n.versionContent),
			Summary: "The bytes of an earlier version"},
		{Pattern: "GET /search", Name: "searchDocuments", Action: authz.DocumentRead, Do: Ask(n.search),
			Summary: "Documents of all one’s spaces by the words of their titles and contents"},
	}
}

// accessRows are who opened a space, and shutting it.
func (n *Nouns) accessRows() []Operation {
	return []Operation{
		{Pattern: "GET /spaces/{space}/openings", Name: "listOpenings", Action: authz.SpaceAccess, Do: Ask(n.openings),
			Summary: "Who opened what of a space that one may read oneself, the operator included, the newest first"},
		{Pattern: "GET /spaces/{space}/freeze", Name: "getFreeze", Action: authz.CircleSee, Do: Ask(n.freezeOf),
			Summary: "Whether a space is frozen, since when and by whom"},
		{Pattern: "POST /spaces/{space}/freeze", Name: "freezeSpace", Action: authz.SpaceFreeze, Do: Tell(n.freeze, nil),
			Summary: "Shut everyone outside the firm out of a space, at once: sessions, links, programs and drives"},
		{Pattern: "POST /spaces/{space}/thaw", Name: "thawSpace", Action: authz.SpaceThaw, Do: Tell(n.thaw, nil),
			Summary: "Let those in again who were shut out, as they were, for a reason"},
	}
}

// offerRows are what parties offer each other, sealed.
func (n *Nouns) offerRows() []Operation {
	return []Operation{
		{Pattern: "GET /spaces/{space}/offers", Name: "listOffers", Action: authz.OfferSee, Do: Ask(n.listOffers),
			Summary: "Rounds of sealed offers, the newest first: to the firm’s side all of them, to a party those that it takes part in"},
		{Pattern: "POST /spaces/{space}/offers", Name: "askOffers", Action: authz.OfferAsk, Status: 201, Do: Tell(n.askOffers, n.askedOffers),
			Summary: "Begin a round of sealed offers among parties of a forum, who are told"},
		{Pattern: "GET /spaces/{space}/offers/{round}", Name: "getOffers", Action: authz.OfferSee, Do: Ask(n.offerRound),
			Summary: "One round: who has committed itself to what hash, and once all are opened the offers"},
		{Pattern: "GET /spaces/{space}/offers/{round}/file", Name: "getOfferFile", Action: authz.OfferSee, Do: Give(offer.Media, n.offerFile),
			Summary: "An opened round as one file that verifies without us: the sealed offers, their secrets, the lines of the journal and their proofs"},
		{Pattern: "POST /spaces/{space}/offers/{round}/put", Name: "putOffer", Action: authz.OfferPut, Do: Tell(n.putOffer, n.hasPutOffer),
			Summary: "Put in the offer of one’s party, sealed under a secret that the house does not have"},
		{Pattern: "POST /spaces/{space}/offers/{round}/withdraw", Name: "withdrawOffer", Action: authz.OfferPut, Do: Tell(n.withdrawOffer, nil),
			Summary: "Take the offer of one’s party away, before all are in or once the round has lapsed"},
		{Pattern: "POST /spaces/{space}/offers/{round}/unlock", Name: "unlockOffers", Action: authz.OfferPut, Do: Tell(n.unlockOffers, n.unlockedOffers),
			Summary: "Hand in the secret of one’s party, once all are in; with the last one all are opened, or none if one was altered"},
	}
}

// direRows are what parties observe before the expert, and the answers.
func (n *Nouns) direRows() []Operation {
	return []Operation{
		{Pattern: "GET /spaces/{space}/dires", Name: "listDires", Action: authz.DireSee, Do: Ask(n.dires),
			Summary: "What the parties of a forum observe before the expert (dires), line by line, with the answers and the last day"},
		{Pattern: "GET /spaces/{space}/dires/paper", Name: "getDirePaper", Action: authz.DireSee, Long: true, Do: Give(dire.PDF, n.direPaper),
			Summary: "All of them with their answers as one PDF, to be annexed to a report"},
		{Pattern: "GET /spaces/{space}/dires/file", Name: "getDireFile", Action: authz.DireSee, Long: true, Do: Give(forum.Media, n.direFile),
			Summary: "The same for a spreadsheet, a row for each line"},
		{Pattern: "GET /spaces/{space}/dires/draft", Name: "getDireDraft", Action: authz.DireSee, Do: Ask(n.direDraft),
			Summary: "The dire that one is writing, cut into lines as it would be filed"},
		{Pattern: "PUT /spaces/{space}/dires/draft", Name: "saveDireDraft", Action: authz.DireFile, Do: Tell(n.saveDire, nil),
			Summary: "Keep what one has written so far; a draft of nothing is dropped"},
		{Pattern: "POST /spaces/{space}/dires", Name: "fileDire", Action: authz.DireFile, Status: 201, Do: Tell(n.fileDire, n.filedDire),
			Summary: "File a dire for one’s party: it is before all parties at once, under its numbers, and is never changed"},
		{Pattern: "PUT /spaces/{space}/dires/day", Name: "setDireDay", Action: authz.DireAnswer, Do: Tell(n.setDireDay, nil),
			Summary: "Set the last day for dires: what comes later is taken, and says so"},
		{Pattern: "GET /spaces/{space}/dires/{dire}", Name: "getDire", Action: authz.DireSee, Do: Ask(n.getDire),
			Summary: "One dire; that a party other than its own has opened it is recorded"},
		{Pattern: "PUT /spaces/{space}/dires/{dire}/answers", Name: "saveDireAnswers", Action: authz.DireAnswer, Do: Tell(n.saveAnswers, nil),
			Summary: "Keep answers to lines of a dire that are being written, for all who may answer"},
		{Pattern: "POST /spaces/{space}/dires/{dire}/answers", Name: "publishDireAnswers", Action: authz.DireAnswer, Do: Tell(n.publishAnswers, nil),
			Summary: "Answer lines of a dire before all parties, once each; the others stay open"},
	}
}

// questionRows are what parties ask the firm, or whoever conducts the assessment.
func (n *Nouns) questionRows() []Operation {
	const one = "/spaces/{space}/questions/{question}"
	return []Operation{
		{Pattern: "GET /spaces/{space}/forum/pattern", Name: "getForumPattern", Action: authz.SpaceSee, Do: Ask(n.forumPattern),
			Summary: "Who sees what the parties of a forum bring and ask from now on"},
		{Pattern: "PUT /spaces/{space}/forum/pattern", Name: "setForumPattern", Action: authz.ForumSet, Do: Tell(n.setForumPattern, n.forumPatternSet),
			Summary: "Say it, for what comes from now on: what has come before stays as it was"},
		{Pattern: "GET /spaces/{space}/forum/demand", Name: "getForumDemand", Action: authz.SpaceSee, Do: Ask(n.forumDemand),
			Summary: "How surely the people of a forum show who they are, to enter it"},
		{Pattern: "PUT /spaces/{space}/forum/demand", Name: "setForumDemand", Action: authz.ForumDemand, Do: Tell(n.setForumDemand, nil),
			Summary: "Demand it of everybody in the forum, on every way; the expert’s to say, where there is one"},
		{Pattern: "GET /spaces/{space}/questions", Name: "listQuestions", Action: authz.QuestionSee, Do: Ask(n.listQuestions),
			Summary: "The questions of a forum that are for oneself, the newest first, with their answers"},
		{Pattern: "POST /spaces/{space}/questions", Name: "askQuestion", Action: authz.QuestionAsk, Status: 201, Do: Tell(n.askQuestion, n.askedQuestion),
			Summary: "Ask on behalf of one’s party: numbered, for whom the forum says at this moment"},
		{Pattern: "GET " + one, Name: "getQuestion", Action: authz.QuestionSee, Do: Ask(n.question),
			Summary: "One question, with what was answered to each of its lines"},
		{Pattern: "POST " + one + "/answer", Name: "answerQuestion", Action: authz.QuestionAnswer, Do: Tell(n.answerQuestion, n.answeredQuestion),
			Summary: "Answer lines of it, for exactly whom it is for; a document that is referred to is one that all have before them"},
		{Pattern: "POST " + one + "/withdraw", Name: "withdrawQuestion", Action: authz.QuestionWithdraw, Do: Tell(n.withdrawQuestion, nil),
			Summary: "Take a question of one’s party back, before anything is answered to it"},
	}
}

// forumRows are what parties put before each other.
func (n *Nouns) forumRows() []Operation {
	return []Operation{
		{Pattern: "GET /spaces/{space}/exhibits", Name: "listExhibits", Action: authz.DocumentRead, Do: Ask(n.exhibits),
			Summary: "What each party of a forum has communicated, under its numbers, as far as one may read it"},
		{Pattern: "GET /spaces/{space}/exhibits/file", Name: "getExhibitFile", Action: authz.DocumentRead, Long: true, Do: Give(forum.Media, n.exhibitFile),
			Summary: "The same for a spreadsheet, in the language that is accepted"},
		{Pattern: "GET /spaces/{space}/exhibits/{version}/stamped", Name: "getStampedExhibit", Action: authz.DocumentRead, Long: true, Do: Give(dispatch.PDF, n.stampedExhibit),
			Summary: "The stamped copy of an exhibit: its bytes and then the stamp; of one that is no PDF, the cover sheet that goes before it"},
		{Pattern: "POST /spaces/{space}/exhibits/pack", Name: "packExhibits", Action: authz.DocumentRead, Long: true, Do: Give(dispatch.Media, n.packExhibits),
			Summary: "All that a party has communicated, stamped, in messages of the size that a court or a lawyer takes, the list of exhibits first, as one ZIP file; each recorded as a download"},
		{Pattern: "PUT /spaces/{space}/circles/{named}/paper", Name: "branchParty", Action: authz.PaperServe, Do: Tell(n.branch, nil),
			Summary: "Reach a party of a forum on paper: what comes before all does not wait for a reader of it"},
		{Pattern: "DELETE /spaces/{space}/circles/{named}/paper", Name: "unbranchParty", Action: authz.PaperServe, Do: Tell(n.unbranch, nil),
			Summary: "Reach a party here alone again"},
		{Pattern: "POST /spaces/{space}/circles/{named}/services", Name: "serveExhibits", Action: authz.PaperServe, Do: Tell(n.serveExhibits, nil),
			Summary: "Say that exhibits were handed to a party that is reached on paper: when and how"},
		{Pattern: "GET /spaces/{space}/register", Name: "getRegister", Action: authz.RegisterSee, Do: Ask(n.register),
			Summary: "When each party of a forum was told of each exhibit, and opened it; outside the firm one’s own party alone, to an expert or a clerk all of them"},
		{Pattern: "GET /spaces/{space}/forum/instant", Name: "getForumInstant", Action: authz.SpaceSee, Do: Ask(n.forumInstant),
			Summary: "When the parties of a forum communicate: what they have set for that instant comes before all"},
		{Pattern: "PUT /spaces/{space}/forum/instant", Name: "setForumInstant", Action: authz.ForumSet, Do: Tell(n.setForumInstant, n.forumInstantSet),
			Summary: "Set that instant, or another one: what was set for the former one follows, and the parties are told"},
		{Pattern: "DELETE /spaces/{space}/forum/instant", Name: "cancelForumInstant", Action: authz.ForumSet, Do: Tell(n.cancelForumInstant, nil),
			Summary: "Take it back: what was set for it comes by itself no more"},
		{Pattern: "GET /spaces/{space}/attestations", Name: "listAttestations", Action: authz.RegisterSee, Do: Ask(n.attestations),
			Summary: "The attestations of adversarial exchange of a forum, as far as one may read its register"},
		{Pattern: "POST /spaces/{space}/attestations", Name: "drawAttestation", Action: authz.AttestDraw, Also: []authz.Action{authz.RegisterSee}, Status: 201, Do: Tell(n.attest, n.attestedAgain),
			Summary: "Attest what one reads in the register, as it is now"},
		{Pattern: "GET /spaces/{space}/attestations/{attestation}/file", Name: "getAttestationFile", Action: authz.RegisterSee, Do: Give(attest.Media, n.attestationFile),
			Summary: "An attestation with the entries of the journal that prove it, to be verified offline (doc/attestation-format.md)"},
		{Pattern: "GET /spaces/{space}/register/file", Name: "getRegisterFile", Action: authz.RegisterSee, Long: true, Do: Give(forum.Media, n.registerFile),
			Summary: "The same for a spreadsheet, in the language that is accepted"},
	}
}

// trashRows are what was deleted, and what keeps it.
func (n *Nouns) trashRows() []Operation {
	return []Operation{
		{Pattern: "POST /spaces/{space}/zip", Name: "packDocuments", Action: authz.DocumentRead, Long: true, Do: Give("application/zip", n.pack),
			Summary: "Documents as one ZIP file with an index of their SHA-256, each recorded as a download of its own"},
		{Pattern: "POST /spaces/{space}/import", Name: "previewImport", Action: authz.DocumentFile, Do: Ask(n.previewImport),
			Summary: "What filing a folder tree would do: folders to make, bytes that are there, names refused; nothing is written"},
		{Pattern: "GET /documents/{document}/archive", Name: "previewArchive", Action: authz.DocumentFile, Also: []authz.Action{authz.DocumentRead}, Long: true, Do: Ask(n.previewArchive),
			Summary: "What unpacking a ZIP file of the space would do; nothing is written"},
		{Pattern: "POST /documents/{document}/archive", Name: "unpackArchive", Action: authz.DocumentFile, Also: []authz.Action{authz.DocumentRead}, Long: true, Do: Tell(n.unpack, nil),
			Summary: "File what a ZIP file holds, for the firm alone; asked again, it goes on and files no bytes twice"},
		{Pattern: "POST /documents/{document}/scan", Name: "scanAgain", Action: authz.DocumentManage, Long: true, Do: Tell(n.scanAgain, nil),
			Summary: "Ask the virus scanner now about a document that it has not been able to look at"},
		{Pattern: "POST /documents/{document}/straight", Name: "straightenPhoto", Action: authz.DocumentFile, Also: []authz.Action{authz.DocumentRead, authz.DepositMake}, Status: 201, Long: true, Do: Tell(n.straighten, nil),
			Summary: "Make the sheet of paper in a photograph a PDF beside it, straightened and cropped; asked again, it is the same document"},
		{Pattern: "GET /spaces/{space}/trash", Name: "listTrash", Action: authz.TrashSee, Do: Ask(n.trash),
			Summary: "Deleted documents of a space that one may restore, the last deleted first"},
		{Pattern: "GET /spaces/{space}/holds", Name: "listHolds", Action: authz.HoldSee, Do: Ask(n.holds),
			Summary: "What keeps documents of a space from being erased, the latest first"},
		{Pattern: "POST /spaces/{space}/holds", Name: "placeHold", Action: authz.HoldKeep, Status: 201, Do: Tell(n.placeHold, n.placedHold),
			Summary: "Keep a space, or one document of it, from being erased"},
		{Pattern: "GET /holds/{hold}", Name: "getHold", Action: authz.HoldSee, Do: Ask(n.hold),
			Summary: "One hold"},
		{Pattern: "POST /holds/{hold}/lift", Name: "liftHold", Action: authz.HoldKeep, Do: Tell(n.liftHold, n.liftedHold),
			Summary: "End a hold, for a reason"},
	}
}

// uploadRows are uploads that survive a cut: the protocol tus 1.0.0.
func (n *Nouns) uploadRows() []Operation {
	return []Operation{
		{Pattern: "GET /spaces/{space}/uploads", Name: "listUploads", Action: authz.DocumentFile, Also: files, Do: Ask(n.uploads),
			Summary: "One’s own unfinished uploads in a space"},
		{Pattern: "OPTIONS /spaces/{space}/uploads", Name: "describeUploads", Why: "says what is spoken, the same everywhere", Status: 204, Do: Give("", n.tusOptions),
			Summary: "What of the protocol is spoken"},
		{Pattern: "POST /spaces/{space}/uploads", Name: "beginUpload", Action: authz.DocumentFile, Also: files, Status: 201, Do: Give("", n.announce).settled(),
			Summary: "Announce a file; Location tells where its bytes go"},
		{Pattern: "HEAD /uploads/{upload}", Name: "getUpload", Action: authz.DocumentFile, Also: files, Status: 200, Do: Give("", n.offset),
			Summary: "Where an upload goes on (Upload-Offset)"},
		{Pattern: "PATCH /uploads/{upload}", Name: "continueUpload", Action: authz.DocumentFile, Also: files, Status: 204,
			Long: true, Body: -1, Takes: "application/offset+octet-stream", Do: Give("", n.more),
			Summary: "Send bytes from the offset on; with the last one the document exists (Upload-Document)"},
		{Pattern: "DELETE /uploads/{upload}", Name: "giveUpUpload", Action: authz.DocumentFile, Also: files, Status: 204, Do: Give("", n.giveUp),
			Summary: "Forget an upload and its bytes"},
	}
}

// depositRows are deposits and their receipts.
func (n *Nouns) depositRows() []Operation {
	return []Operation{
		{Pattern: "GET /spaces/{space}/deposits", Name: "listDeposits", Action: authz.DepositSee, Do: Ask(n.deposits),
			Summary: "Deposits, the newest first: all for the firm’s side, one’s own for others"},
		{Pattern: "GET /spaces/{space}/deposits/open", Name: "getOpenDeposit", Action: authz.DepositMake, Do: Ask(n.openDeposit),
			Summary: "One’s own open deposit, with what is in it and what is still on its way"},
		{Pattern: "GET /spaces/{space}/deposits/{deposit}", Name: "getDeposit", Action: authz.DepositSee, Do: Ask(n.deposit),
			Summary: "A deposit with its documents"},
		{Pattern: "POST /spaces/{space}/deposits/close", Name: "closeDeposit", Action: authz.DepositMake, Do: Tell(n.closeDeposit, n.closedDeposit),
			Summary: "“J’ai terminé”: end the deposit; the receipt is the answer"},
		{Pattern: "GET /spaces/{space}/deposit-links", Name: "listDepositLinks", Action: authz.SpaceInvite, Do: Ask(n.depositLinks),
			Summary: "The deposit links of a space, the newest first"},
		{Pattern: "POST /spaces/{space}/deposit-links", Name: "makeDepositLink", Action: authz.SpaceInvite, Status: 201, Do: Tell(n.makeDepositLink, n.madeDepositLink),
			Summary: "Mail one person a link by which she hands documents in without an account"},
		{Pattern: "POST /deposit-links/{link}/resend", Name: "resendDepositLink", Action: authz.SpaceInvite, Do: Tell(n.resendDepositLink, nil),
			Summary: "Mail a deposit link again; the one in the earlier mail opens nothing more"},
		{Pattern: "POST /deposit-links/{link}/revoke", Name: "revokeDepositLink", Action: authz.SpaceInvite, Do: Tell(n.revokeDepositLink, nil),
			Summary: "End a deposit link at once, and what is under way by it"},
		{Pattern: "GET /spaces/{space}/receipts", Name: "listReceipts", Action: authz.ReceiptRead, Do: Ask(n.receipts),
			Summary: "The last receipts of a space: all for the firm’s side, one’s own for others"},
		{Pattern: "GET /receipts/{receipt}", Name: "getReceipt", Action: authz.ReceiptRead, Do: Ask(n.receipt),
			Summary: "A receipt and what it says"},
		{Pattern: "GET /receipts/{receipt}/file", Name: "getReceiptFile", Action: authz.ReceiptRead, Do: Give(journal.ReceiptMedia, n.receiptFile),
			Summary: "The receipt as one file that verifies when nothing else is left"},
	}
}

// memoRows are the conversation.
func (n *Nouns) memoRows() []Operation {
	return []Operation{
		{Pattern: "GET /spaces/{space}/memos", Name: "listMemos", Action: authz.MemoRead, Do: Ask(n.memos),
			Summary: "The conversation of a space, or of one document, the newest first; this marks nothing as read"},
		{Pattern: "POST /spaces/{space}/memos", Name: "writeMemo", Action: authz.MemoWrite, Also: []authz.Action{authz.MemoInternal}, Status: 201, Do: Tell(n.write, n.written),
			Summary: "Send a memo"},
		{Pattern: "POST /spaces/{space}/memos/{memo}/acknowledge", Name: "acknowledgeMemo", Action: authz.MemoAcknowledge, Do: Tell(n.acknowledge, n.acknowledged),
			Summary: "Answer, once and for good, that one has read, understood or approves a memo that asks for it, or contests it"},
		{Pattern: "GET /spaces/{space}/memos/{memo}/why", Name: "explainMemo", Action: authz.MemoWhy, Do: Ask(n.memoWhy),
			Summary: "Who sees a memo and who does not, and the reason of the rule for each; for the firm’s side alone"},
		{Pattern: "GET /search/memos", Name: "searchMemos", Action: authz.MemoRead, Do: Ask(n.searchMemos),
			Summary: "Memos of all one’s spaces by the words of their subjects and texts, the newest first; this marks nothing as read"},
		{Pattern: "POST /spaces/{space}/memos/read", Name: "readMemos", Action: authz.MemoRead, Do: Tell(n.readMemos, nil),
			Summary: "Mark memos as read; the journal says so"},
		{Pattern: "GET /spaces/{space}/draft", Name: "getDraft", Action: authz.MemoRead, Do: Ask(n.draft),
			Summary: "What one has typed and not sent"},
		{Pattern: "PUT /spaces/{space}/draft", Name: "saveDraft", Action: authz.MemoWrite, Do: Tell(n.saveDraft, nil),
			Summary: "Keep what is being typed"},
	}
}

// agendaRows are dates.
func (n *Nouns) agendaRows() []Operation {
	return []Operation{
		{Pattern: "GET /agenda", Name: "listAgenda", Action: authz.AgendaSee, Do: Ask(n.agenda),
			Summary: "The events of all one’s spaces that one may see, in the order of time; this marks nothing as read"},
		{Pattern: "GET /spaces/{space}/agenda", Name: "listSpaceAgenda", Action: authz.AgendaSee, Do: Ask(n.spaceAgenda),
			Summary: "The events of one space that one may see, in the order of time; this marks nothing as read"},
		{Pattern: "POST /spaces/{space}/agenda", Name: "addEvent", Action: authz.AgendaAdd, Status: 201, Do: Tell(n.addEvent, n.addedEvent),
			Summary: "Put an event into the agenda of a space; those it is sent to are told"},
		{Pattern: "GET /spaces/{space}/agenda/{event}", Name: "getEvent", Action: authz.AgendaSee, Do: Ask(n.appointment),
			Summary: "An event, and what it was before each of its changes"},
		{Pattern: "GET /spaces/{space}/agenda/{event}/why", Name: "explainEvent", Action: authz.AgendaWhy, Do: Ask(n.eventWhy),
			Summary: "Who sees a date and who does not, and the reason of the rule for each; for the firm’s side alone"},
		{Pattern: "PUT /spaces/{space}/agenda/{event}", Name: "changeEvent", Action: authz.AgendaChange, Do: Tell(n.changeEvent, n.changedEvent),
			Summary: "Move or reword an event; those it was sent to are told, what it was stays readable, and the deadlines reckoned from it follow"},
		{Pattern: "GET /spaces/{space}/agenda/{event}/foreseen", Name: "foreseeEvent", Action: authz.AgendaChange, Do: Ask(n.foresee),
			Summary: "What moving an event would change, of itself and of the deadlines reckoned from it; nothing is done"},
		{Pattern: "GET /periods", Name: "listPeriods", Why: "the law, the same for everybody", Do: Ask(n.periods),
			Summary: "The periods of procedure that deadlines are reckoned by, as the law knows them for facts of a day"},
		{Pattern: "GET /spaces/{space}/agenda/deadline", Name: "reckonDeadline", Action: authz.AgendaAdd, Do: Ask(n.reckon),
			Summary: "When a period ends, step by step; nothing is kept, and it binds nobody"},
		{Pattern: "POST /spaces/{space}/agenda/deadline", Name: "addDeadline", Action: authz.AgendaAdd, Status: 201, Do: Tell(n.addDeadline, n.addedDeadline),
			Summary: "Put a deadline into the agenda, on the day that a rule gives; it follows the event it is reckoned from"},
		{Pattern: "POST /spaces/{space}/agenda/{event}/cancel", Name: "cancelEvent", Action: authz.AgendaChange, Do: Tell(n.cancelEvent, n.cancelledEvent),
			Summary: "Say that an event does not take place; it stays in the agenda, cancelled"},
		{Pattern: "GET /spaces/{space}/slots", Name: "listSlots", Action: authz.SlotSee, Do: Ask(n.proposals),
			Summary: "Times that were proposed for meetings, the newest first: to the firm’s side all of them, to everybody else those proposed to her"},
		{Pattern: "POST /spaces/{space}/slots", Name: "proposeSlots", Action: authz.SlotPropose, Status: 201, Do: Tell(n.propose, n.proposed),
			Summary: "Propose several times for one meeting to a client or guest, who is told"},
		{Pattern: "GET /spaces/{space}/slots/{slot}", Name: "getSlots", Action: authz.SlotSee, Do: Ask(n.proposal),
			Summary: "One proposal, and what became of it"},
		{Pattern: "POST /spaces/{space}/slots/{slot}/choose", Name: "chooseSlot", Action: authz.SlotAnswer, Do: Tell(n.chooseSlot, n.choseSlot),
			Summary: "Choose one of the times that were proposed to oneself: the meeting is put into the agenda, and who proposed it is told"},
		{Pattern: "POST /spaces/{space}/slots/{slot}/decline", Name: "declineSlots", Action: authz.SlotAnswer, Do: Tell(n.declineSlots, nil),
			Summary: "Answer that none of the times suits; who proposed them is told"},
		{Pattern: "POST /spaces/{space}/slots/{slot}/withdraw", Name: "withdrawSlots", Action: authz.SlotWithdraw, Do: Tell(n.withdrawSlots, nil),
			Summary: "Take a proposal back before it is answered"},
		{Pattern: "POST /spaces/{space}/agenda/read", Name: "readEvents", Action: authz.AgendaSee, Do: Tell(n.readEvents, nil),
			Summary: "Mark events as read; the journal says so"},
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
