package document_test

import (
	"slices"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fault"
	"cenacle/internal/id"
)

// TestClassify: a lawyer alone decides; what was said before is what happens,
// for each nature and each role.
func TestClassify(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		ctx, in := t.Context(), h.Space(h.Lead, "Mme Petit")
		people := map[string]authz.Actor{}
		for _, role := range []authz.Role{authz.Colleague, authz.Assistant, authz.Client, authz.Guest, authz.Reader} {
			people[string(role)] = h.Member(h.Lead, in, role, string(role))
		}
		doc := h.File(h.Lead, in, "Lettre.txt", []byte("lettre"), h.Circles(h.Lead, in).All).Document
		h.Read(people["client"], doc, "")
		for name, want := range map[string]fault.Kind{"assistant": fault.Forbidden, "client": fault.Forbidden, "guest": fault.Forbidden} {
			if err := h.Documents.Classify(ctx, people[name], doc, authz.NatureDefense); fault.KindOf(err) != want {
				t.Errorf("%s decides: %v", name, err)
			}
			if _, err := h.Documents.Turns(ctx, people[name], doc); fault.KindOf(err) != want {
				t.Errorf("%s looks: %v", name, err)
			}
		}
		if err := h.Documents.Classify(ctx, h.Lead, doc, "secrète"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a nature that does not exist: %v", err)
		}
		sees := func() (out []string) {
			for name, p := range people {
				if _, err := h.Documents.Show(ctx, p, doc); err == nil {
					out = append(out, name)
				}
			}
			slices.Sort(out)
			return out
		}
		for _, n := range append(authz.Natures(), authz.NatureNone) {
			turns, err := h.Documents.Turns(ctx, h.Lead, doc)
			h.Must(err)
			t1 := turns[slices.IndexFunc(turns, func(t document.Turn) bool { return t.Nature == n })]
			before := sees()
			h.Must(h.Documents.Classify(ctx, h.Lead, doc, n))
			want := slices.DeleteFunc(before, func(name string) bool { return named(t1.Lose, name) })
			for _, p := range t1.Gain {
				want = append(want, p.Name)
			}
			slices.Sort(want)
			if after := sees(); !slices.Equal(after, want) {
				t.Errorf("%q: %v see it, said were %v", n, after, want)
			}
			if read := named(t1.Read, "client"); read != named(t1.Lose, "client") {
				t.Errorf("%q: that the client has opened it is said: %v", n, read)
			}
			for _, p := range people {
				listed := false
				list, err := h.Documents.List(ctx, p, document.ListQuery{Space: in})
				h.Must(err)
				listed = slices.ContainsFunc(list, func(d document.Document) bool { return d.ID == doc })
				if _, err := h.Documents.Show(ctx, p, doc); (err == nil) != listed {
					t.Errorf("%q: a list and the page disagree", n)
				}
			}
		}
		if n := h.Kinds(h.Lead)["document.classified"]; n != 7 {
			t.Errorf("%d decisions in the journal, want 7: none for the one it had", n)
		}
	})
}

func named(people []document.Recipient, name string) bool {
	return slices.ContainsFunc(people, func(p document.Recipient) bool { return p.Name == name })
}

// TestClassifyElsewhere: a document of another space or firm is absent.
func TestClassifyElsewhere(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		in, beside := h.Space(h.Lead, "Mme Petit"), h.Space(h.Lead, "M. Martin")
		stranger, rival := h.Member(h.Lead, beside, authz.Colleague, "Me Vidal"), h.Found("Cabinet Rival", "Me Rival")
		doc := h.File(h.Lead, in, "Lettre.txt", []byte("lettre")).Document
		for _, by := range []authz.Actor{stranger, rival} {
			for _, of := range []id.Item{doc, "nothing"} {
				if err := h.Documents.Classify(t.Context(), by, of, authz.NatureDefense); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: %v", of, err)
				}
			}
		}
	})
}
