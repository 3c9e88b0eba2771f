package proof

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/i18n"
	"cenacle/internal/id"
	"cenacle/internal/seedtest"
	"cenacle/internal/token"
)

// strides is how many requests FUZ-02 sends on each engine; CENACLE_TEST_WALK
// is another number, a million for a release.
const strides = 3000

// FUZ-02: programs of both firms send requests at random, made from the API's
// own description, most of them wrong somewhere. None fails by our fault, each
// refusal is in its form, and nobody is ever told a word that was typed where
// she has no business.
func TestFUZ02(t *testing.T) {
	most := strides
	if n, err := strconv.Atoi(os.Getenv("CENACLE_TEST_WALK")); err == nil {
		most = n
	}
	each(t, func(w *world) {
		seed := seedtest.Of(w.t)
		k := newWalk(furnished(w), rand.New(rand.NewPCG(seed, 2)))
		for n := range most {
			k.step()
			if w.t.Failed() {
				w.t.Fatalf("CENACLE_TEST_SEED=%d, request %d", seed, n)
			}
		}
		w.t.Logf("%d answers by status: %v; %d words typed, %d read", most, k.count, len(k.typed), k.read)
		if k.count[http.StatusOK] < most/20 || k.count[http.StatusUnprocessableEntity] < most/50 || k.read < most/150 { // 41 to 88 of 3,000 were read
			w.t.Errorf("the walk went nowhere: %v, %d words read", k.count, k.read)
		}
	}, "CENACLE_LIMIT_REQUESTS=0", "CENACLE_LOG=error")
}

// walker is one program.
type walker struct {
	browser
	name   string
	person id.Person
	firm   id.Firm
	inside bool // one of the firm's own people
}

// typed is where a word was typed, and for whom alone it may be.
type typed struct {
	firm   id.Firm
	author id.Person // alone, unless empty
	inside bool      // for the firm's own people alone
	space  string    // for who was ever a member of it, unless empty
}

type walk struct {
	*scene
	r       *rand.Rand
	spec    *spec
	table   []*operation
	walkers []walker
	pool    map[string][]string // identifiers, by what programs call them
	words   []string            // of the request that is being made
	typed   map[string]typed
	printer *i18n.Printer
	count   map[int]int
	read    int
}

func newWalk(s *scene, r *rand.Rand) *walk {
	s.t.Helper()
	catalog := i18n.Load()
	k := &walk{
		scene: s, r: r, spec: s.spec(), table: s.operations(), pool: map[string][]string{}, typed: map[string]typed{},
		printer: catalog.Printer(i18n.French, time.UTC), count: map[int]int{},
	}
	for name, v := range s.ids {
		if len(v) == id.Length {
			k.pool[name] = append(k.pool[name], v)
		}
	}
	k.pool["space"] = append(k.pool["space"], string(s.beside.id), string(s.away.id))
	k.pool["document"] = append(k.pool["document"], s.ids["inner"])
	for _, p := range []*person{s.lead, s.colleague, s.client, s.guest, s.stranger, s.neighbour} {
		k.walkers = append(k.walkers, walker{s.program(p.actor), p.name, p.id, s.firm.id, p.actor.Role.Inside()})
	}
	k.walkers = append(k.walkers, walker{s.program(s.opponent.actor), s.opponent.name, s.opponent.id, s.other.id, true})
	link := s.bearing("link_" + s.firm.through(s.client, s.room.id).token)
	k.walkers = append(k.walkers, walker{link, "a link", s.client.id, s.firm.id, false})
	only, _ := s.issue(s.lead.actor, token.API, authz.Pass{ReadOnly: true})
	k.walkers = append(k.walkers, walker{s.bearing(only), "one who reads", s.lead.id, s.firm.id, true})
	return k
}

func (k *walk) any(of ...string) string { return of[k.r.IntN(len(of))] }

func (k *walk) rarely() bool { return k.r.IntN(12) == 0 }

// step sends one request and judges its answer.
func (k *walk) step() {
	k.t.Helper()
	by := k.walkers[k.r.IntN(len(k.walkers))]
	o := k.table[k.r.IntN(len(k.table))]
	k.words = nil
	c := writer{k.spec, k.value}.request(o)
	if k.r.IntN(3) > 0 {
		c = k.spec.whole(k.picked()).request(o) // one that could succeed
	}
	c = k.spoiled(c, o)
	a := by.do(c)
	k.count[a.status]++
	if a.status == http.StatusRequestHeaderFieldsTooLarge && len(c.path) > 30<<10 {
		return // refused by net/http, before anybody reads an address of that length
	}
	k.inForm(o, a)
	for _, word := range planted.FindAllString(string(a.body), -1) {
		if k.read++; !slices.Contains(k.words, word) {
			k.reads(by, o, word)
		}
	}
	if a.status < 300 {
		k.remember(by, o, c)
		k.gather(o, a.body)
	}
}

// picked is one identifier of each kind, of all that were ever met.
func (k *walk) picked() ids {
	fresh := []string{"fresh", id.New[string](time.Now()), "hour", k.ids["hour"], "word", k.word()}
	if k.r.IntN(2) == 0 {
		return k.ids.but(fresh...)
	}
	out := ids{}.but(fresh...)
	for _, name := range slices.Sorted(maps.Keys(k.pool)) { // in one order, or a seed says nothing
		out[name] = k.any(k.pool[name]...)
	}
	return out
}

// value makes something for a name: mostly what fits, sometimes what does not.
func (k *walk) value(_ *operation, name string, s *schema, required bool) any {
	s = k.spec.of(s)
	if !required && k.r.IntN(3) > 0 {
		return nil
	}
	if k.rarely() {
		return k.wrong()
	}
	switch {
	case s.Type == "array":
		out := []any{}
		for range k.r.IntN(3) {
			out = append(out, k.value(nil, strings.TrimSuffix(name, "s"), s.Items, true))
		}
		return out
	case s.Pattern != "" && len(k.pool[name]) > 0 && !k.rarely():
		return k.any(k.pool[name]...)
	case s.Pattern != "":
		all := k.pool[k.any("space", "document", "memo", "person", "folder", "circle")]
		return k.any(k.any(all...), id.New[string](time.Now()))
	case len(s.Enum) > 0:
		return k.any(s.Enum...)
	case s.Format == "date-time":
		return k.any(time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), "hier", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59Z")
	case s.Type == "integer":
		return k.r.IntN(300) - 5
	case s.Type == "boolean":
		return k.r.IntN(2) == 0
	case name == "email":
		return id.New[string](time.Now()) + "@marche.example"
	case name == "address":
		return peer + "/" + k.word()
	case strings.HasPrefix(name, "Tus-"):
		return tus
	case strings.HasPrefix(name, "If-") || strings.HasPrefix(name, "Upload-") || name == "Idempotency-Key":
		return k.any(`"x"`, "*", "0", "5", "filename U2Nhbi5wZGY=", `"a", W/"b"`, "x")
	case name == "Content-Disposition":
		return `attachment; filename="` + k.word() + `.txt"`
	}
	return k.word()
}

// word makes one that occurs nowhere else.
func (k *walk) word() string {
	raw := make([]byte, 12)
	for i := range raw {
		raw[i] = byte('a' + k.r.IntN(26))
	}
	k.words = append(k.words, "luli"+string(raw))
	return "luli" + string(raw)
}

// wrong is what fits nowhere.
func (k *walk) wrong() any {
	return []any{
		"", " ", "\u0000", strings.Repeat("é", 5000), "../../etc/passwd", "%00", "'; drop table item; --", "<script>", "\u202e", "\xff\xfe",
		-1, 1e300, 9007199254740993, 0, true, nil, []any{}, []any{nil, []any{}}, map[string]any{"a": nil}, "null", "-0", "0x7f", "1e9",
	}[k.r.IntN(23)]
}

// spoiled breaks a request as a whole, now and then.
func (k *walk) spoiled(c call, o *operation) call {
	for name, v := range c.header { // what no header can carry is not sent
		if strings.ContainsAny(v, "\x00\r\n\x7f") {
			delete(c.header, name)
		}
	}
	if k.r.IntN(10) > 0 || o.Body == nil {
		return c
	}
	c.body = []byte([]string{
		"", "{", "null", "[]", "{}{}", `{"a":1,"a":2}`, `{"name":"x","name":"y"}`, strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 500) + "1" + strings.Repeat("}", 500),
		"\xff\xfe{\x00}", `{"body":"\ud800"}`, "{\"name\":\"" + strings.Repeat("a", 600_000) + "\"}", `{"inconnu":1}`, `"texte"`, "1e999999",
	}[k.r.IntN(15)])
	if k.rarely() {
		c = c.with("Content-Type", k.any("text/plain", "application/xml", "application/json; charset=utf-16", "x"))
	}
	return c
}

// inForm: no fault of ours, and every refusal as the API promises.
func (k *walk) inForm(o *operation, a answer) {
	k.t.Helper()
	if a.status >= 500 {
		k.t.Errorf("%s %s: %d %.300s\nsent %.300q %v\n%s", o.Name, a.path, a.status, a.body, a.call.body, a.call.header, lastError(k.log.read()))
	}
	if a.status < 400 || a.method == http.MethodHead {
		return
	}
	var p api.Problem
	if err := json.Unmarshal(a.body, &p); err != nil || a.header.Get("Content-Type") != "application/problem+json" || p.Status != a.status {
		k.t.Errorf("%s %s, %d: refused as %q: %.300s", o.Name, a.path, a.status, a.header.Get("Content-Type"), a.body)
	}
	for _, code := range append([]api.Wrong{{Code: p.Code, Detail: p.Detail}}, p.Errors...) {
		if !k.printer.Has(code.Code) || code.Detail == "" || strings.Contains(code.Detail, "%!") || strings.Contains(code.Detail, code.Code) {
			k.t.Errorf("%s, %d: the code %q says %q", o.Name, a.status, code.Code, code.Detail)
		}
	}
}

func lastError(log []byte) string {
	i := strings.LastIndex(string(log), `"level":"ERROR"`)
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("%.1500s", log[i:])
}

// reads judges that a walker was told a word.
func (k *walk) reads(by walker, o *operation, word string) {
	k.t.Helper()
	of, known := k.typed[word]
	switch {
	case !known:
		k.t.Errorf("LEAK: %s reads %s by %s, which was refused when it was typed", by.name, word, o.Name)
	case of.firm != by.firm, of.author != "" && of.author != by.person, of.inside && !by.inside:
		k.t.Errorf("LEAK: %s reads %s by %s: %+v", by.name, word, o.Name, of)
	case of.space != "":
		ever := k.behind().count(`select count(*) from membership where space_id = '` + of.space + `' and person_id = '` + string(by.person) + `'`)
		if ever == 0 {
			k.t.Errorf("LEAK: %s reads %s of the space %s by %s, where she never was", by.name, word, of.space, o.Name)
		}
	}
}

// remember notes where the words of a request have come.
func (k *walk) remember(by walker, o *operation, c call) {
	of := typed{firm: by.firm}
	if in := below.FindStringSubmatch(c.path); in != nil {
		of.space = in[1]
	}
	switch {
	case o.Name == "saveDraft" || o.Name == "createWebhook" || o.Name == "changeWebhook":
		of.author = by.person
	case o.Name == "writeMemo":
		of.inside = strings.Contains(string(c.body), `"internal":true`)
	case o.Name == "addMember":
		of.space = "" // a card of the firm
	}
	for _, word := range k.words {
		k.typed[word] = of
	}
}

var (
	below      = regexp.MustCompile(`^` + api.Root + `/spaces/([0-9a-z]{26})`)
	identifier = regexp.MustCompile(`"([a-z_]+)":"([0-7][0-9a-hjkmnp-tv-z]{25})"`)
)

// made is what an operation calls by id.
var made = map[string]string{
	"fileDocument": "document", "listDocuments": "document", "writeMemo": "memo", "addFolder": "folder", "openSpace": "space", "listSpaces": "space",
	"createWebhook": "webhook", "listReceipts": "receipt", "listDeposits": "deposit", "addColleague": "colleague", "listNotices": "notice", "announceAbsence": "absence", "announceAbsenceFor": "absence", "prepareDiffusion": "diffusion", "makeGroup": "group", "listGroups": "group",
}

// gather keeps the identifiers of an answer for later requests.
func (k *walk) gather(o *operation, raw []byte) {
	for _, found := range identifier.FindAllSubmatch(raw, 50) {
		name, v := string(found[1]), string(found[2])
		if name == "id" {
			if name = made[o.Name]; name == "" {
				continue
			}
		}
		if k.pool[name] = append(k.pool[name], v); len(k.pool[name]) > 60 {
			k.pool[name] = slices.Delete(k.pool[name], 20, 21)
		}
	}
}
