package request_test

import (
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/circle"
	"cenacle/internal/document"
	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/request"
	"cenacle/internal/space"
)

// TestBeforeAll: what an expert asks of a party is before the two of them and the firm,
// and is answered by what all have before them; nothing else of what is asked in the space
// is for an expert to see.
func TestBeforeAll(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		ctx := t.Context()
		expert := r.Member(r.Lead, r.space, authz.Expert, "M. Sapiteur")
		roux, noir := r.Member(r.Lead, r.space, authz.Guest, "Me Roux"), r.Member(r.Lead, r.space, authz.Guest, "Me Noir")
		notary := r.Member(r.Lead, r.space, authz.Guest, "Me Notaire")
		for _, p := range []authz.Actor{roux, noir} {
			_, err := circle.NewService(r.Office).Make(ctx, r.Lead, circle.New{Space: r.space, Name: "Partie " + string(p.Person), Kind: circle.Party, People: []id.Person{p.Person}})
			r.Must(err)
		}
		ask := func(by authz.Actor, of authz.Actor) (id.Ask, error) {
			made, err := r.Requests.Ask(ctx, by, request.Asking{Space: r.space, Person: of.Person, Papers: []request.Paper{{Name: "Plans"}}})
			if err != nil {
				return "", err
			}
			return made[0], nil
		}
		theirs, err := ask(r.Lead, r.client)
		r.Must(err)
		hers, err := ask(expert, roux)
		r.Must(err)
		if _, err := ask(expert, notary); !fault.Is(err, fault.Invalid) {
			t.Errorf("asked of somebody of no party: %v", err)
		}
		for who, tt := range map[string]struct {
			by   authz.Actor
			want int
		}{"the expert": {expert, 1}, "who was asked": {roux, 1}, "another party": {noir, 0}, "the firm": {r.Lead, 2}, "the client": {r.client, 1}} {
			if all, err := r.Requests.List(ctx, tt.by, r.space); err != nil || len(all) != tt.want {
				t.Errorf("%s sees %d, %v", who, len(all), err)
			}
		}
		for what, err := range map[string]error{
			"accepts the client's": r.Requests.Accept(ctx, expert, theirs),
			"shows it":             gone(r.Requests.Show(ctx, expert, theirs)),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("an expert %s: %v", what, err)
			}
		}
		if err := r.Requests.Remind(ctx, expert, r.space, roux.Person); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an expert reminds: %v", err)
		}
		_, err = r.Documents.Begin(ctx, roux, document.BeginUpload{Space: r.space, Tray: space.ClientTray, Name: "Plans", Size: 1, Request: hers})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("handed to the firm alone: %v", err)
		}
		kept := r.Upload(roux, document.BeginUpload{Space: r.space, Tray: space.PartyTray, Name: "Plans"}, []byte("Plans")).Document
		if err := r.Requests.Use(ctx, roux, hers, kept); !fault.Is(err, fault.Invalid) {
			t.Errorf("answered by what is in a private tray: %v", err)
		}
		r.Must(r.Documents.Release(ctx, roux, document.Releasing{Document: kept}), r.Requests.Use(ctx, roux, hers, kept))
		found, err := r.Requests.Show(ctx, expert, hers)
		r.Must(err)
		if found.State != request.Deposited || len(found.Documents) != 1 {
			t.Errorf("the expert reads %+v", found)
		}
		var waits []request.Wait
		r.Must(r.Office.See(ctx, expert.Firm, func(a *act.Act) (err error) {
			waits, err = request.WaitsIn(a, expert, r.space, r.space)
			return err
		}))
		if len(waits) != 1 || waits[0].State != request.Deposited || waits[0].Person != roux.Person {
			t.Errorf("before the expert waits %+v", waits)
		}
		r.Must(r.Requests.Return(ctx, expert, hers, "Illisible"), r.Requests.Use(ctx, r.Lead, hers, kept))
		if found, err = r.Requests.Show(ctx, expert, hers); err != nil || found.State != request.Deposited {
			t.Errorf("answered by the firm it is %s, %v", found.State, err)
		}
		r.Must(r.Requests.Accept(ctx, expert, hers))
	})
}

func gone[T any](_ T, err error) error { return err }
