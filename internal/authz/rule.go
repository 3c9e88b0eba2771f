package authz

// Action is one thing a person may do. Every route, job, notice and signal
// names its action; what is not in [rules] is refused.
type Action string

const (
	FirmEnter      Action = "firm.enter"       // stand in the firm: the desk, the list of one's spaces
	FirmPeopleSee  Action = "firm.people.see"  // the firm's own people
	FirmPeopleEdit Action = "firm.people.edit" // who they are, what programs they have
	FirmPeopleAdd  Action = "firm.people.add"  // let one more in
	FirmPeopleRank Action = "firm.people.rank" // who of them administers it
	FirmPeopleEnd  Action = "firm.people.end"  // close one's access, and have others answer for what was hers
	FirmFactors    Action = "firm.factors"     // that its own people show a second factor
	FirmReview     Action = "firm.review"      // after how long it looks again at who is in its spaces from outside
	FirmMessage    Action = "firm.message"     // how much its messages hold, beside those of the law
	CharterRead    Action = "charter.read"     // what the firm asks of those who use it
	CharterAnswer  Action = "charter.answer"   // accept it or not
	CharterSee     Action = "charter.see"      // who did
	CharterPublish Action = "charter.publish"  // ask for another version
	FirmJournal    Action = "firm.journal"     // acts of the firm itself
	FirmApproval   Action = "firm.approval"    // that all of its spaces demand it
	FirmConnect    Action = "firm.connect"     // webhooks: what other programs are told
	FirmTell       Action = "firm.tell"        // tell it to one more address, or to another
	FirmDoor       Action = "firm.door"        // its door: who vouches there, and have one of them stop
	FirmVouch      Action = "firm.vouch"       // have one more vouch for people
	FirmHost       Action = "firm.host"        // its own web address
	FirmHostSee    Action = "firm.host.see"    // which one it has, and what is to be done for another
	FirmSupport    Action = "firm.support"     // whether the host may look at the firm's settings
	FirmSupportEnd Action = "firm.support.end" // have it look no more
	// FirmSupportGive lets it look, for some hours or days.
	FirmSupportGive Action = "firm.support.give"
	AbsenceSee      Action = "absence.see"     // one's own absences, and those in which one stands in
	AbsenceTell     Action = "absence.tell"    // have a colleague stand in for oneself
	AbsenceName     Action = "absence.name"    // have a colleague stand in for somebody else, who is ill
	AbsenceEnd      Action = "absence.end"     // before its time: who is away, or who stands in
	DiffusionSee    Action = "diffusion.see"   // one's own diffusions, and what became of each
	DiffusionSend   Action = "diffusion.send"  // prepare one, have it leave, take it back
	GroupSee        Action = "group.see"       // which groups of its own people the firm has, and who is in them
	GroupKeep       Action = "group.keep"      // make and rename one, take somebody out of it, dissolve it
	GroupAdmit      Action = "group.admit"     // let somebody in, and so into the spaces that it is in
	SpaceOpen       Action = "space.open"      // open a new one
	ConflictSearch  Action = "conflict.search" // ask whether the firm knows a name
	SanctionSee     Action = "sanction.see"    // which list of frozen assets the firm works with
	SanctionImport  Action = "sanction.import" // have it work with another
	SanctionSearch  Action = "sanction.search" // look for somebody in it
	TokenKeep       Action = "token.keep"      // see what programs have access in one's own name, and take it back
	TokenGive       Action = "token.give"      // give it to one more
	NoticeSee       Action = "notice.see"      // at which hours one is mailed, and of what
	NoticeChoose    Action = "notice.choose"   // decide that, for oneself

	SpaceSee     Action = "space.see"
	SpaceManage  Action = "space.manage" // rename, members, settings
	SpaceInvite  Action = "space.invite" // send a client her link
	SpaceJournal Action = "space.journal"
	SpaceSeeAs   Action = "space.see_as" // what a member from outside the firm sees
	SpaceAccess  Action = "space.access" // who opened it, the operator included
	SupportSee   Action = "support.see"  // whether the host may look at it
	SupportGive  Action = "support.give" // let it look at what one sees of it
	SupportEnd   Action = "support.end"  // have it look no more
	SpaceFreeze  Action = "space.freeze" // shut everyone outside the firm out, at once
	SpaceThaw    Action = "space.thaw"   // let them in again: a lawyer's act
	SpaceTell    Action = "space.tell"   // let mails of it say more: the act of who answers for it
	SpaceHand    Action = "space.hand"   // have another lawyer answer for it: the act of who does
	SpaceDemand  Action = "space.demand" // say what its people have to show: a lawyer's act; an expert's, where one conducts an assessment
	MobileSee    Action = "mobile.see"   // see at which telephones codes reach the members from outside
	SpaceMobile  Action = "space.mobile" // say at which telephone codes reach a member from outside: a lawyer's act
	ReviewKeep   Action = "review.keep"  // say again that somebody from outside stays: who answers for it
	WallSee      Action = "wall.see"     // whom a lawyer keeps out of it, and why
	WallRaise    Action = "wall.raise"   // keep somebody out: a lawyer's act
	WallLift     Action = "wall.lift"    // let her be added again
	CircleSee    Action = "circle.see"   // who is in what, before sending
	CircleMake   Action = "circle.make"  // name a new one
	CircleTend   Action = "circle.tend"  // rename it, let people in and out; a party too
	GroupAttach  Action = "group.attach" // have a group of the firm be in it: a lawyer's act
	GroupDetach  Action = "group.detach" // no longer
	RegisterSee  Action = "register.see" // what each party of a forum was given, and opened when
	AttestDraw   Action = "attest.draw"  // that the firm attests it to whoever reads it
	ForumSet     Action = "forum.set"    // say how a forum goes: when its parties communicate
	PaperServe   Action = "paper.serve"  // that a party of a forum has on paper what nobody reads for it
	OfferAsk     Action = "offer.ask"    // begin a round of sealed offers among parties: a lawyer's act, or an expert's
	OfferSee     Action = "offer.see"    // a round, and the offers of it once all are opened
	OfferPut     Action = "offer.put"    // commit one's party, take that back, hand its secret in
	DireSee      Action = "dire.see"     // what parties observe before the expert, and the answers
	DireFile     Action = "dire.file"    // file a dire for one's party
	DireAnswer   Action = "dire.answer"  // answer those of others line by line, set the last day for them
	// QuestionAsk asks a question on behalf of one's own party of a forum.
	QuestionAsk      Action = "question.ask"
	QuestionSee      Action = "question.see"
	QuestionAnswer   Action = "question.answer"   // a lawyer's act, or an expert's
	QuestionWithdraw Action = "question.withdraw" // by the party that asked
	TrashSee         Action = "trash.see"         // what was deleted and can still be restored
	HoldSee          Action = "hold.see"          // what may not be erased, and why
	HoldKeep         Action = "hold.keep"         // place and lift such a hold

	VigilanceSee  Action = "vigilance.see"  // who the client is, who owns her, how high the risk is: the firm's alone
	VigilanceKeep Action = "vigilance.keep" // decide it: a lawyer's act, in a closed space too

	DocumentFile    Action = "document.file"    // put one in the firm's tray
	DocumentRead    Action = "document.read"    // title, versions, bytes
	DocumentWhy     Action = "document.why"     // who else sees it, who does not, and why
	DocumentAddress Action = "document.address" // send it to further circles
	DocumentManage  Action = "document.manage"  // rename, move, replace, delete
	// DocumentClassify decides its nature: a lawyer's act (RIN art. 2 and 3).
	DocumentClassify Action = "document.classify"
	// DocumentParty files it into the private tray of one's own party.
	DocumentParty Action = "document.party"
	// DocumentRelease puts it onto the common table of a forum.
	DocumentRelease Action = "document.release"
	// DocumentApprove decides over what goes out of the firm: the lawyer who
	// answers for the space.
	DocumentApprove Action = "document.approve"
	ApprovalDemand  Action = "approval.demand" // that a space demands it

	DepositMake Action = "deposit.make"
	DepositSee  Action = "deposit.see"
	ReceiptRead Action = "receipt.read"

	RequestAsk    Action = "request.ask"    // ask somebody for a paper
	RequestSeek   Action = "request.seek"   // look for papers that are there already, remind somebody of them
	RequestSee    Action = "request.see"    // what is asked, where it stands
	RequestAnswer Action = "request.answer" // the one asked: here it is, or I have none
	RequestJudge  Action = "request.judge"  // accept, send back, waive, remind

	AgendaSee    Action = "agenda.see"    // an event: when it is, and what
	AgendaWhy    Action = "agenda.why"    // who else sees an entry, who does not, and why
	AgendaAdd    Action = "agenda.add"    // put one into the agenda of a space
	AgendaChange Action = "agenda.change" // move, reword or cancel it

	SlotPropose  Action = "slot.propose"  // several times for a meeting, to one person
	SlotSee      Action = "slot.see"      // a proposal, and what became of it
	SlotAnswer   Action = "slot.answer"   // choose one of its times, or none
	SlotWithdraw Action = "slot.withdraw" // take it back

	MemoRead     Action = "memo.read"
	MemoWhy      Action = "memo.why" // who else sees it, who does not, and why
	MemoWrite    Action = "memo.write"
	MemoInternal Action = "memo.internal" // among colleagues
	MemoRecall   Action = "memo.recall"   // take one back from everybody outside the firm
	// MemoAcknowledge answers, once, that one has read, understood or approved it.
	MemoAcknowledge Action = "memo.acknowledge"
)

// Kind is what an action is done to.
type Kind string

const (
	OfFirm    Kind = "firm"
	OfSpace   Kind = "space"
	OfCircle  Kind = "circle"  // a named circle, which its own people tend; a party, which the firm's side does
	OfItem    Kind = "item"    // addressed to circles: document, memo, event
	OfPrivate Kind = "private" // a person's own: upload, draft, deposit, receipt, request
)

type rule struct {
	kind   Kind
	firm   []FirmRole // for OfFirm; elsewhere, unless empty, her card must be one of these too
	space  []Role     // for the rest
	writes bool       // refused once the space is closed
	reads  bool       // left to a pass that only reads
	inSelf bool       // left to no pass at all: she acts herself
	grave  bool       // outlives her session or lets others in: she shows again that it is she
	bare   bool       // left to who has not accepted the firm's charter, besides what only reads
	linked bool       // OfFirm: left to who came by a mailed link to one space
	others []Role     // OfPrivate: roles that may besides the person herself
	led    bool       // OfSpace: where an expert conducts an assessment, left to experts alone
}

var (
	people  = []FirmRole{Admin, Lawyer, FirmColleague, FirmAssistant}
	anyone  = []FirmRole{Admin, Lawyer, FirmColleague, FirmAssistant, Outsider}
	lawyers = []FirmRole{Admin, Lawyer}
	inside  = []Role{Lead, Colleague, Assistant}
	counsel = []Role{Lead, Colleague}                    // with a lawyer's card: what a lawyer alone decides
	owners  = []Role{Lead, Colleague, Assistant, Client} // the firm's side, and whose secret it is
	writers = []Role{Lead, Colleague, Assistant, Client, Guest, Expert}
	all     = []Role{Lead, Colleague, Assistant, Client, Guest, Reader, Expert, Clerk}
	signers = []Role{Lead, Colleague, Assistant, Client, Guest, Reader, Expert} // whoever leaves a word of her own
	asks    = []Role{Lead, Colleague, Assistant, Expert}
	directs = []Role{Lead, Colleague, Expert} // who says how a forum goes: a lawyer of the firm that keeps it, and an expert
	leaders = []FirmRole{Admin, Lawyer, Outsider}
)

// rules is the whole of what anyone may do, read top to bottom.
var rules = map[Action]rule{
	FirmEnter:       {kind: OfFirm, firm: people, reads: true},
	FirmPeopleSee:   {kind: OfFirm, firm: people, reads: true},
	FirmPeopleEdit:  {kind: OfFirm, firm: []FirmRole{Admin}},
	FirmPeopleAdd:   {kind: OfFirm, firm: []FirmRole{Admin}, grave: true},
	FirmPeopleRank:  {kind: OfFirm, firm: []FirmRole{Admin}, grave: true},
	FirmPeopleEnd:   {kind: OfFirm, firm: []FirmRole{Admin}, grave: true},
	FirmFactors:     {kind: OfFirm, firm: []FirmRole{Admin}, grave: true},
	FirmReview:      {kind: OfFirm, firm: []FirmRole{Admin}},
	FirmMessage:     {kind: OfFirm, firm: []FirmRole{Admin}},
	CharterRead:     {kind: OfFirm, firm: anyone, reads: true, linked: true},
	CharterAnswer:   {kind: OfFirm, firm: anyone, inSelf: true, bare: true, linked: true},
	CharterSee:      {kind: OfFirm, firm: []FirmRole{Admin}, reads: true},
	CharterPublish:  {kind: OfFirm, firm: []FirmRole{Admin}, grave: true},
	FirmJournal:     {kind: OfFirm, firm: []FirmRole{Admin}, reads: true},
	FirmConnect:     {kind: OfFirm, firm: []FirmRole{Admin}},
	FirmTell:        {kind: OfFirm, firm: []FirmRole{Admin}, grave: true},
	FirmApproval:    {kind: OfFirm, firm: []FirmRole{Admin}, grave: true},
	FirmDoor:        {kind: OfFirm, firm: []FirmRole{Admin}, inSelf: true},
	FirmVouch:       {kind: OfFirm, firm: []FirmRole{Admin}, inSelf: true, grave: true},
	FirmHost:        {kind: OfFirm, firm: []FirmRole{Admin}, grave: true},
	FirmHostSee:     {kind: OfFirm, firm: []FirmRole{Admin}, reads: true},
	FirmSupport:     {kind: OfFirm, firm: []FirmRole{Admin}, reads: true},
	FirmSupportGive: {kind: OfFirm, firm: []FirmRole{Admin}, inSelf: true, grave: true},
	FirmSupportEnd:  {kind: OfFirm, firm: []FirmRole{Admin}},
	AbsenceSee:      {kind: OfFirm, firm: people, reads: true},
	AbsenceTell:     {kind: OfFirm, firm: people, grave: true},
	AbsenceName:     {kind: OfFirm, firm: []FirmRole{Admin}, grave: true},
	AbsenceEnd:      {kind: OfFirm, firm: people},
	DiffusionSee:    {kind: OfFirm, firm: people, reads: true},
	DiffusionSend:   {kind: OfFirm, firm: people},
	GroupSee:        {kind: OfFirm, firm: people, reads: true},
	GroupKeep:       {kind: OfFirm, firm: []FirmRole{Admin}},
	GroupAdmit:      {kind: OfFirm, firm: []FirmRole{Admin}, grave: true},
	SpaceOpen:       {kind: OfFirm, firm: people},
	ConflictSearch:  {kind: OfFirm, firm: people},
	SanctionSee:     {kind: OfFirm, firm: people, reads: true},
	SanctionImport:  {kind: OfFirm, firm: []FirmRole{Admin}, grave: true},
	SanctionSearch:  {kind: OfFirm, firm: people},
	TokenKeep:       {kind: OfFirm, firm: anyone, inSelf: true, bare: true},
	TokenGive:       {kind: OfFirm, firm: anyone, inSelf: true, grave: true},
	NoticeSee:       {kind: OfFirm, firm: anyone, reads: true},
	NoticeChoose:    {kind: OfFirm, firm: anyone, bare: true},

	SpaceSee:         {kind: OfSpace, space: all, reads: true},
	SpaceManage:      {kind: OfSpace, space: inside, writes: true},
	SpaceInvite:      {kind: OfSpace, space: inside, writes: true},
	SpaceJournal:     {kind: OfSpace, space: inside, reads: true},
	SpaceSeeAs:       {kind: OfSpace, space: counsel, firm: lawyers},
	SpaceAccess:      {kind: OfSpace, space: owners, reads: true},
	SupportSee:       {kind: OfSpace, space: owners, reads: true},
	SupportGive:      {kind: OfSpace, space: []Role{Lead, Colleague, Client}, firm: []FirmRole{Admin, Lawyer, Outsider}, inSelf: true, grave: true},
	SupportEnd:       {kind: OfSpace, space: owners, bare: true},
	SpaceFreeze:      {kind: OfSpace, space: owners, bare: true},
	SpaceThaw:        {kind: OfSpace, space: counsel, firm: lawyers, grave: true},
	SpaceTell:        {kind: OfSpace, space: []Role{Lead}, firm: lawyers, writes: true, grave: true},
	SpaceHand:        {kind: OfSpace, space: []Role{Lead}, firm: lawyers, grave: true},
	SpaceDemand:      {kind: OfSpace, space: directs, firm: leaders, writes: true, led: true},
	MobileSee:        {kind: OfSpace, space: counsel, firm: lawyers, reads: true},
	SpaceMobile:      {kind: OfSpace, space: counsel, firm: lawyers, writes: true, grave: true},
	ReviewKeep:       {kind: OfSpace, space: []Role{Lead}},
	WallSee:          {kind: OfSpace, space: counsel, firm: lawyers, reads: true},
	WallRaise:        {kind: OfSpace, space: counsel, firm: lawyers},
	WallLift:         {kind: OfSpace, space: counsel, firm: lawyers, grave: true},
	CircleSee:        {kind: OfSpace, space: inside, reads: true},
	CircleMake:       {kind: OfSpace, space: inside, writes: true},
	CircleTend:       {kind: OfCircle, space: inside, writes: true},
	GroupAttach:      {kind: OfSpace, space: counsel, firm: lawyers, writes: true, grave: true},
	GroupDetach:      {kind: OfSpace, space: counsel, firm: lawyers},
	RegisterSee:      {kind: OfSpace, space: all, reads: true},
	AttestDraw:       {kind: OfSpace, space: signers, writes: true},
	ForumSet:         {kind: OfSpace, space: directs, firm: leaders, writes: true},
	PaperServe:       {kind: OfSpace, space: inside, writes: true},
	OfferAsk:         {kind: OfSpace, space: directs, firm: leaders, writes: true},
	OfferSee:         {kind: OfItem, space: all, reads: true},
	OfferPut:         {kind: OfItem, space: []Role{Lead, Colleague, Guest}, firm: []FirmRole{Admin, Lawyer, Outsider}, writes: true},
	DireSee:          {kind: OfItem, space: all, reads: true},
	DireFile:         {kind: OfSpace, space: []Role{Lead, Colleague, Guest}, firm: []FirmRole{Admin, Lawyer, Outsider}, writes: true},
	DireAnswer:       {kind: OfSpace, space: directs, firm: leaders, writes: true, led: true},
	QuestionAsk:      {kind: OfCircle, space: []Role{Guest}, writes: true},
	QuestionSee:      {kind: OfItem, space: all, reads: true},
	QuestionAnswer:   {kind: OfItem, space: directs, firm: leaders, writes: true},
	QuestionWithdraw: {kind: OfItem, space: []Role{Guest}, writes: true},
	TrashSee:         {kind: OfSpace, space: inside, reads: true},
	HoldSee:          {kind: OfSpace, space: inside, reads: true},
	HoldKeep:         {kind: OfSpace, space: counsel, firm: lawyers, grave: true},

	VigilanceSee:  {kind: OfSpace, space: inside, reads: true},
	VigilanceKeep: {kind: OfSpace, space: counsel, firm: lawyers},

	DocumentFile:     {kind: OfSpace, space: inside, writes: true},
	DocumentRead:     {kind: OfItem, space: all, reads: true},
	DocumentWhy:      {kind: OfItem, space: inside, reads: true},
	DocumentAddress:  {kind: OfItem, space: inside, writes: true},
	DocumentManage:   {kind: OfItem, space: inside, writes: true},
	DocumentClassify: {kind: OfItem, space: counsel, firm: lawyers, writes: true},
	DocumentParty:    {kind: OfCircle, space: []Role{Guest}, writes: true},
	DocumentRelease:  {kind: OfItem, space: []Role{Lead, Colleague, Guest}, firm: []FirmRole{Admin, Lawyer, Outsider}, writes: true},
	DocumentApprove:  {kind: OfItem, space: []Role{Lead}, firm: lawyers, writes: true},
	ApprovalDemand:   {kind: OfSpace, space: counsel, firm: lawyers, writes: true},

	DepositMake: {kind: OfSpace, space: []Role{Client, Guest, Expert}, writes: true},
	DepositSee:  {kind: OfPrivate, space: all, others: inside, reads: true},
	ReceiptRead: {kind: OfPrivate, space: all, others: inside, reads: true},

	RequestAsk:    {kind: OfSpace, space: asks, writes: true},
	RequestSeek:   {kind: OfSpace, space: inside, writes: true},
	RequestSee:    {kind: OfPrivate, space: all, others: inside, reads: true},
	RequestAnswer: {kind: OfPrivate, space: []Role{Client, Guest}, writes: true},
	RequestJudge:  {kind: OfPrivate, space: asks, others: inside, writes: true},

	AgendaSee:    {kind: OfItem, space: all, reads: true},
	AgendaWhy:    {kind: OfItem, space: inside, reads: true},
	AgendaAdd:    {kind: OfSpace, space: inside, writes: true},
	AgendaChange: {kind: OfItem, space: inside, writes: true},

	SlotPropose:  {kind: OfSpace, space: inside, writes: true},
	SlotSee:      {kind: OfPrivate, space: all, others: inside, reads: true},
	SlotAnswer:   {kind: OfPrivate, space: []Role{Client, Guest, Expert}, others: inside, writes: true},
	SlotWithdraw: {kind: OfPrivate, space: inside, others: inside, writes: true},

	MemoRead:     {kind: OfItem, space: all, reads: true},
	MemoWhy:      {kind: OfItem, space: inside, reads: true},
	MemoWrite:    {kind: OfSpace, space: writers, writes: true, bare: true},
	MemoInternal: {kind: OfSpace, space: inside, writes: true},
	MemoRecall:   {kind: OfItem, space: inside, writes: true},

	MemoAcknowledge: {kind: OfItem, space: signers, writes: true},
}

// Actions returns every action there is, for the census of routes.
func Actions() []Action {
	out := make([]Action, 0, len(rules))
	for a := range rules {
		out = append(out, a)
	}
	return out
}
