package proof

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/totp"
)

// LNK-03: whoever holds a link and not what is asked for besides gets nothing of what it
// leads to, on any way in; nothing that the firm decides takes what is asked for away from
// a link that stands; and no answer says what a link is made of, or known by.
func TestLNK03(t *testing.T) {
	either(t, func(w *world) {
		s := furnished(w)
		s.guard(s.lead)
		s.guard(s.client)
		s.ids["token"] = s.mailedAnew()
		links := s.rows("access_link", "deposit_link")
		s.decides()
		if now := s.rows("access_link", "deposit_link"); !maps.Equal(links, now) {
			t.Error("a decision of the firm changed a link that stood")
		}
		s.silent(links)

		link, box := s.ids["token"], s.ids["box"]
		s.locked("a link that was not pressed", link)
		s.locked("a deposit link", box)
		a := s.nobody().want(http.StatusSeeOther, post("/l/"+string(s.firm.id)+"/"+link))
		if got := a.header.Get("Location"); got != "/signin/code" || cookie(a, "cenacle") != "" {
			t.Fatalf("the link of somebody with a second factor leads to %q at once", got)
		}
		s.locked("a link that was pressed, without her code", cookie(a, "cenacle-step"))
	})
}

// guard gives somebody an application of codes; her sessions begin anew.
func (s *scene) guard(p *person) {
	s.t.Helper()
	ctx := s.t.Context()
	in, err := s.server.Accounts.Resume(ctx, s.signIn(p.id))
	s.must(err)
	challenge, secret, err := s.server.Accounts.NewTOTP(ctx, in)
	s.must(err)
	added, _, err := s.server.Accounts.AddTOTP(ctx, in, challenge, secret.Code(totp.StepAt(s.clock.now())), "Téléphone", here())
	s.must(err)
	p.token = added.Token
}

// mailedAnew is a fresh link of the client to the room.
func (s *scene) mailedAnew() string {
	s.t.Helper()
	s.must(s.server.Invitations.Invite(s.t.Context(), s.lead.actor, s.room.id, s.client.id))
	return s.mailed("/l/", s.client.email)
}

// decides has the firm decide whatever it may about who comes in and how, and the
// opposite.
func (s *scene) decides() {
	s.t.Helper()
	room := s.firm.path("spaces", string(s.room.id))
	for _, c := range []call{
		post(s.firm.path("factors"), "days", "0"), post(s.firm.path("factors"), "days", ""),
		post(s.firm.path("charter", "edit"), "text", "Chacun se tait.", "audience", "all"), post(s.firm.path("charter", "edit"), "text", "", "audience", ""),
		post(s.firm.path("reviews"), "months", "3"), post(s.firm.path("reviews"), "months", "6"),
		post(s.firm.path("approval"), "demanded", "1"), post(s.firm.path("approval"), "demanded", ""),
		post(room+"/level", "level", "titre"), post(room+"/level", "level", "neutre"), post(room+"/name", "name", "Petit c. Petit"),
	} {
		s.lead.want(http.StatusSeeOther, c)
	}
}

// rows are the rows of tables as they are stored, by table and text.
func (s *scene) rows(tables ...string) map[string]string {
	s.t.Helper()
	out := map[string]string{}
	db := s.behind()
	db.tables(func(at *sql.DB, _, table string) {
		_, short, _ := strings.Cut("."+table, ".")
		short = short[strings.LastIndexByte(short, '.')+1:]
		if slices.Contains(tables, short) {
			db.each(at, "select id, hash, expires_at from "+table, func(row []any) { out[short+text(row[0])+text(row[2])] = text(row[1]) })
		}
	})
	if len(out) < 2 {
		s.t.Fatalf("the databases hold %d links", len(out))
	}
	return out
}

// silent asks whatever tells of a link, and demands that no answer holds a text that
// opens something, or by which the database knows one.
func (s *scene) silent(links map[string]string) {
	s.t.Helper()
	secrets := map[string]string{"a link": s.ids["token"], "a deposit link": s.ids["box"], "a session": s.client.token}
	for at, hash := range links {
		secrets["the hash of "+at], secrets["the hash, in hexadecimal, of "+at] = hash, hex.EncodeToString([]byte(hash))
		secrets["the hash, in base 64, of "+at] = base64.RawURLEncoding.EncodeToString([]byte(hash))
		secrets["the hash, in standard base 64, of "+at] = base64.RawStdEncoding.EncodeToString([]byte(hash))
	}
	all, table := s.spec(), s.operations()
	p := programs{s.program(s.lead.actor), s.program(s.client.actor)}
	asked := 0
	for _, o := range table {
		mails := strings.HasSuffix(o.Name, "DepositLink") || strings.HasPrefix(o.Name, "invite")
		if o.method != http.MethodGet && !mails {
			continue
		}
		asked++
		a := s.asks(p, o, all)
		for what, secret := range secrets {
			if bytes.Contains(a.body, []byte(secret)) || strings.Contains(a.header.Get("Location"), secret) {
				s.t.Errorf("%s says %s", o.Name, what)
			}
		}
	}
	if asked < 50 {
		s.t.Errorf("only %d operations were asked", asked)
	}
	s.ids["token"], s.ids["box"] = s.mailedAnew(), s.boxAnew() // some of them mail it again
}

// boxAnew is a fresh deposit link of the client.
func (s *scene) boxAnew() string {
	s.t.Helper()
	s.letterbox()
	return s.ids["box"]
}

// locked tries a text wherever a text opens something, on every page and operation that
// reads, and on the drive: nothing comes of it.
func (s *scene) locked(who, secret string) {
	s.t.Helper()
	cookies, bearer, step, drive := s.nobody(), s.bearing("link_"+secret), s.nobody(), s.driving(secret)
	cookies.token = secret
	all := s.spec()
	reads := func(by browser, c call) {
		s.t.Helper()
		ways := []call{c}
		if strings.HasSuffix(c.path, "/file") || strings.HasSuffix(c.path, "/view") || strings.HasSuffix(c.path, "/content") {
			ways = append(ways, c.with("Range", "bytes=0-99"), call{method: http.MethodHead, path: c.path})
		}
		for _, c := range ways {
			if by == step {
				c = c.with("Cookie", "cenacle-step="+secret)
			}
			a := by.do(c)
			if a.status < 300 || canary(a) {
				s.t.Errorf("%s: %s %s answers %d with %d bytes", who, a.method, a.path, a.status, len(a.body))
			}
		}
	}
	bore := 0
	tell := func(open answer) {
		if canary(open) {
			bore++
		}
	}
	for _, st := range book() {
		if !strings.HasPrefix(st.route, "GET /f/{firm}/spaces/{space}") || strings.HasSuffix(st.route, "/live") {
			continue
		}
		c := st.send(s.ids)
		tell(s.client.do(c))
		reads(cookies, c)
		reads(step, c)
	}
	zip := post(s.firm.path("spaces", string(s.room.id), "zip"), "document", s.ids["document"])
	reads(cookies, zip)
	reads(step, zip)
	hers := s.program(s.client.actor)
	for _, o := range s.operations() {
		if o.method != http.MethodGet || len(o.Security) == 0 || o.Name == "streamEvents" {
			continue
		}
		c := all.whole(s.ids).request(o)
		tell(hers.do(c))
		reads(bearer, c)
		s.clock.advance(11 * time.Minute) // or the brake on guessing answers instead
	}
	for _, c := range []call{get(at()), {method: "PROPFIND", path: at()}, {method: "PROPFIND", path: at("Petit")}} {
		reads(drive, c)
	}
	if bore < 8 {
		s.t.Errorf("only %d of the answers to her hold anything of the room", bore)
	}
}

// canary reports whether an answer holds what stands in documents of the room, or what
// they are called.
func canary(a answer) bool {
	return bytes.Contains(a.body, []byte("contenu de preuve")) || bytes.Contains(a.body, []byte("Projet de convention")) || bytes.Contains(a.body, []byte("Livret"))
}

// cookie is what an answer has a browser keep under a name.
func cookie(a answer, name string) string {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}
