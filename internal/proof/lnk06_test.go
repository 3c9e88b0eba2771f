package proof

import (
	"net/http"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/depositlink"
	"cenacle/internal/document"
	"cenacle/internal/id"
	"cenacle/internal/lifecycle"
	"cenacle/internal/request"
	"cenacle/internal/space"
)

// LNK-06: a link leads to the very thing it was made for. It does not follow a name to a
// thing that is called the same, whether the former has gone, was asked again or came
// back.
func TestLNK06(t *testing.T) {
	either(t, func(w *world) {
		ctx := t.Context()
		office := w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
		lead := office.admin
		first, her := office.open(lead, "Mme Sophie Petit", "sophie@petit.example")
		passport := request.Asking{Space: first.id, Person: her.id, Papers: []request.Paper{{Name: "Passeport"}}}
		ask := func() id.Ask {
			asked, err := w.server.Requests.Ask(ctx, lead.actor, passport)
			w.must(err)
			return asked[0]
		}
		box := func(of depositlink.Making) string {
			of.Space = first.id
			_, err := w.server.Letterboxes.Make(ctx, lead.actor, of)
			w.must(err)
			return "/d/" + string(office.id) + "/" + w.mailed("/d/", her.email)
		}
		enters := func() string {
			w.must(w.server.Invitations.Invite(ctx, lead.actor, first.id, her.id))
			return "/l/" + string(office.id) + "/" + w.mailed("/l/", her.email)
		}

		// A paper that is waived and asked again under the same name is another one.
		was := ask()
		only := box(depositlink.Making{Request: was})
		w.nobody().want(http.StatusOK, get(only))
		w.must(w.server.Requests.Waive(ctx, lead.actor, was, ""))
		again := ask()
		a := w.nobody().do(file(only+"/files", "Passeport.txt", []byte("passeport"), "request", string(again)))
		if b := w.nobody().do(create(only+"/uploads", "9", "filename", "Passeport.txt", "tray", "client", "request", string(again))); a.status != http.StatusNotFound || b.status != http.StatusNotFound {
			t.Errorf("by a link for a paper that was waived its namesake is answered: %d, %d", a.status, b.status)
		}
		for _, one := range w.asked(lead, first) {
			if one.ID == again && (one.State != request.Asked || len(one.Documents) > 0) {
				t.Errorf("a link for a paper that was waived answers its namesake: %+v", one)
			}
		}

		// She leaves the room and comes back, under the same name and address.
		link, whole := enters(), box(depositlink.Making{Person: her.id})
		w.nobody().want(http.StatusOK, get(whole))
		w.must(w.server.Lifecycle.RemoveMember(ctx, lead.actor, first.id, her.id))
		dead := func(why string) {
			t.Helper()
			for _, path := range []string{whole, only} {
				if a := w.nobody().do(get(path)); a.status != http.StatusGone {
					t.Errorf("%s, a deposit link of before answers %d", why, a.status)
				}
			}
			if a := w.nobody().do(post(link)); a.status < 400 || cookie(a, "cenacle") != "" {
				t.Errorf("%s, a link of before answers %d", why, a.status)
			}
		}
		dead("once she has left")
		_, err := w.server.Lifecycle.AddGuest(ctx, lead.actor, first.id, lifecycle.Guest{Name: her.name, Email: her.email, Role: authz.Client, Language: "fr"})
		w.must(err)
		w.settle()
		dead("once she is back")

		// A room of the same name, for the same person: each link leads to its own.
		link, whole = enters(), box(depositlink.Making{Person: her.id})
		second, _ := office.open(lead, "Mme Sophie Petit", "sophie@petit.example")
		if a := w.nobody().want(http.StatusSeeOther, post(link)); a.header.Get("Location") != office.path("spaces", string(first.id)) {
			t.Errorf("the link leads to %s, not to the room it was made for", a.header.Get("Location"))
		}
		w.nobody().do(file(whole+"/files", "Avis.txt", []byte("avis")))
		for _, r := range []room{first, second} {
			found, err := w.server.Documents.List(ctx, lead.actor, document.ListQuery{Space: r.id, Tray: space.ClientTray, Limit: 10})
			w.must(err)
			if filed := len(found) > 0; filed != (r.id == first.id) {
				t.Errorf("what came by the link of one room lies in the other: %v", found)
			}
		}

		// A wall, and its end, give her nothing back.
		w.must(w.server.Lifecycle.RaiseWall(ctx, lead.actor, lifecycle.NewWall{Space: first.id, Person: her.id, Reason: "Conflit"}))
		w.must(w.server.Lifecycle.LiftWall(ctx, lead.actor, first.id, her.id))
		_, err = w.server.Lifecycle.AddGuest(ctx, lead.actor, first.id, lifecycle.Guest{Name: her.name, Email: her.email, Role: authz.Client, Language: "fr"})
		w.must(err)
		w.settle()
		if a := w.nobody().do(get(whole)); a.status != http.StatusGone {
			t.Errorf("once a wall is lifted, a deposit link of before it answers %d", a.status)
		}
	})
}

// asked are the papers that are asked in a room.
func (w *world) asked(by *person, in room) []request.Request {
	w.t.Helper()
	out, err := w.server.Requests.List(w.t.Context(), by.actor, in.id)
	w.must(err)
	return out
}
