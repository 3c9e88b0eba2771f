package document_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/item"
	"cenacle/internal/space"
	"cenacle/internal/store"
)

// pdf is the beginning of one, and enough to be recognised.
var pdf = []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")

func TestMedia(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		for name, c := range map[string]struct {
			content []byte
			media   string
			look    document.Look
		}{
			"liar.png":  {pdf, "application/pdf", document.PDF},
			"a.pdf":     {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "image/png", document.Picture},
			"b.jpg":     {[]byte("<html><script>alert(1)</script>"), "text/html; charset=utf-8", document.Other},
			"c.jpg":     {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "image/svg+xml", document.Other},
			"d.pdf":     {[]byte("Bonjour, Maître."), "text/plain; charset=utf-8", document.Text},
			"e.txt":     {[]byte{0, 1, 2, 3, 0xff}, "application/octet-stream", document.Other},
			"empty.pdf": {nil, "text/plain", document.Text},
		} {
			u := h.File(h.Lead, in, name, c.content)
			d, err := h.Documents.Show(t.Context(), h.Lead, u.Document)
			h.Must(err)
			if d.Current.Media != c.media || d.Current.Look() != c.look {
				t.Errorf("%s is %s, shown as %s", name, d.Current.Media, d.Current.Look())
			}
		}
	})
}

// TestReading follows one document sent to a client: first reading, further
// ones, downloads and their ranges.
func TestReading(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		content := bytes.Repeat(pdf, 10_000)
		of := h.File(h.Lead, in, "projet.pdf", content, h.Circles(h.Lead, in).Client).Document
		seen := func() bool {
			list, err := h.Documents.List(t.Context(), client, document.ListQuery{Space: in})
			h.Must(err)
			return list[0].Read
		}
		if seen() {
			t.Error("it is read before it was opened")
		}
		open := func(purpose document.Purpose, from int64) document.Content {
			c, err := h.Documents.Content(t.Context(), client, document.Want{Item: of, Purpose: purpose, From: from})
			h.Must(err)
			if _, err := c.Reader.Seek(from, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(c.Reader)
			h.Must(err, c.Reader.Close())
			if !bytes.Equal(got, content[from:]) {
				t.Errorf("other bytes from %d", from)
			}
			return c
		}
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() { open(document.Preview, 0) })
		}
		wait.Wait()
		if !seen() {
			t.Error("it is not read after it was opened")
		}
		open(document.Download, 0)
		open(document.Download, 70_000)
		c := open(document.Download, 0)
		kinds := h.Kinds(h.Lead)
		if kinds["document.read"] != 1 || kinds["document.downloaded"] != 2 {
			t.Errorf("the journal has %v", kinds)
		}
		if c.Name != "projet.pdf" || c.Media != "application/pdf" || c.Size != int64(len(content)) ||
			!strings.HasPrefix(c.ETag, `"`) || c.Modified.IsZero() {
			t.Errorf("%+v", c)
		}
		d, err := h.Documents.Show(t.Context(), h.Lead, of)
		h.Must(err)
		if !slices.ContainsFunc(d.Readers, func(r document.Reader) bool { return r.Name == "Mme Petit" && !r.At.IsZero() }) {
			t.Errorf("readers %v", d.Readers)
		}
		h.Must(c.Recheck(t.Context()))
		h.Leave(client, in)
		if err := c.Recheck(t.Context()); !fault.Is(err, fault.NotFound) {
			t.Errorf("after the revocation the stream goes on: %v", err)
		}
	})
}

// TestVersions replaces a document twice, once before the client saw it.
func TestVersions(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		texts := []string{"brouillon", "projet", "définitif"}
		of := h.File(h.Lead, in, "acte.txt", []byte(texts[0])).Document
		replace := func(text string) {
			h.Upload(h.Lead, document.BeginUpload{Space: in, Replaces: of, Name: text + ".txt", Reason: "pourquoi " + text}, []byte(text))
		}
		replace(texts[1])
		h.Must(h.Documents.Address(t.Context(), h.Lead, document.Send{Item: of, Circles: []id.Circle{h.Circles(h.Lead, in).Client}}))
		h.Read(client, of, "")
		replace(texts[2])
		inside, err := h.Documents.Show(t.Context(), h.Lead, of)
		h.Must(err)
		for i, v := range inside.Versions {
			want := texts[len(texts)-1-i]
			if got := string(h.Read(h.Lead, of, v.ID)); got != want || v.Number != int64(len(texts)-i) || v.AuthorName != "Me Claire Delmas" {
				t.Errorf("version %d by %s reads %q, want %q", v.Number, v.AuthorName, got, want)
			}
		}
		if len(inside.Versions) != 3 || inside.Versions[0].Reason != "pourquoi définitif" || inside.Title != "acte.txt" {
			t.Errorf("%+v", inside)
		}
		outside, err := h.Documents.Show(t.Context(), client, of)
		h.Must(err)
		if len(outside.Versions) != 2 || outside.Read || outside.Manage || len(outside.Audience) > 0 || len(outside.Readers) > 0 {
			t.Errorf("the client sees %+v", outside)
		}
		draft := inside.Versions[2].ID
		if _, err := h.Documents.Content(t.Context(), client, document.Want{Item: of, Version: draft, Purpose: document.Preview}); !fault.Is(err, fault.NotFound) {
			t.Errorf("the client opens the draft: %v", err)
		}
		other := h.File(h.Lead, in, "b.txt", []byte("b"))
		if _, err := h.Documents.Content(t.Context(), h.Lead, document.Want{Item: other.Document, Version: draft, Purpose: document.Preview}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a version of another document: %v", err)
		}
		deposited := h.Deposit(client, in, "photo.jpg", []byte("x"))
		_, err = h.Documents.Begin(t.Context(), h.Lead, document.BeginUpload{Space: in, Replaces: deposited.Document, Name: "a", Size: 1})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("what she deposited is replaced: %v", err)
		}
	})
}

// TestManage renames, deletes and restores; search follows.
func TestManage(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		of := h.File(h.Lead, in, "Pièce n° 3 — été 2024.pdf", pdf, h.Circles(h.Lead, in).Client).Document
		hidden := h.File(h.Lead, in, "Pièce secrète.pdf", pdf).Document
		elsewhere := h.Space(h.Lead, "Martin")
		there := h.File(h.Lead, elsewhere, "Pièce Martin.pdf", pdf).Document
		find := func(by authz.Actor, text string) (out []id.Item) {
			hits, _, err := h.Documents.Search(t.Context(), by, document.Find{Text: text})
			h.Must(err)
			for _, hit := range hits {
				out = append(out, hit.ID)
			}
			slices.Sort(out)
			return out
		}
		want := func(by authz.Actor, text string, items ...id.Item) {
			t.Helper()
			slices.Sort(items)
			if got := find(by, text); !slices.Equal(got, items) {
				t.Errorf("%q finds %v, want %v", text, got, items)
			}
		}
		want(h.Lead, "PIECE", of, hidden, there)
		want(h.Lead, "piece ete", of)
		want(client, "pièce", of)
		want(client, "secrète")
		want(client, "")
		link := client
		link.Scope, link.Via = in, authz.ViaLink
		want(link, "pièce", of)
		link.Scope = elsewhere
		if _, _, err := h.Documents.Search(t.Context(), link, document.Find{Text: "pièce"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a link to a space that is not hers: %v", err)
		}
		h.Must(h.Documents.Rename(t.Context(), h.Lead, of, "Attestation"))
		want(client, "attest", of)
		want(client, "pièce")
		h.Must(h.Documents.Delete(t.Context(), h.Lead, of))
		want(h.Lead, "attestation")
		for _, by := range []authz.Actor{client, h.Lead} {
			if _, err := h.Documents.Show(t.Context(), by, of); !fault.Is(err, fault.NotFound) {
				t.Errorf("a deleted document: %v", err)
			}
			if _, err := h.Documents.Content(t.Context(), by, document.Want{Item: of, Purpose: document.Preview}); !fault.Is(err, fault.NotFound) {
				t.Errorf("its bytes: %v", err)
			}
		}
		if err := h.Documents.Restore(t.Context(), client, of); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("the client restores: %v", err)
		}
		want(client, "attestation")
		h.Must(h.Documents.Restore(t.Context(), h.Lead, of))
		want(client, "attestation", of)
		h.Must(h.Documents.Delete(t.Context(), h.Lead, of))
		h.Clock.Advance(document.ShelfLife)
		if err := h.Documents.Restore(t.Context(), h.Lead, of); !fault.Is(err, fault.NotFound) {
			t.Errorf("restored after its shelf life: %v", err)
		}
		if err := h.Documents.Rename(t.Context(), h.Lead, hidden, " \u200b "); !fault.Is(err, fault.Invalid) {
			t.Errorf("a title of nothing: %v", err)
		}
	})
}

var countNotices = store.ForFirm(`select count(*) from job where firm_id = $1 and kind = $2 and state = 'waiting'`)

func notices(t *testing.T, h *documenttest.House) (n int) {
	t.Helper()
	h.Must(h.Office.See(t.Context(), h.Lead.Firm, func(a *act.Act) error {
		return a.Row(countNotices, []any{item.NoticeJob}, &n)
	}))
	return n
}

// TestNotices counts the mails that wait: one for each person outside who sees
// something new, however much it is.
func TestNotices(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		h.Member(h.Lead, in, authz.Colleague, "Me Leroy")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		h.Member(h.Lead, in, authz.Client, "M. Petit")
		h.Member(h.Lead, in, authz.Guest, "M. Expert")
		c := h.Circles(h.Lead, in)
		h.Deposit(client, in, "photo.jpg", []byte("x"))
		of := h.File(h.Lead, in, "interne.pdf", pdf).Document
		if n := notices(t, h); n != 0 {
			t.Errorf("%d notices of what only the firm sees", n)
		}
		h.File(h.Lead, in, "a.pdf", pdf, c.Client)
		h.File(h.Lead, in, "b.pdf", pdf, c.Client)
		if n := notices(t, h); n != 2 {
			t.Errorf("%d notices for two clients", n)
		}
		h.Must(h.Documents.Address(t.Context(), h.Lead, document.Send{Item: of, Circles: []id.Circle{c.All}}))
		if n := notices(t, h); n != 3 {
			t.Errorf("%d notices after the guest was told", n)
		}
		if err := h.Documents.Address(t.Context(), h.Lead, document.Send{Item: of, Circles: []id.Circle{c.All}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("sent twice: %v", err)
		}
	})
}

// TestPreview says who will see, before; List says who does, after.
func TestPreview(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in := h.Space(h.Lead, "Petit")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		people := map[id.Person]authz.Actor{h.Lead.Person: h.Lead, client.Person: client}
		for role, name := range map[authz.Role]string{authz.Guest: "M. Expert", authz.Reader: "M. Lecteur", authz.Assistant: "M. Aide"} {
			p := h.Member(h.Lead, in, role, name)
			people[p.Person] = p
		}
		gone := h.Member(h.Lead, in, authz.Client, "M. Parti")
		h.Leave(gone, in)
		c := h.Circles(h.Lead, in)
		for _, circles := range [][]id.Circle{nil, {c.Client}, {c.All}, {c.Firm, c.All}} {
			reach, err := h.Documents.Preview(t.Context(), h.Lead, in, circles)
			h.Must(err)
			of := h.File(h.Lead, in, "a.pdf", pdf, circles...).Document
			if len(reach.Will)+len(reach.Wont) != len(people) {
				t.Errorf("%v names %d and %d of %d people", circles, len(reach.Will), len(reach.Wont), len(people))
			}
			for _, r := range reach.Will {
				if _, err := h.Documents.Show(t.Context(), people[r.Person], of); err != nil || r.Name == "" {
					t.Errorf("%s (%s) was to see it: %v", r.Name, r.Role, err)
				}
			}
			for _, r := range reach.Wont {
				if _, err := h.Documents.Show(t.Context(), people[r.Person], of); !fault.Is(err, fault.NotFound) || r.Reason == "" {
					t.Errorf("%s (%s) was not to see it (%s): %v", r.Name, r.Role, r.Reason, err)
				}
			}
		}
		if _, err := h.Documents.Preview(t.Context(), client, in, nil); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the client looks into circles: %v", err)
		}
	})
}

// TestRights is every use case by everybody.
func TestRights(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in, other := h.Space(h.Lead, "Petit"), h.Space(h.Lead, "Martin")
		client := h.Member(h.Lead, in, authz.Client, "Mme Petit")
		revoked := h.Member(h.Lead, in, authz.Client, "M. Parti")
		assistant := h.Member(h.Lead, in, authz.Assistant, "M. Aide")
		c := h.Circles(h.Lead, in)
		sent := h.File(h.Lead, in, "envoi.pdf", pdf, c.Client).Document
		kept := h.File(h.Lead, in, "interne.pdf", pdf).Document
		h.Leave(revoked, in)
		link := client
		link.Scope, link.Via = in, authz.ViaLink
		wrong := link
		wrong.Scope = other
		const yes, hidden, no = fault.Kind(255), fault.NotFound, fault.Forbidden
		who := []struct {
			name string
			by   authz.Actor
		}{
			{"lead", h.Lead},
			{"assistant", assistant},
			{"client", client},
			{"link", link},
			{"reader", h.Member(h.Lead, in, authz.Reader, "M. Lecteur")},
			{"other client", h.Member(h.Lead, other, authz.Client, "M. Martin")},
			{"other link", wrong},
			{"revoked", revoked},
			{"other firm", h.Found("Cabinet Voisin", "Me Voisin")},
			{"nobody", authz.Actor{Firm: h.Lead.Firm}},
		}
		content := func(of id.Item) func(authz.Actor) error {
			return func(by authz.Actor) error {
				c, err := h.Documents.Content(t.Context(), by, document.Want{Item: of, Purpose: document.Download})
				if err == nil {
					err = c.Reader.Close()
				}
				return err
			}
		}
		begin := func(u document.BeginUpload) func(authz.Actor) error {
			return func(by authz.Actor) error {
				u.Space, u.Name, u.Size = in, "a", 1
				_, err := h.Documents.Begin(t.Context(), by, u)
				return err
			}
		}
		for name, use := range map[string]struct {
			do   func(authz.Actor) error
			want [10]fault.Kind // as in who
		}{
			"list": {func(by authz.Actor) error {
				_, err := h.Documents.List(t.Context(), by, document.ListQuery{Space: in})
				return err
			}, [10]fault.Kind{yes, yes, yes, yes, yes, hidden, hidden, hidden, hidden, hidden}},
			"pending": {func(by authz.Actor) error {
				_, err := h.Documents.Pending(t.Context(), by, in)
				return err
			}, [10]fault.Kind{yes, yes, yes, yes, yes, hidden, hidden, hidden, hidden, hidden}},
			"read sent":    {content(sent), [10]fault.Kind{yes, yes, yes, yes, hidden, hidden, hidden, hidden, hidden, hidden}},
			"read kept":    {content(kept), [10]fault.Kind{yes, yes, hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden}},
			"read nothing": {content(id.New[id.Item](time.Now())), [10]fault.Kind{hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden}},
			"file":         {begin(document.BeginUpload{Tray: space.FirmTray}), [10]fault.Kind{yes, yes, no, no, no, hidden, hidden, hidden, hidden, hidden}},
			"share":        {begin(document.BeginUpload{Tray: space.SharedTray}), [10]fault.Kind{yes, yes, no, no, no, hidden, hidden, hidden, hidden, hidden}},
			"deposit":      {begin(document.BeginUpload{Tray: space.ClientTray}), [10]fault.Kind{no, no, yes, yes, no, hidden, hidden, hidden, hidden, hidden}},
			"replace sent": {begin(document.BeginUpload{Replaces: sent}), [10]fault.Kind{yes, yes, no, no, hidden, hidden, hidden, hidden, hidden, hidden}},
			"replace kept": {begin(document.BeginUpload{Replaces: kept}), [10]fault.Kind{yes, yes, hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden}},
			"preview": {func(by authz.Actor) error {
				_, err := h.Documents.Preview(t.Context(), by, in, nil)
				return err
			}, [10]fault.Kind{yes, yes, no, no, no, hidden, hidden, hidden, hidden, hidden}},
			"rename": {func(by authz.Actor) error { return h.Documents.Rename(t.Context(), by, sent, "b") },
				[10]fault.Kind{yes, yes, no, no, hidden, hidden, hidden, hidden, hidden, hidden}},
			"address": {func(by authz.Actor) error {
				err := h.Documents.Address(t.Context(), by, document.Send{Item: sent, Circles: []id.Circle{c.Client}})
				if fault.Is(err, fault.Conflict) {
					err = nil // she may; it was sent already
				}
				return err
			}, [10]fault.Kind{yes, yes, no, no, hidden, hidden, hidden, hidden, hidden, hidden}},
			"delete kept": {func(by authz.Actor) error {
				err := h.Documents.Delete(t.Context(), by, kept)
				if err == nil {
					err = h.Documents.Restore(t.Context(), by, kept)
				}
				return err
			}, [10]fault.Kind{yes, yes, hidden, hidden, hidden, hidden, hidden, hidden, hidden, hidden}},
		} {
			for i, w := range who {
				err := use.do(w.by)
				if got := fault.KindOf(err); (err == nil) != (use.want[i] == yes) || err != nil && got != use.want[i] {
					t.Errorf("%s by %s: %v", name, w.name, err)
				}
			}
		}
	})
}
