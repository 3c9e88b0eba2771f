package token_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/account"
	"cenacle/internal/act"
	"cenacle/internal/act/acttest"
	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/firm"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
	"cenacle/internal/token"
	"cenacle/internal/vault"
)

// world is a firm of Maître Delmas, who administers it, Maître Leroy and a
// client, and another firm of Maître Noir.
type world struct {
	*testing.T
	office   *act.Office
	accounts *account.Service
	firms    *firm.Service
	clock    *acttest.Clock
	tokens   *token.Service

	admin, lawyer, client, stranger authz.Actor
}

const (
	secret = "violon, gravier, 7 mésanges"
	later  = "onze tilleuls au bord du canal"
)

func each(t *testing.T, run func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		office, clock := acttest.New(t, s)
		w := &world{T: t, office: office, accounts: account.New(office), clock: clock}
		w.accounts.Lighten()
		w.firms = firm.New(office, w.accounts)
		w.tokens = token.NewService(office, w.accounts)
		w.admin = w.found("Cabinet Delmas", "anne@delmas.example")
		w.stranger = w.found("Cabinet Noir", "noir@exemple.fr")
		w.lawyer = w.card("paul@delmas.example", authz.Lawyer)
		w.client = w.card("claire@exemple.fr", authz.Outsider)
		run(w)
	})
}

func (w *world) found(name, email string) authz.Actor {
	w.Helper()
	f := id.New[id.Firm](w.office.Clock())
	_, err := w.office.Store.CreateFirm(w.Context(), f)
	w.must(err)
	by := authz.Actor{Person: w.person(email), Firm: f, Role: authz.Admin, Via: authz.ViaPassword}
	w.must(w.office.Do(w.Context(), f, func(a *act.Act) error {
		return w.firms.Found(a, by, name, firm.Card{Person: by.Person, Role: authz.Admin, State: firm.Active, Name: name})
	}))
	_, _, err = w.accounts.OpenFirm(w.Context(), account.Opening{Firm: f, Founder: by.Person})
	w.must(err)
	return by
}

func (w *world) person(email string) id.Person {
	w.Helper()
	p, _, err := w.accounts.Ensure(w.Context(), email, i18n.French)
	w.must(err)
	return p
}

func (w *world) card(email string, role authz.FirmRole) authz.Actor {
	w.Helper()
	by := authz.Actor{Person: w.person(email), Firm: w.admin.Firm, Role: role, Via: authz.ViaPassword}
	w.state(by, firm.Active)
	w.must(w.accounts.Affiliate(w.Context(), by.Person, by.Firm))
	return by
}

func (w *world) state(of authz.Actor, s firm.State) {
	w.Helper()
	w.must(w.office.Keep(w.Context(), of.Firm, func(a *act.Act) error {
		return firm.PutCard(a, w.admin, firm.Card{Person: of.Person, Role: of.Role, State: s, Name: "Me N."})
	}))
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) wants(err error, kind fault.Kind, key string) {
	w.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		w.Fatalf("got %v, want %s %q", err, kind, key)
	}
}

func (w *world) issue(by authz.Actor, n token.New) (string, token.Token) {
	w.Helper()
	if n.Name == "" {
		n.Name = "Sauvegarde"
	}
	text, t, err := w.tokens.Issue(w.Context(), by, n)
	w.must(err)
	return text, t
}

func (w *world) enter(text string, use token.Use) (token.Standing, error) {
	return w.tokens.Enter(w.Context(), text, use, account.Source{Addr: netip.MustParseAddr("192.0.2.1")})
}

// shut wants a text to open nothing, for the one reason everybody is told.
func (w *world) shut(what, text string, use token.Use) {
	w.Helper()
	w.clock.Advance(10 * time.Minute) // beyond the brake
	st, err := w.enter(text, use)
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Unauthenticated || f.Key != "token.refused" || len(f.Args) != 0 || st.Actor.Person != "" || st.Token.ID != "" {
		w.Errorf("%s: %+v, %v, want the one refusal", what, st.Actor, err)
	}
}

func (w *world) journal(of id.Firm) []journal.Record {
	w.Helper()
	f, err := w.office.Store.Firm(w.Context(), of)
	w.must(err)
	all, err := w.office.Journal.List(w.Context(), f, journal.Filter{Limit: 500})
	w.must(err)
	return all
}

func TestIssue(t *testing.T) {
	each(t, func(w *world) {
		only := []id.Space{id.New[id.Space](w.office.Clock())}
		pass := authz.Pass{Spaces: only, Kinds: []string{"document"}, ReadOnly: true}
		for _, tt := range []struct {
			by  authz.Actor
			use token.Use
			via authz.Via
		}{{w.admin, token.API, authz.ViaToken}, {w.lawyer, token.Drive, authz.ViaDrive}, {w.client, token.API, authz.ViaToken}} {
			text, made := w.issue(tt.by, token.New{Use: tt.use, Name: "  Sauvegarde\u200b du bureau ", Pass: pass})
			if len(text) != 78 || !strings.HasPrefix(text, "cenacle_"+string(tt.by.Firm)+"_") {
				t.Errorf("a token of %d characters: %s…", len(text), text[:40])
			}
			if made.Name != "Sauvegarde du bureau" || made.Expires.Sub(made.Created) != token.Life || !made.Seen.IsZero() {
				t.Errorf("made %+v", made)
			}
			st, err := w.enter(text, tt.use)
			w.must(err)
			a := st.Actor
			if a.Person != tt.by.Person || a.Firm != tt.by.Firm || a.Role != tt.by.Role || a.Via != tt.via || a.Scope != "" {
				t.Errorf("acts as %+v, want %+v by %s", a, tt.by, tt.via)
			}
			if a.Pass == nil || !slices.Equal(a.Pass.Spaces, only) || !slices.Equal(a.Pass.Kinds, pass.Kinds) || !a.Pass.ReadOnly {
				t.Errorf("its pass: %+v", a.Pass)
			}
			if st.Profile.ID != tt.by.Firm || st.Card.Person != tt.by.Person || st.Token.ID != made.ID {
				t.Errorf("stands as %+v", st)
			}
		}
	})
}

// TestPassOfAll: a pass that names nothing takes nothing away, and comes back
// as one.
func TestPassOfAll(t *testing.T) {
	each(t, func(w *world) {
		text, _ := w.issue(w.lawyer, token.New{Use: token.API})
		st, err := w.enter(text, token.API)
		w.must(err)
		if p := st.Actor.Pass; p == nil || p.Spaces != nil || p.Kinds != nil || p.ReadOnly {
			t.Errorf("pass %+v", p)
		}
	})
}

func TestIssueRefuses(t *testing.T) {
	each(t, func(w *world) {
		good := token.New{Use: token.API, Name: "n"}
		for field, spoil := range map[string]func(*token.New){
			"name/token.name_missing":      func(n *token.New) { n.Name = " \u200b" },
			"name/token.name_long":         func(n *token.New) { n.Name = strings.Repeat("n", 81) },
			"use/token.use_unknown":        func(n *token.New) { n.Use = "magic" },
			"life/token.life_long":         func(n *token.New) { n.Life = token.MaxLife + 1 },
			"life/token.life_long ":        func(n *token.New) { n.Life = -1 },
			"spaces/token.spaces_missing":  func(n *token.New) { n.Pass.Spaces = []id.Space{} },
			"spaces/token.spaces_missing ": func(n *token.New) { n.Pass.Spaces = []id.Space{"s"} },
			"spaces/token.spaces_many":     func(n *token.New) { n.Pass.Spaces = make([]id.Space, token.MaxSpaces+1) },
			"kinds/token.kinds_unknown":    func(n *token.New) { n.Pass.Kinds = []string{"document", "everything"} },
			"kinds/token.kinds_unknown ":   func(n *token.New) { n.Pass.Kinds = []string{} },
		} {
			n := good
			spoil(&n)
			_, _, err := w.tokens.Issue(t.Context(), w.lawyer, n)
			all, ok := errors.AsType[fault.Fields](err)
			if !ok || len(all) != 1 || all[0].Field+"/"+all[0].Key != strings.TrimSpace(field) {
				t.Errorf("%s: %v", field, err)
			}
		}
		link, program, hers := w.client, w.lawyer, w.client
		link.Via, link.Scope = authz.ViaLink, "s"
		program.Via, program.Pass = authz.ViaToken, &authz.Pass{}
		hers.Via, hers.Pass = authz.ViaDrive, &authz.Pass{}
		_, own := w.issue(w.lawyer, good)
		for _, tt := range []struct {
			what string
			by   authz.Actor
			want fault.Kind
		}{{"a link", link, fault.NotFound}, {"a program", program, fault.Forbidden}, {"a client's program", hers, fault.NotFound}} {
			_, _, made := w.tokens.Issue(t.Context(), tt.by, good)
			_, listed := w.tokens.List(t.Context(), tt.by)
			for _, err := range []error{made, listed, w.tokens.Revoke(t.Context(), tt.by, own.ID)} {
				if !fault.Is(err, tt.want) {
					t.Errorf("%s: %v, want %s", tt.what, err, tt.want)
				}
			}
		}
		w.state(w.lawyer, firm.Disabled)
		_, _, err := w.tokens.Issue(t.Context(), w.lawyer, good)
		w.wants(err, fault.NotFound, "fault.absent")
	})
}

func TestTooMany(t *testing.T) {
	each(t, func(w *world) {
		var last token.Token
		for range token.MaxLive {
			_, last = w.issue(w.lawyer, token.New{Use: token.API, Life: time.Hour})
		}
		again := func() error {
			_, _, err := w.tokens.Issue(t.Context(), w.lawyer, token.New{Use: token.API, Name: "n"})
			return err
		}
		w.wants(again(), fault.Conflict, "token.too_many")
		w.issue(w.client, token.New{Use: token.API}) // her own are counted apart
		w.must(w.tokens.Revoke(t.Context(), w.lawyer, last.ID))
		w.must(again())
		w.wants(again(), fault.Conflict, "token.too_many")
		w.clock.Advance(time.Hour)
		w.must(again())
	})
}

// TestAUT05_NoWeakerPath changes one thing at a time behind a good token of
// each use; none of them opens anything from the next request on.
func TestAUT05_NoWeakerPath(t *testing.T) {
	for name, spoil := range map[string]func(w *world, by authz.Actor, made token.Token){
		"disabled card": func(w *world, by authz.Actor, _ token.Token) { w.state(by, firm.Disabled) },
		"no card":       func(w *world, by authz.Actor, _ token.Token) { w.exec(by.Firm, dropCard, by.Person) },
		"no tie":        func(w *world, by authz.Actor, _ token.Token) { w.direct(dropTies, by.Person) },
		"closed firm":   func(w *world, by authz.Actor, _ token.Token) { w.direct(closeFirm, by.Firm) },
		"expired":       func(w *world, _ authz.Actor, made token.Token) { w.clock.Advance(made.Expires.Sub(w.clock.Now())) },
		"revoked":       func(w *world, by authz.Actor, made token.Token) { w.must(w.tokens.Revoke(w.Context(), by, made.ID)) },
		"revoked by the administrator": func(w *world, by authz.Actor, made token.Token) {
			if !by.Role.Inside() {
				w.exec(by.Firm, dropToken, made.ID) // she revokes the firm's own people's only
				return
			}
			w.must(w.tokens.Revoke(w.Context(), w.admin, made.ID))
		},
		"deleted": func(w *world, by authz.Actor, made token.Token) { w.exec(by.Firm, dropToken, made.ID) },
		"new password": func(w *world, by authz.Actor, _ token.Token) {
			w.must(w.accounts.SetPassword(w.Context(), by.Person, w.password(later)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				for _, by := range []authz.Actor{w.lawyer, w.client} {
					texts := map[token.Use]string{}
					var made token.Token
					for _, use := range []token.Use{token.API, token.Drive} {
						texts[use], made = w.issue(by, token.New{Use: use})
						_, err := w.enter(texts[use], use)
						w.must(err)
						if name == "revoked" || strings.HasPrefix(name, "revoked by") || name == "deleted" {
							spoil(w, by, made)
						}
					}
					if name != "revoked" && !strings.HasPrefix(name, "revoked by") && name != "deleted" {
						spoil(w, by, made)
					}
					for use, text := range texts {
						w.shut(string(by.Role)+" "+string(use), text, use)
					}
					w.direct(openFirm, by.Firm) // for the next of them
				}
			})
		})
	}
}

// TestAUT05_OtherUse shows a token where another is wanted.
func TestAUT05_OtherUse(t *testing.T) {
	each(t, func(w *world) {
		access, _ := w.issue(w.lawyer, token.New{Use: token.API})
		drive, _ := w.issue(w.lawyer, token.New{Use: token.Drive})
		w.shut("an access token at a drive", access, token.Drive)
		w.shut("an app password at the API", drive, token.API)
		w.shut("an unknown use", drive, "magic")
		session, _, err := w.accounts.ChoosePassword(t.Context(), w.lawyer.Person, w.password(secret), account.Source{})
		w.must(err)
		w.shut("a session", session, token.API)
		w.shut("a session in the form of a token", "cenacle_"+string(w.lawyer.Firm)+"_"+session, token.API)
		w.shut("a password", secret, token.Drive)
	})
}

func (w *world) password(text string) account.Password {
	w.Helper()
	p, err := w.accounts.NewPassword(w.Context(), text)
	w.must(err)
	return p
}

func (w *world) exec(f id.Firm, stmt store.FirmStmt, args ...any) {
	w.Helper()
	w.must(w.office.Keep(w.Context(), f, func(a *act.Act) error { return a.Write(stmt, args...) }))
}

func (w *world) direct(stmt store.DirectoryStmt, args ...any) {
	w.Helper()
	w.must(w.office.Store.Directory().Update(w.Context(), func(tx *store.DirectoryTx) error { return tx.Write(stmt, args...) }))
}

// TestAUT14_AlteredToken alters a good token in every way that has ever been
// accepted somewhere; none opens anything, and the token itself does.
func TestAUT14_AlteredToken(t *testing.T) {
	each(t, func(w *world) {
		for _, use := range []token.Use{token.API, token.Drive} {
			text, _ := w.issue(w.lawyer, token.New{Use: use})
			other, _ := w.issue(w.stranger, token.New{Use: use})
			altered := variants(text, other)
			for _, v := range altered {
				if v != text {
					w.shut(fmt.Sprintf("%q", v), v, use)
				}
			}
			if len(altered) < 500 {
				t.Errorf("%d variants only", len(altered))
			}
			_, err := w.enter(text, use)
			w.must(err)
		}
	})
}

func variants(text, other string) (out []string) {
	head, secret := text[:35], text[35:]
	for n := range text {
		out = append(out, text[:n], text[n:], text[:n]+text[n+1:]) // truncated
		c := text[n : n+1]
		flipped := strings.ToUpper(c)
		if flipped == c {
			flipped = strings.ToLower(c)
		}
		out = append(out, text[:n]+flipped+text[n+1:], text[:n]+"%"+fmt.Sprintf("%02X", text[n])+text[n+1:])
		if n > 0 {
			out = append(out, text[:n-1]+text[n:n+1]+text[n-1:n]+text[n+1:]) // two characters changed places
		}
	}
	for _, more := range []string{" ", "\n", "\x00", "=", "A", "_", "\u200b", "%00", text, secret} {
		out = append(out, text+more, more+text, head+more+secret)
	}
	raw, err := base64.RawURLEncoding.DecodeString(secret)
	if err == nil {
		out = append(out, head+base64.URLEncoding.EncodeToString(raw), head+base64.StdEncoding.EncodeToString(raw),
			head+base64.RawStdEncoding.EncodeToString(append(raw[:31:31], 0xff)), head+fmt.Sprintf("%x", raw), head+string(raw))
	}
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for _, last := range digits { // two bits of the last character carry nothing
		out = append(out, text[:len(text)-1]+string(last))
	}
	return append(out, strings.ToUpper(text), strings.ToLower(text), other[:35]+secret, head+other[35:], secret, "", "cenacle_",
		strings.Replace(text, "_", "-", 1), "Cenacle"+text[7:], "cenacle_"+strings.Repeat("0", 26)+text[34:], "cenacle_../../../../../../../../../"+text[34:])
}

// TestRevokedAtOnce revokes between two requests of one program.
func TestRevokedAtOnce(t *testing.T) {
	each(t, func(w *world) {
		text, made := w.issue(w.lawyer, token.New{Use: token.API})
		kept, _ := w.issue(w.lawyer, token.New{Use: token.API})
		for range 3 {
			_, err := w.enter(text, token.API)
			w.must(err)
		}
		w.must(w.tokens.Revoke(t.Context(), w.lawyer, made.ID))
		_, err := w.enter(text, token.API)
		w.wants(err, fault.Unauthenticated, "token.refused")
		_, err = w.enter(kept, token.API)
		w.must(err)
		w.must(w.tokens.Revoke(t.Context(), w.lawyer, made.ID)) // once more is no fault
		var kinds []string
		for _, r := range w.journal(w.lawyer.Firm) {
			if strings.HasPrefix(r.Kind, "token.") {
				kinds = append(kinds, r.Kind)
				if strings.Contains(string(r.Details), text[35:]) {
					t.Error("the journal holds the text of a token")
				}
			}
		}
		if got := strings.Join(kinds, " "); got != "token.revoked token.issued token.issued" {
			t.Errorf("journal, newest first: %s", got)
		}
	})
}

func TestWhoRevokes(t *testing.T) {
	each(t, func(w *world) {
		_, hers := w.issue(w.lawyer, token.New{Use: token.API})
		_, clients := w.issue(w.client, token.New{Use: token.API})
		_, admins := w.issue(w.admin, token.New{Use: token.API})
		for _, tt := range []struct {
			what  string
			by    authz.Actor
			which id.Token
		}{
			{"a lawyer the administrator's", w.lawyer, admins.ID}, {"a lawyer a client's", w.lawyer, clients.ID},
			{"a client a lawyer's", w.client, hers.ID}, {"the administrator a client's", w.admin, clients.ID},
			{"another firm", w.stranger, hers.ID}, {"nothing", w.admin, ""}, {"one that never was", w.admin, "x"},
		} {
			if err := w.tokens.Revoke(t.Context(), tt.by, tt.which); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v, want absent", tt.what, err)
			}
		}
		w.must(w.tokens.Revoke(t.Context(), w.admin, hers.ID))
		w.must(w.tokens.Revoke(t.Context(), w.client, clients.ID))
	})
}

func TestLists(t *testing.T) {
	each(t, func(w *world) {
		_, one := w.issue(w.lawyer, token.New{Use: token.API, Name: "un"})
		w.clock.Advance(time.Second)
		_, two := w.issue(w.lawyer, token.New{Use: token.Drive, Name: "deux", Life: time.Hour})
		w.issue(w.client, token.New{Use: token.API, Name: "cliente"})
		w.issue(w.admin, token.New{Use: token.API, Name: "admin"})
		w.must(w.tokens.Revoke(t.Context(), w.lawyer, one.ID))
		own, err := w.tokens.List(t.Context(), w.lawyer)
		w.must(err)
		now := w.clock.Now()
		if len(own) != 2 || own[0].ID != two.ID || !own[0].Live(now) || own[1].Live(now) || !own[1].Ended.Equal(now) || own[1].Name != "un" {
			t.Errorf("her own: %+v", own)
		}
		if own[0].Live(two.Expires) {
			t.Error("alive at its end")
		}
		all, err := w.tokens.ListOf(t.Context(), w.admin)
		w.must(err)
		var names []string
		for _, t := range all {
			names = append(names, t.Name)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != "admin deux" {
			t.Errorf("the firm's people's: %s", got)
		}
		for _, by := range []authz.Actor{w.lawyer, w.client} {
			if _, err := w.tokens.ListOf(t.Context(), by); err == nil {
				t.Errorf("%s lists those of the firm's people", by.Role)
			}
		}
	})
}

func TestSeen(t *testing.T) {
	each(t, func(w *world) {
		text, _ := w.issue(w.lawyer, token.New{Use: token.API})
		seen := func() time.Time {
			own, err := w.tokens.List(t.Context(), w.lawyer)
			w.must(err)
			return own[0].Seen
		}
		began := w.clock.Now()
		for _, tt := range []struct{ after, want time.Duration }{
			{0, 0}, {59 * time.Second, 0}, {time.Second, time.Minute}, {30 * time.Second, time.Minute}, {time.Hour, time.Hour + 90*time.Second},
		} {
			w.clock.Advance(tt.after)
			st, err := w.enter(text, token.API)
			w.must(err)
			if got := seen(); !got.Equal(began.Add(tt.want)) || !st.Token.Seen.Equal(got) {
				t.Errorf("after %v more: seen %v, want %v", tt.after, got, began.Add(tt.want))
			}
		}
	})
}

// TestBrake: a source that shows texts which open nothing is told to wait; a
// good token from the same address is not kept waiting.
func TestBrake(t *testing.T) {
	each(t, func(w *world) {
		text, _ := w.issue(w.lawyer, token.New{Use: token.API})
		busy := 0
		for i, tried := 0, 0; tried < 30; i++ {
			guess := fmt.Sprintf("%s%02d", text[:len(text)-2], i)
			if guess == text {
				continue // it would be no guess
			}
			tried++
			if _, err := w.enter(guess, token.API); fault.Is(err, fault.Busy) {
				busy++
			}
		}
		if busy != 10 {
			t.Errorf("%d of 30 guesses were told to wait, want 10", busy)
		}
		_, err := w.enter(text, token.API)
		w.must(err)
	})
}

func TestAUT09_Password(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		_, in, err := w.accounts.ChoosePassword(ctx, w.lawyer.Person, w.password(secret), account.Source{})
		w.must(err)
		text, _ := w.issue(w.lawyer, token.New{Use: token.API})
		others, _ := w.issue(w.client, token.New{Use: token.API})
		open := func(what string) {
			t.Helper()
			if _, err := w.enter(text, token.API); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		w.must(w.accounts.SignOutEverywhere(ctx, w.lawyer.Person))
		open("after signing out everywhere")
		_, in, err = w.accounts.ChangePassword(ctx, in, account.Change{Current: secret, New: later, KeepPrograms: true}, account.Source{})
		w.must(err)
		open("after a password that keeps them")
		_, _, err = w.accounts.ChangePassword(ctx, in, account.Change{Current: later, New: secret}, account.Source{})
		w.must(err)
		w.shut("after a password", text, token.API)
		if own, err := w.tokens.List(ctx, w.lawyer); err != nil || len(own) != 0 {
			t.Errorf("listed: %+v, %v", own, err)
		}
		fresh, _ := w.issue(w.lawyer, token.New{Use: token.API})
		_, err = w.enter(fresh, token.API)
		w.must(err)
		_, err = w.enter(others, token.API)
		w.must(err)
		// By a link, her first proof of the mailbox: whoever made them may have been somebody else.
		squatted, _ := w.issue(w.stranger, token.New{Use: token.API})
		_, link, err := w.accounts.OpenLinkSession(ctx, w.stranger.Person, w.admin.Firm, "s", account.Source{})
		w.must(err)
		_, _, err = w.accounts.ChangePassword(ctx, link, account.Change{New: later, KeepPrograms: true}, account.Source{})
		w.must(err)
		w.shut("a token that was there before the mailbox was proven", squatted, token.API)
	})
}

func TestSweep(t *testing.T) {
	each(t, func(w *world) {
		w.issue(w.lawyer, token.New{Use: token.API, Life: time.Hour})
		w.issue(w.lawyer, token.New{Use: token.API})
		for _, tt := range []struct {
			after time.Duration
			want  int
		}{{time.Hour, 2}, {29 * 24 * time.Hour, 2}, {24 * time.Hour, 1}} {
			w.clock.Advance(tt.after)
			w.must(w.tokens.Sweep(t.Context(), w.lawyer.Firm))
			if own, err := w.tokens.List(t.Context(), w.lawyer); err != nil || len(own) != tt.want {
				t.Errorf("%d left, %v, want %d", len(own), err, tt.want)
			}
		}
	})
}

// CRY-03, the part of tokens: writing into the database gives no right.
func TestCRY03_TokenTampered(t *testing.T) {
	each(t, func(w *world) {
		wide, _ := w.issue(w.admin, token.New{Use: token.API})
		for name, stmt := range map[string]store.FirmStmt{
			"longer": prolong, "ended": finish, "another person": give, "another's pass": swapPass, "another use": reuse, "another era": revert,
		} {
			text, made := w.issue(w.lawyer, token.New{Use: token.API, Pass: authz.Pass{ReadOnly: true}})
			w.exec(w.lawyer.Firm, stmt, made.ID, w.admin.Person)
			if _, err := w.enter(text, token.API); !errors.Is(err, vault.ErrTampered) {
				t.Errorf("%s: got %v, want a tampered row", name, err)
			}
			w.exec(w.lawyer.Firm, dropToken, made.ID)
		}
		_, err := w.enter(wide, token.API)
		w.must(err)
	})
}

// TestTextIsNowhere: the database holds neither their texts nor what they are called.
func TestTextIsNowhere(t *testing.T) {
	each(t, func(w *world) {
		text, _ := w.issue(w.lawyer, token.New{Use: token.API, Name: "Canari"})
		raw, err := base64.RawURLEncoding.DecodeString(text[35:])
		w.must(err)
		if len(raw) < 16 {
			t.Errorf("%d random bytes", len(raw))
		}
		w.must(w.office.See(t.Context(), w.lawyer.Firm, func(a *act.Act) error {
			return a.Each(dump, nil, func(scan func(...any) error) error {
				var hash, name, pass, mac []byte
				if err := scan(&hash, &name, &pass, &mac); err != nil {
					return err
				}
				for _, cell := range [][]byte{hash, name, pass, mac} {
					for _, clear := range []string{text, text[35:], string(raw), string(raw[:16]), "Canari", "read_only"} {
						if strings.Contains(string(cell), clear) {
							t.Errorf("the database holds %q", clear)
						}
					}
				}
				return nil
			})
		}))
	})
}

var (
	dump      = store.ForFirm(`select hash, name, pass, mac from access_token where firm_id = $1`)
	dropToken = store.ForFirm(`delete from access_token where firm_id = $1 and id = $2`)
	dropCard  = store.ForFirm(`delete from card where firm_id = $1 and person_id = $2`)
	dropTies  = store.ForDirectory(`delete from affiliation where person_id = $1`)
	closeFirm = store.ForDirectory(`update firm set state = 'closed' where id = $1`)
	openFirm  = store.ForDirectory(`update firm set state = 'open' where id = $1`)

	prolong  = store.ForFirm(`update access_token set expires_at = expires_at + 1 where firm_id = $1 and id = $2 and $3 <> ''`)
	finish   = store.ForFirm(`update access_token set ended_at = 1 where firm_id = $1 and id = $2 and $3 <> ''`)
	give     = store.ForFirm(`update access_token set person_id = $3 where firm_id = $1 and id = $2`)
	reuse    = store.ForFirm(`update access_token set use = 'drive' where firm_id = $1 and id = $2 and $3 <> ''`)
	revert   = store.ForFirm(`update access_token set era = era + 1 where firm_id = $1 and id = $2 and $3 <> ''`)
	swapPass = store.ForFirm(`
update access_token set pass = (select t.pass from access_token t where t.firm_id = $1 and t.person_id = $3)
where firm_id = $1 and id = $2`)
)
