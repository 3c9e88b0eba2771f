package room_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestLevelOfNotices: who answers for the space chooses between three levels and reads what each
// gives away; a colleague is offered the way back alone.
func TestLevelOfNotices(t *testing.T) {
	s := open(t)
	people := s.Path("people")
	mine := s.Lead.Get(people).Answers(t, http.StatusOK, "").One("#level")
	if mine.One("input[name=level][checked]").Attr("value") != "neutre" || !strings.Contains(mine.Text(), "en clair") {
		t.Errorf("the lead is shown %q", mine.Text())
	}
	if n := len(s.Colleague.Get(people).All("#level form")); n != 0 {
		t.Errorf("a colleague is offered %d forms while notices are neutral", n)
	}
	s.Colleague.Post(s.Path("level"), "level", "titre").Answers(t, http.StatusForbidden, "")
	refused := s.Lead.Post(s.Path("level"), "level", "tout").Answers(t, http.StatusUnprocessableEntity, "")
	if refused.One("#level .summary a").Attr("href") != "#f-level" {
		t.Error("what is wrong does not lead to its field")
	}
	s.Lead.Post(s.Path("level"), "level", "titre").Answers(t, http.StatusSeeOther, people+"?done=level_chosen")
	s.Lead.Post(s.Path("level"), "level", "piece_jointe").Answers(t, http.StatusSeeOther, people+"?done=level_chosen")
	if now := s.Lead.Get(people).One("#level"); now.One("input[name=level][checked]").Attr("value") != "piece_jointe" || !strings.Contains(now.Text(), "7\u00a0Mo") {
		t.Errorf("the lead is shown %q", now.Text())
	}
	back := s.Colleague.Get(people).One("#level form")
	s.Colleague.Post(back.Attr("action"), "level", back.One("input[name=level]").Attr("value")).Answers(t, http.StatusSeeOther, people+"?done=level_chosen")
	if s.Lead.Get(people).One("#level input[name=level][checked]").Attr("value") != "neutre" {
		t.Error("a colleague could not take it back")
	}
}
