package proof

import (
	"encoding/json"
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/go/packages"

	"cenacle/internal/authz"
	"cenacle/internal/web"
)

// elsewhere are the actions that no line of the table names, and where they are
// decided.
var elsewhere = map[authz.Action]string{
	authz.WallSee:       "lifecycle.Walls, for the page of the people of a space",
	authz.MobileSee:     "lifecycle.Mobiles, for the same page",
	authz.HoldSee:       "hold.List, for the page of the trash",
	authz.DepositSee:    "lists and pages of a space show deposits beside everything else (deposit.List, deposit.Show)",
	authz.DocumentParty: "the form of files files into the tray of one’s party too (document.Begin, by its tray)",
	authz.MemoInternal:  "a field of the form behind memo.write makes a memo internal (memo.Write)",
	authz.MemoRecall:    "each memo of a diffusion that is taken back (diffusion.Recall)",
}

// jobs is every kind of job and which right is looked at again when it runs.
// TestISO02Jobs takes that right away in between.
var jobs = map[string]string{
	"notice.space-opened": "space.see of the person invited",
	"notice.link":         "space.see of the link's person, or her card in the firm",
	"notice.deposit-link": "deposit.make of the link's person, and that the link stands",
	"notice.colleague":    "firm.enter of the colleague",
	"notice.welcome":      "firm.enter of the founder",
	"notice.factor":       "an active card of the person, in the firm that tells her",
	"notice.device":       "an active card of the person, in the firm that tells her",
	"notice.mailbox":      "an active card of the person, in the firm that has both mailboxes asked, and that the wish stands",
	"notice.merger":       "an active card of the person, in the firm that asks the mailbox of an identity that is to end, and that the wish stands; afterwards, of who is kept",
	"notice.haste":        "an active card of the person whose access it was; space.see of the lawyer who answers for the space",
	"notice.frozen":       "space.see of the lawyer who answers for the space",
	"notice.deposit":      "space.see of the lawyer who is told",
	"notice.review":       "review.keep of the lawyer who answers for a space, over an access that is due",
	"notice.item":         "document.read, memo.read or agenda.see of something new for the person who is told",
	"notice.request":      "request.see of something still asked of the person who is told",
	"notice.reminder":     "request.see of something still asked of the person who is told",
	"notice.overdue":      "request.see of the lawyer who is told, of something still asked",
	"notice.date":         "agenda.see of an event that still is to be, for the person who is reminded",
	"notice.gathered":     "what the right of each notice that waited is: a card, the space, and what is new or owed there",
	"notice.slots":        "slot.see of the person whose answer is waited for, of what still waits for it",
	"notice.offers":       "offer.see of the person who is told, of a round that stands as she is told",
	"notice.question":     "question.answer of who is told that it waits, question.see of who is told that it is answered",
	"notice.forum":        "space.see of the person who is told, of an instant that still is the one she is told of",
	"notice.dires":        "dire.see of the person who is told, of the dire that she is told of; of the last day, space.see",
	"notice.answered":     "slot.see of who proposed it, of what was answered",
	"notice.vigilance":    "vigilance.see of the lawyer who answers for the space, of an edition that nobody has changed since",
	"vigilance.watch":     "none: it reads nothing out, and who is told is decided by notice.vigilance",
	"vigilance.erase":     "none: it does what the law says of a relation that has ended, and reads nothing out",
	"vigilance.screen":    "none: what it finds goes into the dossier of the space and to nobody; who is told is decided by notice.vigilance",
	"sanction.examine":    "none: likewise",
	"agenda.remind":       "none: it reads nothing out, and who is told is decided by notice.date",
	"absence.begin":       "none: it does what was said when the absence was announced, and reads nothing out; both cards, walls and memberships are looked at again (absence.Begin)",
	"absence.cover":       "none: as absence.begin, in one space that who is away has come into (absence.Cover)",
	"absence.end":         "none: it gives back what somebody had, and reads nothing out",
	"diffusion.run":       "memo.write of its author, in each space, and memo.read of each who is to receive it (diffusion.Run); package diffusion takes both away in between",
	"group.enter":         "none: it does what was said when somebody was let into a group, and reads nothing out; her card, whether she is still in it, and walls are looked at again (group.Enter)",
	"group.leave":         "none: it takes away what a group gave, and reads nothing out",
	"space.pass":          "none: it does what was said when the access was closed, and reads nothing out; each successor’s card and walls are looked at again (lifecycle.Pass)",
	"request.ladder":      "none: it reads nothing out, and who is told is decided by notice.reminder and notice.overdue",
	"drive.empty":         "document.file or deposit.make of who announced the file (drive.Settle)",
	"document.words":      "none: what it reads goes into the blind index as keyed hashes and to nobody; who finds by them is decided at each search",
	"memo.words":          "none: what it reads goes into the blind index as keyed hashes and to nobody; who finds by them is decided at each search",
	"preview.render":      "none: what it makes is sealed beside the version and shown to who may read it (preview.Show)",
	"document.screen":     "none: what it reads goes to the scanner and to nobody; who is told of what is released is decided by notice.item",
	"document.release":    "document.release of who set the instant, for each document (forum.TestReleaseAt)",
	"document.erase":      "none: it does what was said when the document was deleted, and reads nothing out",
	"document.shred":      "none: it removes bytes that no key opens any more",
	"deposit.lapse":       "none: it reads nothing out, and the firm is told by notice.deposit",
	"webhook.walk":        "firm.connect of the owner, and her right to see each event",
	"webhook.send":        "firm.connect of the owner, and her right to see the event that is sent",
}

// ISO-02: every line of the table says what protects it, and there is no door
// beside the table.
func TestISO02(t *testing.T) {
	t.Run("every route declares", func(t *testing.T) { declared(t, routes()) })
	t.Run("every action has a route", everyAction)
	t.Run("every job has a row", everyJob)
	t.Run("a route without its row is refused", undeclared)
	each(t, func(w *world) {
		s := stage(w)
		reached(s)
		misused(s)
	})
}

func declared(t *testing.T, table []web.Route) {
	known := authz.Actions()
	steps := map[string]bool{}
	for _, st := range book() {
		steps[st.route] = true
	}
	for _, r := range table {
		switch {
		case r.Handle == nil:
			t.Errorf("%s has no handler", r.Pattern)
		case r.Door == web.Member && !slices.Contains(known, r.Action):
			t.Errorf("%s: the action %q is none of package authz", r.Pattern, r.Action)
		case r.Door == web.Member && r.Why != "" || r.Door != web.Member && (len(r.Why) < 10 || r.Action != ""):
			t.Errorf("%s: an action for members, a reason for everybody else", r.Pattern)
		case r.Door == web.Member && !strings.Contains(r.Pattern, " /f/{firm}"):
			t.Errorf("%s: a member of no firm", r.Pattern)
		case r.Door != web.Member && strings.Contains(r.Pattern, "/f/"):
			t.Errorf("%s: a firm's page without its door", r.Pattern)
		}
		if !steps[r.Pattern] {
			t.Errorf("%s: no step of the book asks for it", r.Pattern)
		}
		delete(steps, r.Pattern)
	}
	for route := range steps {
		t.Errorf("%s: a step for a route that is not in the table", route)
	}
}

func everyAction(t *testing.T) {
	named := map[authz.Action]bool{}
	for _, r := range routes() {
		named[r.Action] = true
	}
	for _, a := range authz.Actions() {
		why, excused := elsewhere[a]
		if named[a] == excused || excused && len(why) < 20 {
			t.Errorf("%s: named by a route: %v, decided elsewhere: %q", a, named[a], why)
		}
	}
}

// everyJob compares the kinds that the program writes with those that it runs
// and with the rows above.
func everyJob(t *testing.T) {
	load := &packages.Config{Dir: "../..", Mode: packages.NeedName | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedFiles}
	found, err := packages.Load(load, "./internal/...", "./cmd/...")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, p := range found {
		for _, broken := range p.Errors {
			t.Fatal(broken)
		}
		for _, f := range p.Syntax {
			ast.Inspect(f, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok {
					follows(t, p, c, written)
				}
				return true
			})
		}
	}
	w := begin(t, temporary(t))
	rows := slices.Sorted(maps.Keys(jobs))
	if got := slices.Sorted(maps.Keys(written)); !slices.Equal(got, rows) {
		t.Errorf("the program writes jobs of the kinds %v, the rows are %v", got, rows)
	}
	if got := w.server.Outbox.Kinds(); !slices.Equal(got, rows) {
		t.Errorf("the program runs jobs of the kinds %v, the rows are %v", got, rows)
	}
}

// follows notes the kind of a job that a call writes. Only package act writes
// jobs, and its kinds are constants.
func follows(t *testing.T, p *packages.Package, c *ast.CallExpr, written map[string]bool) {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	f, ok := p.TypesInfo.Uses[sel.Sel].(*types.Func)
	if !ok {
		return
	}
	switch f.FullName() {
	case "cenacle/internal/outbox.Enqueue":
		if p.PkgPath != "cenacle/internal/act" {
			t.Errorf("%s writes jobs without an act", p.PkgPath)
		}
	case "(*cenacle/internal/act.Act).Follow":
		kind := p.TypesInfo.Types[c.Args[0]].Value
		if kind == nil {
			t.Errorf("%s: the kind of a job is not a constant", p.Fset.Position(c.Pos()))
			return
		}
		written[constant.StringVal(kind)] = true
	}
}

// undeclared hands the server tables with one bad line each.
func undeclared(t *testing.T) {
	handle := func(*web.Request) (web.Answer, error) { return nil, web.Absent() }
	for name, r := range map[string]web.Route{
		"a member's without action": {Pattern: "GET /f/{firm}/a", Door: web.Member, Handle: handle},
		"a person's without reason": {Pattern: "GET /a", Door: web.Person, Handle: handle},
		"a public without reason":   {Pattern: "GET /a", Handle: handle},
		"one without handler":       {Pattern: "GET /a", Why: "holds nothing"},
		"one without pattern":       {Why: "holds nothing", Handle: handle},
	} {
		if _, err := (&web.Config{}).Handler([]web.Route{r}, http.NotFoundHandler()); err == nil {
			t.Errorf("%s is served", name)
		}
	}
	good := web.Route{Pattern: "GET /a", Why: "holds nothing", Handle: handle}
	if _, err := (&web.Config{}).Handler([]web.Route{good}, http.NotFoundHandler()); err != nil {
		t.Errorf("a good line is refused: %v", err)
	}
}

// reached plays the book and asks the log which line of the table answered.
func reached(s *scene) {
	for _, st := range book() {
		before := len(s.log.read())
		a := s.play(st)
		var got []string
		for range 200 { // the line is written once the answer has gone
			if got = routed(s.log.read()[before:]); slices.Contains(got, st.route) {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if !slices.Contains(got, st.route) {
			s.t.Errorf("%s %s was answered by %v, not by %s", a.method, a.path, got, st.route)
		}
	}
}

// play does one step of the book.
func (s *scene) play(st step) answer {
	s.t.Helper()
	a := st.who(s).do(st.send(s.ids))
	if a.status != st.want {
		s.t.Errorf("%s: %d, want %d: %s %s", st.route, a.status, st.want, a.path, a.text())
	}
	if st.after != nil {
		st.after(s, a)
	}
	return a
}

// routed reads the patterns of the requests in a piece of log.
func routed(log []byte) (out []string) {
	for line := range strings.Lines(string(log)) {
		var event struct{ Msg, Route string }
		if json.Unmarshal([]byte(line), &event) == nil && event.Msg == "request" {
			out = append(out, event.Route)
		}
	}
	return out
}

// misused asks for every path by every method that its lines do not have.
func misused(s *scene) {
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "MKCOL", "BREW"}
	has := map[string][]string{}
	for _, r := range routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		has[path] = append(has[path], method)
		if method == "GET" {
			has[path] = append(has[path], "HEAD")
		}
	}
	before := s.still()
	for path, good := range has {
		for _, m := range methods {
			if slices.Contains(good, m) || path == "/{$}" && (m == "OPTIONS" || m == "PROPFIND") { // asked by Windows, see TestISO03Drives
				continue
			}
			a := s.lead.do(call{method: m, path: s.ids.path(" " + path)})
			if a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed {
				s.t.Errorf("%s %s: %d", m, path, a.status)
			}
		}
	}
	if changed := before.changed(s.behind().state()); len(changed) > 0 {
		s.t.Errorf("methods that are none of a route's changed %v", changed)
	}
}
