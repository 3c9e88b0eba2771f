package overview_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/journal"
	"cenacle/internal/memo"
	"cenacle/internal/overview"
	"cenacle/internal/paper"
	"cenacle/internal/request"
	"cenacle/internal/space"
)

// seenAs is what a lawyer is shown of a person: titles, bodies and drafts.
func (r room) seenAs(by authz.Actor, person id.Person) (overview.Seen, error) {
	r.T.Helper()
	return r.overview.SeenAs(context.Background(), by, overview.Sources{Documents: r.Documents, Requests: request.New(r.Office, r.Documents, paper.Lazy())},
		overview.ScreenQuery{Space: r.space, After: map[space.Tray]id.Item{}, Rows: 50, Memos: 50}, person)
}

func told(s overview.Seen) (out []string) {
	for _, docs := range s.Documents {
		for _, d := range docs {
			out = append(out, d.Title)
		}
	}
	for _, t := range s.Threads {
		for _, m := range t.Memos {
			out = append(out, m.Body)
		}
	}
	slices.Sort(out)
	return out
}

// TestSeenAs: a lawyer is shown what the client gets, less what he may not see;
// it is recorded, and changes nothing for her.
func TestSeenAs(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		pair, err := circle.NewService(r.Office).Make(ctx, r.Lead, circle.New{Space: r.space, Name: "À deux", People: []id.Person{r.client.Person}})
		r.Must(err)
		sent := r.File(r.Lead, r.space, "projet", []byte("projet"), r.is.Client).Document
		r.File(r.Lead, r.space, "note interne", []byte("note"))
		r.File(r.Lead, r.space, "seul", []byte("seul"), pair.ID)
		r.write(r.Lead, memo.New{Subject: "s", Body: "pour elle", Circles: []id.Circle{pair.ID}, References: []id.Item{sent}})
		r.write(r.Lead, memo.New{Subject: "s", Body: "entre nous", Internal: true})
		r.Clock.Advance(time.Hour)
		late := r.Member(r.Lead, r.space, authz.Colleague, "Me Tard")
		r.write(r.client, memo.New{Subject: "s", Body: "sa question"})
		r.Must(r.memos.SaveDraft(ctx, r.client, memo.Draft{Space: r.space, Body: "son brouillon"}))
		for _, tt := range []struct {
			by   authz.Actor
			want []string
		}{
			{r.Lead, []string{"pour elle", "projet", "sa question", "seul"}},
			{late, []string{"sa question"}},
		} {
			seen, err := r.seenAs(tt.by, r.client.Person)
			r.Must(err)
			if got := told(seen); !slices.Equal(got, tt.want) {
				t.Errorf("%s is shown %q, want %q", tt.by.Person, got, tt.want)
			}
			if seen.Draft.Body != "" || len(seen.Pending) > 0 || len(seen.Deposit.Items) > 0 || seen.Card.Person != r.client.Person {
				t.Errorf("hers alone is shown: %+v", seen.Draft)
			}
			if tt.by.Person == late.Person && len(seen.Named) > 0 {
				t.Errorf("a document he may not see is named: %v", seen.Named)
			}
		}
		d, err := r.Documents.Show(ctx, r.client, sent)
		r.Must(err)
		if d.Read {
			t.Error("being looked at as her has read it for her")
		}
		if seen := r.recorded("space.seen_as"); seen != 2 {
			t.Errorf("%d lines of the journal, want 2", seen)
		}
		gone := r.Member(r.Lead, r.space, authz.Client, "M. Parti")
		r.Leave(gone, r.space)
		assistant, outsider := r.aide, r.Member(r.Lead, r.space, authz.Guest, "Me Roux")
		assistant.Role = authz.FirmAssistant
		for name, tt := range map[string]struct {
			by   authz.Actor
			as   authz.Actor
			want fault.Kind
		}{
			"an assistant":         {assistant, r.client, fault.Forbidden},
			"a guest":              {outsider, r.client, fault.Forbidden},
			"another firm":         {r.Found("Cabinet Rival", "Me Rival"), r.client, fault.NotFound},
			"as a colleague":       {r.Lead, late, fault.Invalid},
			"as one who left":      {r.Lead, gone, fault.NotFound},
			"as a stranger":        {r.Lead, authz.Actor{Person: "nobody"}, fault.NotFound},
			"a program that reads": {func() authz.Actor { a := r.Lead; a.Pass = &authz.Pass{ReadOnly: true}; return a }(), r.client, fault.Forbidden},
		} {
			if _, err := r.seenAs(tt.by, tt.as.Person); !fault.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", name, err, tt.want)
			}
		}
		if seen := r.recorded("space.seen_as"); seen != 2 {
			t.Errorf("a refused look is recorded: %d lines", seen)
		}
	})
}

// recorded counts the lines of a kind in the journal.
func (r room) recorded(kind string) (n int) {
	r.T.Helper()
	f, err := r.Office.Store.Firm(context.Background(), r.Lead.Firm)
	r.Must(err)
	all, err := r.Office.Journal.List(context.Background(), f, journal.Filter{})
	r.Must(err)
	for _, line := range all {
		if line.Kind == kind {
			n++
		}
	}
	return n
}
