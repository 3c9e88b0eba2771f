package api_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cenacle/internal/act"
	"cenacle/internal/api"
	"cenacle/internal/id"
	"cenacle/internal/invitation"
	"cenacle/internal/journal"
)

// canary stands in every name, title and text of the other firm.
const canary = "CANARI"

// neighbours furnishes the other firm like the first and returns its
// identifiers.
func (s *stage) neighbours() map[string]string {
	s.t.Helper()
	ask := func(token, method, path, body string, headers ...string) map[string]any {
		return s.ask(token, method, path, body, headers...).is(map[string]int{"GET": 200, "POST": 201}[method])
	}
	room := ask(s.other(), "POST", "/spaces", `{"client":{"name":"CANARI Cliente","email":"canari@client.example"},"model":"divorce"}`)
	me := ask(s.other(), "GET", "/me", "")
	firm, space := me["firm"].(map[string]any)["id"].(string), room["id"].(string)
	ids := map[string]string{"firm": firm, "space": space, "colleague": me["person"].(map[string]any)["id"].(string)}
	for _, c := range room["circles"].([]any) {
		switch one := c.(map[string]any); one["kind"] {
		case "client":
			ids["circle"] = one["id"].(string)
		case "all":
			ids["all"] = one["id"].(string)
		}
	}
	for _, p := range room["people"].([]any) {
		if one := p.(map[string]any); one["role"] == "client" {
			ids["person"] = one["id"].(string)
		}
	}
	ids["folder"] = room["folders"].([]any)[0].(map[string]any)["id"].(string)
	doc := ask(s.other(), "POST", "/spaces/"+space+"/documents?circle="+ids["circle"], "CANARI pièce", "Content-Disposition", `attachment; filename="CANARI.pdf"`)
	ids["document"], ids["version"] = doc["id"].(string), doc["version"].(map[string]any)["id"].(string)
	ids["memo"] = ask(s.other(), "POST", "/spaces/"+space+"/memos", `{"subject":"CANARI","body":"CANARI","circles":["`+ids["circle"]+`"]}`)["id"].(string)
	ids["event"] = ask(s.other(), "POST", "/spaces/"+space+"/agenda", `{"kind":"meeting","title":"CANARI","day":"2026-12-09","circles":["`+ids["circle"]+`"]}`)["id"].(string)
	ids["slot"] = ask(s.other(), "POST", "/spaces/"+space+"/slots", `{"person":"`+ids["person"]+`","title":"CANARI","times":[{"day":"2027-06-14"},{"day":"2027-06-15"}],"circles":["`+ids["circle"]+`"]}`)["id"].(string)
	ids["client"] = ids["person"]
	away := ask(s.other(), "POST", "/people", `{"name":"CANARI","email":"canari@ailleurs.example","role":"colleague"}`)["id"].(string)
	ids["absence"] = ask(s.other(), "POST", "/absences", `{"deputy":"`+away+`","first":"2027-06-14","last":"2027-06-15"}`)["id"].(string)
	ids["diffusion"] = ask(s.other(), "POST", "/diffusions", `{"subject":"CANARI","body":"CANARI","spaces":["`+space+`"],"circle":"client"}`)["id"].(string)
	ids["group"] = ask(s.other(), "POST", "/groups", `{"name":"CANARI"}`)["id"].(string)
	ask(s.other(), "POST", "/spaces/"+space+"/groups", `{"group":"`+ids["group"]+`"}`)
	asked := ask(s.other(), "POST", "/spaces/"+space+"/requests", `{"person":"`+ids["person"]+`","papers":[{"name":"CANARI"}]}`)
	ids["ask"] = asked["requests"].([]any)[0].(map[string]any)["id"].(string)
	ids["webhook"] = ask(s.other(), "POST", "/webhooks", `{"address":"http://127.0.0.1:9/CANARI"}`)["id"].(string)
	s.ask(s.other(), "POST", "/webhooks/"+ids["webhook"]+"/ping", "").is(202)
	ids["notice"] = ask(s.other(), "GET", "/webhooks/"+ids["webhook"]+"/notices", "")["notices"].([]any)[0].(map[string]any)["id"].(string)
	at := s.ask(s.other(), "POST", "/spaces/"+space+"/uploads", "", "Upload-Length", "5", "Upload-Metadata", metadata("filename", "CANARI", "tray", "firm"), "Tus-Resumable", "1.0.0").header.Get("Location")
	ids["upload"] = at[strings.LastIndexByte(at, '/')+1:]
	maps.Copy(ids, s.neighbourDeposit(id.Firm(firm), id.Space(space), id.Person(ids["person"])))
	return ids
}

// neighbourDeposit has the client of the other firm come by her link and
// deposit.
func (s *stage) neighbourDeposit(firm id.Firm, space id.Space, person id.Person) map[string]string {
	s.t.Helper()
	var link string
	by := s.Lead.Actor
	by.Firm = firm
	s.must(s.Office.Do(s.t.Context(), firm, func(a *act.Act) (err error) {
		link, err = invitation.Issue(a, by, space, person)
		return err
	}))
	hers := s.ask("", "POST", "/links/use", `{"firm":"`+string(firm)+`","token":"`+link+`"}`).is(200)["access_token"].(string)
	at := "/spaces/" + string(space)
	s.ask(hers, "POST", at+"/documents", "CANARI relevé", "Content-Disposition", `attachment; filename="CANARI.txt"`).is(201)
	r := s.ask(hers, "POST", at+"/deposits/close", "").is(200)
	return map[string]string{"deposit": r["deposit"].(string), "receipt": r["id"].(string), "entry": r["entry"].(string)}
}

var placeholder = regexp.MustCompile(`\{([a-z]+)\}`)

// TestISO04_OtherIdentifiers replaces every identifier of every request, one
// at a time, by that of another firm: nothing of it is told, nothing happens
// there.
func TestISO04_OtherIdentifiers(t *testing.T) {
	s := open(t, 0)
	close(s.closing)
	theirs := s.neighbours()
	before := s.entries(id.Firm(theirs["firm"]))
	samples, replaced := book(), 0
	for _, o := range api.Routes(s.nouns) {
		with := samples[o.Name]
		text := o.Pattern + with.query + with.body
		var names []string
		for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
			names = append(names, found[1])
		}
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			foreign, known := theirs[name]
			if !known || o.Action == "" {
				continue
			}
			replaced++
			mine := s.ids[name]
			s.ids[name] = foreign
			r := s.send(o, with, with.who(s))
			s.ids[name] = mine
			anyway := with.want >= 400 && r.status == with.want // refused, whatever it names, before that is looked at
			if r.status != 404 && r.status != 422 && !anyway && !(r.status == 204 && (o.Name == "readMemos" || o.Name == "readEvents")) {
				t.Errorf("%s with the %s of another firm: %d %s", o.Name, name, r.status, r.raw)
			}
			if strings.Contains(string(r.raw), canary) {
				t.Errorf("LEAK: %s with the %s of another firm tells %s", o.Name, name, r.raw)
			}
		}
	}
	if after := s.entries(id.Firm(theirs["firm"])); after != before {
		t.Errorf("the other firm has %d entries, and had %d", after, before)
	}
	if replaced < 50 {
		t.Errorf("only %d identifiers were replaced", replaced)
	}
}

// entries counts the journal of a firm.
func (s *stage) entries(of id.Firm) int {
	s.t.Helper()
	f, err := s.Office.Store.Firm(s.t.Context(), of)
	s.must(err)
	all, err := s.Office.Journal.List(s.t.Context(), f, journal.Filter{Limit: 500})
	s.must(err)
	return len(all)
}
