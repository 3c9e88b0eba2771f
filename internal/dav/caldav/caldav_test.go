package caldav_test

import (
	"encoding/xml"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/authz"
	"cenacle/internal/dav/caldav"
	"cenacle/internal/id"
	"cenacle/internal/seedtest"
	"cenacle/internal/token"
)

const (
	findAll = `<propfind xmlns="DAV:"><prop><resourcetype/><displayname/><getetag/><current-user-principal/><current-user-privilege-set/>` +
		`<C:calendar-home-set xmlns:C="urn:ietf:params:xml:ns:caldav"/><getctag xmlns="http://calendarserver.org/ns/"/><sync-token/></prop></propfind>`
	query = `<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns="DAV:"><prop><getetag/><C:calendar-data/></prop>` +
		`<C:filter><C:comp-filter name="VCALENDAR">%s</C:comp-filter></C:filter></C:calendar-query>`
	events = `<C:comp-filter name="VEVENT">%s</C:comp-filter>`
)

// multistatus is what a PROPFIND or a report answers.
type multistatus struct {
	Responses []struct {
		Href   string `xml:"href"`
		Status string `xml:"status"`
		Found  []struct {
			Status string `xml:"status"`
			Prop   struct {
				Tag       string    `xml:"getetag"`
				Ctag      string    `xml:"getctag"`
				Data      string    `xml:"calendar-data"`
				Principal string    `xml:"current-user-principal>href"`
				Home      string    `xml:"calendar-home-set>href"`
				Calendar  *struct{} `xml:"resourcetype>calendar"`
				Write     *struct{} `xml:"current-user-privilege-set>privilege>write"`
			} `xml:"prop"`
		} `xml:"propstat"`
	} `xml:"response"`
}

func (c client) many(method, path, body string, headers ...string) (m multistatus) {
	c.t.Helper()
	got := c.wants(method+" "+path, c.ask(method, path, body, headers...), http.StatusMultiStatus)
	if err := xml.Unmarshal([]byte(got.body), &m); err != nil {
		c.t.Fatalf("%v: %s", err, got.body)
	}
	return m
}

// ids are the events that a query finds, in its order.
func (c client) ids(filter string) (out []id.Item) {
	c.t.Helper()
	for _, r := range c.many("REPORT", c.home, fmt.Sprintf(query, filter)).Responses {
		name := r.Href[strings.LastIndexByte(r.Href, '/')+1:]
		out = append(out, id.Item(strings.TrimSuffix(name, ".ics")))
	}
	return out
}

// TestDiscovery goes the way of a telephone: from the address of the host to the
// calendar, and learns that it only reads.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.calendar(s.Client)
	for _, method := range []string{"GET", "PROPFIND", "OPTIONS"} {
		r := client{stage: s}.ask(method, "/.well-known/caldav", "")
		if r.status != http.StatusMovedPermanently || r.header.Get("Location") != caldav.Root {
			t.Errorf("%s of where calendars are: %d, %s", method, r.status, r.header.Get("Location"))
		}
	}
	if r := (client{stage: s}).ask("OPTIONS", caldav.Root, ""); r.status != 200 || !strings.Contains(r.header.Get("DAV"), "calendar-access") {
		t.Errorf("options: %d, %v", r.status, r.header)
	}
	at := c.many("PROPFIND", caldav.Root, findAll, "Depth", "0").Responses[0].Found[0].Prop.Principal
	at = c.many("PROPFIND", at, findAll, "Depth", "0").Responses[0].Found[0].Prop.Home
	below := c.many("PROPFIND", at, findAll, "Depth", "1").Responses
	if len(below) != 2 || below[1].Href != c.home || below[1].Found[0].Prop.Calendar == nil || below[1].Found[0].Prop.Ctag == "" || below[1].Found[0].Prop.Write != nil {
		t.Fatalf("at home are %+v", below)
	}
	if last := below[1].Found[1]; last.Status != "HTTP/1.1 404 Not Found" {
		t.Errorf("what it lacks: %+v", last)
	}
	for _, depth := range []string{"", "infinity", "2"} {
		c.wants("depth "+depth, c.ask("PROPFIND", c.home, findAll, "Depth", depth), http.StatusForbidden)
	}
	for _, path := range []string{"/caldav/x/", c.home + "x.ics", c.home + "x", c.home + "a/b", strings.Replace(c.home, "all", "none", 1), caldav.Feed + "/x",
		strings.Replace(c.home, string(s.Firm), string(id.New[id.Firm](s.Clock.Now())), 1)} {
		c.wants(path, c.ask("PROPFIND", path, findAll, "Depth", "0"), http.StatusNotFound)
	}
}

// TestOUT05_Neutral: what leaves for calendars tells when and of which kind, and
// nothing that anybody has written; in every answer there is.
func TestOUT05_Neutral(t *testing.T) {
	t.Parallel()
	s := open(t)
	made := s.add(s.hearing(3))
	whole := s.add(agenda.Entry{Kind: agenda.Deadline, Title: "CANARI conclusions", When: agenda.When{Day: "2026-12-30", LastDay: "2027-01-02"}})
	c := s.calendar(s.Client)
	object := c.home + string(made.ID) + ".ics"
	var texts []string
	for _, r := range []reply{
		c.ask("GET", caldav.Feed, ""), c.ask("GET", c.home, ""), c.ask("GET", object, ""), c.ask("PROPFIND", c.home, "", "Depth", "1"),
		c.ask("REPORT", c.home, fmt.Sprintf(query, fmt.Sprintf(events, ""))), c.ask("PROPFIND", caldav.Feed, "", "Depth", "0"),
	} {
		if r.status >= 300 {
			t.Fatalf("%d: %s", r.status, r.body)
		}
		texts = append(texts, r.body)
	}
	for _, text := range texts {
		for _, word := range []string{"CANARI", "Petit", "Delmas", "tribunal"} {
			if strings.Contains(text, word) {
				t.Errorf("LEAK: %q in %s", word, text)
			}
		}
	}
	cal := parsed(t, texts[0])[0]
	if len(cal.Within) != 2 || cal.Properties["VERSION"][0] != "2.0" {
		t.Fatalf("it holds %+v", cal)
	}
	known := []string{"UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "STATUS", "TRANSP", "CLASS"}
	for _, e := range cal.Within {
		if names := slices.Sorted(maps.Keys(e.Properties)); !slices.Equal(names, slices.Sorted(slices.Values(known))) || e.Name != "VEVENT" || len(e.Errors) > 0 {
			t.Errorf("an event has %v, %v", names, e.Errors)
		}
	}
	one, days := cal.Within[0].Properties, cal.Within[1].Properties
	address := fmt.Sprintf("%s/f/%s/spaces/%s/agenda/%s", s.host, s.Firm, s.Space, made.ID)
	for _, p := range []struct{ name, got, want string }{
		{"start", one["DTSTART"][0], made.From.UTC().Format("2006-01-02T15:04:05+00:00")}, {"end", one["DTEND"][0], made.To.UTC().Format("2006-01-02T15:04:05+00:00")},
		{"title", one["SUMMARY"][0], "Audience"}, {"address", one["URL"][0], address}, {"identifier", one["UID"][0], string(made.ID) + "@cenacle"},
		{"first day", days["DTSTART"][0], "2026-12-30"}, {"the day after the last", days["DTEND"][0], "2027-01-03"}, {"title", days["SUMMARY"][0], "Échéance"},
		{"state", days["STATUS"][0], "CONFIRMED"}, {"identifier", days["UID"][0], string(whole.ID) + "@cenacle"},
	} {
		if p.got != p.want {
			t.Errorf("%s: %q, want %q", p.name, p.got, p.want)
		}
	}
	if !strings.Contains(one["DESCRIPTION"][0], address) {
		t.Errorf("it does not lead to its page: %q", one["DESCRIPTION"][0])
	}
}

// TestWhoSees: each has in her calendar what she has in her agenda, at that moment,
// by every way that there is.
func TestWhoSees(t *testing.T) {
	t.Parallel()
	s := open(t)
	house, hers, all := s.add(s.hearing(1), s.House.Firm), s.add(s.hearing(2), s.House.Client), s.add(s.hearing(3), s.House.All)
	every := []id.Item{house.ID, hers.ID, all.ID}
	for _, p := range []struct {
		c    client
		want []id.Item
	}{
		{s.calendar(s.Lead), every}, {s.calendar(s.Client), every[1:]}, {s.calendar(s.Guest), every[2:]}, {s.calendar(s.Stranger), nil},
		{s.narrow(s.Lead, authz.Pass{Spaces: []id.Space{id.New[id.Space](s.Clock.Now())}}), nil}, {s.narrow(s.Lead, authz.Pass{Kinds: []string{"document"}}), every},
	} {
		if got := p.c.ids(fmt.Sprintf(events, "")); !slices.Equal(got, p.want) {
			t.Errorf("a query finds %v, want %v", got, p.want)
		}
		if n := strings.Count(p.c.ask("GET", caldav.Feed, "").body, "BEGIN:VEVENT"); n != len(p.want) {
			t.Errorf("the file has %d events, want %d", n, len(p.want))
		}
		multiget := `<C:calendar-multiget xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns="DAV:"><prop><C:calendar-data/></prop>`
		for _, one := range every {
			status := http.StatusNotFound
			if slices.Contains(p.want, one) {
				status = http.StatusOK
			}
			p.c.wants("one alone", p.c.ask("GET", p.c.home+string(one)+".ics", ""), status)
			multiget += `<href>` + p.c.home + string(one) + `.ics</href>`
		}
		var got []id.Item
		for i, r := range p.c.many("REPORT", p.c.home, multiget+"<href>http://elsewhere.example/x.ics</href></C:calendar-multiget>").Responses {
			if len(r.Found) > 0 && strings.Contains(r.Found[0].Prop.Data, "BEGIN:VEVENT") {
				got = append(got, every[i])
			} else if r.Status != "HTTP/1.1 404 Not Found" {
				t.Errorf("%s: %q", r.Href, r.Status)
			}
		}
		if !slices.Equal(got, p.want) {
			t.Errorf("by their addresses: %v, want %v", got, p.want)
		}
	}
}

// TestISO07_AtOnce: what ends, ends at the next request: a membership, an app
// password; and other texts open nothing.
func TestISO07_AtOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.add(s.hearing(1))
	c := s.calendar(s.Client)
	count := func() int {
		t.Helper()
		return len(c.ids(fmt.Sprintf(events, ""))) + strings.Count(c.ask("GET", caldav.Feed, "").body, "BEGIN:VEVENT")
	}
	if n := count(); n != 2 {
		t.Fatalf("she has it %d times", n)
	}
	s.must(s.Lifecycle.RemoveMember(t.Context(), s.Lead.Actor, s.Space, s.Client.Actor.Person))
	if n := count(); n != 0 {
		t.Errorf("LEAK: no longer a member, she has it %d times", n)
	}
	made, err := s.tokens.List(t.Context(), s.Client.Actor)
	s.must(err)
	s.must(s.tokens.Revoke(t.Context(), s.Client.Actor, made[0].ID))
	c.wants("revoked", c.ask("GET", caldav.Feed, ""), http.StatusUnauthorized)
}

// TestAUT05_Texts: one door, one use; and a source does not guess for ever.
func TestAUT05_Texts(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, use := range []token.Use{token.API, token.Drive} {
		text, _, err := s.tokens.Issue(t.Context(), s.Lead.Actor, token.New{Use: use, Name: "essai"})
		s.must(err)
		c := client{s, text, caldav.Root}
		c.wants(string(use), c.ask("PROPFIND", caldav.Root, findAll, "Depth", "0"), http.StatusUnauthorized)
	}
	nobody := client{s, "", caldav.Root}
	if r := nobody.ask("GET", caldav.Feed, ""); r.status != http.StatusUnauthorized || !strings.HasPrefix(r.header.Get("WWW-Authenticate"), "Basic") {
		t.Errorf("nobody: %d, %v", r.status, r.header)
	}
	slow := 0
	for range 30 {
		if (client{s, "cenacle_guess", caldav.Root}).ask("GET", caldav.Feed, "").status == http.StatusTooManyRequests {
			slow++
		}
	}
	if slow == 0 {
		t.Error("a source may guess for ever")
	}
	s.calendar(s.Lead).wants("a good one beside it", s.calendar(s.Lead).ask("GET", caldav.Feed, ""), http.StatusOK)
}

// TestChanges: a change is another tag of the event and of the calendar, one more
// sequence and the same identifier; what is cancelled says so; what is as it was is
// not sent again.
func TestChanges(t *testing.T) {
	t.Parallel()
	s := open(t)
	entry := s.hearing(2)
	made := s.add(entry)
	c := s.calendar(s.Client)
	at := c.home + string(made.ID) + ".ics"
	state := func() (string, string, component) {
		first := c.wants("get", c.ask("GET", at, ""), http.StatusOK)
		tag := first.header.Get("ETag")
		if again := c.ask("GET", at, "", "If-None-Match", tag); again.status != http.StatusNotModified || again.body != "" {
			t.Errorf("asked again: %d", again.status)
		}
		c.wants("another", c.ask("GET", at, "", "If-Match", `"x"`), http.StatusPreconditionFailed)
		whole := c.ask("GET", c.home, "")
		c.wants("the file again", c.ask("GET", c.home, "", "If-None-Match", whole.header.Get("ETag")), http.StatusNotModified)
		found := c.many("PROPFIND", c.home, findAll, "Depth", "1").Responses
		if found[1].Found[0].Prop.Tag != tag {
			t.Errorf("the listing says %q, the file %q", found[1].Found[0].Prop.Tag, tag)
		}
		return tag, found[0].Found[0].Prop.Ctag, parsed(t, first.body)[0].Within[0]
	}
	tag, ctag, one := state()
	s.Clock.Advance(time.Hour)
	entry.Note = "CANARI autre chose"
	s.must(s.Agendas.Change(t.Context(), s.Lead.Actor, agenda.Changing{Space: s.Space, Event: made.ID, Revision: 1, Entry: entry}))
	tag2, ctag2, two := state()
	s.must(s.Agendas.Cancel(t.Context(), s.Lead.Actor, agenda.Cancelling{Space: s.Space, Event: made.ID, Revision: 2, Reason: "CANARI grève"}))
	tag3, ctag3, three := state()
	if tag == tag2 || tag2 == tag3 || ctag == ctag2 || ctag2 == ctag3 {
		t.Errorf("tags %s %s %s, of the calendar %s %s %s", tag, tag2, tag3, ctag, ctag2, ctag3)
	}
	for i, e := range []component{one, two, three} {
		if e.Properties["SEQUENCE"][0] != fmt.Sprint(i) || e.Properties["UID"][0] != one.Properties["UID"][0] {
			t.Errorf("change %d: %v, %v", i, e.Properties["SEQUENCE"], e.Properties["UID"])
		}
	}
	if three.Properties["STATUS"][0] != "CANCELLED" || three.Properties["SUMMARY"][0] != "Annulé\u00a0: Audience" || three.Properties["TRANSP"][0] != "TRANSPARENT" {
		t.Errorf("cancelled: %v", three.Properties)
	}
}

// TestRanges: an event is found by a span of time if and only if it lies in it (RFC
// 4791, 9.9), also across both changes of the clocks; and filters that are not
// understood are refused.
func TestRanges(t *testing.T) {
	t.Parallel()
	s := open(t)
	day := func(d, start, end string) agenda.Entry {
		return agenda.Entry{Kind: agenda.Meeting, Title: "x", When: agenda.When{Day: d, Start: start, End: end}}
	}
	spring, autumn := s.add(day("2027-03-28", "01:30", "03:30")), s.add(day("2026-10-25", "02:30", ""))
	whole := s.add(day("2027-03-28", "", ""))
	c := s.calendar(s.Client)
	ask := func(from, to string) []id.Item {
		return c.ids(fmt.Sprintf(events, fmt.Sprintf(`<C:time-range start=%q end=%q/>`, from, to)))
	}
	for _, q := range []struct {
		from, to string
		want     []id.Item
	}{
		{"20270328T003000Z", "20270328T003001Z", []id.Item{whole.ID, spring.ID}},                                                                                    // 1:30 is 0:30 UTC
		{"20270328T013000Z", "20270328T020000Z", []id.Item{whole.ID}},                                                                                               // 3:30 is 1:30 UTC, an hour later
		{"20270327T225900Z", "20270327T230000Z", nil}, {"20270327T230000Z", "20270327T230001Z", []id.Item{whole.ID}}, {"20270328T220000Z", "20270328T230000Z", nil}, // a day of 23 hours
		{"20261025T003000Z", "20261025T003100Z", []id.Item{autumn.ID}}, {"20261025T013000Z", "20261025T013100Z", nil}, // of 2:30 twice it is the first
	} {
		if got := ask(q.from, q.to); !slices.Equal(got, q.want) {
			t.Errorf("%s to %s: %v, want %v", q.from, q.to, got, q.want)
		}
	}
	for filter, n := range map[string]int{
		fmt.Sprintf(events, ""): 3, `<C:comp-filter name="VTODO"/>`: 0, `<C:comp-filter name="VTODO"><C:is-not-defined/></C:comp-filter>`: 3,
		fmt.Sprintf(events, `<C:comp-filter name="VALARM"/>`): 0, `<C:comp-filter name="VEVENT"><C:is-not-defined/></C:comp-filter>`: 0, "": 3,
	} {
		if got := c.ids(filter); len(got) != n {
			t.Errorf("%s finds %d, want %d", filter, len(got), n)
		}
	}
	for _, filter := range []string{
		fmt.Sprintf(events, `<C:prop-filter name="SUMMARY"><C:text-match>x</C:text-match></C:prop-filter>`), fmt.Sprintf(events, `<C:time-range start="2027"/>`),
		fmt.Sprintf(events, `<C:time-range/>`), fmt.Sprintf(events, `<C:time-range start="20270328T003000Z" end="20270328T003000Z"/>`), `<C:prop-filter name="VERSION"/>`,
	} {
		c.wants(filter, c.ask("REPORT", c.home, fmt.Sprintf(query, filter)), http.StatusForbidden)
	}
}

// TestISO02_Verbs: whatever would change something is refused with a sentence, and
// changes nothing; a stranger to the table is no method.
func TestISO02_Verbs(t *testing.T) {
	t.Parallel()
	s := open(t)
	made := s.add(s.hearing(1))
	c := s.calendar(s.Lead)
	at := c.home + string(made.ID) + ".ics"
	before := c.ask("GET", at, "").body
	for method, actions := range caldav.Verbs() {
		if method != http.MethodOptions && !slices.Equal(actions, []authz.Action{authz.AgendaSee}) {
			t.Errorf("%s is protected by %v", method, actions)
		}
		if slices.Contains([]string{"OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT"}, method) {
			continue
		}
		for _, path := range []string{at, c.home, c.home + "neu.ics"} {
			if r := c.wants(method+" "+path, c.ask(method, path, before), http.StatusForbidden); !strings.Contains(r.body, "se lit dans votre calendrier") {
				t.Errorf("%s says %q", method, r.body)
			}
		}
	}
	c.wants("LOCK", c.ask("LOCK", at, ""), http.StatusMethodNotAllowed)
	if after := c.ask("GET", at, "").body; after != before {
		t.Errorf("it was %s, and is %s", before, after)
	}
}

// TestOUT03_Injection: nothing that anybody could write ends a line, begins a
// property or a component, for a parser that is not ours: 2,000 texts.
func TestOUT03_Injection(t *testing.T) {
	t.Parallel()
	seed := seedtest.Of(t)
	r := rand.New(rand.NewPCG(seed, 7))
	pieces := []string{
		"\r\n", "\n", "\r", "\r\n ", "\n\t", "\\n", "\\", ";", ",", ":", "\"", "END:VEVENT", "BEGIN:VALARM", "ATTACH:http://x.example/", "ATTENDEE:mailto:x@y.example",
		"\u2028", "\u2029", "\u0085", "\x00", "\x0b", "\x7f", "\xff\xfe", "é", "日本", "😀", "X-EVIL=1:", strings.Repeat("a", 80), "\\;", "^n", "%0d%0a",
	}
	texts := make([]string, 2000)
	for i := range texts {
		for range 1 + r.IntN(8) {
			texts[i] += pieces[r.IntN(len(pieces))]
		}
	}
	cal := parsed(t, caldav.Text(texts))
	if len(cal) != 1 || len(cal[0].Within) != len(texts) || len(cal[0].Properties) != 3 {
		t.Fatalf("%d calendars, %d events, %v", len(cal), len(cal[0].Within), cal[0].Properties)
	}
	breaks := regexp.MustCompile("\r\n|[\r\n\u0085\u2028\u2029]")
	twice := regexp.MustCompile(`\\[nN;,\\\x00-\x1f\x7f]`) // that parser reads a backslash, and then again what it has read
	noise := regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f]")
	for i, e := range cal[0].Within {
		want := noise.ReplaceAllString(breaks.ReplaceAllString(strings.ToValidUTF8(texts[i], "\ufffd"), "\n"), "")
		if len(e.Properties) != 3 || len(e.Within) > 0 || e.Name != "VEVENT" || len(e.Errors) > 0 {
			t.Errorf("%q gives %+v", texts[i], e)
		} else if got := e.Properties["SUMMARY"][0]; got != want && !twice.MatchString(texts[i]) {
			t.Errorf("%q is read %q, want %q", texts[i], got, want)
		}
	}
}

// TestSSRF02_HostileXML: no entity, no document type, no depth, no size.
func TestSSRF02_HostileXML(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.calendar(s.Lead)
	for what, body := range map[string]string{
		"entity": `<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop>&x;</prop></propfind>`, "unknown entity": `<propfind xmlns="DAV:">&nbsp;</propfind>`,
		"deep": strings.Repeat("<a>", 10_000), "another root": `<a/>`, "two": `<propfind xmlns="DAV:"/><propfind xmlns="DAV:"/>`, "cut": `<propfind xmlns="DAV:">`,
		"many properties": `<propfind xmlns="DAV:"><prop>` + strings.Repeat("<a/>", 201) + `</prop></propfind>`,
	} {
		for _, method := range []string{"PROPFIND", "REPORT"} {
			began := time.Now()
			r := c.ask(method, c.home, body, "Depth", "1")
			if r.status != http.StatusBadRequest && (method != "REPORT" || r.status != http.StatusForbidden) || time.Since(began) > time.Second || strings.Contains(r.body, "root:") {
				t.Errorf("%s %s: %d after %s", method, what, r.status, time.Since(began))
			}
		}
	}
	c.wants("too large", c.ask("REPORT", c.home, "<a>"+strings.Repeat(" ", 513<<10)+"</a>"), http.StatusRequestEntityTooLarge)
	multiget := `<C:calendar-multiget xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns="DAV:">` + strings.Repeat("<href>/x</href>", 2001) + `</C:calendar-multiget>`
	c.wants("too many addresses", c.ask("REPORT", c.home, multiget), http.StatusBadRequest)
}
