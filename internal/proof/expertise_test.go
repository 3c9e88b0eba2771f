package proof

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/attest"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/dire"
	"cenacle/internal/dispatch"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/exhibit"
	"cenacle/internal/fault"
	"cenacle/internal/forum"
	"cenacle/internal/forum/forumtest"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/law"
	"cenacle/internal/print"
	"cenacle/internal/question"
	"cenacle/internal/space"
	"cenacle/internal/worker"
)

// assessment is an expertise from its beginning to its end.
type assessment struct {
	*forumtest.Expertise
	t          *testing.T
	p          *i18n.Printer
	dires      *dire.Service
	asks       *question.Service
	last       string // digest of a dire that names points of others, whose identifiers differ each time
	dispatch   *dispatch.Service
	expert     authz.Actor
	roux, noir authz.Actor
	brought    []id.Item
}

func assess(t *testing.T, h *documenttest.House) *assessment {
	t.Helper()
	self, err := os.Executable()
	h.Must(err)
	book, err := law.Load()
	h.Must(err)
	catalog := i18n.Load()
	x := &assessment{Expertise: forumtest.Open(h), t: t}
	x.p, x.roux, x.noir = catalog.Printer(i18n.French, x.Zone), x.People[0], x.People[1]
	x.expert = h.Member(h.Lead, x.In, authz.Expert, "M. Sapiteur")
	x.dires, x.asks = dire.New(h.Office, book, x.Zone), question.New(h.Office, h.Documents)
	x.dispatch = dispatch.New(h.Office, dispatch.Config{Documents: h.Documents, Forums: x.Forums, Readers: worker.New(self, 2), Book: book, Zone: x.Zone})
	return x
}

// TestExpertise carries an expert assessment from a release that is stopped, because
// nobody reads for one of its four parties, to an attestation that the program verifies
// with nothing but the file: sixty exhibits, one of them replaced, dires that are answered
// line by line and of which a last one gives up a part, questions. What it gives (lists of
// exhibits, packs for a court with their stamps, register, dires, attestation) is equal to
// one file of testdata.
func TestExpertise(t *testing.T) {
	t.Parallel()
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		x := assess(t, h)
		x.begin()
		x.exchange()
		x.speak()
		var out bytes.Buffer
		x.papers(&out)
		drawn := attest.New(h.Office)
		of, err := drawn.Draw(t.Context(), x.expert, x.In)
		h.Must(err)
		file, err := drawn.File(t.Context(), x.expert, x.In, of)
		h.Must(err, h.Store.Close()) // nothing else is left
		fmt.Fprintf(&out, "\n== cenacle verify\n%s", x.verified(file))
		forumtest.Golden(t, "expertise.txt", bytes.ReplaceAll(out.Bytes(), []byte(x.last), []byte("<…>")))
	})
}

// begin has a release stopped by the party for which nobody reads, until it is reached on
// paper; a dire too.
func (x *assessment) begin() {
	ctx, insurer := x.t.Context(), x.Sides[2].ID
	x.Must(x.Forums.Unbranch(ctx, x.Lead, x.In, insurer))
	kept := x.Upload(x.roux, document.BeginUpload{Space: x.In, Tray: space.PartyTray, Name: "Constat.pdf"}, x.report("Constat")).Document
	if err := x.Documents.Release(ctx, x.roux, document.Releasing{Document: kept}); !fault.Is(err, fault.Conflict) {
		x.t.Fatalf("released while nobody reads for the insurer: %v", err)
	}
	if _, err := x.dires.File(ctx, x.roux, dire.Filing{Space: x.In, Draft: dire.Draft{Text: "1. Le mur."}}); !fault.Is(err, fault.Conflict) {
		x.t.Fatalf("a dire while nobody reads for the insurer: %v", err)
	}
	x.Must(x.Forums.Branch(ctx, x.Lead, forum.Branch{Space: x.In, Party: insurer, Whom: "Assureur SA, Nantes"}))
	x.Must(x.Documents.Release(ctx, x.roux, document.Releasing{Document: kept}))
	x.brought = []id.Item{kept}
}

func (x *assessment) report(name string) []byte {
	return print.PDF(name, []print.Line{print.Text(11, name)})
}

// exchange brings the other exhibits, replaces the first, and has each party told of them,
// open some, and have all on paper.
func (x *assessment) exchange() {
	actors := []authz.Actor{x.Lead, x.roux, x.noir}
	for n := 1; n < 60; n++ {
		name := fmt.Sprintf("Pièce %02d", n+1)
		x.brought = append(x.brought, x.Bring(actors[n%3], name+".pdf", x.report(name), ""))
	}
	x.Bring(x.roux, "Constat corrigé.pdf", x.report("Constat corrigé"), x.brought[0])
	for _, by := range actors {
		x.Clock.Advance(time.Minute)
		x.Must(x.Office.Keep(x.t.Context(), by.Firm, func(a *act.Act) error { return exhibit.Notify(a, by, x.In) }))
	}
	for n, of := range x.brought[:30] {
		x.Clock.Advance(time.Minute)
		x.Read(actors[(n+2)%3], of, "")
	}
	all, err := x.Forums.Lists(x.t.Context(), x.Lead, x.In)
	x.Must(err)
	s := forum.Serving{Space: x.In, Party: x.Sides[2].ID, Day: "2026-11-23", How: "lettre recommandée avec avis de réception"}
	for _, l := range all {
		for _, p := range l.Pieces {
			s.Exhibits = append(s.Exhibits, p.Version)
		}
	}
	x.Must(x.Forums.Serve(x.t.Context(), x.Lead, s))
}

// speak has dires filed and answered, and questions asked.
func (x *assessment) speak() {
	ctx := x.t.Context()
	file := func(by authz.Actor, d dire.Draft) dire.Dire {
		x.Clock.Advance(time.Hour)
		out, err := x.dires.File(ctx, by, dire.Filing{Space: x.In, Draft: d})
		x.Must(err)
		return out
	}
	x.Must(x.dires.SetDay(ctx, x.expert, x.In, "2026-11-23"))
	first := file(x.roux, dire.Draft{Text: "Monsieur l’Expert,\n1. Le mur est fissuré.\n2. Le toit fuit.\n3. La cave est humide."})
	other := file(x.noir, dire.Draft{Text: "Le mur l’était avant les travaux."})
	x.Clock.Advance(time.Hour)
	for _, by := range []authz.Actor{x.Lead, x.noir} {
		_, err := x.dires.Show(ctx, by, x.In, first.ID)
		x.Must(err)
	}
	answers := func(of dire.Dire, all ...dire.Settling) {
		x.Clock.Advance(time.Minute)
		x.Must(x.dires.Publish(ctx, x.expert, x.In, of.ID, all))
	}
	answers(first, dire.Settling{Line: 1, Answer: dire.Answer{Verdict: dire.Noted, Words: "Les fissures sont relevées au rapport."}}, dire.Settling{Line: 2, Answer: dire.Answer{Verdict: dire.Accepted}})
	answers(other, dire.Settling{Line: 1, Answer: dire.Answer{Verdict: dire.Refused, Words: "Le constat de 2024 ne les montre pas."}})
	asked, err := x.asks.Ask(ctx, x.roux, x.In, "À quelle date ?\nPour quel prix ?")
	x.Must(err)
	x.Clock.Advance(time.Minute)
	x.Must(x.asks.Answer(ctx, x.expert, x.In, asked.ID, []question.Reply{{Line: 0, Text: "Le 3 décembre."}}))
	x.Must(x.Forums.SetPattern(ctx, x.expert, x.In, circle.Pattern{Contributions: circle.ByAll, Questions: circle.ToFirm}))
	_, err = x.asks.Ask(ctx, x.noir, x.In, "Qui a signé ?")
	x.Must(err)
	x.Clock.Advance(24 * time.Hour)
	last := file(x.roux, dire.Draft{Text: "Je maintiens le mur.", Recap: true, Recalls: []dire.Ref{{Dire: first.ID, Line: 1}}})
	if last.Missed == "" {
		x.t.Error("the last dire came in time")
	}
	x.last = last.Digest
}

// papers writes all that the exchange gives to whoever conducts it and to its firm.
func (x *assessment) papers(out *bytes.Buffer) {
	ctx := x.t.Context()
	lists, err := x.Forums.Lists(ctx, x.Lead, x.In)
	x.Must(err)
	fmt.Fprintln(out, "== bordereau")
	x.Must(x.Forums.WriteLists(out, x.p, lists))
	s, err := x.dispatch.Prepare(ctx, x.Lead, x.p, dispatch.Order{Space: x.In, Party: x.Sides[0].ID, To: law.Court})
	x.Must(err)
	var pack bytes.Buffer
	x.Must(s.WriteTo(ctx, &pack))
	fmt.Fprintln(out, "\n== envoi à la juridiction")
	x.unpack(out, pack.Bytes())
	register, err := x.Forums.Register(ctx, x.Lead, x.In)
	x.Must(err)
	heard, err := x.dires.Register(ctx, x.Lead, x.In)
	x.Must(err)
	fmt.Fprintln(out, "\n== registre")
	x.Must(x.Forums.WriteRegister(out, x.p, register, x.dires.Rows(x.p, heard)...))
	desk, err := x.dires.List(ctx, x.expert, x.In)
	x.Must(err)
	fmt.Fprintln(out, "\n== dires")
	x.Must(x.dires.WriteLines(out, x.p, desk, lists))
}

// unpack writes the names of what a sending holds, the words of its list and of the first
// page of what was replaced, and its index.
func (x *assessment) unpack(out *bytes.Buffer, pack []byte) {
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	x.Must(err)
	for _, f := range z.File {
		r, err := f.Open()
		x.Must(err)
		raw, err := io.ReadAll(r)
		x.Must(err, r.Close())
		switch {
		case f.Name == "index.csv":
			out.Write(raw)
		case strings.Contains(f.Name, "Bordereau"), strings.Contains(f.Name, " bis "):
			fmt.Fprintf(out, "-- %s\n%s", f.Name, x.words(raw))
		default:
			fmt.Fprintln(out, "--", f.Name)
		}
	}
}

// words are those of a PDF, by a program of others.
func (x *assessment) words(raw []byte) string {
	c := exec.CommandContext(x.t.Context(), "pdftotext", "-enc", "UTF-8", "-layout", "-", "-")
	c.Stdin = bytes.NewReader(raw)
	said, err := c.Output()
	x.Must(err)
	lines := strings.FieldsFunc(string(said), func(r rune) bool { return r == '\n' || r == '\f' })
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.TrimSpace(l) == "" })
	return strings.Join(lines, "\n") + "\n"
}

// secrets are what is another each time: the key of the firm, and what holds identifiers.
var secrets = regexp.MustCompile(`(Empreinte de la clé du cabinet|SHA-256 de la déclaration|que le cabinet vous donne)(\x{00a0}?: ).*`)

// verified is what the program says of a file, alone in a folder.
func (x *assessment) verified(file []byte) string {
	path, err := built()
	x.Must(err)
	alone := filepath.Join(x.t.TempDir(), "contradictoire.attestation.json")
	x.Must(os.WriteFile(alone, file, 0o600))
	said, err := exec.CommandContext(x.t.Context(), path, "verify", alone).Output()
	x.Must(err)
	altered := bytes.Replace(file, []byte("Constat"), []byte("Contrat"), 1)
	x.Must(os.WriteFile(alone, altered, 0o600))
	if out, err := exec.CommandContext(x.t.Context(), path, "verify", alone).Output(); err == nil {
		x.t.Errorf("another title holds: %s", out)
	}
	return secrets.ReplaceAllString(string(said), "$1$2<…>")
}
