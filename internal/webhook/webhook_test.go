package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/event"
	"cenacle/internal/id"
	"cenacle/internal/outbound"
	"cenacle/internal/outbox"
	"cenacle/internal/store"
	"cenacle/internal/webhook"
)

// office is a firm with the jobs of its webhooks running.
type office struct {
	*documenttest.House
	t      *testing.T
	events *event.Service
	hooks  *webhook.Service
	runner *outbox.Runner
	space  id.Space
}

func open(t *testing.T, h *documenttest.House) *office {
	t.Helper()
	o := &office{House: h, t: t, space: h.Space(h.Lead, "CANARY-Petit")}
	o.start()
	return o
}

// start is the half of the server that webhooks need.
func (o *office) start() {
	o.t.Helper()
	o.events = event.New(o.Office)
	o.hooks = webhook.NewService(o.Office, o.events, outbound.New(outbound.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}))
	o.runner = outbox.NewRunner(outbox.Config{
		Store: o.Store, Ring: o.Office.Ring, Clock: o.Clock.Now, Log: slog.New(slog.NewTextHandler(o.t.Output(), nil)),
		Slow: [2]string{webhook.SendJob}, Handlers: o.hooks.Handlers(),
	})
	o.Office.Woken = o.runner.Wake
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.runner.Run(ctx) }()
	o.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			o.t.Error(err)
		}
	})
}

func each(t *testing.T, run func(t *testing.T, o *office)) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) { run(t, open(t, h)) })
}

// embedded runs on SQLite alone what is not about the database.
func embedded(t *testing.T, run func(t *testing.T, o *office)) {
	run(t, open(t, documenttest.New(t, store.Config{Dir: t.TempDir()}, document.Config{})))
}

// settle sequences the journal, tells the webhooks of it and lets what is due
// happen.
func (o *office) settle(firms ...id.Firm) {
	o.t.Helper()
	for _, f := range append(firms, o.Lead.Firm) {
		handle, err := o.Store.Firm(o.t.Context(), f)
		o.Must(err)
		head, err := o.Office.Journal.Sequence(o.t.Context(), handle)
		o.Must(err)
		o.Must(o.hooks.Placed(o.t.Context(), f, head.Size))
	}
	o.idle()
}

func (o *office) idle() {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 60*time.Second)
	defer cancel()
	o.runner.Wake(o.Lead.Firm)
	o.Must(o.runner.Idle(ctx))
}

// pass lets time pass and what is then due happen.
func (o *office) pass(d time.Duration) {
	o.t.Helper()
	o.Clock.Advance(d)
	o.idle()
}

func (o *office) create(by authz.Actor, address string, kinds ...string) (webhook.Webhook, string) {
	o.t.Helper()
	w, secret, err := o.hooks.Create(o.t.Context(), by, webhook.New{Address: address, Kinds: kinds})
	o.Must(err)
	return w, secret
}

func (o *office) file(title string) id.Item {
	o.t.Helper()
	return o.File(o.Lead, o.space, title, []byte("CANARY-content")).Document
}

func (o *office) show(by authz.Actor, of id.Webhook) webhook.Webhook {
	o.t.Helper()
	w, err := o.hooks.Show(o.t.Context(), by, of)
	o.Must(err)
	return w
}

func (o *office) log(of id.Webhook) []webhook.Notice {
	o.t.Helper()
	all, err := o.hooks.Notices(o.t.Context(), o.Lead, webhook.Log{Webhook: of, Limit: 200})
	o.Must(err)
	return all
}

// message is what came at a receiver.
type message struct {
	header http.Header
	body   string
	Type   string    `json:"type"`
	Time   time.Time `json:"timestamp"`
	Data   struct {
		Entry, Firm, Space, Object, Actor string
	} `json:"data"`
}

// receiver is a program that is told, and answers as a test wants.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	came   []message
	answer func(message) int
}

func receive(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		raw, err := io.ReadAll(q.Body)
		m := message{header: q.Header, body: string(raw)}
		if err != nil || json.Unmarshal(raw, &m) != nil {
			t.Errorf("no message: %q, %v", raw, err)
		}
		r.mu.Lock()
		r.came = append(r.came, m)
		answer := r.answer
		r.mu.Unlock()
		if answer != nil {
			w.WriteHeader(answer(m))
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answers(with func(message) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = with
}

func always(status int) func(message) int { return func(message) int { return status } }

// read takes what has come since the last time.
func (r *receiver) read() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.came
	r.came = nil
	return out
}

func types(all []message) (out []string) {
	for _, m := range all {
		out = append(out, m.Type)
	}
	return out
}

// verify is the check of a receiver, written after the specification
// (standardwebhooks.com) and not after our code.
func verify(m message, secret string, now time.Time) bool {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(raw) < 24 || len(raw) > 64 {
		return false
	}
	at, err := strconv.ParseInt(m.header.Get("webhook-timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(at, 0)).Abs() > 5*time.Minute {
		return false
	}
	h := hmac.New(sha256.New, raw)
	h.Write([]byte(m.header.Get("webhook-id") + "." + m.header.Get("webhook-timestamp") + "." + m.body)) // a hash never fails
	want := "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
	return slices.Contains(strings.Split(m.header.Get("webhook-signature"), " "), want)
}

func TestDelivers(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := receive(t)
		o.file("before.txt")
		o.settle()
		w, secret := o.create(o.Lead, r.URL+"/in")
		if w.State != webhook.Active || w.OwnerName != "Me Claire Delmas" || w.Address != r.URL+"/in" || !strings.HasPrefix(secret, "whsec_") {
			t.Errorf("created %+v", w)
		}
		doc := o.file("CANARY-title.txt")
		o.file("second.txt")
		o.settle()
		came := r.read()
		if got := types(came); !slices.Equal(got, []string{"webhook.created", "document.filed", "document.filed"}) {
			t.Fatalf("was told %v", got)
		}
		seen := map[string]bool{}
		for _, m := range came {
			if !verify(m, secret, o.Clock.Now()) {
				t.Errorf("the signature of %s does not hold: %v", m.body, m.header)
			}
			if strings.Contains(m.body, "CANARY") || m.header.Get("Content-Type") != "application/json" {
				t.Errorf("%s as %s", m.body, m.header.Get("Content-Type"))
			}
			seen[m.header.Get("webhook-id")] = true
			forged := m
			forged.body += " "
			if verify(forged, secret, o.Clock.Now()) || verify(m, secret, o.Clock.Now().Add(time.Hour)) {
				t.Error("the check holds anything to be signed")
			}
		}
		m := came[1]
		if len(seen) != 3 || m.Data.Object != string(doc) || m.Data.Space != string(o.space) || m.Data.Actor != string(o.Lead.Person) ||
			m.Data.Firm != string(o.Lead.Firm) || len(m.Data.Entry) != id.Length || o.Clock.Now().Sub(m.Time).Abs() > time.Minute {
			t.Errorf("said %s", m.body)
		}
		for _, n := range o.log(w.ID) {
			if n.State != webhook.Delivered || n.Status != 200 || n.Attempts != 1 || n.Failure != "" || !seen[string(n.ID)] {
				t.Errorf("the log says %+v", n)
			}
		}
		o.settle()
		if more := r.read(); len(more) != 0 {
			t.Errorf("told again: %v", types(more))
		}
	})
}

func TestKindsAreChosen(t *testing.T) {
	embedded(t, func(t *testing.T, o *office) {
		r := receive(t)
		w, _ := o.create(o.Lead, r.URL, "memo", "document.renamed", "document.renamed")
		doc := o.file("a.txt")
		o.Must(o.Documents.Rename(t.Context(), o.Lead, doc, "b.txt"))
		o.settle()
		if got := types(r.read()); !slices.Equal(got, []string{"document.renamed"}) {
			t.Errorf("was told %v", got)
		}
		if got := o.show(o.Lead, w.ID).Kinds; !slices.Equal(got, []string{"document.renamed", "memo"}) {
			t.Errorf("kinds %v", got)
		}
		other := receive(t)
		o.Must(o.hooks.Change(t.Context(), o.Lead, w.ID, webhook.New{Address: other.URL, Kinds: []string{"document"}}))
		o.file("c.txt")
		o.settle()
		if got := types(other.read()); !slices.Equal(got, []string{"document.filed"}) || len(r.read()) != 0 {
			t.Errorf("after the change: %v", got)
		}
	})
}

// A peer that refuses is asked again, later and later, with the same
// identifier; what it has once taken is not sent again.
func TestTriesAgain(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		r := receive(t)
		w, secret := o.create(o.Lead, r.URL, "document")
		r.answers(always(500))
		o.file("a.txt")
		o.settle()
		first := r.read()
		if n := o.log(w.ID)[0]; len(first) != 1 || n.State != webhook.Waiting || n.Status != 500 || n.Failure != "answer" || n.Attempts != 1 ||
			n.Due.Sub(o.Clock.Now()) < 7*time.Second || n.Due.Sub(o.Clock.Now()) > 13*time.Second {
			t.Fatalf("after one refusal: %+v", n)
		}
		if w := o.show(o.Lead, w.ID); w.FailingSince.IsZero() || w.Waiting != 1 {
			t.Errorf("the webhook says %+v", w)
		}
		o.pass(5 * time.Second)
		if len(r.read()) != 0 {
			t.Error("asked again too soon")
		}
		o.pass(10 * time.Second)
		second := r.read()
		r.answers(always(204))
		o.pass(80 * time.Second)
		third := r.read()
		if len(second) != 1 || len(third) != 1 || first[0].header.Get("webhook-id") != third[0].header.Get("webhook-id") || !verify(third[0], secret, o.Clock.Now()) {
			t.Errorf("the second time %d, the third %d, %v", len(second), len(third), third)
		}
		if n := o.log(w.ID)[0]; n.State != webhook.Delivered || n.Attempts != 3 || n.Status != 204 {
			t.Errorf("in the end %+v", n)
		}
		if w := o.show(o.Lead, w.ID); !w.FailingSince.IsZero() || w.Waiting != 0 {
			t.Errorf("in the end the webhook says %+v", w)
		}
		o.pass(48 * time.Hour)
		if len(r.read()) != 0 {
			t.Error("what was taken is sent again")
		}
	})
}

// One event that a peer chokes on does not hold up the others; it is given up
// after a day, and can be sent again by hand.
func TestGivesUpOne(t *testing.T) {
	embedded(t, func(t *testing.T, o *office) {
		r := receive(t)
		w, _ := o.create(o.Lead, r.URL, "document")
		bad := o.file("bad.txt")
		r.answers(func(m message) int {
			if m.Data.Object == string(bad) {
				return 422
			}
			return 200
		})
		var tries int
		for range 40 {
			o.file("good.txt")
			o.settle()
			for _, m := range r.read() {
				if m.Data.Object == string(bad) {
					tries++
				}
			}
			o.pass(time.Hour)
		}
		failed, err := o.hooks.Notices(t.Context(), o.Lead, webhook.Log{Webhook: w.ID, Failed: true, Limit: 10})
		o.Must(err)
		if len(failed) != 1 || failed[0].Attempts != 8 || failed[0].Status != 422 || tries < 4 {
			t.Errorf("given up: %+v, %d tries seen", failed, tries)
		}
		if now := o.show(o.Lead, w.ID); now.State != webhook.Active || now.Failed != 1 || now.Waiting != 0 {
			t.Errorf("the webhook: %+v", now)
		}
		r.answers(nil)
		r.read()
		if n, err := o.hooks.ReplayFailed(t.Context(), o.Lead, w.ID); n != 1 || err != nil {
			t.Errorf("replayed %d, %v", n, err)
		}
		o.idle()
		if came := r.read(); len(came) != 1 || came[0].header.Get("webhook-id") != string(failed[0].ID) {
			t.Errorf("sent again: %v", came)
		}
	})
}

// A peer that is gone is asked ever more rarely, one connection at a time, then
// left in peace; when it is resumed, nothing is lost.
func TestLeavesTheDeadInPeace(t *testing.T) {
	embedded(t, func(t *testing.T, o *office) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		o.Must(err)
		address := l.Addr().String()
		o.Must(l.Close())
		w, _ := o.create(o.Lead, "http://"+address+"/", "document")
		for range 30 {
			o.file("a.txt")
		}
		o.settle()
		tried := 0
		for _, n := range o.log(w.ID) {
			tried += n.Attempts
			if n.Attempts > 0 && (n.Failure != "unreachable" || n.Status != 0) {
				t.Errorf("%+v", n)
			}
		}
		if tried != 1 {
			t.Errorf("%d attempts at once, want 1", tried)
		}
		for range 72 {
			o.pass(time.Hour)
		}
		now := o.show(o.Lead, w.ID)
		if now.State != webhook.Paused || now.Reason != webhook.Failing || now.Waiting+now.Failed != 30 {
			t.Fatalf("after three days: %+v", now)
		}
		r := receive(t)
		o.Must(o.hooks.Change(t.Context(), o.Lead, w.ID, webhook.New{Address: r.URL, Kinds: []string{"document"}}))
		o.file("b.txt")
		o.settle()
		if came := r.read(); len(came) != 0 {
			t.Errorf("a paused one is told %v", types(came))
		}
		o.Must(o.hooks.Resume(t.Context(), o.Lead, w.ID))
		o.settle()
		if came := r.read(); len(came) != now.Waiting+1 {
			t.Errorf("%d come after it is resumed, want %d", len(came), now.Waiting+1)
		}
		_, err = o.hooks.ReplayFailed(t.Context(), o.Lead, w.ID)
		o.Must(err)
		o.idle()
		if came := r.read(); len(came) != now.Failed {
			t.Errorf("%d come again, want %d", len(came), now.Failed)
		}
	})
}

func TestGone(t *testing.T) {
	embedded(t, func(t *testing.T, o *office) {
		r := receive(t)
		r.answers(always(410))
		w, _ := o.create(o.Lead, r.URL, "document")
		o.file("a.txt")
		o.file("b.txt")
		o.settle()
		if now := o.show(o.Lead, w.ID); now.State != webhook.Paused || now.Reason != webhook.Gone || len(r.read()) != 1 {
			t.Errorf("%+v", now)
		}
	})
}
