package proof

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"cenacle/internal/hostname"
	"cenacle/internal/id"
	"cenacle/internal/token"
)

// hosted is two firms, each at a name of its own, and one that has none.
type hosted struct {
	*world
	delmas, ortie, plain *cabinet
}

func (h *hosted) host(name string) string {
	return name + h.base[strings.LastIndexByte(h.base, ':'):]
}

// at is a browser that goes to a name; with a session there or with none.
func (h *hosted) at(name string) browser {
	b := h.nobody()
	b.host = h.host(name)
	return b
}

// in adds the cookie of a session as browsers know it on plain http.
func in(c call, token string) call { return c.with("Cookie", "cenacle="+token) }

func houses(w *world) *hosted {
	h := &hosted{world: w}
	h.delmas, h.ortie = w.found("Cabinet Delmas", "Claire Delmas", "claire@delmas.example"), w.found("Cabinet Ortie", "Yann Ortie", "yann@ortie.example")
	h.plain = w.found("Cabinet Plume", "Ana Plume", "ana@plume.example")
	w.must(w.server.Hosts.Give(w.t.Context(), h.delmas.id, delmasName), w.server.Hosts.Give(w.t.Context(), h.ortie.id, ortieName))
	return h
}

const (
	delmasName = "espace.delmas.example"
	ortieName  = "espace.ortie.example"
)

// signsIn opens a session at a name by its form, as a browser does.
func (h *hosted) signsIn(name, email string) string {
	h.t.Helper()
	a := h.at(name).want(http.StatusSeeOther, post("/signin", "email", email, "password", password))
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == "cenacle" {
			if c.Domain != "" {
				h.t.Errorf("the cookie of %s is for %s", name, c.Domain)
			}
			return c.Value
		}
	}
	h.t.Fatalf("no session at %s: %s", name, a.text())
	return ""
}

// A name shows one firm. What is of another one, or of nobody, is the same nothing
// there; and a session, a token and a link are worth nothing at a name that is not theirs.
func TestISO01_OwnName(t *testing.T) {
	either(t, func(w *world) {
		h := houses(w)
		client := h.delmas.admin
		session := h.signsIn(delmasName, client.email)
		own := "/f/" + string(h.delmas.id)
		h.at(delmasName).want(http.StatusOK, in(get(own), session))
		if to := h.at(delmasName).want(http.StatusSeeOther, in(get("/"), session)).header.Get("Location"); to != own {
			t.Errorf("the top of the name leads to %s", to)
		}
		h.at(delmasName).want(http.StatusOK, in(get("/account"), session))

		invented := id.New[id.Firm](time.Now())
		for _, path := range []string{"/f/%", "/f/%/people", "/door/%", "/l/%/" + strings.Repeat("a", 43), "/d/%/" + string(id.New[id.Firm](time.Now())), "/p/%/" + strings.Repeat("a", 43)} {
			var said [2][]byte
			for i, of := range []id.Firm{h.ortie.id, invented} {
				for _, c := range []call{get(strings.ReplaceAll(path, "%", string(of))), in(get(strings.ReplaceAll(path, "%", string(of))), session)} {
					a := h.at(delmasName).want(http.StatusNotFound, c)
					said[i] = append(said[i], bytes.ReplaceAll(a.body, []byte(of), []byte("firm"))...)
				}
			}
			if !bytes.Equal(said[0], said[1]) {
				t.Errorf("%s tells a firm that is there from none", path)
			}
		}
		h.at(delmasName).want(http.StatusNotFound, get("/signup"))
		h.at(delmasName).want(http.StatusNotFound, post("/signup", "firm", "x"))

		for what, there := range map[string]browser{"another firm's name": h.at(ortieName), "the public address": w.nobody()} {
			a := there.want(http.StatusSeeOther, in(get("/account"), session))
			if to := a.header.Get("Location"); !strings.HasPrefix(to, "/signin") {
				t.Errorf("at %s her session leads to %s", what, to)
			}
		}
		common := w.signIn(client.id)
		h.at(delmasName).want(http.StatusSeeOther, in(get("/account"), common))
		w.nobody().want(http.StatusOK, in(get("/account"), common))

		text, _, err := w.server.Tokens.Issue(t.Context(), h.ortie.admin.actor, token.New{Use: token.API, Name: "x"})
		w.must(err)
		for name, want := range map[string]int{delmasName: http.StatusUnauthorized, ortieName: http.StatusOK} {
			h.at(name).want(want, get("/api/v1/me").with("Authorization", "Bearer "+text))
		}
		w.nobody().want(http.StatusOK, get("/api/v1/me").with("Authorization", "Bearer "+text))
	})
}

// A person of two firms has, at the name of one, that one alone.
func TestISO01_TwoFirmsOneName(t *testing.T) {
	each(t, func(w *world) {
		h := houses(w)
		h.ortie.open(h.ortie.admin, "Me Neuve", "neuve@cabinet.example")
		_, both := h.delmas.open(h.delmas.admin, "Me Neuve", "neuve@cabinet.example")
		session := h.signsIn(delmasName, both.email)
		for _, path := range []string{"/enter", "/account"} {
			a := h.at(delmasName).do(in(get(path), session))
			if bytes.Contains(a.body, []byte("Ortie")) || bytes.Contains(a.body, []byte(h.ortie.id)) {
				t.Errorf("%s at the name of Delmas tells of Ortie", path)
			}
		}
		h.at(delmasName).want(http.StatusNotFound, in(get("/f/"+string(h.ortie.id)), session))
	})
}

// Links begin at the firm's name, wherever they are made, and at the public address for
// a firm that has none (AUT-06).
func TestAUT06_OwnName(t *testing.T) {
	each(t, func(w *world) {
		h := houses(w)
		for c, at := range map[*cabinet]string{h.delmas: "http://" + h.host(delmasName), h.plain: w.base} {
			_, client := c.open(c.admin, "Sophie Petit", "sophie@petit-"+string(c.id)+".example")
			w.must(w.server.Invitations.RenewByEmail(t.Context(), client.email, here()))
			w.settle()
			mails, err := w.server.Mailbox.List(t.Context(), 500)
			w.must(err)
			found := 0
			for _, m := range mails {
				if m.To != client.email {
					continue
				}
				found++
				if !strings.Contains(m.Text, at+"/") || strings.Count(m.Text, "http") != strings.Count(m.Text, at) {
					t.Errorf("a mail of %s leads elsewhere than %s:\n%s", c.id, at, m.Text)
				}
			}
			if found == 0 {
				t.Errorf("no mail to %s", client.email)
			}
		}
	})
}

// What a request says of its host is believed only where it is, whole, the public
// address or a name that is active: 300 variants (AUT-06, CFG-02).
func TestAUT06_HostsOfRequests(t *testing.T) {
	each(t, func(w *world) {
		h := houses(w)
		good := h.host(delmasName)
		port := good[len(delmasName):]
		tails := []string{"", ".", ".evil.example", "@evil.example", "/x", "%00", ":1", ":080", port + "0", " ", "\t", ",evil.example", ";x", "?x", "#x", "..", ":", "@", "\\", "%2eevil.example"}
		heads := []string{"", "evil.", "evil.example@", "x:y@", "http://", "//", ".", "-", "*.", "www.", "a,", "[", "%", "_", "admin."}
		variants := 0
		for _, head := range heads {
			for _, tail := range tails {
				host := head + delmasName + tail
				if host == delmasName+port || strings.ContainsAny(host, " \t") {
					continue
				}
				variants++
				b := w.nobody()
				b.host = host
				a, err := b.try(get("/signin"))
				if err != nil { // the client itself sends no such thing
					continue
				}
				if a.status != http.StatusMisdirectedRequest && a.status != http.StatusBadRequest {
					t.Errorf("Host: %q answers %d", host, a.status)
				}
			}
		}
		if variants < 250 {
			t.Errorf("%d variants", variants)
		}
		for _, name := range []string{"X-Forwarded-Host", "Forwarded", "X-Host", "X-Original-Host", "X-Forwarded-Server", "X-HTTP-Host-Override"} {
			value := good
			if name == "Forwarded" {
				value = "host=" + good
			}
			a := w.nobody().want(http.StatusOK, get("/").with(name, value))
			if bytes.Contains(a.body, []byte(delmasName)) || a.header.Get("Location") != "" {
				t.Errorf("%s is believed", name)
			}
		}
		if a := h.at("Espace.Delmas.EXAMPLE").do(get("/signin")); a.status != http.StatusOK {
			t.Errorf("in capitals it answers %d", a.status)
		}
		w.must(w.server.Hosts.Claim(t.Context(), h.plain.admin.actor, "espace.plume.example"))
		h.at("espace.plume.example").want(http.StatusMisdirectedRequest, get("/"))
	})
}

// From a name that was given up a reader is sent on to the same page, and nothing else
// is done there.
func TestFormerName(t *testing.T) {
	either(t, func(w *world) {
		h := houses(w)
		page := "/l/" + string(h.delmas.id) + "/" + strings.Repeat("a", 43) + "?x=%2F%2Fevil.example"
		w.must(w.server.Hosts.End(t.Context(), h.delmas.admin.actor))
		if to := h.at(delmasName).want(http.StatusTemporaryRedirect, get(page)).header.Get("Location"); to != w.base+page {
			t.Errorf("it leads to %s", to)
		}
		if to := h.at(delmasName).want(http.StatusTemporaryRedirect, get("//evil.example")).header.Get("Location"); to != w.base+"//evil.example" {
			t.Errorf("it leads to %s", to)
		}
		for _, c := range []call{post("/signin", "email", "x", "password", "y"), {method: "PUT", path: "/dav/x"}, {method: "PROPFIND", path: "/dav/"}} {
			h.at(delmasName).want(http.StatusMisdirectedRequest, c)
		}
		w.must(w.server.Hosts.Give(t.Context(), h.delmas.id, "clients.delmas.example"))
		if to := h.at(delmasName).want(http.StatusTemporaryRedirect, get("/")).header.Get("Location"); to != "http://"+h.host("clients.delmas.example")+"/" {
			t.Errorf("then it leads to %s", to)
		}
	})
}

// What the house answers to its own question tells one name and one question, and is
// all that a name of nobody gets.
func TestProofOfAName(t *testing.T) {
	each(t, func(w *world) {
		h := houses(w)
		ask := func(name, question string) string {
			return strings.TrimSpace(string(h.at(name).want(http.StatusOK, get(hostname.ProofPath+question)).body))
		}
		first := ask("x.example", "aaaa")
		if len(first) != 32 || first != ask("X.example", "aaaa") || first == ask("y.example", "aaaa") || first == ask("x.example", "bbbb") {
			t.Error("the answer is not to this question at this name")
		}
		h.at("x.example").want(http.StatusMisdirectedRequest, get("/.well-known/cenacl"))
		if a := h.at("x.example").do(get(hostname.ProofPath)); a.status != http.StatusNotFound {
			t.Errorf("%d", a.status)
		}
	})
}
