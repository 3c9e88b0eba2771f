package room_test

import (
	"net/http"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/notice"
)

// TestMailboxThatRefuses: the firm's side reads beside a name that no mail reaches her, and
// tries it again with one gesture; she herself is shown nothing of it.
func TestMailboxThatRefuses(t *testing.T) {
	s := open(t)
	people, who := s.Path("people"), s.Client.Actor
	s.must(s.Office.Do(t.Context(), who.Firm, func(a *act.Act) error {
		p, err := s.Accounts.Person(t.Context(), who.Person)
		if err != nil {
			return err
		}
		return notice.Refused(a, authz.Actor{Person: who.Person, Firm: who.Firm, Via: authz.ViaJob}, p.Email, 550)
	}))
	row := "#person-" + string(who.Person)
	shown := s.Lead.Get(people).Answers(t, http.StatusOK, "").One(row)
	shown.Says("refuse nos messages depuis")
	shown.Says("550")
	retry := people + "/" + string(who.Person) + "/retry"
	shown.Has(`form[action="` + retry + `"]`)
	s.Client.Post(retry).Answers(t, http.StatusForbidden, "")
	s.Lead.Post(retry).Answers(t, http.StatusSeeOther, people+"?done=mailbox_retried")
	s.Lead.Get(people).One(row).Lacks(`form[action="` + retry + `"]`)
}
