package agenda_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/id"
	"cenacle/internal/outbox"
)

// TestRemind: on the morning before, those outside the firm are told who see the
// event then; its own people of what is theirs alone; nobody of what was moved or
// cancelled.
func TestRemind(t *testing.T) {
	each(t, func(t *testing.T, r room) {
		remind := func(j outbox.Job) (told []id.Person) {
			before := len(r.Jobs(agenda.NoticeJob))
			r.Must(r.agendas.Remind(t.Context(), r.Lead.Firm, j))
			for _, n := range r.Jobs(agenda.NoticeJob)[before:] {
				var one agenda.Notice
				r.Must(json.Unmarshal(n.Payload, &one))
				told = append(told, one.Person)
			}
			slices.Sort(told)
			return told
		}
		moved := r.add(t, r.hearing("déplacée", 3), r.circles.All)
		r.Must(r.agendas.Change(t.Context(), r.Lead, agenda.Changing{Space: r.space, Event: moved.ID, Revision: 1, Entry: r.hearing("déplacée", 4)}))
		off := r.add(t, r.hearing("annulée", 5), r.circles.All)
		r.Must(r.agendas.Cancel(t.Context(), r.Lead, agenda.Cancelling{Space: r.space, Event: off.ID, Revision: 1}))
		r.add(t, r.hearing("avec le client", 6), r.circles.Client)
		r.add(t, r.hearing("entre nous", 7), r.circles.Firm)
		r.add(t, r.hearing("aujourd’hui", 0), r.circles.All)
		planned := r.Jobs(agenda.RemindJob)
		if len(planned) != 5 {
			t.Fatalf("%d reminders are planned, want one for each day that is to come", len(planned))
		}
		all, inner := []id.Person{r.client.Person, r.guest.Person}, []id.Person{r.Lead.Person, r.aide.Person}
		slices.Sort(all)
		slices.Sort(inner)
		for i, want := range [][]id.Person{nil, all, nil, {r.client.Person}, inner} {
			if at := planned[i].RunAt.In(paris(t)); at.Hour() != 9 || at.Minute() != 0 || at.Format(time.DateOnly) != r.Clock.Now().AddDate(0, 0, i+2).Format(time.DateOnly) {
				t.Errorf("reminder %d is planned for %v", i, at)
			}
			if got := remind(planned[i]); !slices.Equal(got, want) {
				t.Errorf("reminder %d tells %v, want %v", i, got, want)
			}
		}
	})
}
