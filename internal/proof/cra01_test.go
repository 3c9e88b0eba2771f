package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"html"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/deposit"
	"cenacle/internal/document"
	"cenacle/internal/seedtest"
	"cenacle/internal/space"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

// CRA-01: the program is killed at random points of a mixed load. What it
// acknowledged is there when it comes back, and nothing is there by halves.
func TestCRA01(t *testing.T) {
	t.Parallel()
	storetest.EachConfig(t, func(t *testing.T, c store.Config) {
		t.Parallel()
		kills, window := span(20, 200), 300
		if c.PostgresURL != "" {
			kills, window = span(5, 50), 1500
		}
		x := newCrash(t, c)
		x.window = window
		for n := 0; n < kills || n < 4*kills && x.little(); n++ { // on a slow machine a life is short
			x.round(n)
		}
		x.audit()
	})
}

// crash is a load on a program that dies, and what was acknowledged to it.
type crash struct {
	t       testing.TB
	world   *world // that prepared the data; stopped
	environ []string
	listen  string
	program *program
	space   string // path of it
	lead    browser
	client  browser
	circle  string
	r       *rand.Rand
	slowest time.Duration
	window  int // milliseconds of load, at most

	away func(answer, error) bool // judges what was refused, where some may be; nil: nothing may

	mu       sync.Mutex
	files    map[string]string // SHA-256 by title
	memos    []string          // words in their texts
	receipts []string          // paths
	checked  map[string]bool   // documents whose bytes were compared
	partial  map[string]*partial
	resumed  int
}

// partial is an upload on its way, which goes on after a crash.
type partial struct {
	by         browser
	path, name string
	content    []byte
	offset     int // acknowledged
}

func newCrash(t testing.TB, c store.Config, more ...string) *crash {
	w := quiet(t, c, more...)
	office := w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
	r, client := office.open(office.admin, "Mme Sophie Petit", "sophie@petit.example")
	x := &crash{
		t: t, world: w, listen: freePort(t), space: office.path("spaces", string(r.id)), circle: string(r.house.Client),
		lead: office.admin.browser, client: client.browser, r: rand.New(rand.NewPCG(seedtest.Of(t), 2)),
		files: map[string]string{}, checked: map[string]bool{}, partial: map[string]*partial{},
	}
	_, err := office.file(client, document.BeginUpload{Space: r.id, Tray: space.ClientTray, Name: "premier"}, []byte("premier"))
	w.must(err)
	first, err := w.server.Deposits.Close(t.Context(), client.actor, deposit.Finish{Space: r.id})
	w.must(err)
	x.receipts = append(x.receipts, x.space+"/receipts/"+string(first.ID))
	x.environ = append(environ(c, w.data, x.listen), more...)
	x.lead.base, x.client.base = "http://"+x.listen, "http://"+x.listen
	w.stop()
	return x
}

// round starts the program, looks at what the last round left, and kills it in
// the middle of its work.
func (x *crash) round(n int) {
	x.t.Helper()
	x.start()
	documents := x.compare(false)
	if x.world.store.PostgresURL == "" {
		x.resume(documents)
	}
	x.leave()
	stop := make(chan struct{})
	var work sync.WaitGroup
	for _, load := range x.loads() {
		work.Go(func() {
			for load() {
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	time.Sleep(time.Duration(20+x.r.IntN(x.window)) * time.Millisecond)
	x.program.kill()
	close(stop)
	work.Wait()
	if n%5 == 4 {
		x.verify()
	}
}

// loads are what people do at once; each reports whether to go on.
func (x *crash) loads() []func() bool {
	return []func() bool{
		func() bool { return x.upload("client", x.client) }, func() bool { return x.upload("firm", x.lead) },
		func() bool { return x.write(x.lead, "circle", x.circle) }, func() bool { return x.write(x.client) },
		func() bool { return x.form(x.lead, "firm") },
		func() bool { return x.form(x.client, "client") && x.finish() },
	}
}

func (x *crash) start() {
	x.t.Helper()
	x.program = serve(x.t, x.listen, x.environ)
	x.slowest = max(x.slowest, x.program.ready(10*time.Second))
}

// word is one that nothing else has.
func (x *crash) word() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return "mot" + strconv.FormatUint(x.r.Uint64(), 36)
}

func (x *crash) size(least, more int) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return least + x.r.IntN(more)
}

// upload sends the next piece of a file, or begins one; it reports whether the
// server lives.
func (x *crash) upload(tray string, by browser) bool {
	x.mu.Lock()
	u := x.partial[tray] // each loop has its own
	x.mu.Unlock()
	if u == nil {
		name := x.word()
		u = &partial{by: by, name: name, content: content(name, x.size(1, 700_000))}
		a, err := by.try(create(x.space+"/uploads", strconv.Itoa(len(u.content)), "filename", name, "tray", tray))
		if err != nil || a.status != http.StatusCreated {
			return x.alive(a, err)
		}
		u.path = a.header.Get("Location")
		x.mu.Lock()
		x.partial[tray] = u
		x.mu.Unlock()
	}
	piece := u.content[u.offset:min(len(u.content), u.offset+x.size(66_000, 150_000))]
	a, err := by.try(patch(u.path, strconv.Itoa(u.offset), piece))
	if err != nil || a.status != http.StatusNoContent {
		return x.alive(a, err)
	}
	return x.advanced(tray, u, a)
}

// advanced notes an acknowledged piece, and with the last one the file.
func (x *crash) advanced(tray string, u *partial, a answer) bool {
	offset, err := strconv.Atoi(a.header.Get("Upload-Offset"))
	if err != nil || offset < u.offset {
		x.t.Errorf("the offset went from %d to %q", u.offset, a.header.Get("Upload-Offset"))
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	u.offset = offset
	if offset == len(u.content) {
		x.files[u.name] = digest(u.content)
		delete(x.partial, tray)
	}
	return true
}

// alive reports whether to go on after a refused or lost request: a server that
// answers must not answer like that.
func (x *crash) alive(a answer, err error) bool {
	if x.away != nil {
		return x.away(a, err)
	}
	if err == nil {
		x.t.Errorf("%s %s: %d %s", a.method, a.path, a.status, a.text())
	}
	return false
}

func (x *crash) write(by browser, fields ...string) bool {
	word := x.word()
	a, err := by.try(post(x.space+"/memos", append(fields, "subject", word, "body", "Texte "+word)...))
	if err != nil || a.status != http.StatusSeeOther {
		return x.alive(a, err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.memos = append(x.memos, word)
	return true
}

func (x *crash) form(by browser, tray string) bool {
	word := x.word()
	raw := content(word, x.size(1, 5000))
	a, err := by.try(file(x.space+"/files", word, raw, "tray", tray, "circle", x.circle))
	if err != nil || a.status != http.StatusSeeOther {
		return x.alive(a, err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.files[word] = digest(raw)
	return true
}

// finish closes the client's deposit.
func (x *crash) finish() bool {
	a, err := x.client.try(post(x.space+"/deposit/close", "leave", "1"))
	if err != nil || a.status != http.StatusSeeOther {
		return x.alive(a, err)
	}
	path, _, _ := strings.Cut(a.header.Get("Location"), "?")
	x.mu.Lock()
	defer x.mu.Unlock()
	x.receipts = append(x.receipts, path)
	return true
}

var (
	titled = regexp.MustCompile(`href="([^"]*/documents/[0-9a-z]{26})"[^>]*>([^<]+)<`)
	worded = regexp.MustCompile(`Texte (mot[0-9a-z]+)`)
	onward = regexp.MustCompile(`href="(\?[^"]*(?:after-|before)[^"]*)"`)
)

// listed reads the whole space: the documents by their titles, and the words of the memos. It
// keeps no page of it: there may be gigabytes.
func (x *crash) listed() (documents map[string]string, memos map[string]bool) {
	x.t.Helper()
	documents, memos = map[string]string{}, map[string]bool{}
	todo, seen := []string{""}, map[string]bool{}
	for len(todo) > 0 {
		query := todo[0]
		todo = todo[1:]
		if seen[query] {
			continue
		}
		seen[query] = true
		page := string(x.lead.want(http.StatusOK, get(x.space+query)).body)
		for _, d := range titled.FindAllStringSubmatch(page, -1) {
			documents[strings.Clone(d[2])] = strings.Clone(d[1])
		}
		for _, m := range worded.FindAllStringSubmatch(page, -1) {
			memos[strings.Clone(m[1])] = true
		}
		for _, q := range onward.FindAllStringSubmatch(page, -1) {
			todo = append(todo, strings.Clone(html.UnescapeString(q[1])))
		}
	}
	return documents, memos
}

// compare looks for everything that was acknowledged, and at everything that is
// listed, acknowledged or not: it must be whole.
func (x *crash) compare(all bool) (documents map[string]string) {
	x.t.Helper()
	documents, memos := x.listed()
	for title, sum := range x.files {
		if documents[title] == "" {
			x.t.Errorf("LOST: the document %s, which was acknowledged", title)
		} else if !x.checked[title] || all {
			x.whole(title, documents[title], sum)
		}
	}
	for title, path := range documents {
		if _, acknowledged := x.files[title]; !acknowledged && (!x.checked[title] || all) {
			x.whole(title, path, "")
		}
	}
	for _, word := range x.memos {
		if !memos[word] {
			x.t.Errorf("LOST: the memo %s, which was acknowledged", word)
		}
	}
	for _, path := range x.receipts {
		if a := x.client.do(get(path)); a.status != http.StatusOK {
			x.t.Errorf("LOST: the receipt %s, which was acknowledged: %d", path, a.status)
		}
	}
	return documents
}

func (x *crash) whole(title, path, want string) {
	x.t.Helper()
	a := x.lead.do(get(path + "/file"))
	sum := sha256.Sum256(a.body)
	got := hex.EncodeToString(sum[:])
	if a.status != http.StatusOK || a.header.Get("X-Content-Sha256") != got || want != "" && want != got {
		x.t.Errorf("BROKEN: %s: %d, %d bytes with SHA-256 %s, said %s, sent %s", title, a.status, len(a.body), got, a.header.Get("X-Content-Sha256"), want)
	}
	x.checked[title] = true
}

// resume asks for the true offset of the uploads that the crash cut, all at
// once: with PostgreSQL, the server first listens for six seconds whether
// another one writes them.
func (x *crash) resume(documents map[string]string) {
	x.t.Helper()
	var asked sync.WaitGroup
	for _, u := range x.partial {
		asked.Go(func() {
			a := u.by.do(call{method: http.MethodHead, path: u.path}.with("Tus-Resumable", tus))
			offset, err := strconv.Atoi(a.header.Get("Upload-Offset"))
			if a.status != http.StatusOK || err != nil || offset < u.offset || offset > len(u.content) {
				x.t.Errorf("LOST: an upload is at %q of %d, %d was acknowledged: %d", a.header.Get("Upload-Offset"), len(u.content), u.offset, a.status)
			}
			u.offset = offset
		})
	}
	asked.Wait()
	for tray, u := range x.partial {
		if u.offset > 0 {
			x.resumed++
		}
		if u.offset < len(u.content) {
			continue
		}
		if documents[u.name] == "" { // the crash took the answer, not the document
			documents, _ = x.listed()
		}
		if documents[u.name] == "" {
			x.t.Errorf("LOST: %s has arrived whole and is not listed", u.name)
		}
		x.files[u.name] = digest(u.content)
		delete(x.partial, tray)
	}
}

// leave puts some cut uploads aside, which go on at the end.
func (x *crash) leave() {
	later := map[string]*partial{}
	for tray, u := range x.partial {
		if tray != u.name && (x.world.store.PostgresURL != "" || rand.IntN(4) == 0) {
			tray = u.name
		}
		later[tray] = u
	}
	x.partial = later
}

// complete sends what the uploads that were left still lack.
func (x *crash) complete() {
	x.t.Helper()
	var sent sync.WaitGroup
	for _, u := range x.partial {
		x.files[u.name] = digest(u.content)
		sent.Go(func() {
			a := u.by.do(patch(u.path, strconv.Itoa(u.offset), u.content[u.offset:]))
			for limit := time.Now().Add(time.Minute); a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "" && time.Now().Before(limit); {
				time.Sleep(time.Second) // all come at once, and are told to come again
				head := u.by.do(call{method: http.MethodHead, path: u.path}.with("Tus-Resumable", tus))
				offset, err := strconv.Atoi(head.header.Get("Upload-Offset"))
				if err != nil || offset < u.offset {
					continue
				}
				if a = head; offset < len(u.content) {
					a = u.by.do(patch(u.path, strconv.Itoa(offset), u.content[offset:]))
				} else {
					a.status = http.StatusNoContent
				}
			}
			if got := a.header.Get("X-Content-Sha256"); a.status != http.StatusNoContent || got != digest(u.content) {
				x.t.Errorf("BROKEN: an upload that was cut ends with %d as %q", a.status, got)
			}
		})
	}
	sent.Wait()
	clear(x.partial)
}

// verify runs the offline check of the whole journal.
func (x *crash) verify() {
	x.t.Helper()
	said, code := tell(x.t, x.environ, "journal", "verify")
	if code != 0 || !strings.Contains(said, "holds") {
		x.t.Errorf("BROKEN: journal verify ended with %d: %s", code, said)
	}
}

// reckon carries through what was cut and looks at everything.
func (x *crash) reckon() {
	x.t.Helper()
	x.resume(x.compare(false))
	x.complete()
	x.compare(true)
}

// little reports whether what was acknowledged is too little to prove anything.
func (x *crash) little() bool {
	return len(x.files) < 10 || len(x.memos) < 20 || x.resumed == 0
}

// audit looks at everything once more, and at the proofs without any server.
func (x *crash) audit() {
	x.t.Helper()
	x.start()
	x.reckon()
	if x.little() {
		x.t.Errorf("%d receipts, %d documents, %d memos, %d resumed: too little to prove anything", len(x.receipts), len(x.files), len(x.memos), x.resumed)
		return
	}
	kept := filepath.Join(x.t.TempDir(), "depot.json")
	raw := x.client.want(http.StatusOK, get(x.receipts[len(x.receipts)-1]+"/file")).body
	if err := os.WriteFile(kept, raw, 0o600); err != nil {
		x.t.Fatal(err)
	}
	x.program.kill()
	x.verify()
	if said, code := tell(x.t, nil, "verify", kept); code != 0 {
		x.t.Errorf("the receipt does not verify: %d %s", code, said)
	}
	x.t.Logf("%d documents, %d memos, %d receipts acknowledged, %d uploads resumed, ready after %v at most",
		len(x.files), len(x.memos), len(x.receipts), x.resumed, x.slowest.Round(time.Millisecond))
}
