// Package site is the whole map of what a browser can ask: one table, read top
// to bottom, with the door of each route and the action that its use case
// decides. A route that is not here does not exist.
//
// It holds no handler. Start and end at [Routes].
package site

import (
	"slices"

	"cenacle/internal/authz"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/sanction"
	"cenacle/internal/web"
	"cenacle/internal/web/page/absence"
	"cenacle/internal/web/page/charter"
	"cenacle/internal/web/page/connection"
	"cenacle/internal/web/page/desk"
	"cenacle/internal/web/page/diffusion"
	"cenacle/internal/web/page/door"
	"cenacle/internal/web/page/entrance"
	"cenacle/internal/web/page/group"
	"cenacle/internal/web/page/home"
	"cenacle/internal/web/page/letterbox"
	"cenacle/internal/web/page/live"
	"cenacle/internal/web/page/mailbox"
	"cenacle/internal/web/page/notice"
	"cenacle/internal/web/page/program"
	"cenacle/internal/web/page/reference"
	"cenacle/internal/web/page/room"
	"cenacle/internal/web/page/styleguide"
	"cenacle/internal/web/page/support"
	"cenacle/internal/web/page/upload"
	"cenacle/internal/web/ui"
)

// Pages are the handlers of the site, each with the use cases it calls.
type Pages struct {
	Home       *home.Pages
	Door       *door.Pages
	Desk       *desk.Pages
	Notice     *notice.Pages
	Absence    *absence.Pages
	Diffusion  *diffusion.Pages
	Group      *group.Pages
	Support    *support.Pages
	Program    *program.Pages
	Connection *connection.Pages
	Entrance   *entrance.Pages
	Charter    *charter.Pages
	Room       *room.Pages
	Upload     *upload.Pages
	Letterbox  *letterbox.Pages
	Live       *live.Pages
	// Reference explains the API.
	Reference *reference.Pages
	// Of a demonstration; nil otherwise.
	Mailbox    *mailbox.Pages
	StyleGuide *styleguide.Pages
}

// Routes is the table.
func Routes(p Pages) []web.Route {
	routes := []web.Route{
		// Before any sign-in.
		{Pattern: "GET /{$}", Handle: p.Home.Show, Why: "holds nothing of any firm"},
		{Pattern: "GET /legal", Handle: p.Home.Legal, Why: "holds nothing of any firm"},
		{Pattern: "GET /language/{code}", Handle: p.Home.Language, Why: "a cookie of the reader's own browser"},
		{Pattern: "GET /api", Handle: p.Reference.Show, Why: "explains the API, the same for everybody"},
		{Pattern: "GET /healthz", Handle: p.Home.Health, Why: "says ready, and nothing else"},
		{Pattern: "GET /signin", Handle: p.Door.SignIn, Why: "an empty form"},
		{Pattern: "POST /signin", Handle: p.Door.DoSignIn, Why: "account.SignIn checks the password and brakes"},
		{Pattern: "GET /signin/code", Handle: p.Door.Code, Why: "an empty form; the challenge is in a cookie"},
		{Pattern: "POST /signin/code", Handle: p.Door.DoCode, Why: "account.Finish checks the challenge and the code, and brakes"},
		{Pattern: "POST /signin/passkey/ask", Handle: p.Door.DoAskKey, Why: "a random challenge, the same kind for everybody; account.AskPasskey brakes"},
		{Pattern: "POST /signin/passkey", Handle: p.Door.DoUseKey, Why: "account.UsePasskey checks the signature over a challenge of ours, once, and brakes"},
		{Pattern: "POST /signin/link", Handle: p.Door.DoRenewByEmail, Why: "the same answer for any address; the link goes to the mailbox"},
		{Pattern: "POST /signout", Handle: p.Door.DoSignOut, Why: "ends the session of the cookie that came with it"},
		{Pattern: "GET /signup", House: true, Handle: p.Door.SignUp, Why: "an empty form"},
		{Pattern: "POST /signup", House: true, Handle: p.Door.DoSignUp, Why: "lifecycle.SignUp opens a firm of one's own and nothing else"},
		{Pattern: "GET /l/{firm}/{token}", Handle: p.Door.Link, Why: "shows a button; the token is not consumed"},
		{Pattern: "POST /l/{firm}/{token}", Handle: p.Door.DoLink, Why: "invitation.Use opens the one space the token is bound to"},
		{Pattern: "POST /l/{firm}/{token}/renew", Handle: p.Door.DoRenew, Why: "mails a new link to the address the old one was sent to"},
		{Pattern: "GET /p/{firm}/{token}", Handle: p.Door.Password, Why: "shows a form; the token is not consumed"},
		{Pattern: "POST /p/{firm}/{token}", Handle: p.Door.DoPassword, Why: "invitation.ChoosePassword is bound to the person invited"},

		{Pattern: "GET /e/{token}", Handle: p.Door.Move, Why: "shows two buttons; the token is not consumed"},
		{Pattern: "POST /e/{token}", Handle: p.Door.DoMove, Why: "account.ConfirmMove and RefuseMove take a token that one mailbox was sent, once"},

		{Pattern: "GET /r/{token}", Handle: p.Door.Agree, Why: "shows two buttons; the token is not consumed"},
		{Pattern: "POST /r/{token}", Handle: p.Door.DoAgree, Why: "account.AgreeMerge and RefuseMerge take a token that one mailbox was sent, once"},

		// A person, outside any firm.
		{Pattern: "GET /enter", Door: web.Person, Handle: p.Door.Enter, Why: "leads to the person's own firms"},
		{Pattern: "GET /account", Door: web.Person, Handle: p.Door.Account, Why: "one's own sessions"},
		{Pattern: "POST /account/password", Door: web.Person, Handle: p.Door.DoChangePassword, Why: "account.ChangePassword asks for the old one, or a link's proof"},
		{Pattern: "POST /account/mailbox", Door: web.Person, Handle: p.Door.DoAskMove, Why: "account.AskMove wants a fresh session; nothing changes before both mailboxes agree"},
		{Pattern: "POST /account/mailbox/cancel", Door: web.Person, Handle: p.Door.DoCancelMove, Why: "one's own wish"},
		{Pattern: "GET /account/merge", Door: web.Person, Handle: p.Door.Merge, Why: "one's own two identities, each shown in this browser"},
		{Pattern: "POST /account/merge", Door: web.Person, Handle: p.Door.DoBeginMerge, Why: "account.BeginMerge wants a fresh session; nothing changes yet"},
		{Pattern: "POST /account/merge/confirm", Door: web.Person, Handle: p.Door.DoMerge, Why: "account.AskMerge wants a fresh session, and the challenge of the other identity; then the mailbox agrees"},
		{Pattern: "POST /account/merge/cancel", Door: web.Person, Handle: p.Door.DoCancelMerge, Why: "one's own wish"},
		{Pattern: "POST /account/prove", Door: web.Person, Handle: p.Door.DoProve, Why: "account.Reprove wants her password, or a passkey of hers"},
		{Pattern: "GET /account/factors", Door: web.Person, Handle: p.Door.Factors, Why: "one's own second factors"},
		{Pattern: "POST /account/factors/app", Door: web.Person, Handle: p.Door.DoNewApp, Why: "account.NewTOTP wants a fresh session; nothing changes yet"},
		{Pattern: "POST /account/factors/app/code", Door: web.Person, Handle: p.Door.DoAddApp, Why: "account.AddTOTP takes one's own challenge, once"},
		{Pattern: "POST /account/factors/passkey/ask", Door: web.Person, Handle: p.Door.DoAskNewKey, Why: "account.NewPasskey wants a fresh session; nothing changes yet"},
		{Pattern: "POST /account/factors/passkey", Door: web.Person, Handle: p.Door.DoAddKey, Why: "account.AddPasskey takes one's own challenge, once"},
		{Pattern: "POST /account/factors/recovery", Door: web.Person, Handle: p.Door.DoRenewRecovery, Why: "account.NewRecovery wants a fresh session"},
		{Pattern: "POST /account/factors/{factor}/name", Door: web.Person, Handle: p.Door.DoRenameFactor, Why: "account.RenameFactor wants a fresh session and one's own factor"},
		{Pattern: "POST /account/factors/{factor}/remove", Door: web.Person, Handle: p.Door.DoRemoveFactor, Why: "account.RemoveFactor wants a fresh session and one's own factor"},
		{Pattern: "POST /account/later", Door: web.Person, Handle: p.Door.DoLater, Why: "a cookie of the reader's own browser"},
		{Pattern: "POST /account/signout", Door: web.Person, Handle: p.Door.DoSignOutEverywhere, Why: "one's own sessions"},
		{Pattern: "POST /account/sessions/{session}/end", Door: web.Person, Handle: p.Door.DoEndSession, Why: "one's own sessions"},

		// The firm.
		{Pattern: "GET /f/{firm}", Door: web.Member, Action: authz.FirmEnter, Handle: p.Desk.Show},
		{Pattern: "GET /f/{firm}/spaces/new", Door: web.Member, Action: authz.SpaceOpen, Handle: p.Desk.NewSpace},
		{Pattern: "POST /f/{firm}/spaces/new", Door: web.Member, Action: authz.SpaceOpen, Handle: p.Desk.DoNewSpace},
		{Pattern: "GET /f/{firm}/conflicts", Door: web.Member, Action: authz.ConflictSearch, Handle: p.Desk.Conflicts},
		{Pattern: "POST /f/{firm}/conflicts", Door: web.Member, Action: authz.ConflictSearch, Handle: p.Desk.DoConflicts},
		{Pattern: "GET /f/{firm}/people", Door: web.Member, Action: authz.FirmPeopleSee, Handle: p.Desk.People},
		{Pattern: "POST /f/{firm}/people", Door: web.Member, Action: authz.FirmPeopleAdd, Handle: p.Desk.DoAddColleague},
		{Pattern: "GET /f/{firm}/people/{colleague}", Door: web.Member, Action: authz.FirmPeopleEdit, Handle: p.Desk.Colleague},
		{Pattern: "POST /f/{firm}/people/{colleague}/rank", Door: web.Member, Action: authz.FirmPeopleRank, Handle: p.Desk.DoRank},
		{Pattern: "POST /f/{firm}/people/{colleague}/leave", Door: web.Member, Action: authz.FirmPeopleEnd, Handle: p.Desk.DoLeave},
		{Pattern: "GET /f/{firm}/reviews", Door: web.Member, Action: authz.FirmEnter, Handle: p.Desk.Reviews},
		{Pattern: "POST /f/{firm}/reviews", Door: web.Member, Action: authz.FirmReview, Handle: p.Desk.DoChooseReview},
		{Pattern: "POST /f/{firm}/factors", Door: web.Member, Action: authz.FirmFactors, Handle: p.Desk.DoDemandFactors},
		{Pattern: "POST /f/{firm}/approval", Door: web.Member, Action: authz.FirmApproval, Handle: p.Desk.DoDemandApproval},
		{Pattern: "GET /f/{firm}/programs", Door: web.Member, Action: authz.TokenKeep, Handle: p.Program.Show},
		{Pattern: "POST /f/{firm}/programs", Door: web.Member, Action: authz.TokenGive, Handle: p.Program.DoMake},
		{Pattern: "POST /f/{firm}/programs/{program}/revoke", Door: web.Member, Action: authz.TokenKeep, Handle: p.Program.DoRevoke},
		{Pattern: "GET /f/{firm}/journal", Door: web.Member, Action: authz.FirmJournal, Handle: p.Desk.Journal},
		{Pattern: "GET /f/{firm}/agenda", Door: web.Member, Action: authz.AgendaSee, Handle: p.Desk.Agenda},
		{Pattern: "GET /f/{firm}/search", Door: web.Member, Action: authz.DocumentRead, Handle: p.Desk.Search},

		// Other programs that are told when something happens in the firm.
		{Pattern: "GET /f/{firm}/connections", Door: web.Member, Action: authz.FirmConnect, Handle: p.Connection.List},
		{Pattern: "POST /f/{firm}/connections", Door: web.Member, Action: authz.FirmTell, Handle: p.Connection.DoCreate},
		{Pattern: "GET /f/{firm}/connections/{webhook}", Door: web.Member, Action: authz.FirmConnect, Handle: p.Connection.Show},
		{Pattern: "POST /f/{firm}/connections/{webhook}", Door: web.Member, Action: authz.FirmTell, Handle: p.Connection.DoChange},
		{Pattern: "POST /f/{firm}/connections/{webhook}/test", Door: web.Member, Action: authz.FirmConnect, Handle: p.Connection.DoTest},
		{Pattern: "POST /f/{firm}/connections/{webhook}/replay", Door: web.Member, Action: authz.FirmConnect, Handle: p.Connection.DoReplay},
		{Pattern: "POST /f/{firm}/connections/{webhook}/secret", Door: web.Member, Action: authz.FirmTell, Handle: p.Connection.DoRotate},
		{Pattern: "POST /f/{firm}/connections/{webhook}/pause", Door: web.Member, Action: authz.FirmConnect, Handle: p.Connection.DoPause},
		{Pattern: "POST /f/{firm}/connections/{webhook}/resume", Door: web.Member, Action: authz.FirmConnect, Handle: p.Connection.DoResume},
		{Pattern: "POST /f/{firm}/connections/{webhook}/end", Door: web.Member, Action: authz.FirmConnect, Handle: p.Connection.DoEnd},
	}
	routes = slices.Concat(routes, entranceRoutes(p), letterboxRoutes(p), charterRoutes(p), sizeRoutes(p), codeRoutes(p), noticeRoutes(p), absenceRoutes(p), groupRoutes(p), diffusionRoutes(p), supportRoutes(p),
		spaceRoutes(p), forumRoutes(p), agendaRoutes(p), vigilanceRoutes(p))
	if p.StyleGuide != nil {
		routes = append(routes, web.Route{Pattern: "GET /styleguide", Handle: p.StyleGuide.Show, Why: "components without content, in demonstration mode only"})
	}
	if p.Mailbox != nil {
		routes = append(routes,
			web.Route{Pattern: "GET /demo/mails", Handle: p.Mailbox.List, Why: "fictitious mails, in demonstration mode on the loopback only"},
			web.Route{Pattern: "GET /demo/mails/{mail}", Handle: p.Mailbox.Show, Why: "fictitious mails, in demonstration mode on the loopback only"})
	}
	return routes
}

// letterboxRoutes stand behind a deposit link: its token makes an actor whose
// pass deposits and does nothing else, and the use cases decide by that.
func letterboxRoutes(p Pages) []web.Route {
	const why = "depositlink.Enter checks the token and brakes; the use cases decide for the person it names"
	return []web.Route{
		{Pattern: "GET /d/{firm}/{box}", Handle: p.Letterbox.Show, Why: why},
		{Pattern: "POST /d/{firm}/{box}/files", Handle: p.Letterbox.Plain, Why: why, Long: true, Body: -1},
		{Pattern: "OPTIONS /d/{firm}/{box}/uploads", Handle: p.Letterbox.Options, Why: "says what is spoken, the same everywhere"},
		{Pattern: "POST /d/{firm}/{box}/uploads", Handle: p.Letterbox.Create, Why: why},
		{Pattern: "HEAD /d/{firm}/{box}/uploads/{upload}", Handle: p.Letterbox.Offset, Why: why},
		{Pattern: "PATCH /d/{firm}/{box}/uploads/{upload}", Handle: p.Letterbox.Append, Why: why, Long: true, Body: -1},
		{Pattern: "DELETE /d/{firm}/{box}/uploads/{upload}", Handle: p.Letterbox.Cancel, Why: why},
		{Pattern: "POST /d/{firm}/{box}/close", Handle: p.Letterbox.DoClose, Why: why},
		{Pattern: "GET /d/{firm}/{box}/receipts/{receipt}", Handle: p.Letterbox.Receipt, Why: why},
		{Pattern: "GET /d/{firm}/{box}/receipts/{receipt}/file", Handle: p.Letterbox.ReceiptFile, Why: why},
	}
}

// charterRoutes are the firm's charter of use, to read and to write.
func charterRoutes(p Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /f/{firm}/charter", Door: web.Member, Action: authz.CharterRead, Handle: p.Charter.Show},
		{Pattern: "POST /f/{firm}/charter", Door: web.Member, Action: authz.CharterAnswer, Handle: p.Charter.DoAnswer},
		{Pattern: "GET /f/{firm}/charter/edit", Door: web.Member, Action: authz.CharterSee, Handle: p.Charter.Edit},
		{Pattern: "POST /f/{firm}/charter/edit", Door: web.Member, Action: authz.CharterPublish, Handle: p.Charter.DoPublish},
	}
}

// codeRoutes are about what a link alone does not open, and the code that is sent besides.
func codeRoutes(p Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /account/code", Door: web.Person, Handle: p.Door.CodeSent, Why: "where the code of one's own link goes; sends nothing"},
		{Pattern: "POST /account/code", Door: web.Person, Handle: p.Door.DoUseCode, Why: "invitation.UseCode takes the code that one's own session was sent, once, and counts"},
		{Pattern: "POST /account/code/send", Door: web.Person, Handle: p.Door.DoSendCode, Why: "invitation.SendCode sends to where the firm and the identity say, and brakes"},
		{Pattern: "POST /f/{firm}/spaces/{space}/people/{person}/mobile", Door: web.Member, Action: authz.SpaceMobile, Handle: p.Room.DoSetMobile},
		{Pattern: "POST /f/{firm}/spaces/{space}/demand", Door: web.Member, Action: authz.SpaceDemand, Handle: p.Room.DoDemand},
	}
}

// sizeRoutes are how much the firm's messages hold.
func sizeRoutes(p Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /f/{firm}/message-sizes", Door: web.Member, Action: authz.FirmMessage, Handle: p.Desk.MessageSizes},
		{Pattern: "POST /f/{firm}/message-sizes", Door: web.Member, Action: authz.FirmMessage, Handle: p.Desk.DoChooseSizes},
	}
}

// supportRoutes are what the host may look at.
func supportRoutes(p Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /f/{firm}/support", Door: web.Member, Action: authz.FirmSupport, Handle: p.Support.Show},
		{Pattern: "POST /f/{firm}/support", Door: web.Member, Action: authz.FirmSupportGive, Handle: p.Support.DoGive},
		{Pattern: "POST /f/{firm}/support/{permission}/end", Door: web.Member, Action: authz.FirmSupportEnd, Handle: p.Support.DoEnd},
		{Pattern: "GET /f/{firm}/spaces/{space}/support", Door: web.Member, Action: authz.SupportSee, Handle: p.Support.Show},
		{Pattern: "POST /f/{firm}/spaces/{space}/support", Door: web.Member, Action: authz.SupportGive, Handle: p.Support.DoGive},
		{Pattern: "POST /f/{firm}/spaces/{space}/support/{support}/end", Door: web.Member, Action: authz.SupportEnd, Handle: p.Support.DoEnd},
	}
}

// absenceRoutes are who of the firm is away, and who stands in.
func absenceRoutes(p Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /f/{firm}/absences", Door: web.Member, Action: authz.AbsenceSee, Handle: p.Absence.Show},
		{Pattern: "POST /f/{firm}/absences", Door: web.Member, Action: authz.AbsenceTell, Handle: p.Absence.DoAnnounce},
		{Pattern: "GET /f/{firm}/people/{colleague}/absence", Door: web.Member, Action: authz.FirmPeopleEdit, Handle: p.Absence.Of},
		{Pattern: "POST /f/{firm}/people/{colleague}/absence", Door: web.Member, Action: authz.AbsenceName, Handle: p.Absence.DoAnnounceFor},
		{Pattern: "POST /f/{firm}/absences/{absence}/end", Door: web.Member, Action: authz.AbsenceEnd, Handle: p.Absence.DoEnd},
	}
}

// diffusionRoutes are one text to circles of several spaces, and what becomes of it.
func diffusionRoutes(p Pages) []web.Route {
	const one = "/f/{firm}/diffusions/{diffusion}"
	return []web.Route{
		{Pattern: "GET /f/{firm}/diffusions", Door: web.Member, Action: authz.DiffusionSee, Handle: p.Diffusion.Show},
		{Pattern: "GET /f/{firm}/diffusions/new", Door: web.Member, Action: authz.DiffusionSend, Handle: p.Diffusion.New},
		{Pattern: "POST /f/{firm}/diffusions/new", Door: web.Member, Action: authz.DiffusionSend, Handle: p.Diffusion.DoPrepare},
		{Pattern: "GET " + one, Door: web.Member, Action: authz.DiffusionSee, Handle: p.Diffusion.One},
		{Pattern: "GET " + one + "/edit", Door: web.Member, Action: authz.DiffusionSend, Handle: p.Diffusion.Edit},
		{Pattern: "POST " + one + "/edit", Door: web.Member, Action: authz.DiffusionSend, Handle: p.Diffusion.DoChange},
		{Pattern: "POST " + one + "/send", Door: web.Member, Action: authz.DiffusionSend, Handle: p.Diffusion.DoSend},
		{Pattern: "POST " + one + "/cancel", Door: web.Member, Action: authz.DiffusionSend, Handle: p.Diffusion.DoCancel},
		{Pattern: "POST " + one + "/discard", Door: web.Member, Action: authz.DiffusionSend, Handle: p.Diffusion.DoDiscard},
		{Pattern: "POST " + one + "/recall", Door: web.Member, Action: authz.DiffusionSend, Handle: p.Diffusion.DoRecall},
		{Pattern: "GET " + one + "/live", Door: web.Member, Action: authz.DiffusionSee, Handle: p.Live.Diffusion, Long: true},
		{Pattern: "GET " + one + "/file", Door: web.Member, Action: authz.DiffusionSee, Handle: p.Diffusion.File},
		{Pattern: "GET " + one + "/spaces/{space}/people/{person}/proof", Door: web.Member, Action: authz.DiffusionSee, Handle: p.Diffusion.Proof},
	}
}

// groupRoutes are the groups of the firm's own people, and the spaces that they are in.
func groupRoutes(p Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /f/{firm}/where", Door: web.Member, Action: authz.FirmEnter, Handle: p.Desk.Where},
		{Pattern: "GET /f/{firm}/where/file", Door: web.Member, Action: authz.FirmEnter, Handle: p.Desk.WhereFile, Long: true},
		{Pattern: "GET /f/{firm}/groups", Door: web.Member, Action: authz.GroupSee, Handle: p.Group.List},
		{Pattern: "POST /f/{firm}/groups", Door: web.Member, Action: authz.GroupKeep, Handle: p.Group.DoMake},
		{Pattern: "GET /f/{firm}/groups/{group}", Door: web.Member, Action: authz.GroupSee, Handle: p.Group.Show},
		{Pattern: "POST /f/{firm}/groups/{group}", Door: web.Member, Action: authz.GroupKeep, Handle: p.Group.DoRename},
		{Pattern: "POST /f/{firm}/groups/{group}/dissolve", Door: web.Member, Action: authz.GroupKeep, Handle: p.Group.DoDissolve},
		{Pattern: "POST /f/{firm}/groups/{group}/people", Door: web.Member, Action: authz.GroupAdmit, Handle: p.Group.DoAdmit},
		{Pattern: "POST /f/{firm}/groups/{group}/people/{colleague}/remove", Door: web.Member, Action: authz.GroupKeep, Handle: p.Group.DoDismiss},
		{Pattern: "POST /f/{firm}/spaces/{space}/groups", Door: web.Member, Action: authz.GroupAttach, Handle: p.Room.DoAttachGroup},
		{Pattern: "POST /f/{firm}/spaces/{space}/groups/{group}/detach", Door: web.Member, Action: authz.GroupDetach, Handle: p.Room.DoDetachGroup},
	}
}

// noticeRoutes are the mails of a person, and of a space.
func noticeRoutes(p Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /f/{firm}/notices", Door: web.Member, Action: authz.NoticeSee, Handle: p.Notice.Show},
		{Pattern: "POST /f/{firm}/notices", Door: web.Member, Action: authz.NoticeChoose, Handle: p.Notice.DoChoose},
		{Pattern: "POST /f/{firm}/spaces/{space}/mute", Door: web.Member, Action: authz.NoticeChoose, Handle: p.Notice.DoMute},
		{Pattern: "POST /f/{firm}/spaces/{space}/level", Door: web.Member, Action: authz.SpaceTell, Handle: p.Room.DoTell},
		{Pattern: "POST /f/{firm}/spaces/{space}/people/{person}/retry", Door: web.Member, Action: authz.SpaceInvite, Handle: p.Room.DoRetry},
	}
}

// spaceRoutes are those inside a space.
func spaceRoutes(p Pages) []web.Route {
	return []web.Route{
		// A space: conversation and documents on one screen.
		{Pattern: "GET /f/{firm}/spaces/{space}", Door: web.Member, Action: authz.SpaceSee, Handle: p.Room.Show},
		{Pattern: "GET /f/{firm}/spaces/{space}/live", Door: web.Member, Action: authz.SpaceSee, Handle: p.Live.Space, Long: true},
		{Pattern: "GET /f/{firm}/spaces/{space}/list", Door: web.Member, Action: authz.SpaceSee, Handle: p.Room.List},
		{Pattern: "POST /f/{firm}/spaces/{space}/name", Door: web.Member, Action: authz.SpaceManage, Handle: p.Room.DoRenameSpace},
		{Pattern: "GET /f/{firm}/spaces/{space}/folders", Door: web.Member, Action: authz.CircleSee, Handle: p.Room.Folders},
		{Pattern: "POST /f/{firm}/spaces/{space}/folders", Door: web.Member, Action: authz.SpaceManage, Handle: p.Room.DoAddFolder},
		{Pattern: "GET /f/{firm}/spaces/{space}/folders/{folder}", Door: web.Member, Action: authz.CircleSee, Handle: p.Room.Folder},
		{Pattern: "POST /f/{firm}/spaces/{space}/folders/{folder}", Door: web.Member, Action: authz.SpaceManage, Handle: p.Room.DoAddressFolder},
		{Pattern: "GET /f/{firm}/spaces/{space}/people", Door: web.Member, Action: authz.CircleSee, Handle: p.Room.People},
		{Pattern: "POST /f/{firm}/spaces/{space}/people", Door: web.Member, Action: authz.SpaceManage, Handle: p.Room.DoAddMember},
		{Pattern: "POST /f/{firm}/spaces/{space}/people/{person}/remove", Door: web.Member, Action: authz.SpaceManage, Handle: p.Room.DoRemoveMember},
		{Pattern: "POST /f/{firm}/spaces/{space}/people/{person}/invite", Door: web.Member, Action: authz.SpaceInvite, Handle: p.Room.DoInvite},
		{Pattern: "POST /f/{firm}/spaces/{space}/people/{person}/see", Door: web.Member, Action: authz.SpaceSeeAs, Handle: p.Room.DoSeeAs},
		{Pattern: "POST /f/{firm}/spaces/{space}/people/{person}/review", Door: web.Member, Action: authz.ReviewKeep, Handle: p.Desk.DoKeepAccess},
		{Pattern: "POST /f/{firm}/spaces/{space}/people/{person}/review/end", Door: web.Member, Action: authz.SpaceManage, Handle: p.Desk.DoEndAccess},
		{Pattern: "POST /f/{firm}/spaces/{space}/lead", Door: web.Member, Action: authz.SpaceHand, Handle: p.Room.DoHandOver},
		{Pattern: "POST /f/{firm}/spaces/{space}/walls", Door: web.Member, Action: authz.WallRaise, Handle: p.Room.DoRaiseWall},
		{Pattern: "POST /f/{firm}/spaces/{space}/walls/{person}/lift", Door: web.Member, Action: authz.WallLift, Handle: p.Room.DoLiftWall},
		{Pattern: "POST /f/{firm}/spaces/{space}/circles", Door: web.Member, Action: authz.CircleMake, Handle: p.Room.DoMakeCircle},
		{Pattern: "GET /f/{firm}/spaces/{space}/circles/{named}", Door: web.Member, Action: authz.CircleSee, Handle: p.Room.Circle},
		{Pattern: "POST /f/{firm}/spaces/{space}/circles/{named}", Door: web.Member, Action: authz.CircleTend, Handle: p.Room.DoRenameCircle},
		{Pattern: "POST /f/{firm}/spaces/{space}/circles/{named}/people", Door: web.Member, Action: authz.CircleTend, Handle: p.Room.DoAdmit},
		{Pattern: "POST /f/{firm}/spaces/{space}/circles/{named}/people/{person}/remove", Door: web.Member, Action: authz.CircleTend, Handle: p.Room.DoDismiss},
		{Pattern: "POST /f/{firm}/spaces/{space}/zip", Door: web.Member, Action: authz.DocumentRead, Handle: p.Room.DoPack, Long: true},
		{Pattern: "POST /f/{firm}/spaces/{space}/moves", Door: web.Member, Action: authz.DocumentManage, Handle: p.Room.DoMove},
		{Pattern: "POST /f/{firm}/spaces/{space}/moves/undo", Door: web.Member, Action: authz.DocumentManage, Handle: p.Room.DoUndoMove},
		{Pattern: "GET /f/{firm}/spaces/{space}/trash", Door: web.Member, Action: authz.TrashSee, Handle: p.Room.Trash},
		{Pattern: "POST /f/{firm}/spaces/{space}/holds", Door: web.Member, Action: authz.HoldKeep, Handle: p.Room.DoPlaceHold},
		{Pattern: "POST /f/{firm}/spaces/{space}/holds/{hold}/lift", Door: web.Member, Action: authz.HoldKeep, Handle: p.Room.DoLiftHold},
		{Pattern: "GET /f/{firm}/spaces/{space}/access", Door: web.Member, Action: authz.SpaceAccess, Handle: p.Room.Access},
		{Pattern: "POST /f/{firm}/spaces/{space}/freeze", Door: web.Member, Action: authz.SpaceFreeze, Handle: p.Room.DoFreeze},
		{Pattern: "POST /f/{firm}/spaces/{space}/thaw", Door: web.Member, Action: authz.SpaceThaw, Handle: p.Room.DoThaw},
		{Pattern: "GET /f/{firm}/spaces/{space}/journal", Door: web.Member, Action: authz.SpaceJournal, Handle: p.Room.Journal},

		// Documents.
		{Pattern: "GET /f/{firm}/spaces/{space}/documents/{document}", Door: web.Member, Action: authz.DocumentRead, Handle: p.Room.Document},
		{Pattern: "GET /f/{firm}/spaces/{space}/documents/{document}/why", Door: web.Member, Action: authz.DocumentWhy, Handle: p.Room.DocumentWhy},
		{Pattern: "GET /f/{firm}/spaces/{space}/documents/{document}/view", Door: web.Member, Action: authz.DocumentRead, Handle: p.Room.View, Long: true},
		{Pattern: "GET /f/{firm}/spaces/{space}/documents/{document}/file", Door: web.Member, Action: authz.DocumentRead, Handle: p.Room.File, Long: true},
		{Pattern: "GET /f/{firm}/spaces/{space}/documents/{document}/versions/{version}/file", Door: web.Member, Action: authz.DocumentRead, Handle: p.Room.VersionFile, Long: true},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/address", Door: web.Member, Action: authz.DocumentAddress, Handle: p.Room.DoAddress},
		{Pattern: "POST /f/{firm}/spaces/{space}/aliases", Door: web.Member, Action: authz.SpaceManage, Handle: p.Room.DoAddAlias},
		{Pattern: "POST /f/{firm}/spaces/{space}/aliases/{alias}/remove", Door: web.Member, Action: authz.SpaceManage, Handle: p.Room.DoRemoveAlias},
		{Pattern: "POST /f/{firm}/spaces/{space}/parties", Door: web.Member, Action: authz.SpaceManage, Handle: p.Room.DoAddParty},
		{Pattern: "POST /f/{firm}/spaces/{space}/parties/{party}/remove", Door: web.Member, Action: authz.SpaceManage, Handle: p.Room.DoRemoveParty},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/release", Door: web.Member, Action: authz.DocumentRelease, Handle: p.Room.DoRelease},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/recall", Door: web.Member, Action: authz.DocumentAddress, Handle: p.Room.DoRecall},
		{Pattern: "POST /f/{firm}/spaces/{space}/approval", Door: web.Member, Action: authz.ApprovalDemand, Handle: p.Room.DoDemandApproval},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/approval", Door: web.Member, Action: authz.DocumentApprove, Handle: p.Room.DoApprove},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/nature", Door: web.Member, Action: authz.DocumentClassify, Handle: p.Room.DoClassify},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/name", Door: web.Member, Action: authz.DocumentManage, Handle: p.Room.DoRename},
		{Pattern: "GET /f/{firm}/spaces/{space}/documents/{document}/photo", Door: web.Member, Action: authz.DocumentRead, Handle: p.Room.Photo, Long: true},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/photo", Door: web.Member, Action: authz.DocumentFile, Handle: p.Room.DoStraighten, Long: true},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/scan", Door: web.Member, Action: authz.DocumentManage, Handle: p.Room.DoScanAgain, Long: true},
		{Pattern: "GET /f/{firm}/spaces/{space}/documents/{document}/archive", Door: web.Member, Action: authz.DocumentFile, Handle: p.Room.Archive, Long: true},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/archive", Door: web.Member, Action: authz.DocumentFile, Handle: p.Room.DoUnpack, Long: true},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/delete", Door: web.Member, Action: authz.DocumentManage, Handle: p.Room.DoDelete},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/restore", Door: web.Member, Action: authz.DocumentManage, Handle: p.Room.DoRestore},

		// Sending files: the resumable protocol, and a plain form without script.
		{Pattern: "POST /f/{firm}/spaces/{space}/imports", Door: web.Member, Action: authz.DocumentFile, Handle: p.Room.DoPlanImport, Body: 8 << 20},
		{Pattern: "POST /f/{firm}/spaces/{space}/files", Door: web.Member, Action: authz.DocumentFile, Handle: p.Upload.Plain, Long: true, Body: -1},
		{Pattern: "OPTIONS /f/{firm}/spaces/{space}/uploads", Door: web.Member, Action: authz.SpaceSee, Handle: p.Upload.Options},
		{Pattern: "POST /f/{firm}/spaces/{space}/uploads", Door: web.Member, Action: authz.DocumentFile, Handle: p.Upload.Create},
		{Pattern: "HEAD /f/{firm}/spaces/{space}/uploads/{upload}", Door: web.Member, Action: authz.DocumentFile, Handle: p.Upload.Offset},
		{Pattern: "PATCH /f/{firm}/spaces/{space}/uploads/{upload}", Door: web.Member, Action: authz.DocumentFile, Handle: p.Upload.Append, Long: true, Body: -1},
		{Pattern: "DELETE /f/{firm}/spaces/{space}/uploads/{upload}", Door: web.Member, Action: authz.DocumentFile, Handle: p.Upload.Cancel},

		// Deposits and their receipts.
		{Pattern: "POST /f/{firm}/spaces/{space}/deposit/close", Door: web.Member, Action: authz.DepositMake, Handle: p.Room.DoCloseDeposit},
		{Pattern: "GET /f/{firm}/spaces/{space}/receipts/{receipt}", Door: web.Member, Action: authz.ReceiptRead, Handle: p.Room.Receipt},
		{Pattern: "GET /f/{firm}/spaces/{space}/receipts/{receipt}/file", Door: web.Member, Action: authz.ReceiptRead, Handle: p.Room.ReceiptFile},

		// Papers that are asked for.
		{Pattern: "GET /f/{firm}/spaces/{space}/requests", Door: web.Member, Action: authz.RequestSee, Handle: p.Room.Requests},
		{Pattern: "POST /f/{firm}/spaces/{space}/requests", Door: web.Member, Action: authz.RequestAsk, Handle: p.Room.DoAsk},
		{Pattern: "POST /f/{firm}/spaces/{space}/requests/reuse", Door: web.Member, Action: authz.RequestSeek, Handle: p.Room.DoReuse},
		{Pattern: "POST /f/{firm}/spaces/{space}/requests/remind", Door: web.Member, Action: authz.RequestSeek, Handle: p.Room.DoRemind},
		{Pattern: "POST /f/{firm}/spaces/{space}/requests/{ask}/lack", Door: web.Member, Action: authz.RequestAnswer, Handle: p.Room.DoLack},
		{Pattern: "POST /f/{firm}/spaces/{space}/requests/{ask}/use", Door: web.Member, Action: authz.RequestAnswer, Handle: p.Room.DoUse},
		{Pattern: "POST /f/{firm}/spaces/{space}/requests/{ask}/accept", Door: web.Member, Action: authz.RequestJudge, Handle: p.Room.DoAccept},
		{Pattern: "POST /f/{firm}/spaces/{space}/requests/{ask}/return", Door: web.Member, Action: authz.RequestJudge, Handle: p.Room.DoReturn},
		{Pattern: "POST /f/{firm}/spaces/{space}/requests/{ask}/waive", Door: web.Member, Action: authz.RequestJudge, Handle: p.Room.DoWaive},
		{Pattern: "POST /f/{firm}/spaces/{space}/requests/{ask}/renew", Door: web.Member, Action: authz.RequestJudge, Handle: p.Room.DoRenew},
		{Pattern: "POST /f/{firm}/spaces/{space}/deposit-links", Door: web.Member, Action: authz.SpaceInvite, Handle: p.Room.DoMakeLink},
		{Pattern: "POST /f/{firm}/spaces/{space}/deposit-links/{link}/resend", Door: web.Member, Action: authz.SpaceInvite, Handle: p.Room.DoResendLink},
		{Pattern: "POST /f/{firm}/spaces/{space}/deposit-links/{link}/revoke", Door: web.Member, Action: authz.SpaceInvite, Handle: p.Room.DoRevokeLink},
		{Pattern: "POST /f/{firm}/spaces/{space}/deposit/switch", Door: web.Member, Action: authz.SpaceManage, Handle: p.Room.DoSwitch},

		// Memos.
		{Pattern: "POST /f/{firm}/spaces/{space}/memos", Door: web.Member, Action: authz.MemoWrite, Handle: p.Room.DoWrite},
		{Pattern: "GET /f/{firm}/spaces/{space}/memos/{memo}/why", Door: web.Member, Action: authz.MemoWhy, Handle: p.Room.MemoWhy},
		{Pattern: "POST /f/{firm}/spaces/{space}/memos/read", Door: web.Member, Action: authz.MemoRead, Handle: p.Room.DoRead},
		{Pattern: "POST /f/{firm}/spaces/{space}/memos/{memo}/acknowledge", Door: web.Member, Action: authz.MemoAcknowledge, Handle: p.Room.DoAcknowledge},
		{Pattern: "POST /f/{firm}/spaces/{space}/draft", Door: web.Member, Action: authz.MemoWrite, Handle: p.Room.DoDraft},
	}
}

// Legal is the row of links below every page.
func Legal(p *i18n.Printer) []ui.Link {
	return []ui.Link{{Href: "/legal", Label: p.T("web.legal")}, {Href: "/legal#mediator", Label: p.T("web.mediator")}}
}

// agendaRoutes are the dates of a space.
func agendaRoutes(p Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /f/{firm}/spaces/{space}/agenda", Door: web.Member, Action: authz.AgendaSee, Handle: p.Room.Agenda},
		{Pattern: "POST /f/{firm}/spaces/{space}/agenda", Door: web.Member, Action: authz.AgendaAdd, Handle: p.Room.DoAddEvent},
		{Pattern: "POST /f/{firm}/spaces/{space}/agenda/read", Door: web.Member, Action: authz.AgendaSee, Handle: p.Room.DoReadEvents},
		{Pattern: "GET /f/{firm}/spaces/{space}/agenda/deadline", Door: web.Member, Action: authz.AgendaAdd, Handle: p.Room.Deadline},
		{Pattern: "POST /f/{firm}/spaces/{space}/agenda/deadline", Door: web.Member, Action: authz.AgendaAdd, Handle: p.Room.DoAddDeadline},
		{Pattern: "GET /f/{firm}/spaces/{space}/agenda/{event}", Door: web.Member, Action: authz.AgendaSee, Handle: p.Room.Event},
		{Pattern: "GET /f/{firm}/spaces/{space}/agenda/{event}/why", Door: web.Member, Action: authz.AgendaWhy, Handle: p.Room.EventWhy},
		{Pattern: "POST /f/{firm}/spaces/{space}/agenda/{event}", Door: web.Member, Action: authz.AgendaChange, Handle: p.Room.DoChangeEvent},
		{Pattern: "POST /f/{firm}/spaces/{space}/agenda/{event}/cancel", Door: web.Member, Action: authz.AgendaChange, Handle: p.Room.DoCancelEvent},
		{Pattern: "GET /f/{firm}/spaces/{space}/slots", Door: web.Member, Action: authz.SlotSee, Handle: p.Room.ShowSlots},
		{Pattern: "POST /f/{firm}/spaces/{space}/slots", Door: web.Member, Action: authz.SlotPropose, Handle: p.Room.DoPropose},
		{Pattern: "POST /f/{firm}/spaces/{space}/slots/{slot}/choose", Door: web.Member, Action: authz.SlotAnswer, Handle: p.Room.DoChoose},
		{Pattern: "POST /f/{firm}/spaces/{space}/slots/{slot}/decline", Door: web.Member, Action: authz.SlotAnswer, Handle: p.Room.DoDecline},
		{Pattern: "POST /f/{firm}/spaces/{space}/slots/{slot}/withdraw", Door: web.Member, Action: authz.SlotWithdraw, Handle: p.Room.DoWithdraw},
	}
}

// vigilanceRoutes are who the clients are, for the firm alone.
func vigilanceRoutes(p Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /f/{firm}/vigilance", Door: web.Member, Action: authz.FirmEnter, Handle: p.Desk.Vigilance},
		{Pattern: "GET /f/{firm}/spaces/{space}/vigilance", Door: web.Member, Action: authz.VigilanceSee, Handle: p.Room.Vigilance},
		{Pattern: "POST /f/{firm}/spaces/{space}/vigilance", Door: web.Member, Action: authz.VigilanceKeep, Handle: p.Room.DoKeepVigilance},
		{Pattern: "POST /f/{firm}/spaces/{space}/vigilance/likeness", Door: web.Member, Action: authz.VigilanceKeep, Handle: p.Room.DoDecideLikeness},
		{Pattern: "GET /f/{firm}/sanctions", Door: web.Member, Action: authz.SanctionSee, Handle: p.Desk.SanctionList},
		{Pattern: "GET /f/{firm}/sanctions/search", Door: web.Member, Action: authz.SanctionSearch, Handle: p.Desk.SanctionSearch},
		{Pattern: "POST /f/{firm}/sanctions/search", Door: web.Member, Action: authz.SanctionSearch, Handle: p.Desk.DoSanctionSearch},
		{Pattern: "POST /f/{firm}/sanctions", Door: web.Member, Action: authz.SanctionImport, Handle: p.Desk.DoBringList, Body: sanction.MaxFile + 64<<10},
	}
}

// forumRoutes are what parties put before each other.
func forumRoutes(p Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /f/{firm}/spaces/{space}/dires", Door: web.Member, Action: authz.DireSee, Handle: p.Room.ShowDires},
		{Pattern: "POST /f/{firm}/spaces/{space}/dires", Door: web.Member, Action: authz.DireFile, Handle: p.Room.DoFileDire},
		{Pattern: "GET /f/{firm}/spaces/{space}/dires/paper", Door: web.Member, Action: authz.DireSee, Handle: p.Room.DirePaper, Long: true},
		{Pattern: "GET /f/{firm}/spaces/{space}/dires/file", Door: web.Member, Action: authz.DireSee, Handle: p.Room.DireFile, Long: true},
		{Pattern: "GET /f/{firm}/spaces/{space}/dires/draft", Door: web.Member, Action: authz.DireFile, Handle: p.Room.DireDraft},
		{Pattern: "POST /f/{firm}/spaces/{space}/dires/draft", Door: web.Member, Action: authz.DireFile, Handle: p.Room.DoSaveDire, Body: room.MostDire},
		{Pattern: "POST /f/{firm}/spaces/{space}/dires/day", Door: web.Member, Action: authz.DireAnswer, Handle: p.Room.DoSetDireDay},
		{Pattern: "GET /f/{firm}/spaces/{space}/dires/{dire}", Door: web.Member, Action: authz.DireSee, Handle: p.Room.ShowDire},
		{Pattern: "POST /f/{firm}/spaces/{space}/dires/{dire}/answers", Door: web.Member, Action: authz.DireAnswer, Handle: p.Room.DoSaveAnswers, Body: room.MostDire},
		{Pattern: "POST /f/{firm}/spaces/{space}/dires/{dire}/answers/publish", Door: web.Member, Action: authz.DireAnswer, Handle: p.Room.DoPublishAnswers, Body: room.MostDire},
		{Pattern: "GET /f/{firm}/spaces/{space}/offers", Door: web.Member, Action: authz.OfferSee, Handle: p.Room.ShowOffers},
		{Pattern: "POST /f/{firm}/spaces/{space}/offers", Door: web.Member, Action: authz.OfferAsk, Handle: p.Room.DoAskOffers},
		{Pattern: "GET /f/{firm}/spaces/{space}/offers/{round}", Door: web.Member, Action: authz.OfferSee, Handle: p.Room.ShowRound},
		{Pattern: "GET /f/{firm}/spaces/{space}/offers/{round}/file", Door: web.Member, Action: authz.OfferSee, Handle: p.Room.OfferFile},
		{Pattern: "POST /f/{firm}/spaces/{space}/offers/{round}/put", Door: web.Member, Action: authz.OfferPut, Handle: p.Room.DoPutOffer},
		{Pattern: "POST /f/{firm}/spaces/{space}/offers/{round}/withdraw", Door: web.Member, Action: authz.OfferPut, Handle: p.Room.DoWithdrawOffer},
		{Pattern: "POST /f/{firm}/spaces/{space}/offers/{round}/unlock", Door: web.Member, Action: authz.OfferPut, Handle: p.Room.DoUnlockOffers},
		{Pattern: "GET /f/{firm}/spaces/{space}/exhibits", Door: web.Member, Action: authz.DocumentRead, Handle: p.Room.Exhibits},
		{Pattern: "GET /f/{firm}/spaces/{space}/exhibits/file", Door: web.Member, Action: authz.DocumentRead, Handle: p.Room.ExhibitFile, Long: true},
		{Pattern: "GET /f/{firm}/spaces/{space}/exhibits/{version}/stamped", Door: web.Member, Action: authz.DocumentRead, Handle: p.Room.StampedExhibit, Long: true},
		{Pattern: "POST /f/{firm}/spaces/{space}/exhibits/pack", Door: web.Member, Action: authz.DocumentRead, Handle: p.Room.DoPackExhibits, Long: true},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/release/set", Door: web.Member, Action: authz.DocumentRelease, Handle: p.Room.DoReleaseAt},
		{Pattern: "POST /f/{firm}/spaces/{space}/documents/{document}/release/cancel", Door: web.Member, Action: authz.DocumentRelease, Handle: p.Room.DoCancelRelease},
		{Pattern: "POST /f/{firm}/spaces/{space}/circles/{named}/paper", Door: web.Member, Action: authz.PaperServe, Handle: p.Room.DoBranch},
		{Pattern: "POST /f/{firm}/spaces/{space}/circles/{named}/paper/end", Door: web.Member, Action: authz.PaperServe, Handle: p.Room.DoUnbranch},
		{Pattern: "POST /f/{firm}/spaces/{space}/circles/{named}/services", Door: web.Member, Action: authz.PaperServe, Handle: p.Room.DoServe},
		{Pattern: "GET /f/{firm}/spaces/{space}/register", Door: web.Member, Action: authz.RegisterSee, Handle: p.Room.Register},
		{Pattern: "GET /f/{firm}/spaces/{space}/questions", Door: web.Member, Action: authz.QuestionSee, Handle: p.Room.ShowQuestions},
		{Pattern: "POST /f/{firm}/spaces/{space}/questions", Door: web.Member, Action: authz.QuestionAsk, Handle: p.Room.DoAskQuestion},
		{Pattern: "POST /f/{firm}/spaces/{space}/questions/rule", Door: web.Member, Action: authz.ForumSet, Handle: p.Room.DoSetPattern},
		{Pattern: "GET /f/{firm}/spaces/{space}/questions/{question}", Door: web.Member, Action: authz.QuestionSee, Handle: p.Room.ShowQuestion},
		{Pattern: "POST /f/{firm}/spaces/{space}/questions/{question}/answer", Door: web.Member, Action: authz.QuestionAnswer, Handle: p.Room.DoAnswerQuestion},
		{Pattern: "POST /f/{firm}/spaces/{space}/questions/{question}/withdraw", Door: web.Member, Action: authz.QuestionWithdraw, Handle: p.Room.DoWithdrawQuestion},
		{Pattern: "POST /f/{firm}/spaces/{space}/exhibits/instant", Door: web.Member, Action: authz.ForumSet, Handle: p.Room.DoSetInstant},
		{Pattern: "POST /f/{firm}/spaces/{space}/exhibits/instant/cancel", Door: web.Member, Action: authz.ForumSet, Handle: p.Room.DoCancelInstant},
		{Pattern: "POST /f/{firm}/spaces/{space}/attestations", Door: web.Member, Action: authz.AttestDraw, Handle: p.Room.DoAttest},
		{Pattern: "GET /f/{firm}/spaces/{space}/attestations/{attestation}", Door: web.Member, Action: authz.RegisterSee, Handle: p.Room.Attestation},
		{Pattern: "GET /f/{firm}/spaces/{space}/attestations/{attestation}/file", Door: web.Member, Action: authz.RegisterSee, Handle: p.Room.AttestationFile},
		{Pattern: "GET /f/{firm}/spaces/{space}/register/file", Door: web.Member, Action: authz.RegisterSee, Handle: p.Room.RegisterFile, Long: true},
	}
}

// CardRoutes is the table of the listener where keys are shown, see [door.Cards].
func CardRoutes(cards *door.Cards, homes *home.Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /{$}", Handle: cards.Lost, Why: "holds nothing of anybody"},
		{Pattern: "GET /{way}", Handle: cards.Show, Why: "keycard.Hand wants a way that the site sealed and a certificate that counts; it changes nothing"},
		{Pattern: "GET /language/{code}", Handle: homes.Language, Why: "a cookie of the reader's own browser"},
	}
}

// entranceRoutes are the door of a firm, and who vouches there for people.
func entranceRoutes(p Pages) []web.Route {
	return []web.Route{
		{Pattern: "GET /door/{firm}", Handle: p.Door.House, Why: "the firm's name and who vouches for its people, where somebody does"},
		{Pattern: "GET /door/{firm}/accent.css", Handle: p.Door.Accent, Why: "the colour of a door that everybody sees"},
		{Pattern: "GET /door/{firm}/logo.png", Handle: p.Door.Logo, Why: "the logo of a firm, which it shows to everybody"},
		{Pattern: "GET /door/{firm}/logo-dark.png", Handle: p.Door.LogoDark, Why: "the logo of a firm, which it shows to everybody"},
		{Pattern: "GET /door/{firm}/{provider}", Handle: p.Door.Provider, Why: "the name of a firm and of a provider, behind an address that nobody guesses"},
		{Pattern: "POST /door/{firm}/{provider}", Handle: p.Door.DoProvider, Why: "provider.Enter makes a challenge for this browser, and brakes"},
		{Pattern: "GET /door/{firm}/{provider}/back", Handle: p.Door.Back, Why: "provider.Arrive takes the challenge of this browser, once, and what the provider signed"},

		{Pattern: "POST /account/prove/away", Door: web.Person, Handle: p.Door.DoProveAway, Why: "leads to who vouched for her session; what comes back is checked there"},
		{Pattern: "POST /account/providers/{firm}/{provider}/tie", Door: web.Person, Handle: p.Door.DoTie, Why: "provider.Enter wants a fresh session of hers, and a provider that is there for her"},
		{Pattern: "POST /account/providers/{firm}/{provider}/part", Door: web.Person, Handle: p.Door.DoPart, Why: "provider.Part parts her alone"},

		{Pattern: "GET /f/{firm}/entrance", Door: web.Member, Action: authz.FirmDoor, Handle: p.Entrance.List},
		{Pattern: "POST /f/{firm}/entrance", Door: web.Member, Action: authz.FirmVouch, Handle: p.Entrance.DoRegister},
		{Pattern: "POST /f/{firm}/entrance/keys", Door: web.Member, Action: authz.FirmVouch, Handle: p.Entrance.DoTakeKeys},
		{Pattern: "POST /f/{firm}/entrance/plate", Door: web.Member, Action: authz.FirmDoor, Handle: p.Entrance.DoHang},
		{Pattern: "POST /f/{firm}/entrance/logo", Door: web.Member, Action: authz.FirmDoor, Handle: p.Entrance.DoShowLogo, Body: firm.MaxLogo + 64<<10},
		{Pattern: "POST /f/{firm}/entrance/logo/remove", Door: web.Member, Action: authz.FirmDoor, Handle: p.Entrance.DoHideLogo},
		{Pattern: "GET /f/{firm}/entrance/host", Door: web.Member, Action: authz.FirmHostSee, Handle: p.Entrance.Host},
		{Pattern: "POST /f/{firm}/entrance/host", Door: web.Member, Action: authz.FirmHost, Handle: p.Entrance.DoClaimHost},
		{Pattern: "POST /f/{firm}/entrance/host/check", Door: web.Member, Action: authz.FirmHost, Handle: p.Entrance.DoCheckHost},
		{Pattern: "POST /f/{firm}/entrance/host/drop", Door: web.Member, Action: authz.FirmHost, Handle: p.Entrance.DoDropHost},
		{Pattern: "POST /f/{firm}/entrance/host/end", Door: web.Member, Action: authz.FirmHost, Handle: p.Entrance.DoEndHost},
		{Pattern: "GET /f/{firm}/entrance/{provider}", Door: web.Member, Action: authz.FirmDoor, Handle: p.Entrance.Show},
		{Pattern: "POST /f/{firm}/entrance/{provider}", Door: web.Member, Action: authz.FirmVouch, Handle: p.Entrance.DoIntroduce},
		{Pattern: "POST /f/{firm}/entrance/{provider}/end", Door: web.Member, Action: authz.FirmDoor, Handle: p.Entrance.DoEnd},
	}
}
