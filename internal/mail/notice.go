package mail

import "cenacle/internal/i18n"

// Notice is what a mail may say. The set is closed: each type below is one
// neutral message of the catalog, and Path, on our own site, is all it holds.
// A path may carry a link's token; the page it names changes nothing until its
// reader presses a button.
type Notice interface{ content() content }

// content is a notice in catalog keys.
type content struct {
	path               string
	subject, lead, why string
	page               string // what is said of the page behind the link
	count              int    // of what the lead counts; 0: nothing
	titles             []string
	files              []File
	code               string // that the lead says; such a mail has no link
}

// says is the content of a notice whose messages bear its name.
func says(path, name, page string) content {
	return content{path: path, subject: "mail." + name + ".subject", lead: "mail." + name + ".lead", why: "mail." + name + ".why", page: page}
}

// first is the sentence that the mail begins with.
func (c content) first(p *i18n.Printer) string {
	switch {
	case c.count > 0:
		return p.N(c.lead, c.count)
	case c.code != "":
		return p.T(c.lead, c.code)
	}
	return p.T(c.lead)
}

// What is said of the page behind the link.
const (
	withButton = "mail.page.button"
	withSignIn = "mail.page.sign_in"
	withChoice = "mail.page.choice"
)

type (
	// NewItem tells a member that something new was addressed to her.
	NewItem struct{ Path string }
	// SpaceOpened is the first contact with a client: who writes (the sender),
	// that something waits, and the link that opens it without an account.
	SpaceOpened struct{ Path string }
	// LinkRenewed answers somebody who asked for a new link.
	LinkRenewed struct{ Path string }
	// DepositReceived tells the firm, once for a whole deposit, that it is closed.
	DepositReceived struct{ Path string }
	// PapersAwaited reminds a member that something is still expected of her,
	// once for all of it.
	PapersAwaited struct{ Path string }
	// DateNear reminds a member that something of her agenda is near.
	DateNear struct{ Path string }
	// SlotsProposed tells a person that a time is hers to choose, SlotsAnswered who
	// proposed them that she has answered.
	SlotsProposed struct{ Path string }
	SlotsAnswered struct{ Path string }
	// OffersMoved tells somebody of a party that sealed offers, a question, or the day on which its
	// forum communicates, have come to a point where she may have something to do, or to
	// read.
	OffersMoved struct{ Path string }
	// ReviewDue tells the lawyer who answers for a space that something of it is to be
	// looked at again.
	ReviewDue struct{ Path string }
	// DiresMoved tells somebody at a common table that a dire was filed or answered, or
	// that the last day for them was set.
	DiresMoved struct{ Path string }
	// AnswerOverdue tells a lawyer that reminders have had no answer.
	AnswerOverdue struct{ Path string }
	// AccessDue tells a lawyer that she is to look again at who is in her spaces.
	AccessDue struct{ Path string }
	// ColleagueInvited asks somebody to join the firm's team.
	ColleagueInvited struct{ Path string }
	// Welcome greets the person who has just opened her firm.
	Welcome struct{ Path string }
	// DepositLink brings a person the link by which she hands documents in.
	DepositLink struct{ Path string }
	// FactorsChanged tells a person that one of her means of signing in changed.
	FactorsChanged struct{ Path string }
	// DeviceMet tells a person that somebody signed in as her from a browser that
	// she had never used.
	DeviceMet struct{ Path string }
	// MailboxAsked brings the mailbox that somebody wishes to be reached at the page that
	// confirms it; MailboxLeft the one that she has, which confirms or refuses.
	MailboxAsked struct{ Path string }
	MailboxLeft  struct{ Path string }
	// MergerAsked brings the mailbox of an identity that is to end at the page that agrees
	// or refuses; IdentityEnded tells both mailboxes that one has ended.
	MergerAsked   struct{ Path string }
	IdentityEnded struct{ Path string }
	// ManyTaken tells a person that a great many documents were opened by her
	// access at once, ManyTakenHere the lawyer who answers for the space.
	ManyTaken     struct{ Path string }
	ManyTakenHere struct{ Path string }
	// SpaceFrozen tells the lawyer who answers for a space that it was frozen.
	SpaceFrozen struct{ Path string }
	// CodeSent brings a person the code that she has just asked for. It holds no path: she
	// types the code where she is.
	CodeSent struct{ Code string }
	// Gathered tells a person, once for all that waited for her hour, in how many of
	// her spaces something is new.
	Gathered struct {
		Path   string
		Spaces int
	}
)

func (n NewItem) content() content {
	return says(n.Path, "item", withButton)
}

func (n SpaceOpened) content() content {
	return says(n.Path, "opened", withButton)
}

func (n LinkRenewed) content() content {
	return says(n.Path, "renewed", withButton)
}

func (n DepositReceived) content() content {
	return says(n.Path, "deposit", withSignIn)
}

func (n PapersAwaited) content() content {
	return says(n.Path, "awaited", withButton)
}

func (n DateNear) content() content {
	return says(n.Path, "date", withButton)
}

func (n SlotsProposed) content() content {
	return says(n.Path, "slots", withButton)
}

func (n OffersMoved) content() content {
	return says(n.Path, "offers", withButton)
}

func (n DiresMoved) content() content {
	return says(n.Path, "dires", withButton)
}

func (n SlotsAnswered) content() content {
	return says(n.Path, "answered", withSignIn)
}

func (n ReviewDue) content() content {
	return says(n.Path, "revise", withSignIn)
}

func (n AnswerOverdue) content() content {
	return says(n.Path, "overdue", withSignIn)
}

func (n AccessDue) content() content {
	return says(n.Path, "review", withSignIn)
}

func (n ColleagueInvited) content() content {
	return says(n.Path, "invited", withButton)
}

func (n Welcome) content() content {
	return says(n.Path, "welcome", withSignIn)
}

func (n DepositLink) content() content {
	return says(n.Path, "deposit_link", withButton)
}

func (n FactorsChanged) content() content {
	return says(n.Path, "factor", withSignIn)
}

func (n DeviceMet) content() content {
	return says(n.Path, "device", withSignIn)
}

func (n MailboxAsked) content() content {
	return says(n.Path, "mailbox_asked", withChoice)
}

func (n MailboxLeft) content() content {
	return says(n.Path, "mailbox_left", withChoice)
}

func (n MergerAsked) content() content {
	return says(n.Path, "merger_asked", withChoice)
}

func (n IdentityEnded) content() content {
	return says(n.Path, "identity_ended", withSignIn)
}

func (n ManyTaken) content() content {
	return says(n.Path, "haste", withSignIn)
}

func (n ManyTakenHere) content() content {
	return says(n.Path, "hasty", withSignIn)
}

func (n SpaceFrozen) content() content {
	return says(n.Path, "frozen", withSignIn)
}

func (n CodeSent) content() content {
	c := says("", "code", "mail.code.page")
	c.code = n.Code
	return c
}

func (n Gathered) content() content {
	c := says(n.Path, "gathered", withSignIn)
	c.count = n.Spaces
	return c
}

// AtSignIn is a notice to somebody who signs in with her password: its path is
// a place of the site, not a link that opens it.
type AtSignIn struct{ Notice }

func (n AtSignIn) content() content {
	c := n.Notice.content()
	c.page = withSignIn
	return c
}

// Titled is a notice that also says what things are called, and may carry some of
// them. It is the only one that says anything of them: [lifecycle] makes it, alone, where the lawyer who answers for
// a space chose so, and of what authz lets take that way.
//
// [lifecycle]: cenacle/internal/lifecycle
type Titled struct {
	Notice
	Titles []string
	Files  []File
}

func (n Titled) content() content {
	c := n.Notice.content()
	c.titles, c.files = n.Titles, n.Files
	return c
}
