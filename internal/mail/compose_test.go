package mail

import (
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"cenacle/internal/fault"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
)

func composer(t *testing.T) *Composer {
	t.Helper()
	catalog := i18n.Load()
	base := &url.URL{Scheme: "https", Host: "espace.example"}
	c, err := NewComposer(catalog, Sending{Base: base, From: "espace@cabinet.example", FromName: "Cénacle"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func envelope(l i18n.Language) Envelope {
	at := time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)
	return Envelope{Job: id.New[id.Job](at), Date: at, To: "canary-person@canary-host.example", Language: l, Firm: "CANARY Delmas"}
}

const path = "/e/01kd?t=CxYz&n=1"

func notices() []Notice {
	return []Notice{NewItem{path}, SpaceOpened{path}, LinkRenewed{path}, DepositReceived{path}, PapersAwaited{path}, DateNear{path}, SlotsProposed{path}, SlotsAnswered{path}, ReviewDue{path}, OffersMoved{path}, DiresMoved{path}, AnswerOverdue{path}, AccessDue{path}, ColleagueInvited{path}, Welcome{path}, DepositLink{path}, FactorsChanged{path}, DeviceMet{path}, SpaceFrozen{path}, MailboxAsked{path}, MailboxLeft{path}, ManyTaken{path}, ManyTakenHere{path}, Gathered{path, 3}}
}

func TestEveryNoticeInBothLanguages(t *testing.T) {
	c := composer(t)
	seen := map[string]bool{}
	for _, l := range i18n.All() {
		for _, n := range notices() {
			t.Run(string(l)+" "+reflect.TypeOf(n).Name(), func(t *testing.T) {
				e := envelope(l)
				m, err := c.Compose(e, n)
				if err != nil {
					t.Fatal(err)
				}
				if m.ID != string(e.Job)+"@espace.example" || m.Job() != e.Job || !m.Date.Equal(e.Date) || m.To != e.To || m.Language != string(l) ||
					m.From != "espace@cabinet.example" || m.FromName != e.Firm {
					t.Errorf("message %+v", m)
				}
				seen[m.Text] = true
				checkText(t, m)
				checkHTML(t, m)
			})
		}
	}
	if want := len(notices()) * len(i18n.All()); len(seen) != want {
		t.Errorf("%d different texts, want %d", len(seen), want)
	}
}

// TestCodeSent: the one mail with a code in it has no link, and its subject, which telephones
// show to everybody around, does not say it; the text is short and of plain letters.
func TestCodeSent(t *testing.T) {
	c := composer(t)
	for _, l := range i18n.All() {
		m, err := c.Compose(envelope(l), CodeSent{"042719"})
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{m.Text, m.HTML} {
			if strings.Count(part, "042719") != 1 || strings.Contains(part, "://") || strings.Contains(part, "href") || strings.Contains(part, "CANARY") {
				t.Errorf("%s", part)
			}
		}
		if strings.ContainsAny(m.Subject, "0123456789") {
			t.Error(m.Subject)
		}
		text := c.Text(l, "042719")
		if !strings.HasPrefix(text, "042719 ") || len([]rune(text)) > 160 || strings.ContainsFunc(text, func(c rune) bool { return c > 0xff || c == 0xa0 }) || strings.Contains(text, "/") {
			t.Errorf("%q", text)
		}
	}
}

// Somebody who signs in is told so; all else stays.
func TestAtSignIn(t *testing.T) {
	c := composer(t)
	e := envelope(i18n.French)
	plain, err := c.Compose(e, NewItem{path})
	if err != nil {
		t.Fatal(err)
	}
	signs, err := c.Compose(e, AtSignIn{NewItem{path}})
	if err != nil {
		t.Fatal(err)
	}
	p := c.catalog.Printer(i18n.French, time.UTC)
	for _, part := range []struct{ plain, signs string }{{plain.Text, signs.Text}, {plain.HTML, signs.HTML}} {
		if part.signs == part.plain || strings.Replace(part.plain, p.T(withButton), p.T(withSignIn), 1) != part.signs {
			t.Errorf("at sign-in:\n%s", part.signs)
		}
	}
	if signs.Subject != plain.Subject || signs.ID != plain.ID {
		t.Errorf("subject %q, ID %q", signs.Subject, signs.ID)
	}
}

func checkText(t *testing.T, m Message) {
	t.Helper()
	if strings.Contains(m.Subject+m.Text+m.HTML, "[mail.") {
		t.Errorf("a message is missing from the catalog:\n%s", m.Text)
	}
	if !strings.Contains(m.Text, "\nhttps://espace.example"+path+"\n") {
		t.Errorf("the link is not on a line of its own:\n%s", m.Text)
	}
	for _, markup := range []string{"<p", "&amp;", "&#", "{{"} {
		if strings.Contains(m.Text, markup) {
			t.Errorf("the text holds %q:\n%s", markup, m.Text)
		}
	}
}

var (
	tags  = regexp.MustCompile(`<[^>]*>`)
	links = regexp.MustCompile(`(?i)(href|src|action|url)\s*[=(]\s*["']?([^"')\s>]*)`)
)

// checkHTML: the only reference is the link, it is shown as what it is, and the
// sentences are those of the text.
func checkHTML(t *testing.T, m Message) {
	t.Helper()
	const href = "https://espace.example/e/01kd?t=CxYz&amp;n=1"
	found := links.FindAllStringSubmatch(m.HTML, -1)
	if len(found) != 1 || found[0][2] != href {
		t.Errorf("references %v", found)
	}
	if !strings.Contains(m.HTML, ">"+href+"</a>") {
		t.Error("the link does not show its own address")
	}
	for _, tag := range []string{"<img", "<script", "<form", "<table", "<link", "<iframe", "<style"} {
		if strings.Contains(strings.ToLower(m.HTML), tag) {
			t.Errorf("the page holds %s", tag)
		}
	}
	if !strings.Contains(m.HTML, `<html lang="`+m.Language+`">`) {
		t.Error("the page does not name its language")
	}
	shown := spaces(strings.NewReplacer("&amp;", "&", "&#39;", "'").Replace(tags.ReplaceAllString(m.HTML, " ")))
	for _, sentence := range strings.Split(m.Text, "\n") {
		if sentence != "--" && !strings.Contains(shown, spaces(sentence)) {
			t.Errorf("the page lacks %q", sentence)
		}
	}
}

// OUT-05: a notice cannot say more than its catalog text and its link: it has
// no other field than a number; the firm is named as the sender only, the person nowhere.
func TestOUT05_NoNameInAnyNotice(t *testing.T) {
	c := composer(t)
	for _, n := range notices() {
		kind := reflect.TypeOf(n)
		for f := range kind.Fields() {
			if f.Name != "Path" && f.Type.Kind() != reflect.Int {
				t.Errorf("%s has more to say than a path and a number: %s", kind.Name(), f.Name)
			}
		}
		for _, l := range i18n.All() {
			m, err := c.Compose(envelope(l), n)
			if err != nil {
				t.Fatal(err)
			}
			if all := strings.ToLower(m.Subject + m.Text + m.HTML + m.ID); strings.Contains(all, "canary") || strings.Contains(all, "delmas") {
				t.Errorf("%s in %s names somebody:\n%s", kind.Name(), l, m.Text)
			}
		}
	}
}

// LAW-09: words that the law reserves.
func TestLAW09_NoReservedWord(t *testing.T) {
	c := composer(t)
	for _, n := range notices() {
		for _, l := range i18n.All() {
			m, err := c.Compose(envelope(l), n)
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{"recommandé", "qualifié", "coffre", "registered mail", "qualified", "certifié"} {
				if strings.Contains(strings.ToLower(m.Subject+m.Text), word) {
					t.Errorf("%T in %s says %q", n, l, word)
				}
			}
		}
	}
}

func TestMessageIDIsStable(t *testing.T) {
	c := composer(t)
	e := envelope(i18n.French)
	first, err := c.Compose(e, NewItem{path})
	if err != nil {
		t.Fatal(err)
	}
	e.Date = e.Date.Add(time.Hour)
	second, err := c.Compose(e, NewItem{path})
	if err != nil {
		t.Fatal(err)
	}
	if first.ID != second.ID || first.Date.Equal(second.Date) {
		t.Errorf("%s at %v, then %s at %v", first.ID, first.Date, second.ID, second.Date)
	}
}

func TestMessageIDOfEveryBase(t *testing.T) {
	c := composer(t)
	for host, want := range map[string]string{"espace.example": "espace.example", "127.0.0.1:8080": "127.0.0.1", "[::1]:8080": "--1", "société.example:1": "soci-t-.example"} {
		c.sending.Base = &url.URL{Scheme: "http", Host: host}
		m, err := c.Compose(envelope(i18n.French), NewItem{path})
		if err != nil || !strings.HasSuffix(m.ID, "@"+want) {
			t.Errorf("%s: ID %q, %v", host, m.ID, err)
		}
	}
}

// AUT-06: every link starts with the configured base.
func TestAUT06_LinksStayOnOurSite(t *testing.T) {
	c := composer(t)
	for _, bad := range []string{"", "e", "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "@evil.example", ".evil.example", ":80/", "/a\r\nb",
		"/a b", "/a\x00", "/é", "/\u202e", "javascript:alert(1)", "/%zz", "/a\tb", "?a", "#a", "///evil.example"} {
		if m, err := c.Compose(envelope(i18n.French), NewItem{bad}); err == nil {
			t.Errorf("path %q was accepted: %s", bad, m.Text)
		} else if len(bad) > 3 && strings.Contains(err.Error(), bad) {
			t.Errorf("the error repeats the path: %v", err)
		}
	}
}

func TestComposeRefusesABadEnvelope(t *testing.T) {
	c := composer(t)
	for name, change := range map[string]func(*Envelope){
		"no recipient": func(e *Envelope) { e.To = "" }, "two recipients": func(e *Envelope) { e.To = "a@b.fr, c@d.fr" },
		"no job": func(e *Envelope) { e.Job = "" }, "no date": func(e *Envelope) { e.Date = time.Time{} },
	} {
		e := envelope(i18n.French)
		change(&e)
		if _, err := c.Compose(e, NewItem{path}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSenderName(t *testing.T) {
	c := composer(t)
	for firm, want := range map[string]string{
		"":                           "Cénacle",
		"\r\n\t":                     "Cénacle",
		"Cabinet Delmas & Associés":  "Cabinet Delmas & Associés",
		"Cabinet\r\nBcc: x":          "Cabinet Bcc: x",
		`Banque <a@b.fr>`:            "Banque a b.fr",
		`"A" \ =?utf-8?q?x?=`:        "A utf-8?q?x?=",
		"A\u202eB\u200bC":            "A B C",
		"A\xffB":                     "A B",
		strings.Repeat("é", 100):     strings.Repeat("é", 79) + "…",
		"Étude n° 3\u00a0: l’équipe": "Étude n° 3\u00a0: l’équipe",
	} {
		if got := c.senderName(firm); got != want {
			t.Errorf("senderName(%q) = %q, want %q", firm, got, want)
		}
	}
}

func TestNewComposerRefuses(t *testing.T) {
	for name, s := range map[string]Sending{
		"no base":           {From: "a@b.fr"},
		"base with a path":  {From: "a@b.fr", Base: &url.URL{Scheme: "https", Host: "x", Path: "/a"}},
		"base with a user":  {From: "a@b.fr", Base: &url.URL{Scheme: "https", Host: "x", User: url.User("u")}},
		"base of a file":    {From: "a@b.fr", Base: &url.URL{Scheme: "file", Host: "x"}},
		"base without host": {From: "a@b.fr", Base: &url.URL{Scheme: "https"}},
		"no sender":         {Base: &url.URL{Scheme: "https", Host: "x"}},
		"sender with name":  {From: "A <a@b.fr>", Base: &url.URL{Scheme: "https", Host: "x"}},
	} {
		if _, err := NewComposer(nil, s); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
