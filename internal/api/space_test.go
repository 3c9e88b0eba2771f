package api_test

import (
	"fmt"
	"testing"

	"cenacle/internal/authz"
	"cenacle/internal/id"
)

var spaceSamples = map[string]sample{
	"listModels":  {who: byLead, want: 200},
	"listSpaces":  {who: byClient, want: 200},
	"openSpace":   {who: byLead, body: `{"client":{"name":"M. Nouveau","email":"nouveau@client.example"},"model":"divorce","colleagues":["{colleague}"]}`, want: 201},
	"getSpace":    {who: byClient, want: 200},
	"renameSpace": {who: byLead, body: `{"name":"Petit c. Petit"}`, want: 200},
	"listMembers": {who: byLead, want: 200},
	"listMobiles": {who: byLead, want: 200}, "setMobile": {who: byLead, body: `{"mobile":"06 12 34 56 78"}`, want: 204},
	"addMember": {who: byLead, body: `{"name":"M. Lecteur","email":"autre@lecteur.example","role":"reader"}`, want: 201},
	"removeMember": {who: byLead, want: 204, then: func(s *stage, _ reply) {
		s.ask(s.lead, "POST", s.path("/spaces/{space}/members"), `{"name":"Me Anne Roux","email":"anne@roux.example","role":"guest"}`).is(201)
		s.admitted(reply{})
	}},
	"makeCircle": {who: byLead, body: `{"name":"Comptables","people":["{client}"]}`, want: 201}, "getCircle": {who: byLead, want: 200},
	"handSpace":         {who: byLead, body: `{"person":"{colleague}"}`, want: 422}, // her card is no lawyer's; package lifecycle hands over
	"listWalls":         {who: byLead, want: 200},
	"keepMember":        {who: byLead, body: `{"until":"2027-11-15"}`, want: 204},
	"raiseWall":         {who: byLead, body: `{"person":"{person}","until":"2027-01-15","reason":"Conflit d’intérêts"}`, want: 204},
	"chooseNoticeLevel": {who: byLead, body: `{"level":"titre"}`, want: 200},
	"retryMember":       {who: byLead, want: 204},
	"muteSpace":         {who: byLead, want: 204}, "unmuteSpace": {who: byLead, want: 204},
	"liftWall": {who: byLead, want: 204, then: func(s *stage, _ reply) {
		s.ask(s.lead, "POST", s.path("/spaces/{space}/members"), `{"name":"Me Anne Roux","email":"anne@roux.example","role":"guest"}`).is(201)
		s.admitted(reply{})
	}},
	"seeAsMember":       {who: byLead, want: 200},
	"renameCircle":      {who: byLead, body: `{"name":"Experts"}`, want: 200},
	"admitToCircle":     {who: byLead, body: `{"person":"{client}"}`, want: 200},
	"dismissFromCircle": {who: byLead, want: 204, then: (*stage).admitted},
	"inviteMember":      {who: byLead, want: 204},
	"addFolder":         {who: byLead, body: `{"tray":"firm","name":"Correspondance adverse"}`, want: 201},
	"moveFolder":        {who: byLead, body: `{"name":"Pièces adverses"}`, want: 204},
	"getFolderAudience": {who: byLead, want: 200},
	"listSpaceGroups":   {who: byLead, want: 200},
	"attachGroup":       {who: byLead, body: `{"group":"{group}"}`, want: 409}, // it is there
	"detachGroup":       {who: byLead, want: 204, then: (*stage).gather},
	"addressFolder":     {who: byLead, body: `{"circles":["{circle}"]}`, want: 200},
	"previewRecipients": {who: byLead, query: "?circle={circle}", want: 200},
}

// admitted lets the guest into the circle of the stage.
func (s *stage) admitted(reply) {
	s.asLead("POST", "/spaces/{space}/circles/{named}/people", `{"person":"{person}"}`).is(200)
}

func TestSpacesArePaged(t *testing.T) {
	s := open(t, 0)
	for i := range 5 {
		s.ask(s.lead, "POST", "/spaces", fmt.Sprintf(`{"client":{"name":"Client %d","email":"c%d@client.example"},"model":"divorce"}`, i, i)).is(201)
	}
	seen := map[string]bool{}
	next, pages := "", 0
	for {
		page := s.ask(s.lead, "GET", "/spaces?limit=2"+next, "").is(200)
		pages++
		for _, one := range page["spaces"].([]any) {
			seen[one.(map[string]any)["id"].(string)] = true
		}
		cursor, more := page["next"].(string)
		if !more {
			break
		}
		next = "&cursor=" + cursor
	}
	if len(seen) != 6 || pages != 3 {
		t.Errorf("%d spaces on %d pages, want 6 on 3", len(seen), pages)
	}
}

// TestOutsideNothingTellsOfChanges: neither order nor a time says to a client
// that something happened which she does not see.
func TestOutsideNothingTellsOfChanges(t *testing.T) {
	s := open(t, 0)
	page := s.ask(s.client, "GET", "/spaces?limit=1", "").is(200)
	one := page["spaces"].([]any)[0].(map[string]any)
	if _, told := one["changed_at"]; told || page["next"] != nil {
		t.Errorf("a client is told %v", page)
	}
	if _, told := s.ask(s.client, "GET", s.path("/spaces/{space}"), "").is(200)["changed_at"]; told {
		t.Error("a client is told when her space last changed")
	}
}

// TestPassOfOneSpace reaches one space by every way there is.
func TestPassOfOneSpace(t *testing.T) {
	s := open(t, 0)
	opened := s.ask(s.lead, "POST", "/spaces", `{"client":{"name":"Autre","email":"a@client.example"},"model":"divorce"}`).is(201)
	narrow := s.issue(s.Lead.Actor, authz.Pass{Spaces: []id.Space{s.Space}})
	list := s.ask(narrow, "GET", "/spaces", "").is(200)["spaces"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["id"] != string(s.Space) {
		t.Errorf("the pass lists %v", list)
	}
	s.ask(narrow, "GET", "/spaces/"+opened["id"].(string), "").refuses(404, "fault.absent")
	s.ask(narrow, "POST", "/spaces", `{"client":{"name":"A","email":"b@client.example"},"model":"divorce"}`).refuses(403, "api.pass")
	s.ask(narrow, "GET", "/people", "").refuses(403, "api.pass")
}
