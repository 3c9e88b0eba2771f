package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"cenacle/internal/blob/s3/s3test"
	"cenacle/internal/config"
)

// freePort is an address on the loopback that nothing listens at now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() // so that the server can have it
	return l.Addr().String()
}

// running is a server in this process.
type running struct {
	*Server
	base, figures string
	stop          func() error // SIGTERM; returns what Run returned
}

func run(t *testing.T, environ ...string) *running {
	t.Helper()
	r := &running{figures: "http://" + freePort(t)}
	environ = append([]string{"CENACLE_DATA=" + filepath.Join(t.TempDir(), "data"), "CENACLE_METRICS_LISTEN=" + strings.TrimPrefix(r.figures, "http://")}, environ...)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.base = "http://" + l.Addr().String()
	c, err := config.Load("", append(environ, "CENACLE_LISTEN="+l.Addr().String()))
	if err != nil {
		t.Fatal(err)
	}
	r.Server, err = New(t.Context(), c, Options{Clock: time.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx, l) }()
	r.stop = func() error { cancel(); err := <-ended; ended <- err; return err }
	t.Cleanup(func() {
		if err := errors.Join(r.stop(), r.Close()); err != nil {
			t.Error(err)
		}
	})
	for limit := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(r.figures, "http://"))
		if err == nil {
			_ = conn.Close() // it listens
			return r
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}

// ask returns the status and the text of an answer.
func ask(t *testing.T, url string, change func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	a, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(a.Body)
	if err := errors.Join(err, a.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, string(text)
}

func TestFiguresOfARunningServer(t *testing.T) {
	s := run(t)
	for range 3 {
		ask(t, s.base+"/signin", nil)
	}
	ask(t, s.base+"/CANARY", nil)
	status, text := ask(t, s.figures+"/metrics", nil)
	if status != http.StatusOK {
		t.Fatalf("%d: %s", status, text)
	}
	for _, want := range []string{
		`cenacle_build_info{version="test"} 1`, `cenacle_http_requests_total{route="GET /signin",status="2xx"} 3`,
		`cenacle_http_requests_total{route="other",status="4xx"} 1`, `cenacle_http_faults_total{fault="not found"} 1`,
		`cenacle_http_requests_in_flight 0`, "cenacle_store_updates_total ", "cenacle_store_commits_total ", "cenacle_store_statements_total ", "cenacle_store_retries_total 0",
		"cenacle_store_exhausted_total 0", "cenacle_store_waits_total ", "cenacle_store_open_firms ", `cenacle_outbox_jobs{state="dead"} 0`, `cenacle_webhook_notices{state="failed"} 0`,
		"cenacle_outbox_oldest_seconds ", "cenacle_journal_waiting_entries 0", "cenacle_journal_lag_seconds 0", "cenacle_blob_written_bytes_total 0",
		"cenacle_blob_read_bytes_total 0", "cenacle_uploads_open 0", "cenacle_live_connections 0", `cenacle_password_hashes{state="running"} 0`,
		"cenacle_password_hashes_refused_total 0", "cenacle_ready 1", "process_resident_memory_bytes ", "go_goroutines ", "cenacle_survey_age_seconds ",
	} {
		if !strings.Contains(text, "\n"+want) && !strings.HasPrefix(text, want) {
			t.Errorf("missing %s", want)
		}
	}
	if strings.Contains(text, "CANARY") {
		t.Error("the figures repeat what was asked")
	}
	for _, path := range []string{"/", "/signin", "/debug/pprof/"} {
		if status, _ := ask(t, s.figures+path, nil); status != http.StatusNotFound {
			t.Errorf("%s is at the address of the figures: %d", path, status)
		}
	}
	if status, _ := ask(t, s.base+"/metrics", nil); status != http.StatusNotFound {
		t.Errorf("the figures are on the site: %d", status)
	}
}

func TestFiguresTakeTheToken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte("0123456789abcdef0123\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := run(t, "CENACLE_METRICS_TOKEN_FILE="+path)
	for shown, want := range map[string]int{
		"": 401, "Bearer": 401, "Bearer 0123456789abcdef012": 401, "Basic 0123456789abcdef0123": 401,
		"Bearer 0123456789abcdef0123": 200, "Bearer  0123456789abcdef0123": 401,
	} {
		status, text := ask(t, s.figures+"/metrics", func(r *http.Request) { r.Header.Set("Authorization", shown) })
		if status != want || (status == 401 && strings.Contains(text, "cenacle_")) {
			t.Errorf("%q: %d, want %d", shown, status, want)
		}
	}
	if status, text := ask(t, s.figures+"/readyz", nil); status != 200 || text != "ok\n" {
		t.Errorf("the probe needs the token: %d %s", status, text)
	}
}

func TestProbes(t *testing.T) {
	s := run(t)
	other := func(r *http.Request) { r.Host = "10.0.0.7" }
	for _, path := range []string{"/livez", "/readyz"} {
		if status, text := ask(t, s.base+path, other); status != 200 || text != "ok\n" {
			t.Errorf("%s: %d %q", path, status, text)
		}
	}
	if status, _ := ask(t, s.base+"/signin", other); status != http.StatusMisdirectedRequest {
		t.Errorf("another host is served: %d", status)
	}
	// The data folder goes away.
	if err := os.Rename(s.config.Data, s.config.Data+".gone"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(readyEvery)
	if status, text := ask(t, s.base+"/readyz", nil); status != 503 || text != "disk\n" {
		t.Errorf("without its folder: %d %q", status, text)
	}
	if status, _ := ask(t, s.base+"/livez", nil); status != 200 {
		t.Errorf("alive: %d", status)
	}
	if err := os.Rename(s.config.Data+".gone", s.config.Data); err != nil {
		t.Fatal(err)
	}
	time.Sleep(readyEvery)
	if status, text := ask(t, s.base+"/readyz", nil); status != 200 {
		t.Errorf("with its folder again: %d %q", status, text)
	}
}

func TestReadyWantsTheDatabase(t *testing.T) {
	s := run(t)
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	s.draining.Store(false)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if name, err := s.readyNow(t.Context()); name != "database" || err == nil {
		t.Errorf("with a closed database: %q, %v", name, err)
	}
}

// TestFiguresAreWritten holds doc/operations.md to the figures that there are,
// and its alerts to them.
func TestFiguresAreWritten(t *testing.T) {
	doc, err := os.ReadFile("../../doc/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	s := run(t, append(inBucket(s3test.Config(t)), "CENACLE_TRACES_ENDPOINT=http://127.0.0.1:1/v1/traces",
		"CENACLE_SMS_URL=https://sms.example/send", "CENACLE_SMS_TYPE=form", "CENACLE_SMS_BODY=to={to}&text={text}")...)
	ask(t, s.base+"/CANARY", nil) // a fault, so that there is a series of each
	_, text := ask(t, s.figures+"/metrics", nil)
	name := regexp.MustCompile(`\bcenacle_[a-z_]+`)
	// The first is there where this program obtains its certificate: TestObtained of proof.
	there, written := map[string]bool{"cenacle_certificate_left_seconds": true}, map[string]bool{}
	for _, n := range regexp.MustCompile(`(?m)^# TYPE (cenacle_[a-z_]+)`).FindAllStringSubmatch(text, -1) {
		there[n[1]] = true
	}
	_, section, _ := strings.Cut(string(doc), "\n## Figures\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, n := range name.FindAllString(section, -1) {
		written[strings.TrimSuffix(n, "_bucket")] = true
	}
	for n := range there {
		if !written[n] {
			t.Errorf("doc/operations.md does not say what %s is", n)
		}
	}
	for n := range written {
		if !there[n] {
			t.Errorf("doc/operations.md speaks of %s, which does not exist", n)
		}
	}
	if len(there) < 25 {
		t.Errorf("%d figures: %v", len(there), there)
	}
}
