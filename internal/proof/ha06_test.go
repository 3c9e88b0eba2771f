package proof

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"cenacle/internal/sample"
	"cenacle/internal/space"
	"cenacle/internal/store/storetest"
)

// yesterday is a commit of this repository from before keys could be replaced, whose
// schema ends with firm/0016 and directory/0004.
const yesterday = "4f013a011ff3aad922db1d3d9410868077056406"

// HA-06: two nodes of an earlier program, the real one, work behind a balancer. One
// after the other is replaced by this program, under load: for a time both work on one
// database, whose schema is this program's. What was acknowledged is there, each reads
// what the other has made, and nobody is told more than to come again. The earlier
// program is built from the history, which a shallow clone does not have: so this is one
// of the long proofs alone.
func TestHA06_Real(t *testing.T) {
	if !long() {
		return
	}
	early := builtOf(t, yesterday)
	c := storetest.Postgres(t)
	r := &rolled{t: t, early: early, settings: empty(t, c)}
	r.found()
	r.each = []string{freePort(t), freePort(t)}
	front := balance(t, r.each, usual)
	r.settings = append(r.settings, "CENACLE_URL=http://"+front, "CENACLE_TRUSTED_PROXIES=127.0.0.1", "CENACLE_DRAIN_DELAY=1")
	r.nodes = []*program{r.raise(0, early), r.raise(1, early)}
	r.enter("http://" + front)
	end := r.works()
	time.Sleep(15 * time.Second)
	now, err := built()
	if err != nil {
		t.Fatal(err)
	}
	r.roll(0, now)
	r.crosses()
	time.Sleep(20 * time.Second) // both
	r.roll(1, now)
	time.Sleep(15 * time.Second)
	end()
	r.crash.compare(true)
	if done, told := r.done.Load(), r.told.Load(); done < 50 || told*50 > done {
		t.Errorf("%d acts were done and %d told to come again", done, told)
	}
	for _, n := range r.nodes {
		n.kill()
	}
	if said, code := tell(t, r.settings, "journal", "verify"); code != 0 || !strings.Contains(said, "holds") {
		t.Errorf("journal verify ended with %d: %s", code, said)
	}
	t.Logf("%d acts done, %d told to come again, %d documents", r.done.Load(), r.told.Load(), len(r.files))
}

// builtOf builds the program of a commit.
func builtOf(t *testing.T, commit string) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("git", "-C", root, "cat-file", "-e", commit+"^{commit}").CombinedOutput(); err != nil {
		t.Fatalf("the history of this clone has no commit %s (git fetch --unshallow): %s", commit, out)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "cenacle")
	for _, line := range []string{
		fmt.Sprintf("git -C %q archive %s | tar -x -C %q", root, commit, dir),
		fmt.Sprintf("ln -s %q/node_modules %q/node_modules", root, dir),
		fmt.Sprintf("cd %q && node internal/web/asset/build.mjs", dir),
		fmt.Sprintf("cd %q && CGO_ENABLED=0 go build -trimpath -o %q ./cmd/cenacle", dir, path),
	} {
		if out, err := exec.Command("bash", "-c", "set -o pipefail; "+line).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	return path
}

// rolled is two nodes that are replaced.
type rolled struct {
	*crash
	t          *testing.T
	early      string
	settings   []string
	each       []string
	nodes      []*program
	lead       sample.Person
	done, told atomic.Int64
}

// found makes the demonstration with the earlier program.
func (r *rolled) found() {
	r.t.Helper()
	c := exec.Command(r.early, "demo", "--json")
	c.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, r.settings...)
	out, err := c.Output()
	var people []sample.Person
	if err = errors.Join(err, json.Unmarshal(out, &people)); err != nil {
		r.t.Fatalf("%v\n%s", err, out)
	}
	r.lead = people[0]
}

// raise starts a node of a program and waits for it.
func (r *rolled) raise(i int, path string) *program {
	r.t.Helper()
	p := serve(r.t, r.each[i], append(r.settings, "CENACLE_LISTEN="+r.each[i]), func(c *exec.Cmd) { c.Path, c.Args[0] = path, path })
	by := browser{t: r.t, base: p.base}
	for limit := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if a, err := by.try(get("/readyz")); err == nil && a.status == http.StatusOK {
			return p
		}
		if time.Now().After(limit) {
			r.t.Fatalf("node %d is not ready\n%s", i, p.out.read())
		}
	}
}

// roll ends a node as an upgrade does, and starts the other program in its place.
func (r *rolled) roll(i int, path string) {
	r.t.Helper()
	if err := r.nodes[i].c.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
	if err := <-r.nodes[i].ended; err != nil {
		r.t.Fatalf("a node ended with %v\n%s", err, r.nodes[i].out.read())
	}
	r.nodes[i].ended <- nil
	r.nodes[i] = r.raise(i, path)
}

var spaced = regexp.MustCompile(`/f/[0-9a-z]{26}/spaces/[0-9a-z]{26}`)

// enter signs the lawyer in and finds a space of hers.
func (r *rolled) enter(base string) {
	r.t.Helper()
	by := browser{t: r.t, base: base}
	by.token = by.want(http.StatusSeeOther, post("/signin", "email", r.lead.Email, "password", r.lead.Password)).session()
	found := spaced.FindString(string(by.want(http.StatusOK, get("/f/"+r.lead.Firm)).body))
	if found == "" {
		r.t.Fatal("she has no space")
	}
	r.crash = &crash{t: r.t, lead: by, client: by, space: found, files: map[string]string{}, checked: map[string]bool{}, partial: map[string]*partial{}}
}

// works has people file and read until it is told to end.
func (r *rolled) works() (end func()) {
	stop := make(chan struct{})
	var work sync.WaitGroup
	for n := range 4 {
		work.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				case <-time.After(100 * time.Millisecond):
				}
				r.act(fmt.Sprintf("roulement%d-%d", n, i))
			}
		})
	}
	return func() {
		close(stop)
		work.Wait()
	}
}

// act files a document and looks at the space.
func (r *rolled) act(word string) {
	raw := content(word, 3000)
	if r.answered(file(r.space+"/files", word, raw, "tray", "firm"), http.StatusSeeOther) {
		r.mu.Lock()
		r.files[word] = digest(raw)
		r.mu.Unlock()
	}
	r.answered(get(r.space), http.StatusOK)
}

// answered reports whether an act was done; all else it may be told is to come again.
func (r *rolled) answered(c call, want int) bool {
	a, err := r.crash.lead.try(c)
	switch {
	case err == nil && a.status == want:
		r.done.Add(1)
		return true
	case err == nil && !(a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != ""):
		r.t.Errorf("%s %s: %d %s", a.method, a.path, a.status, a.text())
	}
	r.told.Add(1)
	return false
}

// crosses has a space opened by this program and used by the earlier one, and back.
func (r *rolled) crosses() {
	r.t.Helper()
	models, err := space.LoadModels()
	if err != nil {
		r.t.Fatal(err)
	}
	// Each node is asked by itself, under the name of the balancer.
	host := strings.TrimPrefix(r.crash.lead.base, "http://")
	later := browser{t: r.t, base: "http://" + r.each[0], host: host, bearer: r.lead.Token}
	early := browser{t: r.t, base: "http://" + r.each[1], host: host, bearer: r.lead.Token}
	order := fmt.Sprintf(`{"client":{"name":"M. Neuf","email":"neuf@exemple.fr"},"model":%q}`, models[0].Key)
	opened := r.makes(later, "/api/v1/spaces", "application/json", []byte(order))
	early.want(http.StatusOK, get("/api/v1/spaces/"+opened))
	for _, by := range []browser{early, later} {
		text := []byte("par " + by.base)
		filed := r.makes(by, "/api/v1/spaces/"+opened+"/documents?tray=firm", "application/octet-stream", text)
		for _, other := range []browser{early, later} {
			if got := other.want(http.StatusOK, get("/api/v1/documents/"+filed+"/content")).body; string(got) != string(text) {
				r.t.Errorf("the document holds %q, not %q", got, text)
			}
		}
	}
}

// makes has something made by a node, and returns its identifier.
func (r *rolled) makes(by browser, path, media string, body []byte) string {
	r.t.Helper()
	a := by.want(http.StatusCreated, call{method: http.MethodPost, path: path, body: body}.
		with("Content-Type", media).with("Content-Disposition", `attachment; filename="croisement.txt"`))
	var made struct{ ID string }
	if err := json.Unmarshal(a.body, &made); err != nil || made.ID == "" {
		r.t.Fatalf("%v: %s", err, a.body)
	}
	return made.ID
}
