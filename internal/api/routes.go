package api

import (
	"cenacle/internal/authz"
	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/firm"
	"cenacle/internal/invitation"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/space"
)

// Nouns are the use cases that the operations call.
type Nouns struct {
	Firms       *firm.Service
	Spaces      *space.Service
	Documents   *document.Service
	Deposits    *deposit.Service
	Memos       *memo.Service
	Invitations *invitation.Service
	Lifecycle   *lifecycle.Service
	Overview    *overview.Service
}

// files is what sending a file is instead, by who sends it and what for.
var files = []authz.Action{authz.DepositMake, authz.DocumentManage}

// Routes is the table, read top to bottom: all that a program can ask.
func Routes(n *Nouns) []Operation {
	return []Operation{
		// The firm.
		{Pattern: "GET /me", Name: "getMe", Why: "tells the holder of a token what it stands for", Do: Ask(n.me),
			Summary: "Whom this token acts for, in which firm, and what it may do"},
		{Pattern: "GET /people", Name: "listPeople", Action: authz.FirmPeopleSee, Do: Ask(n.people),
			Summary: "The firm’s own people, those who left included"},
		{Pattern: "POST /people", Name: "addColleague", Action: authz.FirmPeopleEdit, Status: 201, Do: Tell(n.addColleague, n.colleague),
			Summary: "Add a colleague; she gets a mail to choose her password"},

		// Spaces.
		{Pattern: "GET /models", Name: "listModels", Action: authz.SpaceOpen, Do: Ask(n.models),
			Summary: "What a space can open with"},
		{Pattern: "GET /spaces", Name: "listSpaces", Action: authz.SpaceSee, Do: Ask(n.spaces),
			Summary: "One’s own spaces, the last changed first"},
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
		{Pattern: "POST /spaces/{space}/members/{person}/invite", Name: "inviteMember", Action: authz.SpaceInvite, Do: Tell(n.invite, nil),
			Summary: "Mail a member from outside the firm a new link"},
		{Pattern: "GET /spaces/{space}/recipients", Name: "previewRecipients", Action: authz.CircleSee, Do: Ask(n.recipients),
			Summary: "Who would see a document sent to these circles, who would not, and why"},

		// Documents.
		{Pattern: "GET /spaces/{space}/documents", Name: "listDocuments", Action: authz.DocumentRead, Do: Ask(n.documents),
			Summary: "The documents of a space that one may see, the newest first"},
		{Pattern: "POST /spaces/{space}/documents", Name: "fileDocument", Action: authz.DocumentFile, Also: files, Status: 201,
			Long: true, Body: -1, Takes: "application/octet-stream", Do: Tell(n.file, n.filed),
			Summary: "File a document, or its next version, in one request; a client deposits one"},
		{Pattern: "GET /documents/{document}", Name: "getDocument", Action: authz.DocumentRead, Do: Ask(n.document),
			Summary: "A document with its versions and readers; this marks nothing as read"},
		{Pattern: "PATCH /documents/{document}", Name: "reviseDocument", Action: authz.DocumentManage, Do: Tell(n.revise, n.revised),
			Summary: "Give a document another title, or move it within its space"},
		{Pattern: "DELETE /documents/{document}", Name: "deleteDocument", Action: authz.DocumentManage, Do: Tell(n.deleteDocument, nil),
			Summary: "Take a document away from everybody; for a day it can be restored"},
		{Pattern: "POST /documents/{document}/restore", Name: "restoreDocument", Action: authz.DocumentManage, Do: Tell(n.restoreDocument, n.restoredDocument),
			Summary: "Bring a deleted document back"},
		{Pattern: "POST /documents/{document}/address", Name: "addressDocument", Action: authz.DocumentAddress, Do: Tell(n.address, n.addressed),
			Summary: "Send a document to further circles"},
		{Pattern: "GET /documents/{document}/content", Name: "getContent", Action: authz.DocumentRead, Long: true, Do: Give("application/octet-stream", n.content),
			Summary: "The original bytes, whole or in part (RFC 9110, 14); the journal says who took them, and they count as read"},
		{Pattern: "GET /documents/{document}/versions/{version}/content", Name: "getVersionContent", Action: authz.DocumentRead, Long: true, Do: Give("application/octet-stream", n.versionContent),
			Summary: "The bytes of an earlier version"},
		{Pattern: "GET /search", Name: "searchDocuments", Action: authz.DocumentRead, Do: Ask(n.search),
			Summary: "Documents of all one’s spaces by the words of their titles"},

		// Uploads that survive a cut: the protocol tus 1.0.0.
		{Pattern: "GET /spaces/{space}/uploads", Name: "listUploads", Action: authz.DocumentFile, Also: files, Do: Ask(n.uploads),
			Summary: "One’s own unfinished uploads in a space"},
		{Pattern: "OPTIONS /spaces/{space}/uploads", Name: "describeUploads", Why: "says what is spoken, the same everywhere", Status: 204, Do: Give("", n.tusOptions),
			Summary: "What of the protocol is spoken"},
		{Pattern: "POST /spaces/{space}/uploads", Name: "beginUpload", Action: authz.DocumentFile, Also: files, Status: 201, Do: Give("", n.announce).settled(),
			Summary: "Announce a file; Location tells where its bytes go"},
		{Pattern: "HEAD /spaces/{space}/uploads/{upload}", Name: "getUpload", Action: authz.DocumentFile, Also: files, Status: 200, Do: Give("", n.offset),
			Summary: "Where an upload goes on (Upload-Offset)"},
		{Pattern: "PATCH /spaces/{space}/uploads/{upload}", Name: "continueUpload", Action: authz.DocumentFile, Also: files, Status: 204,
			Long: true, Body: -1, Takes: "application/offset+octet-stream", Do: Give("", n.more),
			Summary: "Send bytes from the offset on; with the last one the document exists (Upload-Document)"},
		{Pattern: "DELETE /spaces/{space}/uploads/{upload}", Name: "giveUpUpload", Action: authz.DocumentFile, Also: files, Status: 204, Do: Give("", n.giveUp),
			Summary: "Forget an upload and its bytes"},
	}
}
