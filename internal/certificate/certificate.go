// Package certificate obtains the certificates of the public host, and of the names at
// which firms are reached besides, from an authority that speaks ACME (RFC 8555), renews
// them before they end, and answers the authority's challenges (TLS-ALPN-01, and HTTP-01 where plain requests arrive).
//
// What it has is sealed in the directory, so that every node of an installation
// presents the same certificates and answers what another node was asked. One node
// at a time asks for a first certificate of a name ([Keeper.Run]); a handshake never
// does, so that strangers cannot make it ask. It asks for the host it was made with and
// for the names that it is told of, one after another, and accepts the terms of the
// authority: whoever configures it has read them.
//
// Start reading at [New]. The protocol is golang.org/x/crypto/acme/autocert; why,
// is in doc/decisions/015-automatic-certificates.md.
package certificate

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"cenacle/internal/store"
	"cenacle/internal/vault"
)

// Config is what a keeper needs. All but Contact and Roots are needed.
type Config struct {
	Directory *store.Directory
	Box       *vault.Box // of the directory
	Clock     func() time.Time
	Log       *slog.Logger

	Host      string          // the public host, in ASCII
	Names     func() []string // for which it asks besides, in ASCII; nil: for none
	Former    func() []string // which it asks for no more, and shows while they are good
	Authority string          // address of the authority's directory
	Contact   string          // address of mail for the authority's warnings; may be empty
	Roots     *x509.CertPool  // who may vouch for the authority's own address; nil: the system's
}

// Keeper has the certificates of a site. It is safe for concurrent use.
type Keeper struct {
	shelf   shelf
	host    string
	names   func() []string
	former  func() []string
	log     *slog.Logger
	manager *autocert.Manager
	known   sync.Map // names whose certificate is on the shelf
}

const (
	patience  = 2 * time.Minute // for one answer of the authority
	turn      = 10 * time.Minute
	lookAgain = 3 * time.Second // at what another node has obtained
	firstWait = time.Minute     // after a refusal
	longWait  = time.Hour       // authorities count refusals
	watchEach = 12 * time.Hour
	lateShare = 4 // a certificate whose last quarter has begun was not renewed in time
)

// New returns the keeper of a host. It asks nobody anything before Run.
func New(c Config) *Keeper {
	k := &Keeper{
		shelf: shelf{directory: c.Directory, box: c.Box, clock: c.Clock, holder: rand.Text()},
		host:  c.Host, names: c.Names, former: c.Former, log: c.Log,
	}
	none := func() []string { return nil }
	if k.names == nil {
		k.names = none
	}
	if k.former == nil {
		k.former = none
	}
	network := http.DefaultTransport.(*http.Transport).Clone()
	network.Proxy, network.TLSClientConfig = nil, &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12}
	k.manager = &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: &k.shelf, HostPolicy: k.only, Email: c.Contact,
		Client: &acme.Client{
			DirectoryURL: c.Authority, UserAgent: "cenacle",
			HTTPClient: &http.Client{Transport: network, Timeout: patience},
		},
	}
	return k
}

// only refuses every name but those of this installation.
func (k *Keeper) only(_ context.Context, host string) error {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if strings.EqualFold(host, k.host) || slices.Contains(k.names(), strings.ToLower(host)) {
		return nil
	}
	return errors.New("certificate: not a host of this installation")
}

// TLS is how the site's listener encrypts. Before a first certificate is there,
// its handshakes fail.
func (k *Keeper) TLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, GetCertificate: k.present,
		NextProtos: []string{"h2", "http/1.1", acme.ALPNProto},
	}
}

// Challenges answers HTTP-01 and gives every other request to next. Making it
// has the keeper try that way too.
func (k *Keeper) Challenges(next http.Handler) http.Handler { return k.manager.HTTPHandler(next) }

// present is the certificate for a handshake: of a challenge; of the name that the
// client wrote, where one was obtained; else of the host, whatever name that was. A
// name that a firm gave up has its certificate as long as that is good: its readers are
// sent on from there.
func (k *Keeper) present(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if len(hello.SupportedProtos) == 1 && hello.SupportedProtos[0] == acme.ALPNProto {
		return k.manager.GetCertificate(hello)
	}
	name := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	switch {
	case slices.Contains(k.names(), name):
	case slices.Contains(k.former(), name):
		return k.shelf.pair(hello.Context(), name)
	default:
		name = k.host
	}
	if _, known := k.known.Load(name); !known {
		if _, err := k.shelf.Get(hello.Context(), name); err != nil {
			return nil, fmt.Errorf("certificate: none yet: %w", err)
		}
		k.known.Store(name, true)
	}
	return k.of(name)
}

// of has autocert obtain, or remember, the one certificate of a name: for ECDSA, which
// every browser of these ten years knows.
func (k *Keeper) of(name string) (*tls.Certificate, error) {
	return k.manager.GetCertificate(&tls.ClientHelloInfo{
		ServerName:       name,
		CipherSuites:     []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
		SupportedCurves:  []tls.CurveID{tls.CurveP256},
		SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
	})
}

// Run obtains the certificates that are not there, one after another and the public
// host's first, and watches that they are renewed, until ctx ends. A refusal is logged
// and tried again, less and less often for that name.
func (k *Keeper) Run(ctx context.Context) error {
	tries := map[string]*try{}
	watched := k.shelf.clock()
	for {
		for _, name := range append([]string{k.host}, k.names()...) {
			if tries[name] == nil {
				tries[name] = &try{wait: firstWait}
			}
			k.attend(ctx, name, tries[name])
		}
		if now := k.shelf.clock(); now.Sub(watched) >= watchEach {
			watched = now
			k.watch(ctx)
		}
		if !rest(ctx, lookAgain) {
			return nil
		}
	}
}

// try is how it went with a name.
type try struct {
	after time.Time     // when it is asked for again
	wait  time.Duration // after the next refusal
}

// attend obtains the certificate of a name, unless it is there or was refused lately.
func (k *Keeper) attend(ctx context.Context, name string, t *try) {
	if _, known := k.known.Load(name); known || k.shelf.clock().Before(t.after) || ctx.Err() != nil {
		return
	}
	got, err := k.obtain(ctx, name)
	switch {
	case got:
		k.known.Store(name, true)
		k.look(ctx, name)
	case err != nil && ctx.Err() == nil:
		k.log.ErrorContext(ctx, "obtaining a certificate", "host", name, "again_in", t.wait.String(), "cause", err.Error())
		t.after, t.wait = k.shelf.clock().Add(t.wait), min(2*t.wait, longWait)
	}
}

// obtain reports whether a certificate of a name is there now. One node at a time asks.
func (k *Keeper) obtain(ctx context.Context, name string) (bool, error) {
	_, err := k.shelf.Get(ctx, name)
	if err == nil {
		_, err = k.of(name)
		return err == nil, err
	}
	if !errors.Is(err, autocert.ErrCacheMiss) {
		return false, err
	}
	mine, err := k.shelf.take(ctx, name, turn)
	if err != nil || !mine {
		return false, err
	}
	_, err = k.of(name)
	return err == nil, errors.Join(err, k.shelf.give(context.WithoutCancel(ctx), name))
}

// watch says aloud that renewal fails, which autocert keeps to itself.
func (k *Keeper) watch(ctx context.Context) {
	for _, name := range append([]string{k.host}, k.names()...) {
		if _, known := k.known.Load(name); known {
			k.look(ctx, name)
		}
	}
}

func (k *Keeper) look(ctx context.Context, name string) {
	held, err := k.of(name)
	if err != nil {
		k.log.ErrorContext(ctx, "looking at the certificate", "host", name, "cause", err.Error())
		return
	}
	if late(held.Leaf, k.shelf.clock()) {
		k.log.ErrorContext(ctx, "the certificate was not renewed in time", "host", name, "ends", held.Leaf.NotAfter)
	}
}

func late(c *x509.Certificate, now time.Time) bool {
	return now.After(c.NotAfter.Add(-c.NotAfter.Sub(c.NotBefore) / lateShare))
}

// Left is how long the certificate of the public host is still good for; 0 without one.
func (k *Keeper) Left() time.Duration {
	if _, known := k.known.Load(k.host); !known {
		return 0
	}
	held, err := k.of(k.host)
	if err != nil {
		return 0
	}
	return held.Leaf.NotAfter.Sub(k.shelf.clock())
}

func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
