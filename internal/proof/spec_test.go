package proof

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/id"
)

// spec is what the API says of itself, as a stranger's program reads it. From
// it the proofs make their requests, so that a new row is asked for like every
// other.
type spec struct {
	Paths      map[string]map[string]*operation
	Components struct {
		Schemas    map[string]*schema
		Parameters map[string]*parameter
	}
}

type operation struct {
	method, path string
	Name         string `json:"operationId"`
	Parameters   []*parameter
	Body         *struct {
		Content map[string]struct{ Schema *schema }
	} `json:"requestBody"`
	Responses map[string]json.RawMessage
	Security  []map[string][]string
}

type parameter struct {
	Ref      string `json:"$ref"`
	Name     string
	In       string
	Required bool
	Schema   *schema
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       string
	Pattern    string
	Format     string
	Enum       []string
	Properties map[string]*schema
	Items      *schema
	Required   []string
}

// spec reads the document of the running server.
func (w *world) spec() *spec {
	w.t.Helper()
	s := &spec{}
	w.must(json.Unmarshal(w.nobody().want(http.StatusOK, get(api.Root+"/openapi.json")).body, s))
	for path, item := range s.Paths {
		for method, o := range item {
			o.method, o.path = strings.ToUpper(method), path
			for i, p := range o.Parameters {
				if p.Ref != "" {
					o.Parameters[i] = s.Components.Parameters[p.Ref[strings.LastIndexByte(p.Ref, '/')+1:]]
				}
			}
		}
	}
	return s
}

// operations are those of the document in the order of the table; what only one
// of the two has fails the proof.
func (w *world) operations() []*operation {
	w.t.Helper()
	s := w.spec()
	var out []*operation
	for _, row := range api.Routes(&api.Nouns{}) {
		method, path, _ := strings.Cut(row.Pattern, " ")
		o := s.Paths[path][strings.ToLower(method)]
		if o == nil || o.Name != row.Name {
			w.t.Fatalf("%s: the document does not describe it", row.Pattern)
		}
		if (len(o.Security) == 0) != row.Open {
			w.t.Errorf("%s: the document says %v of its token", row.Pattern, o.Security)
		}
		out = append(out, o)
		delete(s.Paths[path], strings.ToLower(method))
	}
	for path, item := range s.Paths {
		for method := range item {
			w.t.Errorf("%s %s is described and not in the table", method, path)
		}
	}
	return out
}

func (s *spec) of(one *schema) *schema {
	for one != nil && one.Ref != "" {
		one = s.Components.Schemas[one.Ref[strings.LastIndexByte(one.Ref, '/')+1:]]
	}
	return one
}

// writer makes requests of operations. Value gives what a parameter or a member
// of a body is to hold; nil leaves it out.
type writer struct {
	*spec
	value func(o *operation, name string, s *schema, required bool) any
}

// request makes one request of an operation.
func (w writer) request(o *operation) call {
	c := call{method: o.method, path: api.Root + o.path}
	query := url.Values{}
	for _, p := range o.Parameters {
		v := w.value(o, p.Name, p.Schema, p.Required)
		if v == nil && p.In != "path" {
			continue
		}
		switch text := plainText(v); p.In {
		case "path":
			c.path = strings.ReplaceAll(c.path, "{"+p.Name+"}", url.PathEscape(text))
		case "query":
			query.Add(p.Name, text)
		case "header":
			c = c.with(p.Name, text)
		}
	}
	if len(query) > 0 {
		c.path += "?" + query.Encode()
	}
	if o.Body == nil {
		return c
	}
	for media, content := range o.Body.Content {
		c = c.with("Content-Type", media)
		if media != "application/json" {
			c.body = []byte(plainText(w.value(o, "", content.Schema, true)))
			continue
		}
		c.body, _ = json.Marshal(w.object(o, w.of(content.Schema))) // made of what JSON has
	}
	return c
}

func (w writer) object(o *operation, of *schema) map[string]any {
	out := map[string]any{}
	for name, s := range of.Properties {
		s = w.of(s)
		required := slices.Contains(of.Required, name)
		if s.Type == "object" && required {
			out[name] = w.object(o, s)
			continue
		}
		if items := w.of(s.Items); items != nil && items.Type == "object" {
			if required {
				out[name] = []any{w.object(o, items)}
			}
			continue
		}
		if v := w.value(o, name, s, required); v != nil {
			out[name] = v
		}
	}
	return out
}

func plainText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case []any:
		if len(v) > 0 {
			return plainText(v[0])
		}
		return ""
	}
	raw, _ := json.Marshal(v) // made of what JSON has
	return string(raw)
}

// chosen is what a request of an operation must say so that it succeeds, where
// the names and types of the document do not tell. Braces name identifiers; an
// empty text leaves the member out.
var chosenFor = map[string]map[string]string{
	"claimHost":         {"name": "salon.delmas.example"},
	"addMember":         {"colleague": "", "role": "reader", "email": "{fresh}@nouveau.example", "name": "M. Lecteur"},
	"addColleague":      {"role": "assistant"},
	"openSpace":         {"model": "divorce", "lead": ""},
	"moveFolder":        {"name": "Pièces adverses"},
	"acknowledgeMemo":   {"answer": "approved"},
	"makeCircle":        {"name": "{fresh}", "party": "", "questions": ""},
	"renameCircle":      {"name": "Experts"},
	"admitToCircle":     {"person": "{client}"},
	"handSpace":         {"person": "{colleague}"},
	"demandFactors":     {"days": ""},
	"endColleague":      {"successor": "", "spaces": ""},
	"chooseNoticeLevel": {"level": "neutre"},
	"chooseNoticeHours": {"rhythm": "at_once"},
	"announceAbsence":   {"deputy": "{colleague}", "first": "2027-05-10", "last": "2027-05-12", "spaces": ""}, "announceAbsenceFor": {"deputy": "{deputy}", "first": "2027-07-05", "last": "2027-07-06"},
	"prepareDiffusion":  {"spaces": "{space}", "circle": "client", "circles": "", "documents": "", "reply_by": "", "asks": ""},
	"changeDiffusion":   {"diffusion": "{draft}", "spaces": "{space}", "circle": "client", "circles": "", "documents": "", "reply_by": "", "asks": ""},
	"discardDiffusion":  {"diffusion": "{draft}"},
	"sendDiffusion":     {"diffusion": "{draft}", "seen": "{seen}", "confirm": "", "at": time.Now().AddDate(0, 0, 2).UTC().Format(time.RFC3339)},
	"cancelDiffusion":   {"diffusion": "{planned}"},
	"getDiffusionProof": {"person": "{client}"},
	"makeGroup":         {"name": "{fresh}"},
	"renameGroup":       {"name": "{fresh}"},
	"admitToGroup":      {"person": "{colleague}"},
	"raiseWall":         {"person": "{colleague}", "until": ""},
	"publishCharter":    {"audience": ""},
	"chooseReviews":     {"months": "6"},
	"setMessageSizes":   {"megabytes": "18"},
	"setMobile":         {"mobile": "06 12 34 56 78"},
	"keepMember":        {"until": time.Now().AddDate(0, 6, 0).Format(time.DateOnly)},
	"liftWall":          {"person": "{colleague}"},
	"addParty":          {"name": "M. Paul Adversaire"},
	"addFolder":         {"tray": "firm", "name": "{fresh}"},
	"addressDocument":   {"circles": "{all}", "document": "{inner}"},
	"approveDocument":   {"sha256": strings.Repeat("0", 64), "reason": "À revoir"},
	"classifyDocument":  {"nature": "officielle"},
	"reviseDocument":    {"folder": "", "title": "Projet relu"},
	"fileDocument":      {"replaces": "", "tray": "firm", "Content-Disposition": `attachment; filename="Courrier.txt"`, "": "Courrier"},
	"beginUpload":       {"Tus-Resumable": tus, "Upload-Length": "5", "Upload-Metadata": "filename U2Nhbi5wZGY=,tray ZmlybQ=="},
	"getUpload":         {"Tus-Resumable": tus},
	"giveUpUpload":      {"Tus-Resumable": tus},
	"continueUpload":    {"Tus-Resumable": tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "": "12"},
	"addEvent":          {"kind": "hearing", "day": "2026-12-10", "start": "14:00", "end": "", "last_day": ""},
	"changeEvent":       {"kind": "hearing", "day": "2026-12-11", "start": "09:30", "end": "", "last_day": ""},
	"addDeadline":       {"rule": "appeal", "fact": "2026-12-03", "origin": "{event}"},
	"reckonDeadline":    {"rule": "appeal", "fact": "2026-12-03", "place": "", "home": "", "origin": "{event}"},
	"foreseeEvent":      {"day": "2026-12-14", "fact": "", "why": ""},
	"listPeriods":       {"day": "2026-12-03"},
	"fileDire":          {"text": "1. Le mur.", "recalls": "", "exhibits": ""},
	"setDireDay":        {"last_day": "2027-06-16"},
	"askOffers":         {"parties": "{circle}", "until": "2027-06-16T12:00:00Z"},
	"proposeSlots":      {"person": "{client}", "day": "2027-06-16", "start": "14:00", "end": "", "last_day": ""},
	"listAgenda":        {"from": "2026-01-01", "to": ""},
	"listSpaceAgenda":   {"from": "2026-01-01", "to": ""},
	"writeMemo":         {"asks": "", "thread": "", "document": "", "subject": "Audience", "references": "{document}"},
	"createWebhook":     {"address": peer, "kinds": "memo"},
	"changeWebhook":     {"address": peer, "kinds": "memo"},
	"streamEvents":      {"from": "beginning"},
	"listEvents":        {"from": "beginning"},
	"searchDocuments":   {"q": "projet"},
	"searchMemos":       {"q": "projet"},
	"replayNotices":     {"from": "{hour}"},
	"setForumDemand":    {"demand": "second_factor"},
	"setForumPattern":   {"contributions": "all", "questions": "firm"},
	"askQuestion":       {"text": "Qui ?"},
	"setForumInstant":   {"at": time.Now().AddDate(0, 0, 2).UTC().Format(time.RFC3339)},
	"setRelease":        {"at": time.Now().AddDate(0, 0, 2).UTC().Format(time.RFC3339), "replaces": ""},
	"serveExhibits":     {"exhibits": "{version}", "day": "2026-11-20"},
}

// whole makes the request of an operation that succeeds for those who may.
func (s *spec) whole(i ids) writer {
	return writer{s, func(o *operation, name string, of *schema, required bool) any {
		if text, known := chosenFor[o.Name][name]; known {
			switch text = i.path(" " + text); {
			case text == "":
				return nil
			case s.of(of).Type == "array":
				return []any{text}
			case s.of(of).Type == "boolean":
				return text == "true"
			case s.of(of).Type == "integer":
				return json.Number(text)
			}
			return text
		}
		of = s.of(of)
		single := strings.TrimSuffix(name, "s")
		if i[name] != "" { // « alias » is one
			single = name
		}
		list := of.Type == "array"
		if list {
			of = s.of(of.Items)
		}
		v := s.known(i, single, of, required)
		if list && v != nil {
			return []any{v}
		}
		return v
	}}
}

// known is a value of one type by its name.
func (s *spec) known(i ids, name string, of *schema, required bool) any {
	switch {
	case len(i[name]) >= id.Length && of.Type == "string":
		return i[name]
	case !required:
		return nil
	case name == "email":
		return i["fresh"] + "@nouveau.example"
	case len(of.Enum) > 0:
		return of.Enum[0]
	case of.Format == "date-time":
		return time.Now().UTC().Add(-time.Hour).Format(time.RFC3339)
	case of.Type == "integer":
		return 1
	case of.Type == "boolean":
		return false
	}
	if i["word"] != "" {
		return i["word"]
	}
	return "Texte " + strconv.Itoa(len(name))
}

// member reads a text out of a JSON object; "" when it is not there.
func member(raw []byte, name string) string {
	var object map[string]any
	if json.Unmarshal(raw, &object) != nil {
		return ""
	}
	text, _ := object[name].(string) // or it is no text
	return text
}
