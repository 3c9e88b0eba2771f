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
	}
}
