package memo_test

import (
	"slices"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
)

func TestMentioned(t *testing.T) {
	people := map[id.Person]string{
		"1": "Me Nora Aubépine", "2": "Mme Lise Corail", "3": "Lise", "4": "M. Jean-Marc D’Arcy", "5": "Mme Lise Corail", "6": "Maître Roux",
	}
	for text, want := range map[string][]id.Person{
		"@Me Nora Aubépine, voyez ceci": {"1"},
		"Voyez @nora aubepine.":         {"1"},
		"@Lise, merci":                  {"3"},
		"@Lise\nCorail":                 {"3"},
		"@Mme Lise Corail":              {"2", "5"},
		"(@Lise Corail et @ROUX)":       {"2", "5", "6"},
		"@jean-marc d'arcy":             {"4"},
		"@Nora":                         nil,
		"@Mme":                          nil,
		"@M.":                           nil,
		"lise@Roux.example":             nil,
		"@":                             nil,
		"@@Roux":                        {"6"},
		"@Rouxel":                       nil,
	} {
		if got := memo.Mentioned(text, people); !slices.Equal(got, want) {
			t.Errorf("%q names %v, want %v", text, got, want)
		}
	}
}

// TestMention: only who will read a memo can be named in it, and it waits for her until
// she has read it; who is not of the firm names the firm's people alone, and learns of
// no one else.
func TestMention(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		other := r.Member(r.lead, r.space, authz.Client, "M. Petit")
		all := "@Mme Petit, @Me Roux, @M. Petit et @Inès Fabre"
		out := r.write(t, r.lead, memo.New{Subject: "s", Body: all, Circles: []id.Circle{r.circles.Client}})
		within := r.write(t, r.lead, memo.New{Subject: "s", Body: all, Internal: true})
		hers := r.write(t, r.client, memo.New{Subject: "s", Body: all})
		for _, tt := range []struct {
			by   authz.Actor
			of   id.Item
			want []id.Person
		}{
			{r.lead, out, []id.Person{r.client.Person, other.Person, r.aide.Person}}, {r.client, out, []id.Person{r.client.Person}},
			{r.lead, within, []id.Person{r.aide.Person}}, {r.aide, within, []id.Person{r.aide.Person}},
			{r.lead, hers, []id.Person{r.aide.Person}}, {r.client, hers, nil}, {other, hers, nil},
		} {
			slices.Sort(tt.want)
			if got := r.named(t, tt.by, tt.of); !slices.Equal(got, tt.want) {
				t.Errorf("%s is told that it names %v, want %v", tt.by.Role, got, tt.want)
			}
		}
		waits := func(by authz.Actor, want int) {
			t.Helper()
			found, err := overview.New(r.Office).Space(t.Context(), by, r.space)
			r.Must(err)
			n := 0
			for _, w := range found {
				if w.Kind == overview.Mentioned {
					n += w.Count
					if !w.Mine || w.Who != by.Person || w.Since.IsZero() || w.Item == "" {
						t.Errorf("%s is told %+v", by.Role, w)
					}
				}
			}
			if n != want {
				t.Errorf("%s is named in %d memos, want %d", by.Role, n, want)
			}
		}
		waits(r.aide, 3)
		waits(r.client, 1)
		waits(r.guest, 0)
		waits(r.lead, 0)
		r.Must(r.memos.Read(t.Context(), r.aide, r.space, []id.Item{out, within}))
		waits(r.aide, 1)
		r.Leave(r.client, r.space)
		if _, err := overview.New(r.Office).Space(t.Context(), r.client, r.space); !fault.Is(err, fault.NotFound) {
			t.Errorf("who has left is told: %v", err)
		}
	})
}

// named are those whom a memo names, as somebody sees it.
func (r room) named(t *testing.T, by authz.Actor, of id.Item) (out []id.Person) {
	t.Helper()
	threads, _, err := r.memos.Conversation(t.Context(), by, memo.Query{Space: r.space, Limit: 100})
	r.Must(err)
	for _, th := range threads {
		for _, m := range th.Memos {
			if m.ID == of {
				return slices.Sorted(slices.Values(m.Mentions))
			}
		}
	}
	t.Fatalf("%s does not see %s", by.Role, of)
	return nil
}
