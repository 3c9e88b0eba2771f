package api_test

import "testing"

var firmSamples = map[string]sample{
	"getNoticeHours": {who: byClient, want: 200}, "chooseNoticeHours": {who: byClient, body: `{"rhythm":"daily","daily":18,"quiet_from":0,"quiet_to":0}`, want: 200},
	"getHost":         {who: byLead, want: 200},
	"claimHost":       {who: byLead, body: `{"name":"salon.delmas.example"}`, want: 200},
	"checkHost":       {who: byLead, want: 409}, // its record is not there
	"dropHost":        {who: byLead, want: 204, then: (*stage).dwell},
	"endHost":         {who: byLead, want: 204, then: (*stage).dwell},
	"listFirmSupport": {who: byLead, want: 200},
	"endFirmSupport":  {who: byLead, want: 204, then: (*stage).permit},
	"listSupport":     {who: byClient, want: 200},
	"endSupport":      {who: byClient, want: 204, then: (*stage).permit},
	"listAbsences":    {who: byLead, want: 200},
	"announceAbsence": {who: byLead, body: `{"deputy":"{colleague}","first":"2027-05-10","last":"2027-05-12"}`, want: 201},
	"endAbsence":      {who: byLead, want: 204, then: (*stage).rest},
	"announceAbsenceFor": {who: byLead, body: `{"deputy":"{deputy}","first":"2027-07-05","last":"2027-07-06"}`, want: 201, then: func(s *stage, r reply) {
		s.asLead("POST", "/absences/"+r.is(201)["id"].(string)+"/end", "").is(204)
	}},
	"listAbsencesOf":   {who: byLead, want: 200},
	"listDiffusions":   {who: byLead, want: 200},
	"prepareDiffusion": {who: byLead, body: `{"subject":"Congés","body":"Le cabinet ferme.","spaces":["{space}"],"circle":"client"}`, want: 201},
	"getDiffusion":     {who: byLead, want: 200},
	"changeDiffusion":  {who: byLead, body: `{"subject":"Congés","body":"Le cabinet ferme en août.","spaces":["{space}"],"circles":["{all}"]}`, want: 200, then: (*stage).seeing},
	"discardDiffusion": {who: byLead, want: 204, then: (*stage).spread},
	"sendDiffusion":    {who: byLead, body: `{"seen":"{seen}","at":"{later}"}`, want: 200},
	"cancelDiffusion":  {who: byLead, want: 200, then: (*stage).delivered},
	"recallDiffusion":  {who: byLead, want: 200, then: (*stage).delivered},
	"getDiffusionFile": {who: byLead, want: 200}, "getDiffusionProof": {who: byLead, want: 200},
	"listPlaces":         {who: byLead, want: 200},
	"getPlacesFile":      {who: byLead, want: 200},
	"listGroups":         {who: byLead, want: 200},
	"makeGroup":          {who: byLead, body: `{"name":"Pôle fiscal"}`, want: 201},
	"renameGroup":        {who: byLead, body: `{"name":"Pôle social"}`, want: 200},
	"admitToGroup":       {who: byLead, body: `{"person":"{colleague}"}`, want: 409}, // she is in it
	"dismissFromGroup":   {who: byLead, want: 204, then: (*stage).gather},
	"dissolveGroup":      {who: byLead, want: 204, then: (*stage).gather},
	"getMe":              {who: byClient, want: 200},
	"listPeople":         {who: byLead, want: 200},
	"addColleague":       {who: byLead, body: `{"name":"Me Neuve","email":"neuve@delmas.example","role":"assistant"}`, want: 201},
	"getFactorDemand":    {who: byLead, want: 200},
	"getPlan":            {who: byLead, want: 200},
	"demandFactors":      {who: byLead, body: `{"demanded":true,"days":7}`, want: 409}, // she has none herself
	"getCharter":         {who: byClient, want: 200},
	"answerCharter":      {who: byClient, body: `{"version":1,"accept":true}`, want: 403}, // left to no token; package firm answers
	"publishCharter":     {who: byLead, body: `{"text":"","audience":""}`, want: 204},
	"listCharterAnswers": {who: byLead, want: 200},
	"listReviews":        {who: byLead, want: 200},
	"chooseReviews":      {who: byLead, body: `{"months":6}`, want: 204},
	"listMessageSizes":   {who: byLead, want: 200},
	"setMessageSizes":    {who: byLead, body: `{"sizes":[{"name":"Messagerie","megabytes":18}]}`, want: 204},
	"getColleague":       {who: byLead, want: 200},
	"rankColleague":      {who: byLead, body: `{"administrator":true}`, want: 409}, // her card is no lawyer's; package firm does it
	"endColleague": {who: byLead, body: `{}`, want: 204, then: func(s *stage, _ reply) {
		s.ask(s.lead, "POST", "/people", `{"name":"Me Karim Leroy","email":"karim@delmas.example","role":"colleague"}`).is(201)
		s.ask(s.lead, "POST", s.path("/spaces/{space}/members"), `{"colleague":"{colleague}"}`)
	}},
}

func TestMe(t *testing.T) {
	s := open(t, 0)
	me := s.ask(s.reading, "GET", "/me", "").is(200)
	if person := me["person"].(map[string]any); person["name"] != "Me Claire Delmas" || person["role"] != "admin" {
		t.Errorf("the lead is %v", person)
	}
	if tok := me["token"].(map[string]any); tok["read_only"] != true || tok["spaces"] != nil {
		t.Errorf("the token is %v", tok)
	}
	if firm := me["firm"].(map[string]any); firm["id"] != string(s.Firm) || firm["name"] != "Cabinet Delmas" {
		t.Errorf("the firm is %v", firm)
	}
}
