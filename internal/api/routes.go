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
		{Pattern: "GET /spaces/{space}/mobiles", Name: "listMobiles", Action: authz.MobileSee, Do: Ask(n.mobiles),
			Summary: "At which mobile telephones the people from outside who are in a space are sent codes"},
		{Pattern: "PUT /spaces/{space}/members/{person}/mobile", Name: "setMobile", Action: authz.SpaceMobile, Do: Tell(n.setMobile, nil),
			Summary: "Say at which one a person from outside is, in every space of the firm; empty: codes go to her mailbox"},
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
