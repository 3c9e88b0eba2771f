package proof

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
)

// BenchmarkDoor measures the door as doc/performance.md has it: a sign-in by passkey, and
// five hundred by password at the same moment, beside which others read their pages. Each
// comes from an address of its own, or the brake would answer.
func BenchmarkDoor(b *testing.B) {
	const host = "espace.delmas.example"
	w := begin(b, temporary(b), "CENACLE_DEMO=false", "CENACLE_LOG=error", "CENACLE_URL=https://"+host, "CENACLE_TRUSTED_PROXIES=127.0.0.1")
	w.found("Cabinet Delmas", "Me Claire Delmas", "claire@delmas.example")
	s := &scene{world: w, ids: ids{}}
	d := &door{b: b, at: s.nobody()}
	d.at.host = host
	in := d.at.want(http.StatusSeeOther, d.byPassword("claire@delmas.example"))
	d.inside = d.at
	d.inside.token = in.session()
	for range b.N {
		d.passkeys(host)
		d.crowd()
	}
}

// door is the way in, with whom comes through it.
type door struct {
	b       *testing.B
	at      browser // of anybody
	inside  browser // signed in
	sources int
}

// elsewhere is a request of an address that nobody had before.
func (d *door) elsewhere(c call) call {
	d.sources++
	return c.with("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", d.sources>>16, d.sources>>8&255, d.sources&255))
}

func (d *door) byPassword(email string) call {
	return d.elsewhere(post("/signin", "email", email, "password", password))
}

// key makes a passkey whose coordinates need all their bytes, as the standard wants them.
func (d *door) key() virtualwebauthn.Credential {
	d.b.Helper()
	for {
		c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		key, err := x509.ParsePKCS8PrivateKey(c.Key.Data)
		if err != nil {
			d.b.Fatal(err)
		}
		point, err := key.(*ecdsa.PrivateKey).PublicKey.Bytes()
		if err != nil {
			d.b.Fatal(err)
		}
		if point[1] != 0 && point[33] != 0 {
			return c
		}
	}
}

// challenge is what a page's script is given for the browser.
type challenge struct {
	Challenge string          `json:"challenge"`
	Options   json.RawMessage `json:"options"`
}

func (d *door) ask(by browser, path string) (q challenge) {
	d.b.Helper()
	if err := json.Unmarshal(by.want(http.StatusOK, d.elsewhere(post(path))).body, &q); err != nil {
		d.b.Fatal(err)
	}
	return q
}

// passkeys adds one and signs in by it, again and again.
func (d *door) passkeys(host string) {
	d.b.Helper()
	party := virtualwebauthn.RelyingParty{Name: "Cénacle", ID: host, Origin: "https://" + host}
	holder, key := virtualwebauthn.NewAuthenticator(), d.key()
	q := d.ask(d.inside, "/account/factors/passkey/ask")
	made, err := virtualwebauthn.ParseAttestationOptions(string(q.Options))
	if err != nil {
		d.b.Fatal(err)
	}
	holder.Options.UserHandle = []byte(made.UserID)
	answer := virtualwebauthn.CreateAttestationResponse(party, holder, key, *made)
	kept := d.inside.do(d.elsewhere(post("/account/factors/passkey", "challenge", q.Challenge, "answer", answer)))
	if fresh := kept.session(); fresh != "" {
		d.inside.token = fresh
	}
	holder.AddCredential(key)
	var took []time.Duration
	for range 300 {
		began := time.Now()
		q := d.ask(d.at, "/signin/passkey/ask")
		asked, err := virtualwebauthn.ParseAssertionOptions(string(q.Options))
		if err != nil {
			d.b.Fatal(err)
		}
		key.Counter++
		shown := virtualwebauthn.CreateAssertionResponse(party, holder, key, *asked)
		in := d.at.want(http.StatusSeeOther, d.elsewhere(post("/signin/passkey", "challenge", q.Challenge, "answer", shown)))
		if in.session() == "" {
			d.b.Fatal("nobody is signed in")
		}
		took = append(took, time.Since(began))
	}
	d.report("passkey", took)
}

// crowd has five hundred people send a password at once, while some who are inside
// read. Nobody knows these people, which costs what knowing them does: one of them who
// tried so often would be refused before anything is hashed.
func (d *door) crowd() {
	d.b.Helper()
	before, done := resident(d.b), make(chan struct{})
	highest := before
	took := make([][]time.Duration, 4)
	var reads sync.WaitGroup
	for i := range took {
		reads.Go(func() {
			for {
				began := time.Now()
				if a, err := d.inside.try(get("/account")); err != nil || a.status != http.StatusOK {
					d.b.Errorf("who is inside is answered %d, %v", a.status, err)
				}
				took[i] = append(took[i], time.Since(began))
				if i == 0 {
					highest = max(highest, resident(d.b))
				}
				select {
				case <-done:
					return
				case <-time.After(50 * time.Millisecond):
				}
			}
		})
	}
	calls := make([]call, 500)
	for i := range calls {
		calls[i] = d.byPassword(fmt.Sprintf("p%d@delmas.example", i))
	}
	var mu sync.Mutex
	answered := map[int]int{}
	var all sync.WaitGroup
	for _, c := range calls {
		all.Go(func() {
			a, err := d.at.try(c)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				a.status = 0
			}
			answered[a.status]++
		})
	}
	all.Wait()
	close(done)
	reads.Wait()
	d.report("beside 500 passwords", slices.Concat(took...))
	d.b.Logf("500 passwords at once: %v by status, %d MiB more", answered, (highest-before)>>10)
	d.b.ReportMetric(float64(highest-before)/1024, "MiB-more")
}

func (d *door) report(what string, took []time.Duration) {
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	d.b.Logf("%s: %d times, p50 %v, p99 %v", what, len(took), took[len(took)/2], p99)
	d.b.ReportMetric(float64(p99.Microseconds())/1000, strings.ReplaceAll(what, " ", "-")+"-p99-ms")
}

// resident is what this process holds in memory, in KiB: the server, and who asks it.
func resident(b *testing.B) int {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Error(err)
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		b.Error(err)
	}
	return n
}
