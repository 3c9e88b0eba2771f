package proof

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"time"

	"cenacle/internal/absence"
	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/conflict"
	"cenacle/internal/deposit"
	"cenacle/internal/depositlink"
	"cenacle/internal/diffusion"
	"cenacle/internal/document"
	"cenacle/internal/firm"
	"cenacle/internal/hold"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/memo"
	"cenacle/internal/oidc/oidctest"
	"cenacle/internal/request"
	"cenacle/internal/slot"
	"cenacle/internal/space"
	"cenacle/internal/support"
)

// scene is two firms in the middle of their work. Everything in it that has an
// identifier has one in ids.
type scene struct {
	*world
	firm, other   *cabinet
	room, beside  room // of the firm: that of the lead, and another one
	away          room // of the other firm
	lead          *person
	colleague     *person
	client, guest *person
	stranger      *person // lawyer of the firm, not in the room but in the one beside
	neighbour     *person // client of the room beside
	heir          *person // lawyer who answers for the room for a moment
	former        *person // colleague who was in the room
	formerClient  *person
	account       *person         // colleague whose sessions come and go
	opponent      *person         // administrator of the other firm
	forge         *oidctest.Forge // a provider that the firm trusts
	ids           ids
}

// ids are identifiers by what they are of: the parameters of a path, and those
// that forms and headers carry.
type ids map[string]string

// clone copies; but replaces what the caller names: key, value, key, value.
func (i ids) but(pairs ...string) ids {
	out := maps.Clone(i)
	for n := 0; n+1 < len(pairs); n += 2 {
		out[pairs[n]] = pairs[n+1]
	}
	return out
}

// invented are identifiers of the same form that nothing has, for these keys.
func (i ids) invented(keys ...string) ids {
	out := maps.Clone(i)
	for _, k := range keys {
		if len(i[k]) == id.Length {
			out[k] = id.New[string](time.Now())
		} else {
			out[k] = strings.Repeat("x", len(i[k]))
		}
	}
	return out
}

// paper is a document's content; bytes that repeat, but not at any border.
func content(words string, size int) []byte {
	raw := bytes.Repeat([]byte(words+" – contenu de preuve\n"), size/(len(words)+22)+1)
	return raw[:size]
}

func stage(w *world) *scene {
	w.t.Helper()
	s := &scene{world: w, ids: ids{}}
	s.firm = w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
	s.lead = s.firm.admin
	s.colleague = s.firm.colleague("Me Karim Leroy", "karim@delmas.example", authz.FirmColleague)
	s.former = s.firm.colleague("Me Odile Ancel", "odile@delmas.example", authz.FirmColleague)
	s.stranger = s.firm.colleague("Me Jean Vidal", "jean@delmas.example", authz.Lawyer)
	s.account = s.firm.colleague("Inès Fabre", "ines@delmas.example", authz.FirmAssistant)
	s.room, s.client = s.firm.open(s.lead, "Mme Sophie Petit", "sophie@petit.example", s.colleague, s.former)
	s.guest = s.firm.guest(s.lead, s.room, "Me Expert", "expert@expert.example", authz.Guest)
	s.formerClient = s.firm.guest(s.lead, s.room, "M. Julien Petit", "julien@petit.example", authz.Client)
	s.beside, s.neighbour = s.firm.open(s.stranger, "M. Paul Martin", "paul@martin.example")
	s.other = w.found("Cabinet Rival", "Me Xavier Rival", "xavier@rival.example")
	s.opponent = s.other.admin
	s.away, _ = s.other.open(s.opponent, "M. Autre", "autre@autre.example")
	s.fill()
	w.must(
		w.server.Lifecycle.RemoveMember(w.t.Context(), s.lead.actor, s.room.id, s.former.id),
		w.server.Lifecycle.RemoveMember(w.t.Context(), s.lead.actor, s.room.id, s.formerClient.id))
	_, err := w.server.Lifecycle.AddGuest(w.t.Context(), s.stranger.actor, s.beside.id, guestOf(s.client))
	w.must(err)
	w.pass(5 * time.Minute)
	return s
}

// fill puts documents, a deposit with its receipt, memos and an unfinished
// upload into the room.
func (s *scene) fill() {
	s.t.Helper()
	ctx := s.t.Context()
	pdf := append([]byte("%PDF-1.7\n"), content("projet", 200_000)...)
	sent, err := s.firm.file(s.lead, document.BeginUpload{
		Space: s.room.id, Tray: space.FirmTray, Folder: s.room.shelf, Name: "Projet de convention.pdf",
		Circles: []id.Circle{s.room.house.Firm, s.room.house.Client},
	}, pdf)
	s.must(err)
	_, err = s.firm.file(s.lead, document.BeginUpload{Space: s.room.id, Replaces: sent, Name: "Projet 2.pdf", Reason: "corrigé"}, pdf[:150_000])
	s.must(err)
	inner, err := s.firm.file(s.lead, document.BeginUpload{Space: s.room.id, Tray: space.FirmTray, Name: "Note interne.txt"}, content("interne", 3000))
	s.must(err)
	_, err = s.firm.file(s.client, document.BeginUpload{Space: s.room.id, Tray: space.ClientTray, Name: "Livret.txt"}, content("livret", 5000))
	s.must(err)
	receipt, err := s.server.Deposits.Close(ctx, s.client.actor, deposit.Finish{Space: s.room.id})
	s.must(err)
	s.deposit()
	s.begin()
	written, err := s.server.Memos.Write(ctx, s.lead.actor, memo.New{
		Space: s.room.id, Subject: "Votre projet", Body: "Voici le projet.", Circles: []id.Circle{s.room.house.Client}, References: []id.Item{sent}, Asks: memo.Approved,
	})
	s.must(err)
	talk, _, err := s.server.Memos.Conversation(ctx, s.lead.actor, memo.Query{Space: s.room.id, Limit: 10})
	s.must(err)
	d, err := s.server.Documents.Show(ctx, s.lead.actor, sent)
	s.must(err)
	maps.Copy(s.ids, ids{
		"firm": string(s.firm.id), "space": string(s.room.id), "document": string(sent), "inner": string(inner),
		"version": string(d.Versions[1].ID), "receipt": string(receipt.ID), "deposit": string(receipt.Deposit),
		"memo": string(written), "thread": string(talk[0].ID), "folder": string(s.room.shelf), "circle": string(s.room.house.Client),
		"all": string(s.room.house.All), "person": string(s.guest.id), "client": string(s.client.id), "colleague": string(s.account.id), "deputy": string(s.colleague.id),
		"code": "en",
	})
	s.meet()
	s.offer()
	for _, of := range []string{"round", "dire", "question"} { // of a forum, which this space is not
		s.ids[of] = id.New[string](time.Now())
	}
	s.rest()
	s.unite()
	s.permit()
	s.holdAgain()
	s.oppose()
	s.encircle()
	s.alias()
	s.askAgain()
	s.letterbox()
	s.connect()
	s.forge = oidctest.NewForge(s.t, "127.0.0.2")
	s.keys()
	s.entrance()
	s.server.Firms.Draws(func(_ context.Context, sent []byte) ([]byte, error) { return sent, nil }) // nothing is read here
	s.logo()
	s.spread()
	s.spreadLater()
	s.spreadOut()
}

// sendAgain sends a recalled document to the client again.
func (s *scene) sendAgain() {
	s.t.Helper()
	s.must(s.server.Documents.Address(s.t.Context(), s.lead.actor, document.Send{
		Item: id.Item(s.ids["document"]), Circles: []id.Circle{s.room.house.Client}, Extended: true,
	}))
}

// oppose names an adverse party of the room.
func (s *scene) oppose() {
	s.t.Helper()
	p, err := s.server.Guard.Add(s.t.Context(), s.lead.actor, s.room.id, "Société Durtain")
	s.must(err)
	s.ids["party"] = string(p.ID)
}

// alias notes another name in the room.
func (s *scene) alias() {
	s.t.Helper()
	n, err := s.server.Conflicts.Add(s.t.Context(), s.lead.actor, s.room.id, conflict.Company, "SARL Batimétal")
	s.must(err)
	s.ids["alias"] = string(n.ID)
}

// rename gives the document another title, so that there is something to undo.
func (s *scene) rename() {
	s.t.Helper()
	s.must(s.server.Documents.Rename(s.t.Context(), s.lead.actor, id.Item(s.ids["document"]), "Projet de convention"))
}

// offer proposes times to the client.
func (s *scene) offer() {
	s.t.Helper()
	p, err := s.server.Slots.Propose(s.t.Context(), s.lead.actor, slot.Proposing{
		Space: s.room.id, Person: s.client.id, Words: slot.Words{Title: "Point de situation"},
		Times: []agenda.When{{Day: "2027-06-14"}, {Day: "2027-06-15"}}, Circles: []id.Circle{s.room.house.Client},
	})
	s.must(err)
	s.ids["slot"] = string(p.ID)
}

// rest has the lead away for some days to come, and at no other time.
func (s *scene) rest() {
	s.t.Helper()
	v, err := s.server.Absences.Show(s.t.Context(), s.lead.actor)
	s.must(err)
	for _, x := range v.Own {
		s.must(s.server.Absences.End(s.t.Context(), s.lead.actor, x.ID))
	}
	x, err := s.server.Absences.Announce(s.t.Context(), s.lead.actor, absence.New{Deputy: s.account.id, First: "2027-06-14", Last: "2027-06-15"})
	s.must(err)
	s.ids["absence"] = string(x.ID)
}

// heal has the account be away no more, for whom the lead announced it.
func (s *scene) heal() {
	s.t.Helper()
	v, err := s.server.Absences.Of(s.t.Context(), s.lead.actor, s.account.id)
	s.must(err)
	for _, x := range v.Own {
		s.must(s.server.Absences.End(s.t.Context(), s.lead.actor, x.ID))
	}
}

// spread prepares a diffusion; spreadLater has one wait for its hour; spreadOut has one
// leave, with a document that the client sees.
func (s *scene) spread() { s.t.Helper(); s.ids["draft"], s.ids["seen"] = s.prepared() }

func (s *scene) spreadLater() {
	s.t.Helper()
	var seen string
	s.ids["planned"], seen = s.prepared()
	s.must(s.server.Diffusions.Send(s.t.Context(), s.lead.actor, diffusion.Sending{Diffusion: id.Diffusion(s.ids["planned"]), Seen: seen, At: time.Now().AddDate(0, 0, 2)}))
}

func (s *scene) spreadOut() {
	s.t.Helper()
	of, seen := s.prepared(id.Item(s.ids["document"]))
	s.must(s.server.Diffusions.Send(s.t.Context(), s.lead.actor, diffusion.Sending{Diffusion: id.Diffusion(of), Seen: seen}))
	s.settle()
	s.ids["diffusion"], s.ids["done"] = of, of
}

// prepared is a draft, with what stands for its preview.
func (s *scene) prepared(with ...id.Item) (of, seen string) {
	s.t.Helper()
	made, err := s.server.Diffusions.Prepare(s.t.Context(), s.lead.actor, diffusion.New{
		Words: diffusion.Words{Subject: "Congés", Body: "Le cabinet ferme."}, Spaces: []id.Space{s.room.id}, To: circle.All, Documents: with,
	})
	s.must(err)
	v, err := s.server.Diffusions.Show(s.t.Context(), s.lead.actor, made)
	s.must(err)
	return string(made), v.Seen
}

// unite makes a group with a colleague in it, which is in no space.
func (s *scene) unite() {
	s.t.Helper()
	g, err := s.server.Groups.Make(s.t.Context(), s.lead.actor, "Pôle "+id.New[string](time.Now()))
	s.must(err)
	s.must(s.server.Groups.Admit(s.t.Context(), s.lead.actor, g.ID, s.account.id))
	s.ids["group"] = string(g.ID)
}

// founding is the lead, who has just made a group with nobody in it.
func (s *scene) founding() browser {
	s.t.Helper()
	g, err := s.server.Groups.Make(s.t.Context(), s.lead.actor, "Pôle "+id.New[string](time.Now()))
	s.must(err)
	s.ids["group"] = string(g.ID)
	return byLead(s)
}

// uniting is the lead, who has just made a group with a colleague in it, which is in no
// space.
func (s *scene) uniting() browser {
	s.t.Helper()
	s.unite()
	return byLead(s)
}

// attaching is the lead, who has just put one into the room.
func (s *scene) attaching() browser {
	s.t.Helper()
	s.unite()
	_, err := s.server.Groups.Attach(s.t.Context(), s.lead.actor, s.room.id, id.Group(s.ids["group"]))
	s.must(err)
	return byLead(s)
}

// permit lets the host look at the room and at the settings of the firm.
func (s *scene) permit() {
	s.t.Helper()
	for key, of := range map[string]id.Space{"support": s.room.id, "permission": ""} {
		p, err := s.server.Supports.Give(s.t.Context(), s.lead.actor, support.New{Space: of, Reason: "Une page est vide", Life: time.Hour})
		s.must(err)
		s.ids[key] = string(p.ID)
	}
}

// meet puts another event into the agenda.
func (s *scene) meet() {
	s.t.Helper()
	e, err := s.server.Agendas.Add(s.t.Context(), s.lead.actor, agenda.Adding{
		Space: s.room.id, Entry: agenda.Entry{Kind: agenda.Meeting, Title: "Point de situation", When: agenda.When{Day: "2026-12-09"}},
		Circles: []id.Circle{s.room.house.Client},
	})
	s.must(err)
	s.ids["event"] = string(e.ID)
	asked := s.lead.want(http.StatusOK, post(s.ids.path(" /f/{firm}/spaces/{space}/agenda/{event}"), "kind", "hearing", "title", "Audience", "day", "2026-12-11"))
	s.ids["sure"] = string(sure.FindSubmatch(asked.body)[1])
}

// sure is what a page says that one has read when one goes on.
var sure = regexp.MustCompile(`name="sure" value="([0-9a-f]+)"`)

// wonder asks the client for another answer.
func (s *scene) wonder() {
	s.t.Helper()
	m, err := s.server.Memos.Write(s.t.Context(), s.lead.actor, memo.New{
		Space: s.room.id, Thread: id.Thread(s.ids["thread"]), Body: "Voici le projet relu.", Circles: []id.Circle{s.room.house.Client}, Asks: memo.Approved,
	})
	s.must(err)
	s.ids["memo"] = string(m)
}

// encircle names a circle of the room, in which the guest is.
func (s *scene) encircle() {
	s.t.Helper()
	c, err := s.server.Circles.Make(s.t.Context(), s.lead.actor, circle.New{Space: s.room.id, Name: "Experts", People: []id.Person{s.guest.id}})
	s.must(err)
	s.ids["named"] = string(c.ID)
}

// comeBack lets the guest into the room and the circle again, from which she
// was taken.
func (s *scene) comeBack(room bool) {
	s.t.Helper()
	ctx := s.t.Context()
	if room {
		_, err := s.server.Lifecycle.AddGuest(ctx, s.lead.actor, s.room.id, guestOf(s.guest))
		s.must(err)
	}
	s.must(s.server.Circles.Admit(ctx, s.lead.actor, s.room.id, id.Circle(s.ids["named"]), s.guest.id))
}

// apart takes the client out of the circle again.
func (s *scene) apart() {
	s.t.Helper()
	s.must(s.server.Circles.Dismiss(s.t.Context(), s.lead.actor, s.room.id, id.Circle(s.ids["named"]), s.client.id))
}

// letterbox mails the client a deposit link, by which a file is under way.
func (s *scene) letterbox() {
	s.t.Helper()
	l, err := s.server.Letterboxes.Make(s.t.Context(), s.lead.actor, depositlink.Making{Space: s.room.id, Person: s.client.id})
	s.must(err)
	s.ids["link"], s.ids["box"] = string(l.ID), s.mailed("/d/", s.client.email)
	s.boxed()
}

// boxed leaves a file of the client on its way.
func (s *scene) boxed() {
	s.t.Helper()
	u, err := s.server.Documents.Begin(s.t.Context(), s.client.actor, document.BeginUpload{Space: s.room.id, Tray: space.ClientTray, Name: "Scan.pdf", Size: 300_000})
	s.must(err)
	s.ids["boxed"] = string(u.ID)
}

// askAgain leaves a paper that is asked of the client, one that she handed in
// and one that she has not.
func (s *scene) askAgain() {
	s.t.Helper()
	ctx := s.t.Context()
	asked, err := s.server.Requests.Ask(ctx, s.lead.actor, request.Asking{
		Space: s.room.id, Person: s.client.id, Papers: []request.Paper{{Name: "Livret de famille"}, {Name: "Passeport"}, {Name: "Contrat de mariage"}},
	})
	s.must(err)
	s.must(s.server.Requests.Use(ctx, s.client.actor, asked[1], id.Item(s.ids["document"])), s.server.Requests.Lack(ctx, s.client.actor, asked[2], "Aucun"))
	maps.Copy(s.ids, ids{"ask": string(asked[0]), "came": string(asked[1]), "lacking": string(asked[2])})
}

// holdAgain leaves a standing hold on the room.
func (s *scene) holdAgain() {
	s.t.Helper()
	h, err := s.server.Holds.Place(s.t.Context(), s.lead.actor, hold.New{Space: s.room.id, Reason: "Expertise en cours"})
	s.must(err)
	s.ids["hold"] = string(h.ID)
}

// handing is the lead, beside whom another lawyer has just come into the room.
func (s *scene) handing() browser {
	s.t.Helper()
	s.heir = s.firm.colleague("Me Rose Relève", address("releve.example"), authz.Lawyer)
	s.ids["heir"] = string(s.heir.id)
	s.must(s.server.Lifecycle.AddColleague(s.t.Context(), s.lead.actor, s.room.id, s.heir.id))
	return byLead(s)
}

// rehire lets the colleague whose access was closed come back, signed in.
func (s *scene) rehire() {
	s.t.Helper()
	_, err := s.server.Firms.AddColleague(s.t.Context(), s.lead.actor, firm.Colleague{Name: s.account.name, Email: s.account.email, Role: s.account.actor.Role, Language: i18n.French})
	s.must(err)
	s.account.token, _, err = s.server.Accounts.SignIn(s.t.Context(), s.account.email, password, here())
	s.must(err)
}

func (s *scene) handBack() {
	s.t.Helper()
	s.must(s.server.Lifecycle.HandOver(s.t.Context(), s.heir.actor, s.room.id, s.lead.id))
	s.must(s.server.Lifecycle.RemoveMember(s.t.Context(), s.lead.actor, s.room.id, s.heir.id))
}

// walling is the lead, who has just refused access to a guest.
func (s *scene) walling() browser {
	s.t.Helper()
	s.must(s.server.Lifecycle.RaiseWall(s.t.Context(), s.lead.actor, lifecycle.NewWall{Space: s.room.id, Person: s.guest.id, Reason: "Conflit d’intérêts"}))
	return byLead(s)
}

// freezing is the lead, whose client has just frozen the room.
func (s *scene) freezing() browser {
	s.t.Helper()
	s.must(s.server.Freezes.Freeze(s.t.Context(), s.client.actor, s.room.id))
	return s.lead.browser
}

// unknow leaves nothing of the dossier of the room's client.
func (s *scene) unknow() {
	s.t.Helper()
	s.behind().exec(`delete from vigilance_screening`)
	s.behind().exec(`delete from vigilance`)
}

func (s *scene) thaw() {
	s.t.Helper()
	s.must(s.server.Freezes.Thaw(s.t.Context(), s.lead.actor, s.room.id, "Elle a rappelé"))
}

// deposit leaves an open deposit of the client.
func (s *scene) deposit() {
	s.t.Helper()
	_, err := s.firm.file(s.client, document.BeginUpload{Space: s.room.id, Tray: space.ClientTray, Name: "Bulletin.txt"}, content("bulletin", 4000))
	s.must(err)
}

// begin leaves an unfinished upload of the lead.
func (s *scene) begin() {
	s.t.Helper()
	u, err := s.server.Documents.Begin(s.t.Context(), s.lead.actor, document.BeginUpload{Space: s.room.id, Tray: space.FirmTray, Name: "Archive.zip", Size: 1 << 20})
	s.must(err)
	s.ids["upload"] = string(u.ID)
}

// mailed finds the newest path of a kind ("/l/", "/p/") that was mailed to an
// address, and returns its token.
func (w *world) mailed(kind, to string) string {
	w.t.Helper()
	w.settle()
	all, err := w.server.Mailbox.List(w.t.Context(), 500)
	w.must(err)
	at := regexp.QuoteMeta(w.base) + `|https?://` + regexp.QuoteMeta(delmasName) + `(?::[0-9]+)?` // the firm may have a name of its own
	if w.front != "" {
		at += "|" + regexp.QuoteMeta(w.front) // the node that sent it
	}
	link := regexp.MustCompile(`(?:` + at + `)` + kind + `[0-9a-z]{26}/([A-Za-z0-9_-]{43})`)
	for _, m := range all {
		if found := link.FindStringSubmatch(m.Text); found != nil && m.To == to {
			return found[1]
		}
	}
	w.t.Fatalf("no mail to %s with a link %s", to, kind)
	return ""
}
