package document_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/outbox"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/worker"
	"cenacle/internal/worker/read"
)

// TestMain lets the test's own program be the child that reads documents.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == worker.Word {
		os.Exit(worker.Child(os.Args[2:], read.Trade()))
	}
	os.Exit(m.Run())
}

// reading is a house whose documents are read.
func reading(t *testing.T) document.Config {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return document.Config{Readers: worker.New(self, 2)}
}

// settle has all documents read that wait for it.
func settle(t *testing.T, h *documenttest.House) {
	t.Helper()
	ignore := func(context.Context, id.Firm, outbox.Job) error { return nil }
	r := outbox.NewRunner(outbox.Config{
		Store: h.Store, Ring: h.Office.Ring, Clock: h.Clock.Now, Log: slog.New(slog.DiscardHandler),
		Handlers: map[string]outbox.Handler{document.WordsJob: h.Documents.Words, item.NoticeJob: ignore, document.EraseJob: ignore},
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	r.Wake(h.Lead.Firm) // the directory of this house does not list it
	h.Must(r.Idle(ctx))
	stop()
	h.Must(<-ended)
}

func found(t *testing.T, h *documenttest.House, by authz.Actor, q document.Find) []document.Hit {
	t.Helper()
	return all(t, h, h.Documents.Search, by, q)
}

type searching func(context.Context, authz.Actor, document.Find) ([]document.Hit, document.Found, error)

func all(t *testing.T, h *documenttest.House, search searching, by authz.Actor, q document.Find) (out []document.Hit) {
	t.Helper()
	for {
		hits, more, err := search(t.Context(), by, q)
		h.Must(err)
		if len(hits) > q.Limit && q.Limit > 0 {
			t.Fatalf("a page of %d", len(hits))
		}
		out = append(out, hits...)
		if q.After = more; more.Item == "" {
			return out
		}
	}
}

func idsOf(hits []document.Hit) (out []id.Item) {
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return out
}

// TestContentsAreFound follows one document: found by what it contains once it
// has been read, by its new contents after a new version, by nothing once it is
// deleted, and again after it was restored.
func TestContentsAreFound(t *testing.T) {
	documenttest.Each(t, reading(t), func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		of := h.File(h.Lead, in, "Pièce.txt", []byte("La prestation compensatoire est fixée."), h.Circles(h.Lead, in).Client).Document
		hidden := h.File(h.Lead, in, "Note.txt", []byte("Prestation : stratégie")).Document
		want := func(by authz.Actor, text string, items ...id.Item) {
			t.Helper()
			got := idsOf(found(t, h, by, document.Find{Text: text}))
			slices.Sort(got)
			slices.Sort(items)
			if !slices.Equal(got, items) {
				t.Errorf("%q finds %v, want %v", text, got, items)
			}
		}
		want(h.Lead, "prestation")
		settle(t, h)
		want(h.Lead, "PRESTATION", of, hidden)
		want(client, "prestation", of)
		want(client, "stratégie")
		want(client, "pièce compensatoire", of)
		if hits := found(t, h, client, document.Find{Text: "prestation"}); hits[0].Where != document.InContents || hits[0].SpaceName != "Petit" {
			t.Errorf("it is found %+v", hits[0])
		}
		h.Upload(h.Lead, document.BeginUpload{Space: in, Replaces: of, Name: "Pièce 2.txt"}, []byte("La soulte est payée."))
		settle(t, h)
		want(client, "prestation")
		want(client, "soulte", of)
		h.Must(h.Documents.Rename(t.Context(), h.Lead, of, "Attestation.txt"))
		want(client, "attest", of)
		settle(t, h)
		want(client, "pièce soulte")
		want(client, "attestation soulte", of)
		h.Must(h.Documents.Delete(t.Context(), h.Lead, of))
		want(h.Lead, "soulte")
		settle(t, h)
		want(h.Lead, "soulte")
		h.Must(h.Documents.Restore(t.Context(), h.Lead, of))
		settle(t, h)
		want(client, "soulte", of)
	})
}

// What was there before anything read it is read by the daily sweep; a file
// that cannot be read is found by its title, and is not tried for ever.
func TestWhatIsThereIsReadLater(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		of := h.File(h.Lead, in, "Bail.txt", []byte("Le preneur et le bailleur")).Document
		broken := h.File(h.Lead, in, "Cassé.pdf", []byte("%PDF-1.7\nand nothing more")).Document
		settle(t, h)
		r := h.Reading(reading(t).Readers)
		h.Must(r.Documents.Sweep(t.Context(), h.Lead.Firm))
		settle(t, r)
		if got := idsOf(found(t, r, h.Lead, document.Find{Text: "bailleur"})); !slices.Equal(got, []id.Item{of}) {
			t.Errorf("it finds %v", got)
		}
		if got := idsOf(found(t, r, h.Lead, document.Find{Text: "casse"})); !slices.Equal(got, []id.Item{broken}) {
			t.Errorf("a broken file: %v", got)
		}
		h.Must(r.Documents.Sweep(t.Context(), h.Lead.Firm))
		var left int
		h.Must(r.Office.See(t.Context(), h.Lead.Firm, func(a *act.Act) error { return a.Row(countJobs, []any{document.WordsJob}, &left) }))
		if left != 0 {
			t.Errorf("%d documents are read again", left)
		}
	})
}

// vocabulary of ISO-05: as it is asked plainly, and as it is written.
var words = [][2]string{
	{"bail", "Bail"}, {"baux", "BAUX"}, {"pieces", "pièces"}, {"piece", "Pièce"}, {"oeuvre", "Œuvre"}, {"epoux", "l’époux"}, {"2024", "2024"},
	{"contrat", "contrat"}, {"contrats", "Contrats"}, {"soulte", "SOULTE"}, {"juge", "juge"}, {"jugement", "jugement"}, {"al", "al"}, {"ete", "été"},
}

// paper is what the oracle knows of a document.
type paper struct {
	id              id.Item
	space           id.Space
	tray            space.Tray
	title, contents []int // of words
	gone            bool
}

func said(of []int, column int) string {
	var out []string
	for _, i := range of {
		out = append(out, words[i][column])
	}
	return strings.Join(out, " ")
}

func some(r *rand.Rand, n int) (out []int) {
	for range n {
		out = append(out, r.IntN(len(words)))
	}
	return out
}

// has is the oracle: it compares the plain words one by one.
func (p paper) has(asked []string) (inTitle, anywhere bool) {
	inTitle, anywhere = len(asked) > 0, len(asked) > 0
	for _, q := range asked {
		t := slices.ContainsFunc(p.title, func(i int) bool { return strings.HasPrefix(words[i][0], q) })
		c := slices.ContainsFunc(p.contents, func(i int) bool {
			w := words[i][0]
			return w == q || len(w) >= 4 && w == q+"s" || len(w) >= 4 && w == q+"x" && (strings.HasSuffix(q, "au") || strings.HasSuffix(q, "eu") || strings.HasSuffix(q, "ou"))
		})
		inTitle, anywhere = inTitle && t, anywhere && (t || c)
	}
	return inTitle, anywhere
}

// asked leaves out, as the rules say, what another word asks already.
func asked(all []string) (out []string) {
	for i, q := range all {
		if !slices.ContainsFunc(all, func(o string) bool { return o != q && strings.HasPrefix(o, q) }) && !slices.Contains(all[:i], q) {
			out = append(out, q)
		}
	}
	return out
}

// TestISO05 compares every page of every search with an oracle that reads each
// document the person may read: exact equality, order and place of the hit
// included. Ten thousand queries with CENACLE_TEST_LONG=1, fewer every day.
func TestISO05(t *testing.T) {
	queries := 400
	if os.Getenv("CENACLE_TEST_LONG") == "1" {
		queries = 10_000
	}
	r, _ := random(t)
	config := reading(t)
	config.Listed = 3 // most words are everywhere
	documenttest.Each(t, config, func(t *testing.T, h *documenttest.House) {
		var papers []paper
		people := []authz.Actor{h.Lead}
		for range 62 { // of so many the register is asked
			of := h.Space(h.Lead, "Vide")
			for range max(0, r.IntN(4)-2) {
				p := paper{space: of, tray: space.FirmTray, title: some(r, 1), contents: some(r, 2)}
				p.id = h.File(h.Lead, of, said(p.title, 1)+".txt", []byte(said(p.contents, 1)+" fin")).Document
				papers = append(papers, p)
			}
		}
		for n := range 3 {
			in := h.Space(h.Lead, fmt.Sprint("Client ", n))
			client := h.Member(h.Lead, in, authz.Client, "Client")
			colleague := h.Member(h.Lead, in, authz.Colleague, "Collègue")
			people = append(people, client, colleague)
			for range 16 {
				p := paper{space: in, tray: space.FirmTray, title: some(r, 1+r.IntN(2)), contents: some(r, r.IntN(4))}
				raw := []byte(said(p.contents, 1) + " fin")
				switch r.IntN(3) {
				case 0:
					p.tray = space.ClientTray
					p.id = h.Deposit(client, in, said(p.title, 1)+".txt", raw).Document
				case 1:
					p.id = h.File(h.Lead, in, said(p.title, 1)+".txt", raw, h.Circles(h.Lead, in).Client).Document
				default:
					p.id = h.File(h.Lead, in, said(p.title, 1)+".txt", raw).Document
				}
				papers = append(papers, p)
			}
		}
		h.Join(people[1], papers[len(papers)-20].space, authz.Client) // one client has two spaces, and sees what came since
		for range 12 {
			p := &papers[r.IntN(len(papers))]
			switch {
			case p.gone:
			case r.IntN(3) == 0:
				p.gone = true
				h.Must(h.Documents.Delete(t.Context(), h.Lead, p.id))
			case r.IntN(2) == 0 && p.tray == space.FirmTray:
				p.contents = some(r, 2)
				h.Upload(h.Lead, document.BeginUpload{Space: p.space, Replaces: p.id, Name: "x.txt"}, []byte(said(p.contents, 1)+" fin"))
			case p.tray == space.FirmTray:
				p.title = some(r, 2)
				h.Must(h.Documents.Rename(t.Context(), h.Lead, p.id, said(p.title, 1)))
			}
		}
		settle(t, h)
		hits := 0
		for range queries {
			by := people[r.IntN(len(people))]
			q := document.Find{Limit: 1 + r.IntN(6)}
			var plain []string
			for range 1 + r.IntN(3) {
				i, column := r.IntN(len(words)), r.IntN(2)
				w, typed := words[i][0], words[i][column]
				if r.IntN(3) == 0 {
					w = w[:2+r.IntN(len(w)-1)]
					typed = w
				}
				plain, q.Text = append(plain, w), q.Text+" "+typed
			}
			if r.IntN(4) == 0 {
				q.Tray = space.ClientTray
			}
			if r.IntN(4) == 0 {
				if of := papers[r.IntN(len(papers))].space; seesSpace(h, by, of) {
					q.Space = of
				}
			}
			want := expected(t, h, by, q, papers, asked(plain))
			ways := []searching{h.Documents.Search}
			if q.Space == "" {
				ways = append(ways, h.Documents.SearchEverywhere)
			}
			for way, search := range ways {
				var got []string
				for _, hit := range all(t, h, search, by, q) {
					got = append(got, string(hit.Where)+" "+string(hit.ID))
				}
				if !slices.Equal(got, want) {
					t.Fatalf("way %d, %q by %s finds\n%v, the oracle\n%v", way, q.Text, by.Person, got, want)
				}
				hits += len(got)
			}
		}
		if hits < queries || !begun(h) {
			t.Errorf("%d hits, parts begun %v: the searches were too poor to tell", hits, begun(h))
		}
	})
}

func seesSpace(h *documenttest.House, by authz.Actor, of id.Space) bool {
	_, err := h.Documents.List(h.T.Context(), by, document.ListQuery{Space: of})
	return err == nil
}

func expected(t *testing.T, h *documenttest.House, by authz.Actor, q document.Find, papers []paper, asked []string) (out []string) {
	t.Helper()
	var titles, contents []paper
	for _, p := range papers {
		inTitle, anywhere := p.has(asked)
		if p.gone || !anywhere || q.Space != "" && q.Space != p.space || q.Tray != "" && q.Tray != p.tray {
			continue
		}
		if _, err := h.Documents.Show(t.Context(), by, p.id); err != nil {
			continue
		}
		if inTitle {
			titles = append(titles, p)
		} else {
			contents = append(contents, p)
		}
	}
	newest := func(x, y paper) int { return cmp.Compare(y.id, x.id) }
	slices.SortFunc(titles, newest)
	slices.SortFunc(contents, newest)
	for _, p := range titles {
		out = append(out, "title "+string(p.id))
	}
	for _, p := range contents {
		out = append(out, "contents "+string(p.id))
	}
	return out
}

// TestFindNarrows asks by kind of file and by day.
func TestFindNarrows(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		first := h.File(h.Lead, in, "Bail.pdf", pdf).Document
		h.Clock.Advance(48 * time.Hour)
		middle := h.Clock.Now()
		second := h.File(h.Lead, in, "Bail.txt", []byte("bail")).Document
		for name, tt := range map[string]struct {
			q    document.Find
			want []id.Item
		}{
			"all": {document.Find{}, []id.Item{second, first}}, "pdf": {document.Find{Look: document.PDF}, []id.Item{first}},
			"text": {document.Find{Look: document.Text, Limit: 1}, []id.Item{second}}, "from": {document.Find{From: middle}, []id.Item{second}},
			"to": {document.Find{To: middle}, []id.Item{first}}, "none": {document.Find{From: middle, To: middle}, nil},
		} {
			tt.q.Text = "bail"
			if got := idsOf(found(t, h, h.Lead, tt.q)); !slices.Equal(got, tt.want) {
				t.Errorf("%s: %v, want %v", name, got, tt.want)
			}
		}
	})
}

var countJobs = store.ForFirm(`select count(*) from job where firm_id = $1 and kind = $2`)
