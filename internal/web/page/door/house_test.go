package door_test

import (
	"net/http"
	"strings"
	"testing"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/lifecycle"
	"cenacle/internal/space"
	"cenacle/internal/web"
	"cenacle/internal/web/page/door"
	"cenacle/internal/web/webtest"
)

const (
	founderEmail = "helene@delmas.example"
	clientEmail  = "claire.petit@mail.example"
	password     = "le tilleul penche vers la berge"
	other        = "sept mouettes boudent le phare"
)

// house is a firm with one space and its client, behind a running server.
type house struct {
	*webtest.Site
	by     authz.Actor
	client id.Person
	space  id.Space
}

func open(t *testing.T) house {
	t.Helper()
	h := house{Site: webtest.New(t, routes)}
	founded, err := h.Lifecycle.SignUp(t.Context(), lifecycle.SignUp{
		FirmName: "Cabinet Delmas & Associés", Name: "Me Hélène Delmas", Email: founderEmail, Password: password, Language: i18n.French,
	})
	h.must(err)
	h.by = authz.Actor{Person: founded.Person, Firm: founded.Firm, Role: authz.Admin, Via: authz.ViaPassword}
	models, err := space.LoadModels()
	h.must(err)
	opened, err := h.Lifecycle.OpenSpace(t.Context(), h.by, lifecycle.NewSpace{
		ClientName: "Mme Claire Petit", ClientEmail: clientEmail, Model: models[0], Profile: space.Individual, Language: i18n.French,
	})
	h.must(err)
	h.space = opened.ID
	p, err := h.Accounts.Find(t.Context(), clientEmail)
	h.must(err)
	h.client = p.ID
	return h
}

func routes(s *webtest.Site) []web.Route {
	p := &door.Pages{Accounts: s.Accounts, Firms: s.Firms, Tokens: s.Tokens, Invitations: s.Invitations, Lifecycle: s.Lifecycle, Providers: s.Providers}
	s.Prove = p.Prove
	grave := func(r *web.Request) (web.Answer, error) {
		_, err := s.Firms.AddColleague(r.Context(), r.Actor, firm.Colleague{Name: r.Value("name"), Email: r.Value("email"), Role: authz.Lawyer, Language: i18n.French})
		return web.See("/done"), err
	}
	hasty := func(r *web.Request) (web.Answer, error) {
		return web.See("/taken"), authz.Brake(r.Actor, authz.DocumentRead)
	}
	room := func(r *web.Request) (web.Answer, error) {
		_, err := s.Lifecycle.Demand(r.Context(), r.Actor, id.Space(r.PathValue("space")))
		return web.Empty(http.StatusNoContent), err
	}
	public := func(pattern string, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Handle: h, Why: "a test"}
	}
	person := func(pattern string, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Handle: h, Why: "a test", Door: web.Person}
	}
	return []web.Route{
		public("GET /signin", p.SignIn), public("POST /signin", p.DoSignIn), public("POST /signin/link", p.DoRenewByEmail),
		public("POST /signout", p.DoSignOut), public("GET /signup", p.SignUp), public("POST /signup", p.DoSignUp),
		public("GET /l/{firm}/{token}", p.Link), public("POST /l/{firm}/{token}", p.DoLink), public("POST /l/{firm}/{token}/renew", p.DoRenew),
		public("GET /p/{firm}/{token}", p.Password), public("POST /p/{firm}/{token}", p.DoPassword),
		person("GET /enter", p.Enter), person("GET /account", p.Account), person("POST /account/password", p.DoChangePassword),
		public("GET /signin/code", p.Code), public("POST /signin/code", p.DoCode),
		public("GET /e/{token}", p.Move), public("POST /e/{token}", p.DoMove),
		person("POST /account/mailbox", p.DoAskMove), person("POST /account/mailbox/cancel", p.DoCancelMove),
		public("GET /r/{token}", p.Agree), public("POST /r/{token}", p.DoAgree), person("GET /account/merge", p.Merge), person("POST /account/merge", p.DoBeginMerge),
		person("POST /account/merge/confirm", p.DoMerge), person("POST /account/merge/cancel", p.DoCancelMerge),
		person("GET /account/code", p.CodeSent), person("POST /account/code", p.DoUseCode), person("POST /account/code/send", p.DoSendCode),
		{Pattern: "GET /f/{firm}/spaces/{space}", Door: web.Member, Action: authz.SpaceSee, Handle: room}, {Pattern: "POST /f/{firm}/spaces/{space}", Door: web.Member, Action: authz.SpaceSee, Handle: room},
		person("GET /account/factors", p.Factors), person("POST /account/factors/app", p.DoNewApp), person("POST /account/factors/app/code", p.DoAddApp),
		person("POST /account/factors/recovery", p.DoRenewRecovery), person("POST /account/factors/{factor}/name", p.DoRenameFactor), person("POST /account/factors/{factor}/remove", p.DoRemoveFactor),
		person("POST /account/signout", p.DoSignOutEverywhere), person("POST /account/sessions/{session}/end", p.DoEndSession),
		public("GET /door/{firm}", p.House), public("GET /door/{firm}/accent.css", p.Accent), public("GET /door/{firm}/logo.png", p.Logo), public("GET /door/{firm}/logo-dark.png", p.LogoDark), public("GET /door/{firm}/{provider}", p.Provider), public("POST /door/{firm}/{provider}", p.DoProvider), public("GET /door/{firm}/{provider}/back", p.Back),
		person("POST /account/providers/{firm}/{provider}/tie", p.DoTie), person("POST /account/providers/{firm}/{provider}/part", p.DoPart), person("POST /account/prove/away", p.DoProveAway),
		person("POST /account/prove", p.DoProve), {Pattern: "POST /f/{firm}/people", Door: web.Member, Action: authz.FirmPeopleAdd, Handle: grave},
		{Pattern: "GET /f/{firm}/spaces/{space}/documents/{document}/versions/{version}/file", Door: web.Member, Action: authz.FirmEnter, Handle: hasty},
	}
}

func (h house) must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}

// link issues a link as the job that mails it does.
func (h house) link(space id.Space, person id.Person) string {
	h.T.Helper()
	var path string
	h.must(h.Office.Do(h.T.Context(), h.by.Firm, func(a *act.Act) error {
		token, err := invitation.Issue(a, h.by, space, person)
		path = invitation.Path(h.by.Firm, space, token)
		return err
	}))
	return path
}

func (h house) colleague(email string) firm.Card {
	h.T.Helper()
	card, err := h.Firms.AddColleague(h.T.Context(), h.by, firm.Colleague{Name: "Me Paul Leroy", Email: email, Role: authz.Lawyer, Language: i18n.French})
	h.must(err)
	return card
}

func (h house) spacePath() string {
	return "/f/" + string(h.by.Firm) + "/spaces/" + string(h.space)
}

// unknown is the path of a link that was never issued, as long as a real one.
func (h house) unknown() string {
	return "/l/" + string(h.by.Firm) + "/" + strings.Repeat("x", 43)
}

// sessions are those of the founder.
func (h house) sessions() []account.Access {
	h.T.Helper()
	all, err := h.Accounts.Sessions(h.T.Context(), h.by.Person)
	h.must(err)
	return all
}
