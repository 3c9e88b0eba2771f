package proof

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cenacle/internal/store"
)

// town is a load on several nodes behind a real balancer without sticky
// sessions. Some of what is asked may be refused while a part is missing; what
// was acknowledged is kept.
type town struct {
	*crash
	nodes   []*program
	each    []string      // where the nodes listen
	figures []string      // where they give figures
	front   string        // where the balancer does
	reader  *reader       // nil for none
	rest    time.Duration // between two acts of the same person

	done, refused atomic.Int64
	outage        atomic.Int64 // longest time without anything done, in nanoseconds
	last          atomic.Int64
	grave         sync.Mutex
	worst         map[string]int // refusals that none should meet
}

// long reports whether the long proofs are asked for: make test-long.
func long() bool { return os.Getenv("CENACLE_TEST_LONG") != "" }

// settle has a number of nodes started on a database, which a world has furnished.
// The balancer, which one node does without, waits for an answer as long as
// patience says. With a bucket each node has a folder of its own, which holds
// nothing that another one needs.
func settle(t testing.TB, c store.Config, n int, patience string, more ...string) *town {
	t.Helper()
	w := &town{crash: newCrash(t, c, more...), worst: map[string]int{}}
	for range n {
		w.each, w.figures = append(w.each, freePort(t)), append(w.figures, freePort(t))
	}
	if w.front = w.each[0]; n > 1 {
		w.front = balance(t, w.each, patience)
	}
	w.lead.base, w.client.base = "http://"+w.front, "http://"+w.front
	w.environ = append(w.environ, "CENACLE_URL=http://"+w.front, "CENACLE_TRUSTED_PROXIES=127.0.0.1", "CENACLE_LOG=info")
	w.away = w.bears
	w.rest = span(0, 2*time.Second) // hours of it are read through at the end
	w.nodes = make([]*program, n)
	t.Cleanup(w.explains)
	for i := range n {
		w.raise(i)
	}
	for i := range n {
		w.awaits(i, 20*time.Second)
	}
	return w
}

// raise starts a node and does not wait for it.
func (w *town) raise(i int, more ...string) {
	w.t.Helper()
	own := []string{"CENACLE_LISTEN=" + w.each[i], "CENACLE_METRICS_LISTEN=" + w.figures[i]}
	if slices.ContainsFunc(w.environ, func(s string) bool { return strings.HasPrefix(s, "CENACLE_BLOBS=") }) {
		key := filepath.Join(w.world.data, "root.key")
		own = append(own, "CENACLE_DATA="+filepath.Join(filepath.Dir(w.world.data), fmt.Sprint("node-", i)), "CENACLE_KEY_FILE="+key)
	}
	w.nodes[i] = serve(w.t, w.each[i], slices.Concat(w.environ, own, more))
}

// awaits waits until a node asks for requests.
func (w *town) awaits(i int, most time.Duration) {
	w.t.Helper()
	by := browser{t: w.t, base: "http://" + w.each[i]}
	for limit := time.Now().Add(most); ; time.Sleep(20 * time.Millisecond) {
		if a, err := by.try(get("/readyz")); err == nil && a.status == http.StatusOK {
			return
		}
		if time.Now().After(limit) {
			w.t.Fatalf("node %d is not ready\n%s", i, w.nodes[i].out.read())
		}
	}
}

// bears judges a refusal: 503 with the time to come back, or, for an upload that
// goes on elsewhere, 409. Nothing else, and no session that has ended.
func (w *town) bears(a answer, err error) bool {
	w.refused.Add(1)
	switch {
	case err != nil: // the connection broke in the middle of a body
	case a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "":
	case a.status == http.StatusConflict && strings.Contains(a.path, "/uploads/"):
	default:
		w.grave.Lock()
		defer w.grave.Unlock()
		w.worst[fmt.Sprintf("%s %d %s", a.method, a.status, a.text())]++
	}
	return false
}

// lives puts the load on the town while trouble goes on, then looks at what is
// left.
func (w *town) lives(trouble func()) {
	w.t.Helper()
	stop := make(chan struct{})
	var work sync.WaitGroup
	ctx, leave := context.WithCancel(w.t.Context())
	defer leave()
	if w.reader != nil {
		work.Go(func() { w.reader.goes(ctx) })
	}
	w.last.Store(time.Now().UnixNano())
	for i, load := range w.loads() {
		tray := [...]string{"client", "firm"}[i%2]
		work.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if load() {
					select {
					case <-stop: // who waited for more than the trouble is not counted
						return
					default:
						w.happened()
					}
					time.Sleep(w.rest)
					continue
				}
				time.Sleep(100 * time.Millisecond)
				if i < 2 {
					w.goesOn(tray)
				}
			}
		})
	}
	begun := time.Now()
	trouble()
	w.happened()
	close(stop)
	leave()
	work.Wait() // also for uploads that wait whether another node has them
	w.t.Logf("the trouble took %v", time.Since(begun).Round(time.Millisecond))
}

// enough lets a second of calm pass, and on a slow machine the time that it takes
// until there is something to lose.
func (w *town) enough(least int) {
	time.Sleep(time.Second)
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(100 * time.Millisecond) {
		w.mu.Lock()
		there := len(w.files) >= least && len(w.memos) >= least
		w.mu.Unlock()
		if there {
			return
		}
	}
}

// happened notes that something was acknowledged, and how long nothing was.
func (w *town) happened() {
	w.done.Add(1)
	now := time.Now().UnixNano()
	for gap, most := now-w.last.Swap(now), w.outage.Load(); gap > most && !w.outage.CompareAndSwap(most, gap); most = w.outage.Load() {
	}
}

// goesOn asks where an upload stands that was refused, as a browser does before
// it sends the rest.
func (w *town) goesOn(tray string) {
	w.mu.Lock()
	u := w.partial[tray]
	w.mu.Unlock()
	if u == nil {
		return
	}
	a, err := u.by.try(call{method: http.MethodHead, path: u.path}.with("Tus-Resumable", tus))
	if err != nil || a.status == http.StatusServiceUnavailable || a.status == http.StatusConflict {
		return // it stays as it was known
	}
	offset, err := strconv.Atoi(a.header.Get("Upload-Offset"))
	if a.status != http.StatusOK || err != nil || offset < u.offset {
		w.t.Errorf("LOST: an upload is at %q, %d was acknowledged: %d", a.header.Get("Upload-Offset"), u.offset, a.status)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if u.offset = offset; offset == len(u.content) {
		w.files[u.name] = digest(u.content)
		delete(w.partial, tray)
		return
	}
	w.resumed++
}

// stands looks at everything once the trouble is over: what was acknowledged, and
// the journal.
func (w *town) stands(least int) {
	w.t.Helper()
	for i := range w.nodes {
		w.awaits(i, 30*time.Second)
	}
	w.answers(30 * time.Second)
	w.resume(w.compare(false))
	w.complete()
	w.compare(false)
	w.verify()
	if w.reader != nil {
		w.reader.tells()
	}
	for what, n := range w.worst {
		w.t.Errorf("refused %d times with %s", n, what)
	}
	if len(w.files) < least || len(w.memos) < least {
		w.t.Errorf("%d documents and %d memos are too little to prove anything", len(w.files), len(w.memos))
	}
	w.t.Logf("%d documents, %d memos, %d receipts; %d acknowledged, %d refused (%.2f %%), at most %v without an answer that counts",
		len(w.files), len(w.memos), len(w.receipts), w.done.Load(), w.refused.Load(),
		100*float64(w.refused.Load())/float64(w.done.Load()+w.refused.Load()), time.Duration(w.outage.Load()).Round(time.Millisecond))
}

// answers waits until the balancer, too, has found out that the nodes are there.
func (w *town) answers(most time.Duration) {
	w.t.Helper()
	for limit := time.Now().Add(most); ; time.Sleep(200 * time.Millisecond) {
		a, err := w.lead.try(get(w.space))
		if err == nil && a.status == http.StatusOK {
			return
		}
		if err != nil || a.status != http.StatusServiceUnavailable || time.Now().After(limit) {
			w.t.Fatalf("nobody is served: %d %s, %v", a.status, a.text(), err)
		}
	}
}

// explains shows, when something went wrong, what the nodes say of their last refusals.
func (w *town) explains() {
	if !w.t.Failed() {
		return
	}
	for i, n := range w.nodes {
		if n == nil {
			continue // it was never started
		}
		var causes []string
		for line := range strings.Lines(string(n.out.read())) {
			if strings.Contains(line, `"status":50`) {
				causes = append(causes, line)
			}
		}
		w.t.Logf("node %d: %s", i, strings.Join(causes[max(0, len(causes)-5):], ""))
	}
}

// settings is the configuration of the balancer: doc/operations.md has the same.
const settings = `
daemon off;
master_process off;
pid %[1]s/pid;
error_log %[1]s/log info;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  upstream nodes { %[2]s keepalive 16; }
  server {
    listen %[3]s;
    client_max_body_size 0;
    location / {
      proxy_pass http://nodes;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_request_buffering off;
      proxy_buffering off;
      proxy_connect_timeout 2s;
      proxy_read_timeout %[4]s;
      error_page 502 504 =503 @away;
    }
    location @away {
      default_type text/plain;
      add_header Retry-After 5 always;
      add_header Cache-Control no-store always;
      return 503 "Service momentanément indisponible.\n";
    }
  }
}
`

// balance starts nginx before the nodes and returns where it listens.
func balance(t testing.TB, nodes []string, patience string) string {
	t.Helper()
	path, err := exec.LookPath("nginx")
	if err != nil {
		path = "/usr/sbin/nginx"
	}
	dir, front := t.TempDir(), freePort(t)
	var servers strings.Builder
	for _, n := range nodes {
		fmt.Fprintf(&servers, "server %s max_fails=1 fail_timeout=1s; ", n)
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(fmt.Sprintf(settings, dir, servers.String(), front, patience)), 0o600); err != nil {
		t.Fatal(err)
	}
	out := &paper{}
	c := exec.Command(path, "-p", dir, "-c", file, "-e", filepath.Join(dir, "log"))
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		t.Fatalf("nginx is needed (tools/provide nginx): %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		_ = c.Process.Kill() // it may have ended
		<-ended
	})
	for limit := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if c, err := net.Dial("tcp", front); err == nil { // to ask something would have it look for nodes
			_ = c.Close() // it listens
			return front
		}
		if time.Now().After(limit) {
			t.Fatalf("nginx does not listen: %s", out.read())
		}
	}
}
